#include "scheduler/daemon/receipt_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "overlay/runtime/hex.hpp"
#include "scheduler/daemon/job_record.hpp"
#include "scheduler/daemon/rates_json.hpp"
#include "scheduler/daemon/work_energy.hpp"
#include "scheduler/engagement/provider.hpp"
#include "scheduler/store/schema.hpp"

namespace quern::daemon {

using agreement::Party;
using agreement::RecordKind;
using agreement::Stage;
using agreement::Trail;
using dispatch::Outlook;
using runtime::Result;
using store::Database;
using store::Row;

namespace {

constexpr std::string_view kFirst = R"sql(
CREATE TABLE receipts (
  number INTEGER PRIMARY KEY,
  demand BLOB NOT NULL UNIQUE,
  agreement BLOB NOT NULL UNIQUE,
  role INTEGER NOT NULL,
  peer TEXT NOT NULL,
  device TEXT NOT NULL,
  job BLOB NOT NULL,
  job_id TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  task INTEGER NOT NULL,
  tasks INTEGER NOT NULL,
  together INTEGER NOT NULL,
  usage TEXT NOT NULL,
  owed INTEGER NOT NULL,
  due INTEGER NOT NULL,
  state INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  at_unix_ms INTEGER NOT NULL
) STRICT;
)sql";

// Whether there are any is asked at every start; all are read only then.
constexpr std::string_view kUnpaidIndex =
    "CREATE INDEX receipts_unpaid ON receipts (peer) WHERE role = 1 AND state = 3";
constexpr std::string_view kAnyUnpaid = "SELECT 1 FROM receipts WHERE role = 1 AND state = 3 LIMIT 1";
constexpr std::string_view kUnpaid =
    "SELECT peer, sum(iif(state = 3, due - owed, 0)) - sum(iif(state = 2, owed / ?, 0)) AS unpaid FROM receipts "
    "WHERE role = 1 GROUP BY peer HAVING unpaid > 0 ORDER BY unpaid DESC LIMIT ?";

#define QUERN_RECEIPT_COLUMNS                                                                                        \
  "demand, agreement, role, peer, device, job, job_id, name, kind, task, tasks, together, usage, owed, due, state, " \
  "reason, "                                                                                                         \
  "at_unix_ms"
constexpr std::string_view kSave = "INSERT INTO receipts (" QUERN_RECEIPT_COLUMNS
                                   ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                                   "ON CONFLICT (demand) DO UPDATE SET "
                                   "job_id = iif(excluded.job_id = '', job_id, excluded.job_id), "
                                   "name = iif(excluded.name = '', name, excluded.name), "
                                   "kind = iif(excluded.kind = '', kind, excluded.kind), "
                                   "usage = excluded.usage, owed = excluded.owed, due = excluded.due, "
                                   "state = excluded.state, reason = excluded.reason, at_unix_ms = excluded.at_unix_ms "
                                   "WHERE state = 1";
constexpr std::string_view kPage =
    "SELECT " QUERN_RECEIPT_COLUMNS ", number FROM receipts WHERE number < ? ORDER BY number DESC LIMIT ?";
constexpr std::string_view kFind = "SELECT " QUERN_RECEIPT_COLUMNS ", number FROM receipts WHERE demand = ?";
#undef QUERN_RECEIPT_COLUMNS

template <std::size_t kBytes>
std::array<std::byte, kBytes> fixed(runtime::ByteView bytes) {
  std::array<std::byte, kBytes> value{};
  if (bytes.size() == kBytes) std::ranges::copy(bytes, value.begin());
  return value;
}

// Quantities behind each other, blanks between them.
std::string text_of_usage(const model::Usage& usage) {
  std::string text;
  for (const std::uint64_t quantity : usage.quantity) text += (text.empty() ? "" : " ") + std::to_string(quantity);
  return text;
}
model::Usage usage_from(std::string_view text) {
  model::Usage usage;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::uint64_t& quantity : usage.quantity) {
    while (at != end && *at == ' ') ++at;
    at = std::from_chars(at, end, quantity).ptr;
  }
  return usage;
}

