#include "desktop/pages/topology_of.hpp"

#include <QCoreApplication>
#include <QStringList>
#include <algorithm>
#include <limits>
#include <map>

namespace quern::desktop::pages {

using models::MachineData;
using models::QuantityText;
using widgets::Topology;
using widgets::TopologyPart;

namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint32_t kFramedLevel = 3;  // caches below this one are drawn only when several cores share one

struct TopologyText {
  Q_DECLARE_TR_FUNCTIONS(TopologyText)
};

int permille_of(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return -1;
  return static_cast<int>(std::min<std::uint64_t>(1'000, part / std::max<std::uint64_t>(1, whole / 1'000)));
}

// The lowest and the highest price of what is offered.
struct PriceRange {
  std::int64_t low = std::numeric_limits<std::int64_t>::max();
  std::int64_t high = std::numeric_limits<std::int64_t>::min();
  int permille_of(const models::DeviceData& device) const {
    if (!device.offered || !device.per_hour_micro) return -1;
    const std::int64_t width = high - low;
    if (width <= 0) return 500;
    return static_cast<int>(static_cast<__int128>(*device.per_hour_micro - low) * 1'000 / width);
  }
};

PriceRange price_range(const MachineData& machine) {
  PriceRange range;
  for (const models::DeviceData& device : machine.devices) {
    if (!device.offered || !device.per_hour_micro) continue;
    range.low = std::min(range.low, *device.per_hour_micro);
    range.high = std::max(range.high, *device.per_hour_micro);
  }
  return range;
}

class Builder {
 public:
  Builder(const MachineData& machine, const QuantityText& text)
      : machine_(machine), text_(text), prices_(price_range(machine)) {}

  Topology build() {
    QStringList system;
    if (!machine_.system.isEmpty()) system << machine_.system;
    if (!machine_.kernel.isEmpty()) system << TopologyText::tr("Linux %1").arg(machine_.kernel);
    Topology topology{
        .host = machine_.host, .system = system.join(QStringLiteral(" · ")), .packages = {}, .devices = {}};
    sort_cores();
    for (std::uint32_t package = 0; package < machine_.packages.size(); ++package) {
      topology.packages.append(make_package(package));
    }
    add_memory_without_cores(topology);
    for (const models::DeviceData& device : machine_.devices) {
      if (!device.numa_node || !placed_.contains(*device.numa_node)) topology.devices.append(make_device(device));
    }
    return topology;
  }

 private:
  // No node was told: the one that is there stands for the machine.
  bool numa_known() const { return machine_.numa_nodes.size() > 1 || machine_.numa_nodes.front().memory_bytes; }

  void sort_cores() {
    for (std::uint32_t core = 0; core < machine_.cores.size(); ++core) {
      const models::CoreData& each = machine_.cores[core];
      cores_[{each.package, each.numa_node}].push_back(core);
    }
    std::uint32_t level = 0;
    for (const models::CacheData& cache : machine_.caches) level = std::max(level, cache.level);
    cache_of_.assign(machine_.cores.size(), kNone);
    for (std::uint32_t at = 0; at < machine_.caches.size(); ++at) {
      const models::CacheData& cache = machine_.caches[at];
      if (cache.level != level || (level < kFramedLevel && cache.cores.size() < 2)) continue;
      for (const std::uint32_t core : cache.cores) {
        if (core < cache_of_.size()) cache_of_[core] = at;
      }
    }
    for (const models::DeviceData& device : machine_.devices) {
      if (device.kind == QStringLiteral("cpu")) processor_ = &device;
    }
  }

  widgets::TopologyPackage make_package(std::uint32_t package) {
    widgets::TopologyPackage made{.title = TopologyText::tr("Package %1").arg(machine_.packages[package].os_index),
                                  .detail = machine_.processor,
                                  .count = {},
                                  .numas = {}};
    int count = 0;
    for (auto at = cores_.lower_bound({package, 0}); at != cores_.end() && at->first.first == package; ++at) {
      made.numas.append(make_numa(at->first.second, at->second));
      count += static_cast<int>(at->second.size());
    }
    made.count = TopologyText::tr("%Ln cores", nullptr, count);
    return made;
  }

