#include "scheduler/daemon/kept_receipts.hpp"

#include <algorithm>
#include <array>

#include "scheduler/store/schema.hpp"

namespace quern::daemon {

using agreement::Stage;
using agreement::Trail;
using runtime::Result;

namespace {

constexpr std::size_t kRecordsKept = 2;
constexpr std::string_view kFirst = R"sql(
CREATE TABLE kept_receipts (
  demand BLOB PRIMARY KEY,
  submitter TEXT NOT NULL,
  provider TEXT NOT NULL,
  ended_unix_ms INTEGER NOT NULL,
  removed_unix_ms INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  end TEXT NOT NULL,
  records BLOB NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

KeptReceipt read_row(const store::Row& row) {
  KeptReceipt receipt{.demand = {},
                      .submitter = std::string(row.text(1)),
                      .provider = std::string(row.text(2)),
                      .ended_unix_ms = row.integer(3),
                      .removed_unix_ms = row.integer(4),
                      .amount = {row.integer(5)},
                      .end = std::string(row.text(6)),
                      .records = runtime::copy_of(row.bytes(7))};
  const runtime::ByteView demand = row.bytes(0);
  std::ranges::copy(demand.first(std::min(demand.size(), receipt.demand.size())), receipt.demand.begin());
  return receipt;
}

}  // namespace

std::int64_t ended_unix_ms(const Trail& trail) {
  return trail.closed_unix_ms().value_or(trail.demand().made_unix_ms);
}

KeptReceipt kept_receipt_of(const Trail& trail, std::int64_t removed_unix_ms) {
  KeptReceipt receipt{.demand = trail.demand().id,
                      .submitter = trail.demand().submitter.text(),
                      .provider = trail.demand().provider.text(),
                      .ended_unix_ms = ended_unix_ms(trail),
                      .removed_unix_ms = removed_unix_ms,
                      .amount = trail.owed(),
                      .end = {},
                      .records = {}};
  if (trail.stage() >= Stage::ended) receipt.end = model::text_of(trail.receipt().reason()).name;
  const auto records = trail.records();
  for (std::size_t i = records.size() - std::min(records.size(), kRecordsKept); i < records.size(); ++i) {
    receipt.records.push_back(static_cast<std::byte>(records[i].size() >> 8));
    receipt.records.push_back(static_cast<std::byte>(records[i].size()));
    runtime::append(receipt.records, records[i]);
  }
  return receipt;
}

Result<void> migrate_kept_receipts(store::Database& database) {
  static constexpr std::array kSteps{store::SchemaStep{.name = "kept receipts", .sql = kFirst}};
  return store::migrate(database, "kept receipts", kSteps);
}

Result<void> keep_receipt(store::Database& database, const KeptReceipt& receipt) {
  return database.run(
      "INSERT INTO kept_receipts (demand, submitter, provider, ended_unix_ms, removed_unix_ms, amount, end, records) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (demand) DO NOTHING",
      runtime::ByteView(receipt.demand), receipt.submitter, receipt.provider, receipt.ended_unix_ms,
      receipt.removed_unix_ms, receipt.amount.micro, receipt.end, runtime::ByteView(receipt.records));
}

Result<std::optional<KeptReceipt>> find_kept_receipt(store::Database& database, const jobs::DemandId& demand) {
  return database.find(
      "SELECT demand, submitter, provider, ended_unix_ms, removed_unix_ms, amount, end, records FROM kept_receipts "
      "WHERE demand = ?",
      read_row, runtime::ByteView(demand));
}

}  // namespace quern::daemon
