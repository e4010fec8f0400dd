#include "scheduler/ledger/verify.hpp"

#include <map>
#include <utility>

#include "overlay/runtime/hex.hpp"
#include "scheduler/ledger/rows.hpp"

namespace quern::ledger {

using model::Credits;
using runtime::Result;
using store::Row;

namespace {

using Breach = std::optional<std::string>;

struct Legs {
  AccountKind debit;
  AccountKind credit;
};
std::optional<Legs> legs_of(TransactionKind kind) {
  switch (kind) {
    case TransactionKind::spend:
      return Legs{AccountKind::spent, AccountKind::payable};
    case TransactionKind::earn:
      return Legs{AccountKind::receivable, AccountKind::earned};
    case TransactionKind::pay:
      return Legs{AccountKind::payable, AccountKind::settled};
    case TransactionKind::collect:
      return Legs{AccountKind::settled, AccountKind::receivable};
    case TransactionKind::set_off:
      return Legs{AccountKind::payable, AccountKind::receivable};
    case TransactionKind::reversal:
      return std::nullopt;
  }
  return std::nullopt;
}

Account account_of(AccountKind kind, const std::string& peer) {
  const bool with_peer = kind == AccountKind::payable || kind == AccountKind::receivable;
  return {kind, with_peer ? peer : std::string()};
}

// "the amount is 5, not 4"; none when both are the same.
Breach differs(std::string_view what, std::string_view is, std::string_view should) {
  if (is == should) return std::nullopt;
  return std::string(what) + " is " + std::string(is) + ", not " + std::string(should);
}

// Goes over the transactions in order.
class Recount {
 public:
  // A breach with the row it is in.
  Breach add(const Transaction& entry) {
    const std::string row = "transaction " + std::to_string(entry.id);
    if (entry.id != ++result.transactions) return row + " follows " + std::to_string(result.transactions - 1);
    if (entry.kind != TransactionKind::reversal) {
      if (auto breach = has_legs(entry)) return row + ": " + *breach;
    }
    Credits sum;
    for (std::size_t at = 0; at < entry.postings.size(); ++at) {
      ++result.postings;
      if (auto breach = moves_balance(entry.postings[at], sum)) {
        return row + ", posting " + std::to_string(at) + ": " + *breach;
      }
    }
    if (auto breach = differs("the sum of its postings", to_text(sum), "0")) return row + ": " + *breach;
    return std::nullopt;
  }

  Verification result;
  std::map<Account, Credits> balances;

