#include "scheduler/ledger/rows.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "scheduler/ledger/error.hpp"

namespace quern::ledger {

using runtime::fail;
using runtime::Result;
using store::Row;

namespace {

std::optional<model::Digest> digest_of(const Row& row, int column) {
  const runtime::ByteView bytes = row.bytes(column);
  model::Digest digest{};
  if (bytes.size() != digest.size()) return std::nullopt;
  std::ranges::copy(bytes, digest.begin());
  return digest;
}

// Columns of kTransactions.
namespace column {
enum Number : int {
  id,
  kind,
  key,
  peer,
  job,
  amount,
  receipt,
  reverses,
  at_unix_ms,
  number,
  posting_amount,
  balance,
  account_kind,
  account_peer
};
}  // namespace column
constexpr std::string_view kTransactions =
    "SELECT t.id, t.kind, t.key, t.peer, t.job, t.amount, t.receipt, t.reverses, t.at_unix_ms, "
    "p.number, p.amount, p.balance, a.kind, a.peer "
    "FROM ledger_transactions t LEFT JOIN ledger_postings p ON p.transaction_id = t.id "
    "LEFT JOIN ledger_accounts a ON a.id = p.account "
    "WHERE t.id BETWEEN ? AND ? ORDER BY t.id, p.number";

std::optional<Transaction> transaction_of(const Row& row) {
  const auto of_kind = transaction_kind_from(row.integer(column::kind));
  const auto of_key = digest_of(row, column::key);
  const auto of_receipt = digest_of(row, column::receipt);
  if (!of_kind || !of_key || (!of_receipt && !row.is_null(column::receipt))) return std::nullopt;
  Transaction read{.id = static_cast<TransactionId>(row.integer(column::id)),
                   .kind = *of_kind,
                   .key = *of_key,
                   .peer = std::string(row.text(column::peer)),
                   .job = std::string(row.text(column::job)),
                   .amount = {row.integer(column::amount)},
                   .receipt = of_receipt,
                   .at_unix_ms = row.integer(column::at_unix_ms)};
  if (!row.is_null(column::reverses)) read.reverses = static_cast<TransactionId>(row.integer(column::reverses));
  return read;
}

std::optional<Posting> posting_of(const Row& row) {
  const auto of_kind = account_kind_from(row.integer(column::account_kind));
  if (!of_kind) return std::nullopt;
  return Posting{.account = {*of_kind, std::string(row.text(column::account_peer))},
                 .amount = {row.integer(column::posting_amount)},
                 .balance = {row.integer(column::balance)}};
}

// Gathers rows into transactions.
class Gatherer {
 public:
  explicit Gatherer(const std::function<bool(Transaction&)>& take) : take_(take) {}

  bool add(const Row& row) {
    const auto next = static_cast<TransactionId>(row.integer(column::id));
    if (current_ && current_->id != next && !finish()) return false;
    if (!current_) current_ = transaction_of(row);
    const auto posting = posting_of(row);
    // A transaction without postings is taken as it is: who looks at it says so.
    const bool none = row.is_null(column::number);
    if (!current_ || (!none && (!posting || row.integer(column::number) != std::ssize(current_->postings)))) {
      damaged_ = next;
      return false;
    }
    if (posting) current_->postings.push_back(*posting);
    return true;
  }
  Result<void> end() {
    if (damaged_) {
      return fail(store::Errc::corrupt, "transaction " + std::to_string(*damaged_) + " holds what no program wrote");
    }
    finish();
    return {};
  }

 private:
  bool finish() {
    std::optional<Transaction> whole = std::exchange(current_, std::nullopt);
    return !whole || take_(*whole);
  }

  const std::function<bool(Transaction&)>& take_;
  std::optional<Transaction> current_;
  std::optional<TransactionId> damaged_;
};

}  // namespace

Reservation reservation_of(const Row& row) {
  const std::int64_t state = std::clamp<std::int64_t>(row.integer(4), 1, 3);
  return {.agreement = digest_of(row, 0).value_or(model::Digest{}),
          .peer = std::string(row.text(1)),
          .job = std::string(row.text(2)),
          .amount = {row.integer(3)},
          .state = static_cast<ReservationState>(state),
          .at_unix_ms = row.integer(5)};
}

Result<void> add_posting(store::Database& database, std::int64_t transaction, std::size_t number,
                         const Posting& posting) {
  struct Moved {
    std::int64_t account;
    std::int64_t balance;
  };
  const auto moved = database.find(
      "INSERT INTO ledger_accounts (kind, peer, balance) VALUES (?, ?, ?) "
      "ON CONFLICT (kind, peer) DO UPDATE SET balance = balance + excluded.balance RETURNING id, balance",
      [](const Row& row) { return Moved{row.integer(0), row.integer(1)}; }, posting.account.kind, posting.account.peer,
      posting.amount.micro);
  // A sum that does not fit becomes a real number, which the column refuses.
  if (!moved && moved.error() == store::Errc::constraint) return fail(Errc::out_of_range, to_text(posting.account));
  if (!moved) return std::unexpected(moved.error());
  const Moved row = moved->value_or(Moved{});
  return database.run(
      "INSERT INTO ledger_postings (transaction_id, number, account, amount, balance) "
      "VALUES (?, ?, ?, ?, ?)",
      transaction, number, row.account, posting.amount.micro, row.balance);
}

Result<void> each_transaction(store::Database& database, TransactionId first, TransactionId last,
                              const std::function<bool(Transaction&)>& take) {
  Gatherer gatherer(take);
  if (auto read = database.each(kTransactions, [&](const Row& row) { return gatherer.add(row); }, first, last); !read) {
    return read;
  }
  return gatherer.end();
}

}  // namespace quern::ledger
