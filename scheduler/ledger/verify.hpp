// Recomputes what a ledger says from its postings, and names the first row that does not hold.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "scheduler/ledger/ledger.hpp"

namespace quern::ledger {

struct Verification {
  std::uint64_t transactions = 0;  // looked at
  std::uint64_t postings = 0;
  std::uint64_t reservations = 0;
  // "transaction 17, posting 1: the balance of payable:... is 500, not 400"; none: everything holds.
  std::optional<std::string> breach;
};

// What must hold: the file itself (store::Database::check); transactions count from 1 without gaps; the postings of
// each sum to zero, are those that its kind and amount demand, and carry the balance that all before them give; a
// reversal turns the postings of a transaction before it; every account, total and reservation is what the rows say;
// what was spent was reserved. A damaged file is a breach, too; an error is only what kept this from looking.
//
// Blocks, reads everything once, and keeps one balance an account. It sees one state of the database: on a running node
// give it a ledger on a connection of its own, which does not hold up the writer's.
runtime::Result<Verification> verify(const Ledger& ledger);

}  // namespace quern::ledger
