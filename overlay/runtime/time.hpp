// Points and spans of time. The only time types above this folder.
#pragma once
#include <chrono>
#include <compare>
#include <cstdint>

namespace quern::runtime {

using Duration = std::chrono::nanoseconds;

// Monotonic time: nanoseconds since the start of one node's clock. Two nodes' times cannot be compared.
struct Time {
  std::int64_t ns = 0;

  static constexpr Time max() { return Time{INT64_MAX}; }
  auto operator<=>(const Time&) const = default;
  friend constexpr Duration operator-(Time a, Time b) { return Duration{a.ns - b.ns}; }
  // Saturates, so that "now + forever" is Time::max() and not a date in the past.
  friend constexpr Time operator+(Time t, Duration d) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(t.ns, d.count(), &sum)) sum = d.count() > 0 ? INT64_MAX : INT64_MIN;
    return Time{sum};
  }
};

// Civil time: milliseconds since 1970-01-01 UTC. May jump, differs between machines: for records and people, never for
// waiting.
struct WallTime {
  std::int64_t unix_ms = 0;
  auto operator<=>(const WallTime&) const = default;
};

}  // namespace quern::runtime
