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
  round_trip_ = round_trip_ ? (*round_trip_ * 7 + *last_) / 8 : *last_;
  ++pongs_;
  return true;
}

Heartbeat::Need Heartbeat::due(Time now) {
  if (ping_) {
    if (now < std::max(pinged_, heard_) + ping_timeout_) return Need::nothing;
    if (heard_ <= pinged_) return Need::end;
    ping_.reset();
  }
  const bool silent = now >= heard_ + keep_alive_;
  const bool stale = used_ && now >= pinged_ + keep_alive_;
  return silent || stale ? Need::ping : Need::nothing;
}

Time Heartbeat::next() const {
  if (ping_) return std::max(pinged_, heard_) + ping_timeout_;
  const Time silent = heard_ + keep_alive_;
  return used_ ? std::min(silent, pinged_ + keep_alive_) : silent;
}

}  // namespace quern::muxer
