#include "scheduler/ledger/ledger.hpp"

#include <algorithm>
#include <utility>

#include "overlay/runtime/assertion.hpp"
#include "scheduler/ledger/rows.hpp"
#include "scheduler/ledger/schema.hpp"

namespace quern::ledger {

using model::Credits;
using runtime::fail;
using runtime::Result;
using store::Row;

namespace {

Result<void> is_name(std::string_view what, std::string_view name, std::size_t bytes_max) {
  constexpr std::string_view kOthers = "._:-";
  const auto plain = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kOthers.contains(c);
  };
  if (name.empty() || name.size() > bytes_max) {
    return fail(Errc::entry_invalid,
                std::string(what) + " of " + std::to_string(name.size()) + " bytes: 1 to " + std::to_string(bytes_max));
  }
  if (!std::ranges::all_of(name, plain) || kOthers.contains(name.front())) {
    return fail(Errc::entry_invalid, std::string(what) + " with characters other than letters, digits and . _ : -");
  }
  return {};
}

Result<void> is_entry(const std::string& peer, Credits amount, Credits least, std::int64_t at_unix_ms) {
  if (auto named = is_name("a peer", peer, kPeerBytesMax); !named) return named;
  if (amount < least || amount.micro > kAmountMax) {
    return fail(Errc::entry_invalid,
                "an amount of " + to_text(amount) + ": " + to_text(least) + " to " + to_text(Credits{kAmountMax}));
  }
  if (at_unix_ms < 0 || at_unix_ms > kTimeMaxMs) {
    return fail(Errc::entry_invalid,
                "a time of " + std::to_string(at_unix_ms) + " ms: 0 to " + std::to_string(kTimeMaxMs));
  }
  return {};
}

// What differs, for people; empty when nothing does.
std::string difference(std::string_view what, std::string_view stands, std::string_view given) {
  if (stands == given) return {};
  return std::string(what) + " is " + std::string(stands) + ", not " + std::string(given);
}
template <class Entry, class Other>
std::string difference(const Entry& stands, const Other& given) {
  std::string text = difference("the peer", stands.peer, given.peer);
  if (text.empty()) text = difference("the job", stands.job, given.job);
  if (text.empty()) text = difference("the amount", to_text(stands.amount), to_text(given.amount));
  return text;
}

Transaction charge_entry(TransactionKind kind, const Charge& charge, const Account& debit, const Account& credit) {
  return {
      .kind = kind,
      .key = charge.agreement,
      .peer = charge.peer,
      .job = charge.job,
      .amount = charge.amount,
      .receipt = charge.receipt,
      .at_unix_ms = charge.at_unix_ms,
      .postings = {{.account = debit, .amount = charge.amount}, {.account = credit, .amount = {-charge.amount.micro}}}};
}

Result<void> is_charge(const Charge& charge) {
  if (auto named = is_name("a job", charge.job, kJobBytesMax); !named) return named;
  return is_entry(charge.peer, charge.amount, {}, charge.at_unix_ms);
}

template <class T>
Result<T> or_default(const Result<std::optional<T>>& found) {
  if (!found) return std::unexpected(found.error());
  return found->value_or(T{});
}

}  // namespace

Result<Ledger> Ledger::open(store::Database& database, const Budget& budget) {
  if (auto migrated = store::migrate(database, kRoom, schema_steps()); !migrated) {
    return std::unexpected(std::move(migrated).error());
  }
  return Ledger(database, budget);
}

Result<void> Ledger::fits_budget(const ReservationRequest& request) const {
  const auto check = [&](const Exposure& open, Credits most, std::string_view whom) -> Result<void> {
    const std::int64_t unpaid = std::max<std::int64_t>(open.payable.micro, 0);
    const auto used = model::add(open.reserved, {unpaid});
    const auto wanted = used ? model::add(*used, request.amount) : std::nullopt;
    if (wanted && *wanted <= most) return {};
    return fail(Errc::budget_exceeded, to_text(request.amount) + " wanted with " + to_text(open.reserved) +
                                           " reserved and " + to_text(Credits{unpaid}) + " not paid yet, of " +
                                           to_text(most) + " for " + std::string(whom));
  };
  const auto all = exposure();
  if (!all) return std::unexpected(all.error());
  if (auto fits = check(*all, budget_.all, "all peers"); !fits) return fits;
  if (!budget_.each_peer) return {};
  const auto with_peer = exposure(request.peer);
  if (!with_peer) return std::unexpected(with_peer.error());
  return check(*with_peer, *budget_.each_peer, request.peer);
}

