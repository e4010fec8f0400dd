// A machine as the topology view draws it: plain values and finished texts. permille: 0 to 1000, -1 when it is not
// known; anything else is clamped.
#pragma once
#include <QString>
#include <QVector>

#include "desktop/theme/icon.hpp"
#include "desktop/theme/theme.hpp"

namespace quern::desktop::widgets {

struct TopologyCore {
  QString label;  // short: "17"
  int load_permille = -1;
  int jobs_permille = -1;   // the part of it that is given to jobs
  int price_permille = -1;  // where its price lies between the lowest and the highest of the machine
  bool operator==(const TopologyCore&) const = default;
};

struct TopologyCache {
  QString title;  // "L3 32 MB"; empty: cores without a cache in common, drawn without a frame
  QVector<TopologyCore> cores;
};

struct TopologyDevice {
  QString id;  // the model's; comes back in TopologyPart
  QString name;
  theme::Glyph glyph = theme::Glyph::gpu;
  bool offered = false;
  QString price;  // "0.42 cr/h", or why it has none: "not offered"
  int load_permille = -1;
  QString load;  // "93 %"
  int memory_permille = -1;
  QString memory;       // "17.0 / 24 GB"
  QString temperature;  // "68 °C"; empty: not known
  theme::Tone temperature_tone = theme::Tone::neutral;
  QString power;  // "342 / 450 W"
  QString work;   // "sd-xl finetune", "idle"
  int jobs_permille = -1;
  int price_permille = -1;
};

struct TopologyNuma {
  QString title;   // "NUMA 0"
  QString detail;  // "128 GB"
  QString used;    // "66 GB used"
  int used_permille = -1;
  QVector<TopologyCache> caches;
  QVector<TopologyDevice> devices;
};

struct TopologyPackage {
  QString title;   // "Package 0"
  QString detail;  // "AMD EPYC 7543"
  QString count;   // "32 cores"
  QVector<TopologyNuma> numas;
};

struct Topology {
  QString host;
  QString system;  // "Debian 12 · Linux 6.1"
  QVector<TopologyPackage> packages;
  QVector<TopologyDevice> devices;  // whose NUMA node is not known
};

// Bounds of what is drawn; what lies beyond is left out by bounded().
inline constexpr int kTopologyCoresMax = 16'384;
inline constexpr int kTopologyPackagesMax = 256;
inline constexpr int kTopologyNumasMax = 256;    // of a package
inline constexpr int kTopologyDevicesMax = 256;  // of the machine
// In a machine of more than kFactorAbove cores, a cache with more than kFactorKeep alike is one part with a mosaic.
inline constexpr int kFactorAbove = 256;
inline constexpr int kFactorKeep = 4;

// What a TopologyPart is a part of, as indices into the value; -1 where it has none.
enum class PartKind { machine, package, numa, cache, cores, device };
struct TopologyPart {
  PartKind kind = PartKind::machine;
  int package = -1;
  int numa = -1;
  int cache = -1;
  int core = -1;    // the first of `cores`
  int cores = 0;    // how many it stands for: 1 is a tile, more a mosaic
  int device = -1;  // in its NUMA node, or in Topology::devices when numa is -1
  QString device_id;
  bool operator==(const TopologyPart&) const = default;
};

Topology bounded(Topology topology);
int core_count(const Topology& topology);
// The same boxes, whatever their values: a view need not lay them out again.
bool same_shape(const Topology& one, const Topology& other);

}  // namespace quern::desktop::widgets
