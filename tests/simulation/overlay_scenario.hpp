// Two hundred hosts that dial each other at random for an hour, under loss, slow links, partitions and crashes, with
// hostile peers among them. All is drawn from one seed.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>

#include "overlay/runtime/time.hpp"
#include "tests/simulation/hostile_peer.hpp"
#include "tests/simulation/overlay_node.hpp"

namespace quern::simulation {

struct OverlayOptions {
  std::uint32_t hosts = 200;
  std::uint32_t hostile = 8;   // of them
  std::optional<Attack> only;  // of all hostile ones; else each attack is made by as many
  runtime::Duration length = std::chrono::hours(1);
  runtime::Duration pause = std::chrono::minutes(8);
  bool faults = true;
  bool planted_leak = false;
  std::function<void()> each_second;  // of the world's time, outside all hosts
};

// Everything observable about a run; equal for equal seeds.
struct OverlayOutcome {
  OverlayTally tally;
  std::uint64_t trace_hash = 0;
  std::uint64_t next_random = 0;
  std::uint64_t turns = 0;
  std::uint64_t crashes = 0;
  std::uint64_t partitions = 0;
  bool operator==(const OverlayOutcome&) const = default;
};

OverlayOutcome run_overlay_scenario(std::uint64_t seed, OverlayOptions options = {});

}  // namespace quern::simulation
