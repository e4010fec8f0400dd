#include "scheduler/ledger/error.hpp"

#include "scheduler/store/error.hpp"

namespace quern::ledger {
namespace {

const char* text_of(Errc code) {
  switch (code) {
    case Errc::entry_invalid:
      return "no entry of a ledger";
    case Errc::key_reused:
      return "the key stands for another entry";
    case Errc::budget_exceeded:
      return "above the budget";
    case Errc::not_reserved:
      return "nothing is reserved for the agreement";
    case Errc::reservation_settled:
      return "the reservation is settled";
    case Errc::above_reservation:
      return "more than was reserved";
    case Errc::not_found:
      return "no such transaction";
    case Errc::not_reversible:
      return "the transaction cannot be reversed";
    case Errc::out_of_range:
      return "a balance would not fit";
  }
  return "unknown error";
}

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "quern.ledger"; }
  std::string message(int value) const override { return text_of(static_cast<Errc>(value)); }
};

}  // namespace

std::error_code make_error_code(Errc code) {
  static const Category kCategory;
  return {static_cast<int>(code), kCategory};
}

model::Reason reason_of(const runtime::Error& error) {
  if (error == store::Errc::disk_full) return model::Reason::disk_full;
  if (error == Errc::budget_exceeded) return model::Reason::budget_exceeded;
  if (error == Errc::above_reservation) return model::Reason::overcharged;
  if (error == Errc::key_reused) return model::Reason::terms_differ;
  return model::Reason::internal;
}

}  // namespace quern::ledger
