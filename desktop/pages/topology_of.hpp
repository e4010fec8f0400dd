// From what the daemon says of its machine to what the topology view draws. Pure. What the daemon does not know is
// absent: a machine without NUMA nodes has none, a core without a reading has no heat.
#pragma once
#include <QString>
#include <QVector>
#include <optional>

#include "desktop/models/machine_data.hpp"
#include "desktop/models/quantity_text.hpp"
#include "desktop/widgets/key_value_list.hpp"
#include "desktop/widgets/topology.hpp"

namespace quern::desktop::pages {

// From here on a temperature is shown as a warning, and as bad; the daemon knows no limit of the device.
inline constexpr std::int64_t kWarmMillicelsius = 80'000;
inline constexpr std::int64_t kHotMillicelsius = 90'000;

// Caches are those of the highest level that is there. Nodes that have memory and no cores stand in a package of their
// own. The heat of jobs and prices of a core is that of the processor as a device; none where that is no device.
widgets::Topology topology_of(const models::MachineData& machine, const models::QuantityText& text);
widgets::TopologyDevice topology_device(const models::DeviceData& device, const models::QuantityText& text);

// "64 cores · 512 GiB · 4 GPUs — 3 devices offered"
QString machine_subtitle(const models::MachineData& machine, const models::QuantityText& text);

// What is said of a part that is no device. Empty title: there is no such part.
struct PartText {
  QString title;
  QString subtitle;
  QVector<widgets::KeyValue> rows;
};
PartText part_text(const widgets::Topology& topology, const widgets::TopologyPart& part,
                   const models::QuantityText& text);
// Of readings from 0 to 1000; absent where none is known.
std::optional<std::int64_t> mean_load(const QVector<widgets::TopologyCore>& cores);

theme::Tone temperature_tone(std::int64_t millicelsius);
theme::Glyph device_glyph(const QString& kind);

}  // namespace quern::desktop::pages
