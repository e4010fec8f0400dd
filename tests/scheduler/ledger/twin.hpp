// A naive ledger in memory, and random operations that both it and the real one are given.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "overlay/runtime/random.hpp"
#include "scheduler/ledger/ledger.hpp"

namespace quern::ledger {

// One operation, as a value: so that it can be repeated, and given to both.
struct Release {
  model::Digest agreement{};
};
struct Reversal {
  TransactionId id = 0;
  Key key{};
  std::int64_t at_unix_ms = 0;
};
struct Spend : Charge {};
struct Earn : Charge {};
struct Pay : Payment {};
struct Collect : Payment {};
struct SetOff : Payment {};
using Entry = std::variant<ReservationRequest, Release, Spend, Earn, Pay, Collect, SetOff, Reversal>;

// What an operation answers, in a form that can be compared.
struct Answer {
  std::optional<Errc> refused;
  TransactionId id = 0;   // of what posts
  bool repeated = false;  // likewise
  bool operator==(const Answer&) const = default;
};

// The real ledger's answer; `failed` is set to an error that is not the ledger's own.
Answer enter(Ledger& ledger, const Entry& entry, std::optional<runtime::Error>& failed);

// The rules of ledger.hpp in the plainest words, without a database.
class Twin {
 public:
  explicit Twin(const Budget& budget) : budget_(budget) {}
  Answer enter(const Entry& entry);

  std::int64_t balance(const Account& account) const;
  Exposure exposure(const std::string* peer) const;
  TransactionId last() const { return transactions_.size(); }
  const std::vector<Transaction>& transactions() const { return transactions_; }
  const std::map<model::Digest, Reservation>& reservations() const { return reservations_; }

 private:
  Answer add(const ReservationRequest& request);
  Answer add(const Release& release);
  Answer add(const Spend& charge);
  Answer add(const Earn& charge);
  Answer add(const Pay& payment);
  Answer add(const Collect& payment);
  Answer add(const SetOff& payment);
  Answer add(const Reversal& reversal);
  Answer settle(TransactionKind kind, const Payment& payment, const Account& debit, const Account& credit);
  std::optional<Answer> repeated(const Transaction& entry) const;
  Answer post(Transaction entry);

  Budget budget_;
  std::vector<Transaction> transactions_;
  std::map<model::Digest, Reservation> reservations_;
};

// Random operations, most of which are possible: on few agreements and peers, so that they meet; some repeat an earlier
// one, some change it a little.
class Entries {
 public:
  Entries(std::uint64_t seed, std::size_t agreements) : random_(seed), agreements_(agreements) {}
  Entry next(const Twin& twin);

 private:
  model::Digest digest(std::uint64_t number, std::uint8_t mark);
  Entry fresh(const Twin& twin);
  Charge charge(const Twin& twin);

  runtime::Random random_;
  std::size_t agreements_;
  std::vector<Entry> earlier_;
};

}  // namespace quern::ledger
