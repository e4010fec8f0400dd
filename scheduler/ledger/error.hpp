// Why the ledger refuses an entry. Failures of the database come as store::Errc. Nothing is changed by what is refused.
#pragma once
#include <string>
#include <system_error>
#include <type_traits>

#include "overlay/runtime/result.hpp"
#include "scheduler/model/reason.hpp"

namespace quern::ledger {

enum class Errc {
  entry_invalid = 1,    // a name, a time or an amount that no entry may have: the detail names value and limit
  key_reused,           // the key stands for other content: the detail says what differs
  budget_exceeded,      // the reservation does not fit the budget: the detail names amount, open exposure and budget
  not_reserved,         // nothing was reserved for the agreement
  reservation_settled,  // it cannot be released any more
  above_reservation,    // more than was reserved for the agreement
  not_found,            // no such transaction
  not_reversible,       // a reversal, or reversed already
  out_of_range,         // a balance would not fit
};
std::error_code make_error_code(Errc code);

// What callers show for an error of the ledger or of its database.
model::Reason reason_of(const runtime::Error& error);

}  // namespace quern::ledger

template <>
struct std::is_error_code_enum<quern::ledger::Errc> : std::true_type {};
