#include "scheduler/daemon/job_table.hpp"

#include <array>
#include <utility>

#include "scheduler/store/schema.hpp"

namespace quern::daemon {
namespace {

constexpr std::string_view kFirst = R"sql(
CREATE TABLE jobs (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  ended INTEGER NOT NULL,
  record TEXT NOT NULL
) STRICT;
CREATE INDEX jobs_ended ON jobs (ended, number);
)sql";

}  // namespace

runtime::Result<void> migrate_jobs(store::Database& database) {
  static constexpr std::array kSteps{store::SchemaStep{.name = "jobs", .sql = kFirst}};
  return store::migrate(database, "jobs", kSteps);
}

runtime::Result<void> save_job(store::Database& database, const JobRecord& record) {
  const bool ended = record.ended_unix_ms.has_value();
  if (auto saved = database.run("INSERT INTO jobs (id, ended, record) VALUES (?, ?, ?) "
                                "ON CONFLICT (id) DO UPDATE SET ended = excluded.ended, record = excluded.record",
                                record.id, ended, to_text(record));
      !saved || !ended) {
    return saved;
  }
  return database.run(
      "DELETE FROM jobs WHERE number IN (SELECT number FROM jobs WHERE ended = 1 ORDER BY number DESC LIMIT -1 "
      "OFFSET ?)",
      kJobsKeptMax);
}

runtime::Result<std::vector<JobRecord>> load_jobs(store::Database& database, std::vector<std::string>& damaged) {
  std::vector<JobRecord> records;
  auto read = database.each("SELECT id, record FROM jobs ORDER BY number", [&](const store::Row& row) {
    if (auto record = job_record_from(row.text(1))) {
      records.push_back(*std::move(record));
    } else {
      damaged.emplace_back(row.text(0));
    }
    return true;
  });
  if (!read) return std::unexpected(std::move(read).error());
  return records;
}

}  // namespace quern::daemon
