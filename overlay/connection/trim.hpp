// Which connections go when there are too many.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "overlay/runtime/time.hpp"

namespace quern::connection {

struct WaterMarks {
  std::size_t low = 160;
  std::size_t high = 192;                                 // above it connections are trimmed down to `low`
  runtime::Duration grace = std::chrono::seconds(20);     // a younger connection is left alone
  runtime::Duration interval = std::chrono::seconds(10);  // at most this often
};

struct TrimCandidate {
  std::uint64_t connection = 0;
  runtime::Time opened;
  std::int64_t worth = 0;  // sum of its peer's tags
  bool is_protected = false;
  std::size_t streams = 0;
  bool inbound = false;
};

// The connections to close, worst first: never a protected one or one within its grace. Lower worth goes first, then
// fewer streams, then inbound before outbound, then the younger. Pure.
std::vector<std::uint64_t> choose_trimmed(std::vector<TrimCandidate> candidates, const WaterMarks& marks,
                                          runtime::Time now);

}  // namespace quern::connection