 private:
  static Breach has_legs(const Transaction& entry) {
    const auto legs = legs_of(entry.kind);
    if (!legs || entry.postings.size() != 2) {
      return "it has " + std::to_string(entry.postings.size()) + " postings, not 2";
    }
    const Posting& debit = entry.postings[0];
    const Posting& credit = entry.postings[1];
    if (auto breach = differs("the debit", to_text(debit.account), to_text(account_of(legs->debit, entry.peer)))) {
      return breach;
    }
    if (auto breach = differs("the credit", to_text(credit.account), to_text(account_of(legs->credit, entry.peer)))) {
      return breach;
    }
    return differs("the amount debited", to_text(debit.amount), to_text(entry.amount));
  }
  Breach moves_balance(const Posting& posting, Credits& sum) {
    Credits& balance = balances[posting.account];
    const auto moved = model::add(balance, posting.amount);
    const auto summed = model::add(sum, posting.amount);
    if (!moved || !summed) return "the balance of " + to_text(posting.account) + " does not fit";
    balance = *moved;
    sum = *summed;
    return differs("the balance of " + to_text(posting.account), to_text(posting.balance), to_text(balance));
  }
};

// Reads with a statement of the caller's and stops at the first breach.
template <class Find>
Result<Breach> first_breach(store::Database& database, std::string_view sql, Find find) {
  Breach breach;
  const auto take = [&](const Row& row) {
    breach = find(row);
    return !breach;
  };
  if (auto read = database.each(sql, take); !read) return std::unexpected(std::move(read).error());
  return breach;
}

Result<Breach> check_transactions(store::Database& database, Recount& recount) {
  Breach breach;
  const auto take = [&](const Transaction& entry) {
    breach = recount.add(entry);
    return !breach;
  };
  if (auto read = each_transaction(database, 0, INT64_MAX, take); !read) {
    return std::unexpected(std::move(read).error());
  }
  return breach;
}

// Reversals beside what they reverse: same peer and amount, the same accounts, signs turned, and only once (the table's
// own rule).
Result<Breach> check_reversals(store::Database& database) {
  const auto none_turned = first_breach(
      database,
      "SELECT t.id FROM ledger_transactions t LEFT JOIN ledger_transactions o ON o.id = t.reverses WHERE "
      "(t.kind = 6) != (t.reverses IS NOT NULL) OR (t.kind = 6 AND (o.id IS NULL OR o.id >= t.id OR o.kind = 6 OR "
      "o.peer != t.peer OR o.job != t.job OR o.amount != t.amount)) ORDER BY t.id LIMIT 1",
      [](const Row& row) -> Breach {
        return "transaction " + std::to_string(row.integer(0)) + ": it is not the reversal of another before it";
      });
  if (!none_turned || *none_turned) return none_turned;
  return first_breach(
      database,
      "SELECT t.id, p.number FROM ledger_transactions t JOIN ledger_postings p ON p.transaction_id = t.id "
      "LEFT JOIN ledger_postings o ON o.transaction_id = t.reverses AND o.number = p.number "
      "WHERE t.reverses IS NOT NULL AND (o.account IS NOT p.account OR o.amount IS NOT -p.amount) "
      "ORDER BY t.id, p.number LIMIT 1",
      [](const Row& row) -> Breach {
        return "transaction " + std::to_string(row.integer(0)) + ", posting " + std::to_string(row.integer(1)) +
               ": it does not turn what it reverses";
      });
}

Result<Breach> check_accounts(store::Database& database, Recount& recount) {
  std::size_t seen = 0;
  auto breach = first_breach(
      database, "SELECT kind, peer, balance FROM ledger_accounts ORDER BY id", [&](const Row& row) -> Breach {
        ++seen;
        const auto kind = account_kind_from(row.integer(0));
        if (!kind) return "an account is of no kind";
        const Account account{*kind, std::string(row.text(1))};
        const auto known = recount.balances.find(account);
        if (known == recount.balances.end()) return to_text(account) + " has no postings";
        return differs("the balance of " + to_text(account), to_text(Credits{row.integer(2)}), to_text(known->second));
      });
  if (breach && !*breach && seen != recount.balances.size()) *breach = "an account is missing";
  return breach;
}

Result<Breach> check_reservations(store::Database& database, Verification& result) {
  return first_breach(
      database,
      "SELECT r.agreement, r.peer, r.job, r.amount, r.state, r.at_unix_ms, t.peer, t.job, t.amount FROM "
      "ledger_reservations r LEFT JOIN ledger_transactions t ON t.kind = 1 AND t.key = r.agreement ORDER BY "
      "r.agreement",
      [&](const Row& row) -> Breach {
        const Reservation stands = reservation_of(row);
        const std::string name = "the reservation for " + runtime::to_hex(stands.agreement);
        ++result.reservations;
        const bool spent = !row.is_null(8);
        if (spent != (stands.state == ReservationState::settled)) {
          return name + " is " + std::string(name_of(stands.state)) + (spent ? ", but was" : ", but was never") +
                 " spent from";
        }
        if (!spent) return std::nullopt;
        if (row.text(6) != stands.peer || row.text(7) != stands.job) return name + " was spent from by another job";
        if (row.integer(8) > stands.amount.micro) return name + " was spent from beyond its amount";
        return std::nullopt;
      });
}

Result<Breach> check_totals(store::Database& database, const Ledger& ledger, const Recount& recount) {
  const auto orphan =
      first_breach(database,
                   "SELECT t.id FROM ledger_transactions t WHERE t.kind = 1 AND NOT EXISTS (SELECT 1 "
                   "FROM ledger_reservations r WHERE r.agreement = t.key) ORDER BY t.id LIMIT 1",
                   [](const Row& row) -> Breach {
                     return "transaction " + std::to_string(row.integer(0)) + ": nothing was reserved for it";
                   });
  if (!orphan || *orphan) return orphan;
  Exposure should;
  for (const auto& [account, balance] : recount.balances) {
    const auto payable = model::subtract(should.payable, balance);
    const auto receivable = model::add(should.receivable, balance);
    if (account.kind == AccountKind::payable) should.payable = payable.value_or(Credits{});
    if (account.kind == AccountKind::receivable) should.receivable = receivable.value_or(Credits{});
  }
  const auto reserved = database.find("SELECT coalesce(sum(amount), 0) FROM ledger_reservations WHERE state = 1",
                                      [](const Row& row) { return Credits{row.integer(0)}; });
  if (!reserved) return std::unexpected(reserved.error());
  should.reserved = reserved->value_or(Credits{});
  const auto is = ledger.exposure();
  if (!is) return std::unexpected(is.error());
  if (auto breach = differs("the total reserved", to_text(is->reserved), to_text(should.reserved))) return breach;
  if (auto breach = differs("the total payable", to_text(is->payable), to_text(should.payable))) return breach;
  return differs("the total receivable", to_text(is->receivable), to_text(should.receivable));
}

Result<Breach> check_all(const Ledger& ledger, Recount& recount) {
  store::Database& database = ledger.database();
  // First: it says which row of the ledger is wrong, where the file's own check knows only pages.
  auto breach = check_transactions(database, recount);
  if (breach && !*breach) breach = check_reversals(database);
  if (breach && !*breach) breach = check_accounts(database, recount);
  if (breach && !*breach) breach = check_reservations(database, recount.result);
  if (breach && !*breach) breach = check_totals(database, ledger, recount);
  if (!breach || *breach) return breach;
  if (auto checked = database.check(); !checked) return std::unexpected(std::move(checked).error());
  return Breach();
}

}  // namespace

Result<Verification> verify(const Ledger& ledger) {
  std::optional<Result<store::Transaction>> reading;
  if (!ledger.database().in_transaction()) reading.emplace(store::Transaction::begin_reading(ledger.database()));
  if (reading && !*reading) return std::unexpected(reading->error());
  Recount recount;
  auto breach = check_all(ledger, recount);
  if (!breach && breach.error() != store::Errc::corrupt) return std::unexpected(std::move(breach).error());
  recount.result.breach = breach ? std::move(*breach) : breach.error().message();
  return std::move(recount.result);
}

}  // namespace quern::ledger