// In the order of the columns.
ReceiptRow row_of(const Row& row) {
  int column = 0;
  ReceiptRow read;
  read.demand = fixed<agreement::kDemandIdBytes>(row.bytes(column++));
  read.agreement = fixed<sizeof(model::Digest)>(row.bytes(column++));
  read.role = row.integer(column++) == 1 ? Party::provider : Party::submitter;
  read.peer = row.text(column++);
  read.device = row.text(column++);
  read.job = fixed<sizeof(model::Digest)>(row.bytes(column++));
  read.job_id = row.text(column++);
  read.name = row.text(column++);
  read.kind = row.text(column++);
  read.task = static_cast<std::uint32_t>(row.integer(column++));
  read.tasks = static_cast<std::uint32_t>(row.integer(column++));
  read.together = static_cast<std::uint32_t>(row.integer(column++));
  read.usage = usage_from(row.text(column++));
  read.owed = {row.integer(column++)};
  read.due = {row.integer(column++)};
  read.state = static_cast<ReceiptState>(std::clamp<std::int64_t>(row.integer(column++), 1, 3));
  // One of a later version is none that this one has a name for; 0 is of work that has not ended.
  if (const auto end = static_cast<std::uint32_t>(row.integer(column++)); end != 0) {
    read.end = model::reason_from_number(end).value_or(model::Reason::internal);
  }
  read.at_unix_ms = row.integer(column++);
  read.number = row.integer(column++);
  return read;
}

ReceiptState state_of(const Trail& trail, Outlook outlook) {
  if (trail.stage() == Stage::closed) return ReceiptState::settled;
  if (outlook == Outlook::open) return ReceiptState::pending;
  return trail.owed() < trail.due() ? ReceiptState::unpaid : ReceiptState::settled;
}

// "" where the rows do not know.
Result<std::string> part_of(Database& database, const ledger::Movement& movement, EarningsBy by) {
  if (by == EarningsBy::peer) return movement.peer;
  const bool device = by == EarningsBy::device;
  auto found = database.find(
      "SELECT device, kind FROM receipts WHERE agreement = ?",
      [&](const Row& row) { return std::string(row.text(device ? 0 : 1)); }, movement.agreement);
  if (!found) return std::unexpected(std::move(found).error());
  return std::move(*found).value_or("");
}

}  // namespace

std::string_view name_of(ReceiptState state) {
  static constexpr std::array<std::string_view, 3> kNames{"pending", "settled", "unpaid"};
  return kNames.at(static_cast<std::size_t>(state) - 1);
}

ReceiptRow receipt_of(const Trail& trail, const identity::PeerId& self, Outlook outlook, std::int64_t now_unix_ms) {
  const agreement::Demand& demand = trail.demand();
  const bool provides = demand.provider == self;
  const bool ended = trail.stage() >= Stage::ended;
  return {.demand = demand.id,
          .agreement = trail.newest(RecordKind::agreement),
          .role = provides ? Party::provider : Party::submitter,
          .peer = (provides ? demand.submitter : demand.provider).text(),
          .device = demand.device,
          .job = demand.tasks.front().job,
          .job_id = {},
          .name = {},
          .kind = {},
          .task = demand.tasks.front().shard,
          .tasks = demand.tasks.front().shards,
          .together = static_cast<std::uint32_t>(demand.tasks.size()),
          .usage = trail.usage(),
          .owed = trail.owed(),
          .due = trail.due(),
          .state = state_of(trail, outlook),
          .end = ended ? trail.receipt().reason() : model::Reason::unspecified,
          .at_unix_ms = now_unix_ms};
}

Result<void> migrate_receipts(Database& database) {
  static constexpr std::array kSteps{store::SchemaStep{.name = "receipts", .sql = kFirst},
                                     store::SchemaStep{.name = "unpaid", .sql = kUnpaidIndex}};
  return store::migrate(database, "receipts", kSteps);
}

Result<void> save_receipt(Database& database, const ReceiptRow& row) {
  const int role = row.role == Party::provider ? 1 : 2;
  return database.run(kSave, row.demand, row.agreement, role, row.peer, row.device, row.job, row.job_id, row.name,
                      row.kind, row.task, row.tasks, row.together, text_of_usage(row.usage), row.owed.micro,
                      row.due.micro, row.state, row.end, row.at_unix_ms);
}

