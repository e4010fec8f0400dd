// The ledger of one life of a simulated node, posted from its trails as dispatch/settlement.hpp says.
#pragma once
#include <optional>

#include "overlay/runtime/runtime.hpp"
#include "scheduler/dispatch/settlement.hpp"
#include "scheduler/engagement/submitter.hpp"
#include "scheduler/store/writer.hpp"
#include "tests/scheduler/store/simulated_files.hpp"
#include "tests/simulation/market_plan.hpp"

namespace quern::simulation {

class MarketBooks {
 public:
  // All outlive it. Throws when the database cannot be opened: nothing in a scenario may bring that about.
  MarketBooks(runtime::Runtime& runtime, const store::SimulatedFiles& files, model::Credits budget,
              identity::PeerId self, MarketTally& tally);

  runtime::Task<void> run() { return writer_.run(); }
  engagement::SubmitterAccounts accounts();
  // Posts what a trail says that nothing is added to any more, until it stands: a full disk is waited for.
  runtime::Task<bool> over(agreement::Trail trail);
  // What a life before this one may not have come to. False: the trail is to be forgotten, its agreement was kept back.
  runtime::Task<bool> catch_up(agreement::Trail trail);
  bool settled(const agreement::Trail& trail) const;
  const ledger::Ledger& ledger() const { return *ledger_; }

 private:
  runtime::Task<runtime::Result<void>> post(agreement::Trail trail, dispatch::Outlook outlook);
  runtime::Task<std::expected<void, model::Why>> agreeing(const agreement::Trail& trail);
  void note_end(const agreement::Trail& trail);

  runtime::Runtime& runtime_;
  identity::PeerId self_;
  MarketTally& tally_;
  std::optional<store::Database> database_;
  std::optional<ledger::Ledger> ledger_;
  store::Writer writer_;
};

}  // namespace quern::simulation
