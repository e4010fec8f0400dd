#include "tests/simulation/market_books.hpp"

#include <chrono>
#include <stdexcept>
#include <utility>

#include "tests/simulation/market_node.hpp"

namespace quern::simulation {

using namespace std::chrono_literals;
using agreement::Stage;
using agreement::Trail;
using dispatch::Outlook;
using runtime::Result;
using runtime::Task;

namespace {

constexpr runtime::Duration kPostAgain = 5s;

store::Database opened(const store::SimulatedFiles& files) {
  auto database = store::Database::open({.path = kLedgerFile, .vfs = files.vfs()});
  if (!database) throw std::runtime_error("the ledger: " + database.error().message());
  return *std::move(database);
}

}  // namespace

MarketBooks::MarketBooks(runtime::Runtime& runtime, const store::SimulatedFiles& files, model::Credits budget,
                         identity::PeerId self, MarketTally& tally)
    : runtime_(runtime), self_(std::move(self)), tally_(tally), database_(opened(files)), writer_(runtime, *database_) {
  auto found = ledger::Ledger::open(*database_, {.all = budget});
  if (!found) throw std::runtime_error("the ledger: " + found.error().message());
  ledger_.emplace(*std::move(found));
}

Task<Result<void>> MarketBooks::post(Trail trail, Outlook outlook) {
  const auto now = runtime_.clock().wall_now();
  co_return co_await writer_.write(
      [books = *ledger_, trail = std::move(trail), self = self_, now, outlook](store::Database&) mutable {
        return dispatch::post(books, trail, self, now, outlook);
      });
}

engagement::SubmitterAccounts MarketBooks::accounts() {
  return {.agreeing = [this](const Trail& trail) { return agreeing(trail); },
          .over = [this](const Trail& trail) { return over(trail); }};
}

Task<std::expected<void, model::Why>> MarketBooks::agreeing(const Trail& trail) {
  ++tally_.agreements;
  const auto posted = co_await post(trail, Outlook::open);
  if (posted) co_return std::expected<void, model::Why>();
  ++tally_.orders_kept_back;
  const bool stops = posted.error() == runtime::Errc::closed;  // the node
  if (!stops && ledger::reason_of(posted.error()) == model::Reason::internal)
    tally_.violated("the ledger fails: " + posted.error().message());
  co_return std::unexpected(model::Why{ledger::reason_of(posted.error()), posted.error().message()});
}

void MarketBooks::note_end(const Trail& trail) {
  const bool ours = trail.demand().submitter == self_;
  if (trail.stage() != Stage::closed) ++(ours ? tally_.given_up_by_submitter : tally_.given_up_by_provider);
  if (!ours) {
    ++tally_.receipts[std::string(model::text_of(trail.receipt().reason()).name)];
  } else if (trail.stage() != Stage::closed && trail.stage() >= Stage::running && trail.owed() > trail.authorised()) {
    tally_.violated("a submitter owes more than it has signed for");
  }
}

Task<bool> MarketBooks::over(Trail trail) {
  const Outlook outlook = trail.stage() == Stage::closed ? Outlook::open : Outlook::given_up;
  for (;;) {
    const auto posted = co_await post(trail, outlook);
    if (posted) break;
    if (posted.error() == runtime::Errc::closed) co_return false;  // the node stops; its next life catches up
    if (posted.error() == ledger::Errc::key_reused || posted.error() == ledger::Errc::entry_invalid) {
      tally_.violated("the ledger refuses an end: " + posted.error().message());
      co_return false;
    }
    ++tally_.disk_full;
    co_await runtime_.clock().sleep_for(kPostAgain);
  }
  note_end(trail);
  co_return true;
}

Task<bool> MarketBooks::catch_up(Trail trail) {
  if (trail.stage() == Stage::closed) {
    std::ignore = co_await over(std::move(trail));
    co_return true;
  }
  const auto posted = co_await post(std::move(trail), Outlook::open);
  if (!posted && posted.error() != ledger::Errc::budget_exceeded) tally_.violated("no room for an earlier life");
  co_return posted.has_value();
}

bool MarketBooks::settled(const Trail& trail) const {
  const auto found = dispatch::settled(*ledger_, trail, self_);
  return found && *found;
}

}  // namespace quern::simulation