  widgets::TopologyNuma make_numa(std::uint32_t index, const std::vector<std::uint32_t>& cores) {
    widgets::TopologyNuma made = numa_frame(index);
    std::map<std::uint32_t, qsizetype> caches;  // of the machine: place in `made`
    for (const std::uint32_t core : cores) {
      const std::uint32_t cache = cache_of_[core];
      const auto [at, is_new] = caches.try_emplace(cache, made.caches.size());
      if (is_new) made.caches.append({.title = cache == kNone ? QString() : cache_title(cache, index), .cores = {}});
      made.caches[at->second].cores.append(make_core(core));
    }
    if (!placed_.insert(index).second) return made;  // its devices stand in another package
    for (const models::DeviceData& device : machine_.devices) {
      if (device.numa_node == index && numa_known()) made.devices.append(make_device(device));
    }
    if (!numa_known()) placed_.erase(index);
    return made;
  }

  widgets::TopologyNuma numa_frame(std::uint32_t index) const {
    const models::NumaNodeData& node = machine_.numa_nodes[index];
    widgets::TopologyNuma made;
    const bool alone = machine_.numa_nodes.size() == 1;
    const std::uint64_t total = node.memory_bytes.value_or(alone ? machine_.memory_bytes : 0);
    const auto used = node.memory_used_bytes || !alone ? node.memory_used_bytes : machine_.memory_used_bytes;
    made.title = numa_known() ? TopologyText::tr("NUMA %1").arg(node.os_index)
                 : total > 0  ? TopologyText::tr("Memory")
                              : TopologyText::tr("Cores");
    if (total > 0) made.detail = text_.bytes(total);
    if (!used) return made;
    made.used = TopologyText::tr("%1 used").arg(text_.bytes(*used));
    made.used_permille = permille_of(*used, total);
    return made;
  }

  QString cache_title(std::uint32_t index, std::uint32_t numa) const {
    const models::CacheData& cache = machine_.caches[index];
    const bool spans =
        std::ranges::any_of(cache.cores, [&](std::uint32_t core) { return machine_.cores[core].numa_node != numa; });
    const QString title = QStringLiteral("L%1 %2").arg(cache.level).arg(text_.bytes(cache.size_bytes));
    return spans ? TopologyText::tr("%1, a part").arg(title) : title;
  }

  widgets::TopologyCore make_core(std::uint32_t index) const {
    return {.label = QString::number(index),
            .load_permille = static_cast<int>(machine_.cores[index].busy_permille.value_or(-1)),
            .jobs_permille = !processor_       ? -1
                             : processor_->job ? 1'000
                                               : 0,
            .price_permille = processor_ ? prices_.permille_of(*processor_) : -1};
  }

  widgets::TopologyDevice make_device(const models::DeviceData& device) const {
    widgets::TopologyDevice made = topology_device(device, text_);
    made.price_permille = prices_.permille_of(device);
    return made;
  }

  void add_memory_without_cores(Topology& topology) {
    widgets::TopologyPackage made{
        .title = TopologyText::tr("Memory without cores"), .detail = {}, .count = {}, .numas = {}};
    std::set<std::uint32_t> with_cores;
    for (const auto& [place, cores] : cores_) with_cores.insert(place.second);
    for (std::uint32_t index = 0; numa_known() && index < machine_.numa_nodes.size(); ++index) {
      if (!with_cores.contains(index)) made.numas.append(make_numa(index, {}));
    }
    if (!made.numas.isEmpty()) topology.packages.append(made);
  }

