// What stands in a ledger. Plain values; amounts are micro-credits.
//
// Every transaction is a list of postings whose amounts sum to zero. An amount above zero is a debit: it raises what
// this node has or has used (`spent`, `receivable`, `settled`); one below zero a credit: it raises what it owes or has
// earned (`payable`, `earned`).
//
//   kind            postings
//   spend           spent +a          payable of the provider -a      a job of ours was paid for by its receipt
//   earn            receivable +a     earned -a                       a job of a submitter, likewise
//   pay             payable +a        settled -a                      we settled with a provider
//   collect         settled +a        receivable -a                   a submitter settled with us
//   set_off         payable +a        receivable -a                   what two peers owe each other is weighed up
//   reversal        those of another transaction with the signs turned
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/model/credits.hpp"
#include "scheduler/model/job.hpp"

namespace quern::ledger {

inline constexpr std::int64_t kAmountMax = 1'000'000'000'000'000;  // of one entry: a thousand million credits
inline constexpr std::size_t kPeerBytesMax = 128;
inline constexpr std::size_t kJobBytesMax = 64;
inline constexpr std::int64_t kTimeMaxMs = 253'402'300'799'999;  // the end of the year 9999

// What makes an entry the one it is: asking for the same entry again changes nothing and answers the same. An
// agreement's hash for what belongs to an agreement; for settlements a number that both peers agree on.
using Key = model::Digest;
using TransactionId = std::uint64_t;  // 1, 2, 3... without gaps

enum class AccountKind : std::uint8_t { spent = 1, earned, payable, receivable, settled };
enum class TransactionKind : std::uint8_t { spend = 1, earn, pay, collect, set_off, reversal };
std::string_view name_of(AccountKind kind);
std::string_view name_of(TransactionKind kind);
std::optional<TransactionKind> transaction_kind_from(std::int64_t number);
std::optional<AccountKind> account_kind_from(std::int64_t number);

// `spent`, `earned` and `settled` are the node's own; there is one `payable` and one `receivable` for each peer.
struct Account {
  AccountKind kind = AccountKind::spent;
  std::string peer;  // empty for the node's own
  auto operator<=>(const Account&) const = default;
};
std::string to_text(const Account& account);  // "payable:12D3Koo..."

struct Posting {
  Account account;
  model::Credits amount;
  model::Credits balance;  // of the account, with this posting
  bool operator==(const Posting&) const = default;
};

struct Transaction {
  TransactionId id = 0;
  TransactionKind kind = TransactionKind::spend;
  Key key{};
  std::string peer;
  std::string job;  // of spend and earn
  model::Credits amount;
  std::optional<model::Digest> receipt;   // the record that proves it
  std::optional<TransactionId> reverses;  // of a reversal
  std::int64_t at_unix_ms = 0;
  std::vector<Posting> postings;
  bool operator==(const Transaction&) const = default;
};

enum class ReservationState : std::uint8_t { open = 1, released, settled };
std::string_view name_of(ReservationState state);

// Credits set aside for an agreement: neither debit nor credit, but what the budget counts as gone.
struct Reservation {
  model::Digest agreement{};
  std::string peer;  // the provider
  std::string job;
  model::Credits amount;
  ReservationState state = ReservationState::open;
  std::int64_t at_unix_ms = 0;
  bool operator==(const Reservation&) const = default;
};

}  // namespace quern::ledger
