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

// A text that is NULL has gone. It stands last: what only counts does not read it.
constexpr std::string_view kLogs = R"sql(
CREATE TABLE job_logs (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  bytes INTEGER NOT NULL,
  dropped INTEGER NOT NULL,
  text BLOB
) STRICT;
CREATE TRIGGER job_logs_of_jobs AFTER DELETE ON jobs BEGIN DELETE FROM job_logs WHERE id = OLD.id; END;
)sql";

}  // namespace

runtime::Result<void> migrate_jobs(store::Database& database) {
  static constexpr std::array kSteps{store::SchemaStep{.name = "jobs", .sql = kFirst},
                                     store::SchemaStep{.name = "logs", .sql = kLogs}};
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

runtime::Result<void> save_log(store::Database& database, const std::string& id, const JobLog& log,
                               std::uint64_t bytes_max) {
  if (auto saved = database.run(
          "INSERT INTO job_logs (id, bytes, dropped, text) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
          "bytes = excluded.bytes, dropped = excluded.dropped, text = excluded.text",
          id, log.bytes, log.dropped_bytes, runtime::bytes_of(log.text));
      !saved) {
    return saved;
  }
  return database.run(
      "UPDATE job_logs SET text = NULL WHERE number IN (SELECT number FROM (SELECT number, sum(bytes) OVER (ORDER BY "
      "number DESC) AS total FROM job_logs WHERE text IS NOT NULL) WHERE total > ?)",
      bytes_max);
}

runtime::Result<std::map<std::string, JobLog>> load_logs(store::Database& database) {
  std::map<std::string, JobLog> logs;
  auto read = database.each("SELECT id, bytes, dropped FROM job_logs", [&logs](const store::Row& row) {
    logs.emplace(row.text(0), JobLog{.text = {},
                                     .bytes = static_cast<std::uint64_t>(row.integer(1)),
                                     .dropped_bytes = static_cast<std::uint64_t>(row.integer(2))});
    return true;
  });
  if (!read) return std::unexpected(std::move(read).error());
  return logs;
}

runtime::Result<std::optional<std::string>> read_log_text(store::Database& database, const std::string& id,
                                                          std::uint64_t offset, std::uint64_t bytes) {
  return database.find(
      "SELECT substr(text, ?, ?) FROM job_logs WHERE id = ? AND text IS NOT NULL",
      [](const store::Row& row) { return std::string(runtime::text_of(row.bytes(0))); }, offset + 1, bytes, id);
}

}  // namespace quern::daemon