  const MachineData& machine_;
  const QuantityText& text_;
  PriceRange prices_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::uint32_t>> cores_;  // by package and node
  std::vector<std::uint32_t> cache_of_;                                                  // by core
  std::set<std::uint32_t> placed_;                                                       // nodes with their devices
  const models::DeviceData* processor_ = nullptr;
};

QVector<widgets::TopologyCore> cores_of(const widgets::TopologyNuma& numa) {
  QVector<widgets::TopologyCore> cores;
  for (const widgets::TopologyCache& cache : numa.caches) cores += cache.cores;
  return cores;
}

void add_cores(QVector<widgets::KeyValue>& rows, const QVector<widgets::TopologyCore>& cores,
               const QuantityText& text) {
  rows.append({TopologyText::tr("Cores"), text.count(cores.size())});
  if (const auto load = mean_load(cores)) rows.append({TopologyText::tr("Load"), text.percent(*load)});
}

void add_numa(QVector<widgets::KeyValue>& rows, const widgets::TopologyNuma& numa, const QString& prefix = {}) {
  if (numa.detail.isEmpty()) return;
  const QString said = numa.used.isEmpty() ? numa.detail : TopologyText::tr("%1, %2").arg(numa.detail, numa.used);
  rows.append({prefix.isEmpty() ? TopologyText::tr("Memory") : prefix, said});
}

PartText machine_text(const Topology& topology, const QuantityText& text) {
  PartText said{.title = topology.host, .subtitle = topology.system, .rows = {}};
  QVector<widgets::TopologyCore> cores;
  for (const widgets::TopologyPackage& package : topology.packages) {
    for (const widgets::TopologyNuma& numa : package.numas) {
      cores += cores_of(numa);
      add_numa(said.rows, numa, numa.title);
    }
  }
  QVector<widgets::KeyValue> head;
  add_cores(head, cores, text);
  said.rows = head + said.rows;
  return said;
}

}  // namespace

std::optional<std::int64_t> mean_load(const QVector<widgets::TopologyCore>& cores) {
  std::int64_t sum = 0;
  std::int64_t count = 0;
  for (const widgets::TopologyCore& core : cores) {
    if (core.load_permille < 0) continue;
    sum += core.load_permille;
    ++count;
  }
  return count > 0 ? std::optional((sum + count / 2) / count) : std::nullopt;
}

theme::Tone temperature_tone(std::int64_t millicelsius) {
  if (millicelsius >= kHotMillicelsius) return theme::Tone::bad;
  return millicelsius >= kWarmMillicelsius ? theme::Tone::warn : theme::Tone::neutral;
}

theme::Glyph device_glyph(const QString& kind) {
  if (kind == QStringLiteral("cpu")) return theme::Glyph::cpu;
  return kind == QStringLiteral("gpu") ? theme::Glyph::gpu : theme::Glyph::spark;
}

widgets::TopologyDevice topology_device(const models::DeviceData& device, const QuantityText& text) {
  widgets::TopologyDevice made{.id = device.id, .name = device.name};
  made.glyph = device_glyph(device.kind);
  made.offered = device.offered;
  made.price = device.paused           ? TopologyText::tr("paused")
               : !device.offered       ? TopologyText::tr("not offered")
               : device.per_hour_micro ? text.credits_per_hour(*device.per_hour_micro)
                                       : QuantityText::none();
  if (device.busy_permille) {
    made.load_permille = static_cast<int>(*device.busy_permille);
    made.load = text.percent(*device.busy_permille);
  }
  if (device.memory_used_bytes && device.memory_bytes > 0) {
    made.memory_permille = permille_of(*device.memory_used_bytes, device.memory_bytes);
    made.memory = text.bytes_of(*device.memory_used_bytes, device.memory_bytes);
  } else if (device.memory_bytes > 0) {
    made.memory = text.bytes(device.memory_bytes);
  }
  if (device.temperature_millicelsius) {
    made.temperature = text.celsius(*device.temperature_millicelsius);
    made.temperature_tone = temperature_tone(*device.temperature_millicelsius);
  }
  if (device.power_milliwatts) {
    made.power = text.watts(*device.power_milliwatts);
    if (device.power_limit_milliwatts) {
      made.power = TopologyText::tr("%1 of %2").arg(made.power, text.watts(*device.power_limit_milliwatts));
    }
  }
  made.work = device.job          ? device.job->name
              : device.offered    ? TopologyText::tr("idle")
              : device.hindered() ? device.why.sentence()
                                  : QString();
  made.jobs_permille = device.job ? 1'000 : 0;
  return made;
}

