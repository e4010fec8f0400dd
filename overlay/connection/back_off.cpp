#include "overlay/connection/back_off.hpp"

#include <algorithm>

namespace quern::connection {

void BackOff::failed(const multiformats::Multiaddr& address, runtime::Time now) {
  if (!entries_.contains(address)) make_room();
  Entry& entry = entries_[address];
  entry.pause = std::clamp(entry.pause * 2, kBackOffMin, kBackOffMax);
  entry.until = now + entry.pause;
}

void BackOff::make_room() {
  if (entries_.size() < kBackOffAddressesMax) return;
  entries_.erase(std::ranges::min_element(entries_, {}, [](const auto& one) { return one.second.until; }));
}

std::optional<runtime::Duration> BackOff::left(const multiformats::Multiaddr& address, runtime::Time now) const {
  const auto found = entries_.find(address);
  if (found == entries_.end() || found->second.until <= now) return std::nullopt;
  return found->second.until - now;
}

}  // namespace quern::connection
