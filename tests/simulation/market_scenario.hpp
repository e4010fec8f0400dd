// Fifty nodes that sell and buy computing time from each other under crashes, partitions, loss, slow links, clocks that
// drift, full disks and peers that cheat or vanish. All is drawn from one seed. When the faults have stopped and all
// had time to end, every job has ended once and the ledgers of all nodes agree.
#pragma once
#include <cstdint>

#include "overlay/runtime/time.hpp"
#include "tests/simulation/market_plan.hpp"

namespace quern::simulation {

struct MarketOptions {
  std::uint32_t nodes = 50;
  std::uint32_t hostile = 14;                              // of them: two of each conduct
  std::uint32_t vanishing = 2;                             // for ever
  runtime::Duration faults = std::chrono::minutes(15);     // of the world's time
  runtime::Duration aftermath = std::chrono::minutes(15);  // without faults, for all that is under way
  bool planted_loss = false;                               // a bug, to show that it is found: providers post nothing
};

// What all ledgers together say at the end.
struct MarketTotals {
  std::uint64_t spends = 0;
  std::uint64_t earns = 0;
  std::uint64_t closed_on_both_sides = 0;  // agreements: the same receipt in both ledgers
  model::Credits payable;                  // of those, at their submitters
  model::Credits receivable;               // and at their providers
  std::uint64_t differing = 0;  // agreements that one side has given up: the sides differ within the credit limit
  std::uint64_t one_sided = 0;  // the other side has vanished, never paid, or nothing is owed
  bool operator==(const MarketTotals&) const = default;
};

// Everything observable about a run; equal for equal seeds.
struct MarketOutcome {
  MarketTally tally;
  MarketTotals totals;
  std::uint64_t trace_hash = 0;
  std::uint64_t turns = 0;
  std::uint64_t crashes = 0;
  std::uint64_t partitions = 0;
  bool operator==(const MarketOutcome&) const = default;
};

MarketOutcome run_market_scenario(std::uint64_t seed, MarketOptions options = {});

}  // namespace quern::simulation
