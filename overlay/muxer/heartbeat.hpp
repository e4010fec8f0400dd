// Is the peer still there, and how far away is it: decides when to ping. Pure: time comes in.
#pragma once
#include <cstdint>
#include <optional>

#include "overlay/runtime/time.hpp"

namespace quern::muxer {

// Any byte from the peer is a sign of life, so a connection that is in use is never pinged to see whether it lives; it
// is pinged once per keep-alive time to see how far the peer is, which windows depend on. One ping is under way at a
// time; one that is never answered by a peer that lives is given up after the ping time-out. A ping waits behind what
// was sent before it: for that the peer gets as long as the slowest way takes that is still of use.
class Heartbeat {
 public:
  Heartbeat(runtime::Duration keep_alive, runtime::Duration ping_timeout, runtime::Time now)
      : keep_alive_(keep_alive), ping_timeout_(ping_timeout), heard_(now), pinged_(now) {}

  static constexpr std::uint64_t kSlowestBytesPerSecond = 32 << 10;

  // Any byte came from the peer.
  void heard(runtime::Time now) {
    heard_ = now;
    sent_ = 0;
  }
  // Bytes of an application came; bytes of one leave.
  void used() { used_ = true; }
  void sent(std::size_t bytes) {
    used_ = true;
    sent_ += bytes;
  }

  bool pinging() const { return ping_.has_value(); }
  // Begins a ping and returns the value to send. None is under way.
  std::uint32_t ping(runtime::Time now);
  // An answer came. False when nobody asked for it.
  bool pong(std::uint32_t value, runtime::Time now);

  enum class Need : std::uint8_t { nothing, ping, end };
  // What to do now; `end`: the peer has been silent for all of the time that a ping has.
  Need due(runtime::Time now);
  // When to ask due() again.
  runtime::Time next() const;

  // Smoothed; the last.
  std::optional<runtime::Duration> round_trip() const { return round_trip_; }
  std::optional<runtime::Duration> last_round_trip() const { return last_; }
  // The way without queues on it: what windows are measured by, lest they grow with the queue they make.
  std::optional<runtime::Duration> shortest_round_trip() const { return shortest_; }
  std::uint64_t pongs() const { return pongs_; }

 private:
  runtime::Time patience_ends() const;

  runtime::Duration keep_alive_;
  runtime::Duration ping_timeout_;
  runtime::Time heard_;
  runtime::Time pinged_;    // the last time
  bool used_ = false;       // since then
  std::uint64_t sent_ = 0;  // since the peer was heard
  std::uint32_t value_ = 0;
  std::optional<std::uint32_t> ping_;  // under way
  std::optional<runtime::Duration> round_trip_;
  std::optional<runtime::Duration> last_;
  std::optional<runtime::Duration> shortest_;
  std::uint64_t pongs_ = 0;
};

}  // namespace quern::muxer