Result<Reservation> Ledger::reserve(const ReservationRequest& request) {
  QUERN_ASSERT(database_->in_transaction(), "an entry outside of a transaction");
  if (auto named = is_name("a job", request.job, kJobBytesMax); !named) return std::unexpected(named.error());
  if (auto entry = is_entry(request.peer, request.amount, {}, request.at_unix_ms); !entry) {
    return std::unexpected(entry.error());
  }
  const auto known = reservation(request.agreement);
  if (!known) return std::unexpected(known.error());
  if (const auto& stands = *known) {
    if (const std::string text = difference(*stands, request); !text.empty()) return fail(Errc::key_reused, text);
    return *stands;
  }
  if (!request.bound) {
    if (auto fits = fits_budget(request); !fits) return std::unexpected(std::move(fits).error());
  }
  if (auto added = database_->run("INSERT INTO ledger_reservations (agreement, peer, job, amount, state, at_unix_ms) "
                                  "VALUES (?, ?, ?, ?, ?, ?)",
                                  request.agreement, request.peer, request.job, request.amount.micro,
                                  ReservationState::open, request.at_unix_ms);
      !added) {
    return std::unexpected(std::move(added).error());
  }
  if (auto counted = database_->run("UPDATE ledger_totals SET reserved = reserved + ?", request.amount.micro);
      !counted) {
    return std::unexpected(std::move(counted).error());
  }
  return Reservation{.agreement = request.agreement,
                     .peer = request.peer,
                     .job = request.job,
                     .amount = request.amount,
                     .state = ReservationState::open,
                     .at_unix_ms = request.at_unix_ms};
}

Result<Reservation> Ledger::release(const model::Digest& agreement) {
  QUERN_ASSERT(database_->in_transaction(), "an entry outside of a transaction");
  auto known = reservation(agreement);
  if (!known) return std::unexpected(known.error());
  std::optional<Reservation>& found = *known;
  if (!found) return fail(Errc::not_reserved);
  Reservation& released = *found;
  if (released.state == ReservationState::settled) return fail(Errc::reservation_settled);
  if (released.state == ReservationState::released) return released;
  released.state = ReservationState::released;
  if (auto ended =
          database_->run("UPDATE ledger_reservations SET state = ? WHERE agreement = ?", released.state, agreement);
      !ended) {
    return std::unexpected(std::move(ended).error());
  }
  if (auto counted = database_->run("UPDATE ledger_totals SET reserved = reserved - ?", released.amount.micro);
      !counted) {
    return std::unexpected(std::move(counted).error());
  }
  return released;
}

Result<std::optional<Posted>> Ledger::repeated(const Transaction& entry) const {
  const auto known = transaction(entry.kind, entry.key);
  if (!known) return std::unexpected(known.error());
  const std::optional<Transaction>& found = *known;
  if (!found) return std::nullopt;
  const Transaction& stands = *found;
  std::string text = difference(stands, entry);
  if (text.empty() && stands.receipt != entry.receipt) text = "the receipt is another";
  if (text.empty() && stands.reverses != entry.reverses) text = "it reverses another transaction";
  if (text.empty()) return Posted{.id = stands.id, .repeated = true};
  return fail(Errc::key_reused, "transaction " + std::to_string(stands.id) + ": " + text);
}

Result<Posted> Ledger::spend(const Charge& charge) {
  if (auto possible = is_charge(charge); !possible) return std::unexpected(std::move(possible).error());
  const Transaction entry =
      charge_entry(TransactionKind::spend, charge, {AccountKind::spent, {}}, {AccountKind::payable, charge.peer});
  const auto known = repeated(entry);
  if (!known) return std::unexpected(known.error());
  if (const auto& before = *known) return *before;
  const auto reserved = reservation(charge.agreement);
  if (!reserved) return std::unexpected(reserved.error());
  const std::optional<Reservation>& found = *reserved;
  if (!found) return fail(Errc::not_reserved);
  const Reservation& set_aside = *found;
  if (const std::string text =
          difference("the peer", set_aside.peer, charge.peer) + difference("the job", set_aside.job, charge.job);
      !text.empty()) {
    return fail(Errc::key_reused, "the reservation: " + text);
  }
  if (charge.amount > set_aside.amount) {
    return fail(Errc::above_reservation, to_text(charge.amount) + " of " + to_text(set_aside.amount));
  }
  if (auto ended = database_->run("UPDATE ledger_reservations SET state = ? WHERE agreement = ?",
                                  ReservationState::settled, charge.agreement);
      !ended) {
    return std::unexpected(std::move(ended).error());
  }
  const bool open = set_aside.state == ReservationState::open;
  return post(entry, {open ? -set_aside.amount.micro : 0});
}