Result<std::vector<ReceiptRow>> load_receipts(Database& database, std::int64_t before, std::size_t count) {
  std::vector<ReceiptRow> rows;
  const auto take = [&](const Row& row) {
    rows.push_back(row_of(row));
    return true;
  };
  if (auto read = database.each(kPage, take, before, std::min(count, kReceiptsListedMax)); !read) {
    return std::unexpected(std::move(read).error());
  }
  return rows;
}

Result<std::optional<ReceiptRow>> find_receipt(Database& database, const jobs::DemandId& demand) {
  return database.find(kFind, row_of, demand);
}

Result<std::string> find_job_id(Database& database, const ledger::Transaction& entry) {
  if (entry.job == dispatch::kSeveralJobs) return std::string();
  auto found = database.find(
      "SELECT job_id FROM receipts WHERE agreement = ?", [](const Row& row) { return std::string(row.text(0)); },
      entry.key);
  if (!found) return std::unexpected(std::move(found).error());
  return std::move(*found).value_or("");
}

Result<std::vector<Unpaid>> load_unpaid(Database& database) {
  std::vector<Unpaid> all;
  const auto any = database.find(kAnyUnpaid, [](const Row&) { return true; });
  if (!any) return std::unexpected(any.error());
  if (!*any) return all;
  const auto take = [&](const Row& row) {
    all.push_back({.peer = std::string(row.text(0)), .amount = {row.integer(1)}});
    return true;
  };
  if (auto read = database.each(kUnpaid, take, engagement::kForgivenShare, engagement::kDebtorsMax); !read) {
    return std::unexpected(std::move(read).error());
  }
  return all;
}

Result<Earnings> read_earnings(ledger::Ledger& ledger, const EarningsQuery& query, EarningsBy by) {
  EarningsSum sum(query);
  Result<void> named;
  const auto take = [&](const ledger::Movement& movement) {
    auto part = part_of(ledger.database(), movement, by);
    if (!part) {
      named = std::unexpected(std::move(part).error());
      return false;
    }
    sum.add({.at_unix_ms = movement.at_unix_ms,
             .part = *std::move(part),
             .amounts = {.earned_micro = movement.earned.micro, .spent_micro = movement.spent.micro}});
    return true;
  };
  auto read =
      ledger::each_movement(ledger, {.from_unix_ms = query.from_unix_ms, .until_unix_ms = query.until_unix_ms}, take);
  if (!read) return std::unexpected(std::move(read).error());
  if (!named) return std::unexpected(std::move(named).error());
  const auto drawn = [&](const EnergySum& energy) {
    sum.add_energy(energy.from_unix_ms, by == EarningsBy::device ? std::optional(energy.device) : std::nullopt,
                   energy.millijoules);
  };
  if (auto metered = each_work_energy(ledger.database(), query.from_unix_ms, query.until_unix_ms, drawn); !metered) {
    return std::unexpected(std::move(metered).error());
  }
  return sum.result();
}

boost::json::object to_json(const ReceiptRow& row) {
  namespace json = boost::json;
  return {{"number", row.number},
          {"id", runtime::to_hex(row.demand)},
          {"when_unix_ms", row.at_unix_ms},
          {"role", row.role == Party::provider ? "provider" : "submitter"},
          {"peer", row.peer},
          {"job", runtime::to_hex(row.job)},
          {"job_id", row.job_id.empty() ? json::value() : json::value(json::string(row.job_id))},
          {"name", row.name},
          {"kind", row.kind},
          {"device", row.device},
          {"task", row.task},
          {"tasks", row.tasks},
          {"together", row.together},
          {"usage", usage_json(row.usage)},
          {"amount_micro", row.owed.micro},
          {"due_micro", row.due.micro},
          {"state", name_of(row.state)},
          {"end", row.end == model::Reason::unspecified ? json::value() : json::value(why_json({row.end, {}}))}};
}

}  // namespace quern::daemon