Topology topology_of(const MachineData& machine, const QuantityText& text) {
  if (machine.packages.empty() || machine.numa_nodes.empty()) return {};
  return Builder(machine, text).build();
}

QString machine_subtitle(const MachineData& machine, const QuantityText& text) {
  QStringList parts{TopologyText::tr("%Ln cores", nullptr, static_cast<int>(machine.cores.size()))};
  if (machine.memory_bytes > 0) parts << text.bytes(machine.memory_bytes);
  const auto gpus = std::ranges::count(machine.devices, QStringLiteral("gpu"), &models::DeviceData::kind);
  if (gpus > 0) parts << TopologyText::tr("%Ln GPUs", nullptr, static_cast<int>(gpus));
  const auto offered = std::ranges::count_if(machine.devices, &models::DeviceData::offered);
  const QString lent = offered > 0
                           ? TopologyText::tr("%Ln devices offered to the network", nullptr, static_cast<int>(offered))
                           : TopologyText::tr("nothing offered to the network");
  return TopologyText::tr("%1 — %2").arg(parts.join(QStringLiteral(" · ")), lent);
}

PartText part_text(const Topology& topology, const TopologyPart& part, const QuantityText& text) {
  if (part.kind == widgets::PartKind::machine) return machine_text(topology, text);
  if (part.package < 0 || part.package >= topology.packages.size()) return {};
  const widgets::TopologyPackage& package = topology.packages[part.package];
  PartText said{.title = package.title, .subtitle = package.detail, .rows = {}};
  QVector<widgets::TopologyCore> cores;
  if (part.kind == widgets::PartKind::package) {
    for (const widgets::TopologyNuma& numa : package.numas) cores += cores_of(numa);
    add_cores(said.rows, cores, text);
    for (const widgets::TopologyNuma& numa : package.numas) add_numa(said.rows, numa, numa.title);
    return said;
  }
  if (part.numa < 0 || part.numa >= package.numas.size()) return {};
  const widgets::TopologyNuma& numa = package.numas[part.numa];
  if (part.kind == widgets::PartKind::numa) {
    said = {.title = numa.title, .subtitle = package.title, .rows = {}};
    add_cores(said.rows, cores_of(numa), text);
    add_numa(said.rows, numa);
    return said;
  }
  if (part.cache < 0 || part.cache >= numa.caches.size()) return {};
  const widgets::TopologyCache& cache = numa.caches[part.cache];
  const QString place = QStringLiteral("%1 · %2").arg(package.title, numa.title);
  if (part.kind == widgets::PartKind::cores && part.cores == 1 && part.core < cache.cores.size()) {
    said = {.title = TopologyText::tr("Core %1").arg(cache.cores[part.core].label), .subtitle = place, .rows = {}};
    const int load = cache.cores[part.core].load_permille;
    if (load >= 0) said.rows.append({TopologyText::tr("Load"), text.percent(load)});
    if (!cache.title.isEmpty()) said.rows.append({TopologyText::tr("Cache"), cache.title});
    return said;
  }
  said = {.title = cache.title.isEmpty() ? TopologyText::tr("Cores") : cache.title, .subtitle = place, .rows = {}};
  add_cores(said.rows, cache.cores, text);
  return said;
}

}  // namespace quern::desktop::pages
