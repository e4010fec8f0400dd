#include "overlay/muxer/yamux_window.hpp"

#include <algorithm>

namespace quern::muxer {

std::uint32_t ReceiveWindow::taken(std::uint32_t bytes, runtime::Time now, std::optional<runtime::Duration> round_trip,
                                   std::uint32_t growth_max) {
  constexpr int kQuick = 4;  // round trips
  unread_ -= bytes;
  std::uint32_t grant = size_ - credit_ - unread_;
  if (grant < size_ / 2) return 0;
  if (round_trip && now - granted_at_ < kQuick * *round_trip) {
    const std::uint32_t growth = std::min(size_, growth_max);
    size_ += growth;
    grant += growth;
  }
  granted_at_ = now;
  credit_ += grant;
  return grant;
}

}  // namespace quern::muxer
