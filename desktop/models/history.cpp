#include "desktop/models/history.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace quern::desktop::models {

namespace {

constexpr qreal kUnknown = std::numeric_limits<qreal>::quiet_NaN();
constexpr std::uint64_t kMicrosecondsMax = 3'600'000'000;  // an hour is as far as anything can be

void put(QVector<qreal>& values, qreal value, int most) {
  while (values.size() >= most) values.removeFirst();
  values.append(value);
}

void put(QVector<qreal>& values, std::optional<std::int64_t> reading, qreal unit) {
  put(values, reading ? static_cast<qreal>(*reading) / unit : kUnknown, kReadingsMax);
}

QVector<qreal> known_or_none(const QVector<qreal>& values) {
  const bool known = std::ranges::any_of(values, [](qreal value) { return std::isfinite(value); });
  return known ? values : QVector<qreal>();
}

}  // namespace

void DeviceHistory::add(const std::vector<DeviceData>& devices) {
  QHash<QString, Past> kept;
  for (const DeviceData& device : devices) {
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
  return known_or_none(values);
}

void RoundTrips::add(const std::vector<PeerRow>& peers) {
  QHash<QString, QVector<qreal>> kept;
  for (const PeerRow& peer : peers) {
    if (kept.size() == kPeersMax) break;
    QVector<qreal> values = past_.take(peer.id);
    const bool known = peer.connected && peer.round_trip_us;
    put(values, known ? static_cast<qreal>(std::min(*peer.round_trip_us, kMicrosecondsMax)) / 1'000 : kUnknown,
        kRoundTripsMax);
    kept.insert(peer.id, values);
  }
  past_ = std::move(kept);
}

void RoundTrips::add_gap() {
  for (QVector<qreal>& values : past_) put(values, kUnknown, kRoundTripsMax);
}

QVector<qreal> RoundTrips::values(const QString& peer) const {
  return known_or_none(past_.value(peer));
}

}  // namespace quern::desktop::models
