#include "scheduler/dispatch/settlement.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "overlay/runtime/hex.hpp"

namespace quern::dispatch {

using agreement::Party;
using agreement::RecordKind;
using agreement::Stage;
using agreement::Trail;
using identity::PeerId;
using ledger::Ledger;
using runtime::fail;
using runtime::Result;
using runtime::WallTime;

namespace {

std::optional<Party> party_of(const Trail& trail, const PeerId& self) {
  if (trail.demand().submitter == self) return Party::submitter;
  if (trail.demand().provider == self) return Party::provider;
  return std::nullopt;
}

std::string job_of(const agreement::Demand& demand) {
  const model::Digest& first = demand.tasks.front().job;
  const bool one = std::ranges::all_of(demand.tasks, [&](const agreement::TaskRef& task) { return task.job == first; });
  return one ? runtime::to_hex(first) : std::string(kSeveralJobs);
}

ledger::Charge charge_of(const Trail& trail, const PeerId& other, WallTime now) {
  const bool closed = trail.stage() == Stage::closed;
  return {.agreement = trail.newest(RecordKind::agreement),
          .peer = other.text(),
          .job = job_of(trail.demand()),
          .amount = trail.owed(),
          .receipt = trail.newest(closed ? RecordKind::receipt : RecordKind::voucher),
          .at_unix_ms = now.unix_ms};
}

// The most that it can cost is set aside before anybody is bound.
Result<void> reserve(Ledger& ledger, const Trail& trail, WallTime now) {
  const auto reserved = ledger.reserve({.agreement = trail.newest(RecordKind::agreement),
                                        .peer = trail.demand().provider.text(),
                                        .job = job_of(trail.demand()),
                                        .amount = trail.bid().max_total,
                                        .at_unix_ms = now.unix_ms,
                                        .bound = trail.stage() >= Stage::running});
  if (!reserved) return std::unexpected(reserved.error());
  return {};
}

// Of an agreement that the provider has not countersigned: nothing to give back when nothing was set aside.
Result<void> release(Ledger& ledger, const Trail& trail) {
  const auto released = ledger.release(trail.newest(RecordKind::agreement));
  const bool over = released || released.error() == ledger::Errc::not_reserved ||
                    released.error() == ledger::Errc::reservation_settled;
  return over ? Result<void>() : std::unexpected(released.error());
}

Result<void> post_submitter(Ledger& ledger, const Trail& trail, WallTime now, Outlook outlook) {
  const bool over = outlook == Outlook::given_up || trail.stage() == Stage::closed;
  if (over && trail.stage() == Stage::agreed) return release(ledger, trail);
  if (auto reserved = reserve(ledger, trail, now); !reserved || !over) return reserved;
  const auto spent = ledger.spend(charge_of(trail, trail.demand().provider, now));
  return spent ? Result<void>() : std::unexpected(spent.error());
}

Result<void> post_provider(Ledger& ledger, const Trail& trail, WallTime now, Outlook outlook) {
  const bool over = outlook == Outlook::given_up || trail.stage() == Stage::closed;
  if (!over || trail.stage() < Stage::running) return {};
  const auto earned = ledger.earn(charge_of(trail, trail.demand().submitter, now));
  return earned ? Result<void>() : std::unexpected(earned.error());
}

Result<Party> checked_party(const Trail& trail, const PeerId& self) {
  if (const auto party = party_of(trail, self)) return *party;
  return fail(ledger::Errc::entry_invalid, self.text() + " is no party of an agreement between " +
                                               trail.demand().submitter.text() + " and " +
                                               trail.demand().provider.text());
}

}  // namespace

Result<void> post(Ledger& ledger, const Trail& trail, const PeerId& self, WallTime now, Outlook outlook) {
  if (trail.stage() < Stage::agreed) return {};
  const auto party = checked_party(trail, self);
  if (!party) return std::unexpected(party.error());
  return *party == Party::submitter ? post_submitter(ledger, trail, now, outlook)
                                    : post_provider(ledger, trail, now, outlook);
}

Result<bool> settled(const Ledger& ledger, const Trail& trail, const PeerId& self) {
  if (trail.stage() < Stage::agreed) return false;
  const auto party = checked_party(trail, self);
  if (!party) return std::unexpected(party.error());
  const auto& agreement = trail.newest(RecordKind::agreement);
  if (*party == Party::provider) {
    const auto earned = ledger.transaction(ledger::TransactionKind::earn, agreement);
    if (!earned) return std::unexpected(earned.error());
    return earned->has_value();
  }
  const auto reserved = ledger.reservation(agreement);
  if (!reserved) return std::unexpected(reserved.error());
  const auto& found = *reserved;
  return found && found->state != ledger::ReservationState::open;
}

}  // namespace quern::dispatch
