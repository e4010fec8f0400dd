// Node: how trails end in the ledger, and which of them the disk keeps.
#include <utility>

#include "overlay/identity/error.hpp"
#include "overlay/runtime/hex.hpp"
#include "scheduler/daemon/node.hpp"

namespace quern::daemon {

using agreement::Stage;
using agreement::Trail;
using runtime::Result;
using runtime::Task;

namespace {

constexpr runtime::Duration kPostAgain = std::chrono::seconds(5);
constexpr runtime::Duration kTrailsLookEvery = std::chrono::seconds(10);
constexpr std::size_t kRemovedAtOnce = 256;
constexpr std::int64_t kMsPerDay = 24LL * 3600 * 1000;

}  // namespace

// With another key than the one that they were signed with, none of them can be entered or brought to its end. Whose
// they are is who all of them have in common; of two the receipts know which.
Task<Result<void>> Node::check_key(const std::map<jobs::DemandId, Trail>& trails) {
  std::size_t foreign = 0;
  std::set<identity::PeerId> owners;
  for (const auto& [demand, trail] : trails) {
    const identity::PeerId& submitter = trail.demand().submitter;
    const identity::PeerId& provider = trail.demand().provider;
    if (submitter == host_->id() || provider == host_->id()) continue;
    if (foreign++ == 0) {
      const auto find = [id = demand](ledger::Ledger& ledger) { return find_receipt(ledger.database(), id); };
      CO_TRY(const auto row, co_await with_ledger(find));
      if (!row || row->role == agreement::Party::submitter) owners.insert(submitter);
      if (!row || row->role == agreement::Party::provider) owners.insert(provider);
    }
    std::erase_if(owners, [&](const auto& owner) { return owner != submitter && owner != provider; });
  }
  if (foreign == 0) co_return Result<void>();
  std::string names;
  for (const identity::PeerId& owner : owners) names += (names.empty() ? "" : " or ") + owner.text();
  if (names.empty()) names = "several peers";
  co_return runtime::fail(identity::Errc::key_file, std::string(kKeyName) + ": it is the key of " + host_->id().text() +
                                                        ", but of the agreements kept beside it " +
                                                        std::to_string(foreign) + " are those of " + names +
                                                        ": put the key of " + names +
                                                        " in its place, or start with an empty data directory");
}

// Nothing is added to it any more: closed, or given up. False: it is entered later.
Task<bool> Node::over(Trail trail) {
  trails_.keep(trail);
  const bool entered = co_await enter_end(trail);
  if (!entered) tasks_.spawn(enter_end_later(std::move(trail)));
  co_return entered;
}

Task<void> Node::enter(Trail trail) {
  std::ignore = co_await over(std::move(trail));
}

// False: to be tried again.
Task<bool> Node::enter_end(const Trail& trail) {
  const bool closed = trail.stage() == Stage::closed;
  const auto posted = co_await post(trail, closed ? dispatch::Outlook::open : dispatch::Outlook::given_up);
  if (!posted) {
    log_.write(LogLevel::error, "not_posted", {{"why", posted.error().message()}});
    co_return posted.error() == ledger::Errc::key_reused || posted.error() == ledger::Errc::entry_invalid;
  }
  if (trail.demand().provider == host_->id()) {
    log_.write(LogLevel::info, closed ? "earned" : "given_up",
               {{"submitter", trail.demand().submitter.text()}, {"amount", to_text(trail.owed())}});
  } else if (trail.stage() == Stage::agreed) {
    trails_.erase(trail.demand().id);  // it came to nothing
  }
  if (trail.stage() != Stage::agreed) retention_.settled(trail.demand().id, ended_unix_ms(trail));
  co_return true;
}

Task<void> Node::enter_end_later(Trail trail) {
  do {
    co_await runtime_.clock().sleep_for(kPostAgain);
  } while (!co_await enter_end(trail));
  if (trail.stage() == Stage::agreed) std::ignore = co_await journal_.forget(trail);
}

// The ledger names the last record of what it has entered: a trail that has not come so far has lost its end. Its file
// is left for whoever looks at it, also where so little is left that it looks like one that was never sent.
Task<Result<void>> Node::name_cut(std::map<jobs::DemandId, Trail>& trails) {
  for (auto entry = trails.begin(); entry != trails.end();) {
    const auto& [demand, trail] = *entry;
    const bool running = trail.stage() >= Stage::running;
    bool cut = false;
    if (trail.stage() != Stage::closed) {
      const auto end = [id = demand](ledger::Ledger& ledger) -> Result<std::optional<ledger::Transaction>> {
        const auto found = find_receipt(ledger.database(), id);
        if (!found) return std::unexpected(found.error());
        const std::optional<ReceiptRow>& row = *found;
        if (!row) return std::nullopt;
        const bool provides = row->role == agreement::Party::provider;
        return ledger.transaction(provides ? ledger::TransactionKind::earn : ledger::TransactionKind::spend,
                                  row->agreement);
      };
      CO_TRY(const auto entered, co_await with_ledger(end));
      cut = entered && (!running || entered->receipt != trail.newest(agreement::RecordKind::voucher));
    }
    if (cut) {
      log_.write(LogLevel::error, "trail_damaged",
                 {{"file", jobs::TrailJournal::file_of(demand)},
                  {"why", "its end is missing: the ledger has a later record"}});
    }
    entry = cut && !running ? trails.erase(entry) : std::next(entry);
  }
  co_return Result<void>();
}

// The first records of a trail are answered once they are durable: what is cut off in them bound nobody, but for a
// trail of which there is a receipt. That one was whole.
Task<Result<void>> Node::forget_unfinished() {
  for (const jobs::DemandId& id : journal_.unfinished()) {
    const std::string file = jobs::TrailJournal::file_of(id);
    const auto find = [&id](ledger::Ledger& ledger) { return find_receipt(ledger.database(), id); };
    CO_TRY(const auto known, co_await with_ledger(find));
    if (known) {
      log_.write(LogLevel::error, "trail_damaged", {{"file", file}});
      continue;
    }
    CO_CHECK(co_await journal_.forget(id));
    log_.write(LogLevel::warning, "trail_removed", {{"file", file}, {"why", "its first record is not whole"}});
  }
  co_return Result<void>();
}

// Nothing is sent to a provider before its reservation is durable, and one that was released has come to nothing.
Task<Result<void>> Node::forget_unsent(std::map<jobs::DemandId, Trail>& trails) {
  for (auto entry = trails.begin(); entry != trails.end();) {
    const Trail& trail = entry->second;
    bool unsent = trail.demand().submitter == host_->id() && trail.stage() <= Stage::agreed;
    if (unsent && trail.stage() == Stage::agreed) {
      const auto find = [key = trail.newest(agreement::RecordKind::agreement)](const ledger::Ledger& ledger) {
        return ledger.reservation(key);
      };
      CO_TRY(const auto reserved, co_await with_ledger(find));
      unsent = !reserved || reserved->state != ledger::ReservationState::open;
    }
    if (unsent) {
      CO_CHECK(co_await journal_.forget(trail));
      log_.write(LogLevel::info, "trail_removed",
                 {{"file", jobs::TrailJournal::file_of(trail.demand().id)}, {"why", "it was never sent"}});
    }
    entry = unsent ? trails.erase(entry) : std::next(entry);
  }
  co_return Result<void>();
}

// A reservation is made after its trail is on the disk and ends before that is removed: one without a trail belongs to
// one that the disk has lost. Nobody can show it to this node any more; what it had signed is owed all the same when
// the provider shows it.
Task<Result<void>> Node::release_unproven(const std::map<jobs::DemandId, Trail>& trails) {
  std::set<model::Digest> proven;
  for (const auto& [demand, trail] : trails) {
    if (trail.stage() >= Stage::agreed) proven.insert(trail.newest(agreement::RecordKind::agreement));
  }
  const auto release = [proven =
                            std::move(proven)](ledger::Ledger& ledger) -> Result<std::vector<ledger::Reservation>> {
    std::vector<ledger::Reservation> released;
    std::optional<model::Digest> after;
    for (;;) {
      const auto open = ledger.open_reservations(after);
      if (!open) return std::unexpected(open.error());
      if (open->empty()) return released;
      after = open->back().agreement;
      for (const ledger::Reservation& reservation : *open) {
        if (proven.contains(reservation.agreement)) continue;
        if (const auto done = ledger.release(reservation.agreement); !done) return std::unexpected(done.error());
        released.push_back(reservation);
      }
    }
  };
  CO_TRY(const auto released, co_await with_ledger(release));
  for (const ledger::Reservation& reservation : released) {
    log_.write(LogLevel::warning, "reservation_without_trail",
               {{"agreement", runtime::to_hex(reservation.agreement)},
                {"provider", reservation.peer},
                {"amount", to_text(reservation.amount)}});
  }
  CO_TRY(balance_, co_await with_ledger([](const ledger::Ledger& ledger) { return balance_of(ledger); }));
  co_return Result<void>();
}

Task<Result<TrailFound>> Node::find_trail(jobs::DemandId demand) {
  if (const Trail* kept = trail(demand)) co_return TrailFound(*kept);
  CO_TRY(auto on_disk, co_await journal_.find(demand));
  if (on_disk) co_return TrailFound(*std::move(on_disk));
  const auto find = [demand](store::Database& database) { return find_kept_receipt(database, demand); };
  CO_TRY(auto receipt, co_await writer_.write(find));
  if (receipt) co_return TrailFound(*std::move(receipt));
  co_return TrailFound();
}

Task<void> Node::keep_trails_few() {
  for (;;) {
    const auto removed = co_await remove_trails();
    if (!removed) {
      log_.write(LogLevel::error, "trails_not_removed", {{"why", removed.error().message()}});
    } else if (*removed > 0) {
      log_.write(LogLevel::info, "trails_removed", {{"count", *removed}, {"kept", journal_.size()}});
      continue;
    }
    co_await runtime_.clock().sleep_for(kTrailsLookEvery);
  }
}

// Their receipts are durable before any of them goes.
Task<Result<std::size_t>> Node::remove_trails() {
  const StoreConfig& config = parts_.config.store;
  const auto due = retention_.due({.keep_ms = config.keep_trails_days * kMsPerDay, .trails_max = config.trails},
                                  journal_.size(), now(), kRemovedAtOnce,
                                  [this](const jobs::DemandId& demand) { return deliveries_->waits(demand); });
  std::vector<KeptReceipt> receipts;
  receipts.reserve(due.size());
  for (const jobs::DemandId& demand : due) {
    CO_TRY(const auto found, co_await journal_.find(demand));
    if (found) {
      receipts.push_back(kept_receipt_of(*found, now()));
    } else {
      retention_.removed(demand);  // the disk has spoiled it: it stays for whoever looks at it
    }
  }
  if (receipts.empty()) co_return std::size_t{0};
  CO_CHECK(co_await writer_.write([receipts](store::Database& database) -> Result<void> {
    for (const KeptReceipt& receipt : receipts) {
      if (auto saved = keep_receipt(database, receipt); !saved) return saved;
    }
    return {};
  }));
  for (const KeptReceipt& receipt : receipts) {
    retention_.removed(receipt.demand);
    trails_.erase(receipt.demand);
    CO_CHECK(co_await journal_.forget(receipt.demand));
  }
  co_return receipts.size();
}

}  // namespace quern::daemon
