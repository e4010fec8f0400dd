// Looks at the ledgers of all nodes from outside, when they have stopped.
#pragma once
#include <memory>
#include <vector>

#include "tests/scheduler/store/simulated_files.hpp"
#include "tests/simulation/market_scenario.hpp"

namespace quern::simulation {

// `files`: the ledger's disk of each member. What does not hold is told to the tally.
MarketTotals audit_market(const MarketPlan& plan, const std::vector<std::unique_ptr<store::SimulatedFiles>>& files,
                          MarketTally& tally);

}  // namespace quern::simulation
