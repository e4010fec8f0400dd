// What was spent, earned and settled, summed by peer, by day or by job: what people look at.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "scheduler/ledger/ledger.hpp"

namespace quern::ledger {

enum class GroupBy : std::uint8_t { peer, day, job };

// From the first included to the last excluded, by the times of the entries.
struct Period {
  std::int64_t from_unix_ms = 0;
  std::int64_t until_unix_ms = kTimeMaxMs + 1;
};

// Reversals are already taken off; a settlement counts no job.
struct StatementLine {
  std::string group;  // the peer, the job, or the day as "2026-08-22" (UTC)
  std::uint64_t transactions = 0;
  model::Credits spent;
  model::Credits earned;
  model::Credits paid;       // by this node
  model::Credits collected;  // by this node
  bool operator==(const StatementLine&) const = default;
};
inline constexpr std::size_t kStatementLinesMax = 1000;  // of one call

// In the order of the groups' names, those after `after`; fewer than kStatementLinesMax: there are no more. Grouped by
// job, settlements have an empty name, which comes first and only without `after`. Reads the whole period: blocks for
// about a second a million transactions.
runtime::Result<std::vector<StatementLine>> statement(const Ledger& ledger, GroupBy by, const Period& period = {},
                                                      const std::optional<std::string>& after = std::nullopt);

// What an entry moved between this node and a peer for work; a reversal's amounts are below zero.
struct Movement {
  std::int64_t at_unix_ms = 0;
  model::Digest agreement{};
  std::string peer;
  model::Credits spent;
  model::Credits earned;
  bool operator==(const Movement&) const = default;
};

// Calls `take` with every spend, every earn, and what reverses one, of the period, by their times; until it returns
// false.
runtime::Result<void> each_movement(const Ledger& ledger, const Period& period,
                                    const std::function<bool(const Movement&)>& take);

}  // namespace quern::ledger
