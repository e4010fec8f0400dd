// Between the tables and the values: for the files of this room.
#pragma once
#include <functional>

#include "overlay/runtime/result.hpp"
#include "scheduler/ledger/entry.hpp"
#include "scheduler/store/database.hpp"

namespace quern::ledger {

// Of a row (agreement, peer, job, amount, state, at_unix_ms).
Reservation reservation_of(const store::Row& row);

// Adds a posting and moves its account's balance; the account is made when there is none. Errc::out_of_range.
runtime::Result<void> add_posting(store::Database& database, std::int64_t transaction, std::size_t number,
                                  const Posting& posting);

// Calls `take` with the transactions `first` to `last`, both included, in order, each with its postings; until it
// returns false. store::Errc::corrupt: a row that no version of this program wrote, by its number. Keeps one
// transaction at a time.
runtime::Result<void> each_transaction(store::Database& database, TransactionId first, TransactionId last,
                                       const std::function<bool(Transaction&)>& take);

}  // namespace quern::ledger
