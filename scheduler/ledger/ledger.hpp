// The ledger of a node: append-only double entry over the database. What was written is never changed or removed, not
// even by this program (the schema refuses it); a mistake is put right by a further transaction (reverse()).
//
// Entries are made inside a transaction of the database, begun by the caller (asserted): an operation of a
// store::Writer, so that what belongs together (a job's end and its receipt) is durable together or not at all. An
// error changes nothing that the caller keeps, provided that it rolls back; a Writer does.
//
// Each entry has a key. The same key with the same content again is answered as the first time, and nothing is written:
// an answer that was lost can be asked for again. The same key with other content is refused (Errc::key_reused). The
// time of an entry is not content: a repeated entry keeps its first.
//
// Reads go through the same connection, and see what the caller's own transaction has written.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "overlay/runtime/result.hpp"
#include "scheduler/ledger/entry.hpp"
#include "scheduler/ledger/error.hpp"
#include "scheduler/store/database.hpp"

namespace quern::ledger {

// The most that may be open: reserved, or spent and not paid yet.
struct Budget {
  model::Credits all;                       // with all peers together
  std::optional<model::Credits> each_peer;  // with any one of them; none: only `all` counts
};

struct ReservationRequest {
  model::Digest agreement{};
  std::string peer;  // the provider
  std::string job;
  model::Credits amount;  // the most that the agreement can cost
  std::int64_t at_unix_ms = 0;
  bool bound = false;  // both have signed already: the budget is not asked any more
};

// What a receipt says that both signed; also what the last voucher says when there is no receipt.
struct Charge {
  model::Digest agreement{};
  std::string peer;  // the other side
  std::string job;
  model::Credits amount;  // 0 when nothing was used
  model::Digest receipt{};
  std::int64_t at_unix_ms = 0;
};

// Paying off what is owed.
struct Payment {
  Key key{};
  std::string peer;
  model::Credits amount;
  std::int64_t at_unix_ms = 0;
};

// What became of an entry.
struct Posted {
  TransactionId id = 0;
  bool repeated = false;  // it stood there already
  bool operator==(const Posted&) const = default;
};

// How the node stands with a peer, or with all together. None is below zero unless more was paid than owed.
struct Exposure {
  model::Credits reserved;
  model::Credits payable;     // owed by this node
  model::Credits receivable;  // owed to it
  bool operator==(const Exposure&) const = default;
};

class Ledger {
 public:
  // Makes or updates the tables. The database must outlive this. store::Errc::newer_schema as of store::migrate.
  static runtime::Result<Ledger> open(store::Database& database, const Budget& budget);

  const Budget& budget() const { return budget_; }
  void set_budget(const Budget& budget) { budget_ = budget; }

  // Sets credits aside. Errc::budget_exceeded. One agreement is reserved for once: again, also after its end, answers
  // with the reservation as it now is.
  runtime::Result<Reservation> reserve(const ReservationRequest& request);
  // Gives back what was reserved: the agreement ended and nothing is owed. Of a released one: answers the same.
  // Errc::not_reserved, reservation_settled.
  runtime::Result<Reservation> release(const model::Digest& agreement);
  // The submitter's side of a receipt: ends the reservation, and spends. Errc::not_reserved, above_reservation. A
  // released reservation can still be spent from: what was signed is owed, also when it is shown late.
  runtime::Result<Posted> spend(const Charge& charge);
  // The provider's side of a receipt.
  runtime::Result<Posted> earn(const Charge& charge);

  // This node paid a provider; a submitter paid this node; what both owe was weighed up. More than is owed is taken:
  // a payment that was made stands.
  runtime::Result<Posted> pay(const Payment& payment);
  runtime::Result<Posted> collect(const Payment& payment);
  runtime::Result<Posted> set_off(const Payment& payment);

  // Repair: a further transaction with the postings of `id`, signs turned. The key is that of the repair. The
  // reservation of a reversed spend stays settled. Errc::not_found, not_reversible.
  runtime::Result<Posted> reverse(TransactionId id, const Key& key, std::int64_t at_unix_ms);

  runtime::Result<std::optional<Reservation>> reservation(const model::Digest& agreement) const;
  runtime::Result<std::optional<Transaction>> transaction(TransactionId id) const;
  // spend and earn have their agreement's hash as key.
  runtime::Result<std::optional<Transaction>> transaction(TransactionKind kind, const Key& key) const;
  runtime::Result<model::Credits> balance(const Account& account) const;  // 0 for one never posted to
  runtime::Result<Exposure> exposure() const;                             // all peers
  runtime::Result<Exposure> exposure(const std::string& peer) const;
  // The newest; 0 when there is none.
  runtime::Result<TransactionId> last_transaction() const;
  // Open reservations in the order of their agreements, those after `after`, at most kReservationsMax: what a restarted
  // node has to end or take up again.
  runtime::Result<std::vector<Reservation>> open_reservations(
      const std::optional<model::Digest>& after = std::nullopt) const;

  store::Database& database() const { return *database_; }

 private:
  Ledger(store::Database& database, const Budget& budget) : database_(&database), budget_(budget) {}
  runtime::Result<void> fits_budget(const ReservationRequest& request) const;
  // What stands under the entry's kind and key: answers, refuses, or nullopt.
  runtime::Result<std::optional<Posted>> repeated(const Transaction& entry) const;
  runtime::Result<Posted> enter(const Transaction& entry);
  // `reserved`: what the entry changes of the sum of open reservations.
  runtime::Result<Posted> post(const Transaction& entry, model::Credits reserved = {});
  runtime::Result<Posted> settle(TransactionKind kind, const Payment& payment, AccountKind debit, AccountKind credit);

  store::Database* database_;
  Budget budget_;
};
inline constexpr std::size_t kReservationsMax = 256;  // of one call

}  // namespace quern::ledger