Result<Posted> Ledger::earn(const Charge& charge) {
  if (auto possible = is_charge(charge); !possible) return std::unexpected(std::move(possible).error());
  const Transaction entry =
      charge_entry(TransactionKind::earn, charge, {AccountKind::receivable, charge.peer}, {AccountKind::earned, {}});
  return enter(entry);
}

Result<Posted> Ledger::settle(TransactionKind kind, const Payment& payment, AccountKind debit, AccountKind credit) {
  if (auto entry = is_entry(payment.peer, payment.amount, {1}, payment.at_unix_ms); !entry) {
    return std::unexpected(std::move(entry).error());
  }
  const auto account = [&](AccountKind which) {
    return Account{which, which == AccountKind::settled ? std::string() : payment.peer};
  };
  const Transaction entry{.kind = kind,
                          .key = payment.key,
                          .peer = payment.peer,
                          .amount = payment.amount,
                          .at_unix_ms = payment.at_unix_ms,
                          .postings = {{.account = account(debit), .amount = payment.amount},
                                       {.account = account(credit), .amount = {-payment.amount.micro}}}};
  return enter(entry);
}

Result<Posted> Ledger::pay(const Payment& payment) {
  return settle(TransactionKind::pay, payment, AccountKind::payable, AccountKind::settled);
}
Result<Posted> Ledger::collect(const Payment& payment) {
  return settle(TransactionKind::collect, payment, AccountKind::settled, AccountKind::receivable);
}
Result<Posted> Ledger::set_off(const Payment& payment) {
  return settle(TransactionKind::set_off, payment, AccountKind::payable, AccountKind::receivable);
}

Result<Posted> Ledger::reverse(TransactionId id, const Key& key, std::int64_t at_unix_ms) {
  auto known = transaction(id);
  if (!known) return std::unexpected(known.error());
  std::optional<Transaction>& found = *known;
  if (!found) return fail(Errc::not_found, "transaction " + std::to_string(id));
  Transaction& entry = *found;
  if (entry.kind == TransactionKind::reversal) {
    return fail(Errc::not_reversible, "transaction " + std::to_string(id) + " is a reversal itself");
  }
  if (auto possible = is_entry(entry.peer, entry.amount, {}, at_unix_ms); !possible) {
    return std::unexpected(std::move(possible).error());
  }
  entry.kind = TransactionKind::reversal;
  entry.key = key;
  entry.receipt.reset();
  entry.reverses = id;
  entry.at_unix_ms = at_unix_ms;
  for (Posting& posting : entry.postings) posting.amount.micro = -posting.amount.micro;
  const auto again = repeated(entry);
  if (!again) return std::unexpected(again.error());
  if (const auto& before = *again) return *before;
  const auto reversal = database_->find(
      "SELECT id FROM ledger_transactions WHERE reverses = ?", [](const Row& row) { return row.integer(0); }, id);
  if (!reversal) return std::unexpected(reversal.error());
  if (const auto& other = *reversal) {
    return fail(Errc::not_reversible,
                "transaction " + std::to_string(id) + " was reversed by " + std::to_string(*other));
  }
  return post(entry);
}

Result<Posted> Ledger::enter(const Transaction& entry) {
  const auto known = repeated(entry);
  if (!known) return std::unexpected(known.error());
  if (const auto& before = *known) return *before;
  return post(entry);
}

