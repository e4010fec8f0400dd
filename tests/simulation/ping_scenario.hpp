// The ping protocol on a few nodes under loss, partitions and crashes, all drawn from one seed.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "tests/simulation/ping.hpp"

namespace quern::simulation {

// Everything observable about a run; equal for equal seeds.
struct PingOutcome {
  std::uint64_t trace_hash = 0;
  std::uint64_t next_random = 0;
  std::uint64_t turns = 0;
  std::uint64_t answered = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t crashes = 0;
  std::uint64_t partitions = 0;
  // The first broken promise: what, who, when. None in a right run.
  std::optional<std::string> violation;
  bool operator==(const PingOutcome&) const = default;
};

PingOutcome run_ping_scenario(std::uint64_t seed, PingOptions options = {});

}  // namespace quern::simulation
