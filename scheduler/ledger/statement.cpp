#include "scheduler/ledger/statement.hpp"

#include <algorithm>
#include <utility>

namespace quern::ledger {

using runtime::Result;
using store::Row;

namespace {

// A reversal counts as what it reverses, taken off. The kinds are those of TransactionKind.
#define QUERN_STATEMENT(group_by)                                                              \
  "SELECT " group_by                                                                           \
  " AS name, count(*), "                                                                       \
  "sum(CASE coalesce(o.kind, t.kind) WHEN 1 THEN iif(o.id, -t.amount, t.amount) ELSE 0 END), " \
  "sum(CASE coalesce(o.kind, t.kind) WHEN 2 THEN iif(o.id, -t.amount, t.amount) ELSE 0 END), " \
  "sum(CASE coalesce(o.kind, t.kind) WHEN 3 THEN iif(o.id, -t.amount, t.amount) ELSE 0 END), " \
  "sum(CASE coalesce(o.kind, t.kind) WHEN 4 THEN iif(o.id, -t.amount, t.amount) ELSE 0 END) "  \
  "FROM ledger_transactions t LEFT JOIN ledger_transactions o ON o.id = t.reverses "           \
  "WHERE t.at_unix_ms >= ?1 AND t.at_unix_ms < ?2 AND (?3 IS NULL OR " group_by                \
  " > ?3) "                                                                                    \
  "GROUP BY name ORDER BY name LIMIT ?4"

std::string_view sql_of(GroupBy by) {
  switch (by) {
    case GroupBy::peer:
      return QUERN_STATEMENT("t.peer");
    case GroupBy::day:
      return QUERN_STATEMENT("date(t.at_unix_ms / 1000, 'unixepoch')");
    case GroupBy::job:
      return QUERN_STATEMENT("t.job");
  }
  return {};
}
#undef QUERN_STATEMENT

}  // namespace

Result<std::vector<StatementLine>> statement(const Ledger& ledger, GroupBy by, const Period& period,
                                             const std::optional<std::string>& after) {
  std::vector<StatementLine> lines;
  const auto take = [&](const Row& row) {
    lines.push_back({.group = std::string(row.text(0)),
                     .transactions = static_cast<std::uint64_t>(row.integer(1)),
                     .spent = {row.integer(2)},
                     .earned = {row.integer(3)},
                     .paid = {row.integer(4)},
                     .collected = {row.integer(5)}});
    return true;
  };
  if (auto read = ledger.database().each(sql_of(by), take, period.from_unix_ms, period.until_unix_ms, after,
                                         kStatementLinesMax);
      !read) {
    return std::unexpected(std::move(read).error());
  }
  return lines;
}

Result<void> each_movement(const Ledger& ledger, const Period& period,
                           const std::function<bool(const Movement&)>& take) {
  constexpr std::string_view kMovements =
      "SELECT t.at_unix_ms, coalesce(o.key, t.key), t.peer, coalesce(o.kind, t.kind) = 1, "
      "iif(o.id, -t.amount, t.amount) "
      "FROM ledger_transactions t LEFT JOIN ledger_transactions o ON o.id = t.reverses "
      "WHERE t.at_unix_ms >= ?1 AND t.at_unix_ms < ?2 AND coalesce(o.kind, t.kind) IN (1, 2) "
      "ORDER BY t.at_unix_ms, t.id";
  const auto read = [&](const Row& row) {
    const bool spent = row.integer(3) != 0;
    const model::Credits amount{row.integer(4)};
    Movement movement{.at_unix_ms = row.integer(0),
                      .agreement = {},
                      .peer = std::string(row.text(2)),
                      .spent = spent ? amount : model::Credits{},
                      .earned = spent ? model::Credits{} : amount};
    const runtime::ByteView key = row.bytes(1);
    std::ranges::copy(key.first(std::min(key.size(), movement.agreement.size())), movement.agreement.begin());
    return take(movement);
  };
  return ledger.database().each(kMovements, read, period.from_unix_ms, period.until_unix_ms);
}

}  // namespace quern::ledger
