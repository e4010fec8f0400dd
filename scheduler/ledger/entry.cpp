#include "scheduler/ledger/entry.hpp"

#include <algorithm>

namespace quern::ledger {
namespace {

constexpr std::array<std::string_view, 5> kAccountNames = {"spent", "earned", "payable", "receivable", "settled"};
constexpr std::array<std::string_view, 6> kTransactionNames = {"spend",   "earn",    "pay",
                                                               "collect", "set_off", "reversal"};
constexpr std::array<std::string_view, 3> kStateNames = {"open", "released", "settled"};

template <class Kind, std::size_t N>
std::optional<Kind> kind_from(std::int64_t number, const std::array<std::string_view, N>& names) {
  if (number < 1 || number > static_cast<std::int64_t>(names.size())) return std::nullopt;
  return static_cast<Kind>(number);
}

}  // namespace

std::string_view name_of(AccountKind kind) {
  return kAccountNames[static_cast<std::size_t>(kind) - 1];
}
std::string_view name_of(TransactionKind kind) {
  return kTransactionNames[static_cast<std::size_t>(kind) - 1];
}
std::string_view name_of(ReservationState state) {
  return kStateNames[static_cast<std::size_t>(state) - 1];
}
std::optional<AccountKind> account_kind_from(std::int64_t number) {
  return kind_from<AccountKind>(number, kAccountNames);
}
std::optional<TransactionKind> transaction_kind_from(std::int64_t number) {
  return kind_from<TransactionKind>(number, kTransactionNames);
}

std::string to_text(const Account& account) {
  std::string text(name_of(account.kind));
  if (!account.peer.empty()) text.append(":").append(account.peer);
  return text;
}

}  // namespace quern::ledger
