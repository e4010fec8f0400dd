// A node of the market as a daemon wires it: host, provider, submitter, dispatcher, offers, journal, blobs and ledger.
#pragma once
#include "overlay/runtime/runtime.hpp"
#include "tests/scheduler/store/simulated_files.hpp"
#include "tests/simulation/market_plan.hpp"

namespace quern::simulation {

inline constexpr std::size_t kMarketDiskBytes = 4 << 20;
inline constexpr const char* kLedgerFile = "ledger.db";

// Runs member `number` until the plan's end, from `started` of the world on; then, and when it is cancelled, stops it
// and looks at what is left. `files` is the disk of its ledger and survives its crashes.
runtime::Task<void> run_market_node(runtime::Runtime& runtime, std::uint32_t number, runtime::Time started,
                                    store::SimulatedFiles& files, const MarketPlan& plan, MarketTally& tally);

}  // namespace quern::simulation
