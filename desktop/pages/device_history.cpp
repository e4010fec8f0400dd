#include "desktop/pages/device_history.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace quern::desktop::pages {

namespace {

void put(QVector<qreal>& values, std::optional<std::int64_t> reading, qreal unit) {
  while (values.size() >= kReadingsMax) values.removeFirst();
  values.append(reading ? static_cast<qreal>(*reading) / unit : std::numeric_limits<qreal>::quiet_NaN());
}

}  // namespace

void DeviceHistory::add(const std::vector<models::DeviceData>& devices) {
  QHash<QString, Past> kept;
  for (const models::DeviceData& device : devices) {
    Past past = past_.take(device.id);
    put(past.load, device.busy_permille, 1);
    put(past.temperature, device.temperature_millicelsius, 1'000);
    put(past.power, device.power_milliwatts, 1'000);
    kept.insert(device.id, past);
  }
  past_ = std::move(kept);
}

void DeviceHistory::add_gap() {
  for (Past& past : past_) {
    put(past.load, std::nullopt, 1);
    put(past.temperature, std::nullopt, 1);
    put(past.power, std::nullopt, 1);
  }
}

QVector<qreal> DeviceHistory::values(const QString& device, Of of) const {
  const auto found = past_.constFind(device);
  if (found == past_.cend()) return {};
  const QVector<qreal>& values = of == Of::load          ? found->load
                                 : of == Of::temperature ? found->temperature
                                                         : found->power;
  const bool known = std::ranges::any_of(values, [](qreal value) { return std::isfinite(value); });
  return known ? values : QVector<qreal>();
}

}  // namespace quern::desktop::pages
