#include "overlay/muxer/heartbeat.hpp"

#include <algorithm>

namespace quern::muxer {

using runtime::Duration;
using runtime::Time;

std::uint32_t Heartbeat::ping(Time now) {
  pinged_ = now;
  used_ = false;
  ping_ = value_++;
  return *ping_;
}

bool Heartbeat::pong(std::uint32_t value, Time now) {
  if (ping_ != value) return false;
  ping_.reset();
  last_ = now - pinged_;
  shortest_ = shortest_ ? std::min(*shortest_, *last_) : *last_;
  round_trip_ = round_trip_ ? (*round_trip_ * 7 + *last_) / 8 : *last_;
  ++pongs_;
  return true;
}

Time Heartbeat::patience_ends() const {
  const auto draining = std::chrono::seconds(sent_ / kSlowestBytesPerSecond);
  return std::max(pinged_, heard_) + ping_timeout_ + draining;
}

Heartbeat::Need Heartbeat::due(Time now) {
  if (ping_) {
    if (now < patience_ends()) return Need::nothing;
    if (heard_ <= pinged_) return Need::end;
    ping_.reset();
  }
  const bool silent = now >= heard_ + keep_alive_;
  const bool stale = used_ && now >= pinged_ + keep_alive_;
  return silent || stale ? Need::ping : Need::nothing;
}

Time Heartbeat::next() const {
  if (ping_) return patience_ends();
  const Time silent = heard_ + keep_alive_;
  return used_ ? std::min(silent, pinged_ + keep_alive_) : silent;
}

}  // namespace quern::muxer