Result<Posted> Ledger::post(const Transaction& entry, Credits reserved) {
  QUERN_ASSERT(database_->in_transaction(), "an entry outside of a transaction");
  if (auto added = database_->run("INSERT INTO ledger_transactions (kind, key, peer, job, amount, receipt, reverses, "
                                  "at_unix_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                                  entry.kind, entry.key, entry.peer, entry.job, entry.amount.micro, entry.receipt,
                                  entry.reverses, entry.at_unix_ms);
      !added) {
    return std::unexpected(std::move(added).error());
  }
  const std::int64_t id = database_->last_insert_id();
  std::int64_t payable = 0;
  std::int64_t receivable = 0;
  std::int64_t sum = 0;
  for (std::size_t number = 0; number < entry.postings.size(); ++number) {
    const Posting& posting = entry.postings[number];
    if (auto posted = add_posting(*database_, id, number, posting); !posted) return std::unexpected(posted.error());
    if (posting.account.kind == AccountKind::payable) payable -= posting.amount.micro;
    if (posting.account.kind == AccountKind::receivable) receivable += posting.amount.micro;
    sum += posting.amount.micro;
  }
  QUERN_ASSERT(sum == 0, "the postings of a transaction do not sum to zero");
  if (auto counted = database_->run("UPDATE ledger_totals SET reserved = reserved + ?, payable = payable + ?, "
                                    "receivable = receivable + ?",
                                    reserved.micro, payable, receivable);
      !counted) {
    return std::unexpected(std::move(counted).error());
  }
  return Posted{.id = static_cast<TransactionId>(id), .repeated = false};
}

Result<std::optional<Reservation>> Ledger::reservation(const model::Digest& agreement) const {
  return database_->find(
      "SELECT agreement, peer, job, amount, state, at_unix_ms FROM ledger_reservations "
      "WHERE agreement = ?",
      reservation_of, agreement);
}

Result<std::vector<Reservation>> Ledger::open_reservations(const std::optional<model::Digest>& after) const {
  std::vector<Reservation> found;
  const auto take = [&](const Row& row) {
    found.push_back(reservation_of(row));
    return true;
  };
  // A blob is after every NULL: without `after` all are.
  if (auto read = database_->each("SELECT agreement, peer, job, amount, state, at_unix_ms FROM ledger_reservations "
                                  "WHERE state = 1 AND (?1 IS NULL OR agreement > ?1) ORDER BY agreement LIMIT ?2",
                                  take, after, kReservationsMax);
      !read) {
    return std::unexpected(std::move(read).error());
  }
  return found;
}

Result<std::optional<Transaction>> Ledger::transaction(TransactionId id) const {
  std::optional<Transaction> found;
  const auto take = [&](Transaction& transaction) {
    found = std::move(transaction);
    return false;
  };
  if (id == 0 || id > static_cast<TransactionId>(INT64_MAX)) return std::nullopt;
  if (auto read = each_transaction(*database_, id, id, take); !read) return std::unexpected(std::move(read).error());
  return found;
}

Result<std::optional<Transaction>> Ledger::transaction(TransactionKind kind, const Key& key) const {
  const auto id = database_->find(
      "SELECT id FROM ledger_transactions WHERE kind = ? AND key = ?",
      [](const Row& row) { return static_cast<TransactionId>(row.integer(0)); }, kind, key);
  if (!id) return std::unexpected(id.error());
  if (const auto& found = *id) return transaction(*found);
  return std::nullopt;
}

Result<Credits> Ledger::balance(const Account& account) const {
  const auto found = database_->find(
      "SELECT balance FROM ledger_accounts WHERE kind = ? AND peer = ?",
      [](const Row& row) { return Credits{row.integer(0)}; }, account.kind, account.peer);
  return or_default(found);
}

Result<Exposure> Ledger::exposure() const {
  const auto read = [](const Row& row) {
    return Exposure{.reserved = {row.integer(0)}, .payable = {row.integer(1)}, .receivable = {row.integer(2)}};
  };
  const auto found = database_->find("SELECT reserved, payable, receivable FROM ledger_totals", read);
  return or_default(found);
}

Result<Exposure> Ledger::exposure(const std::string& peer) const {
  const auto payable = balance({AccountKind::payable, peer});
  if (!payable) return std::unexpected(payable.error());
  const auto receivable = balance({AccountKind::receivable, peer});
  if (!receivable) return std::unexpected(receivable.error());
  const auto reserved = database_->find(
      "SELECT coalesce(sum(amount), 0) FROM ledger_reservations "
      "WHERE state = 1 AND peer = ?",
      [](const Row& row) { return Credits{row.integer(0)}; }, peer);
  if (!reserved) return std::unexpected(reserved.error());
  return Exposure{.reserved = reserved->value_or(Credits{}), .payable = {-payable->micro}, .receivable = *receivable};
}

Result<TransactionId> Ledger::last_transaction() const {
  const auto found = database_->find("SELECT coalesce(max(id), 0) FROM ledger_transactions",
                                     [](const Row& row) { return static_cast<TransactionId>(row.integer(0)); });
  return or_default(found);
}

}  // namespace quern::ledger
