// Records of submitted jobs, and what their tasks wrote, in the node's database.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "scheduler/daemon/job_record.hpp"
#include "scheduler/store/database.hpp"

namespace quern::daemon {

inline constexpr std::size_t kJobsKeptMax = 1000;         // of those that have ended; the oldest are forgotten
inline constexpr std::uint64_t kLogsBytesMax = 64 << 20;  // of all jobs; of more the text of the oldest goes

// What a job has been told by its tasks, as it came.
struct JobLog {
  std::string text;                 // in memory, while the job is under way
  std::uint64_t bytes = 0;          // of the text, wherever it is
  std::uint64_t dropped_bytes = 0;  // above the limit of a job
};

// As the ledger's calls, these are made inside an operation of a store::Writer.
runtime::Result<void> migrate_jobs(store::Database& database);
// In place of an earlier one of that job. Forgets the oldest that have ended, above kJobsKeptMax.
runtime::Result<void> save_job(store::Database& database, const JobRecord& record);
// All, the oldest first. One that cannot be read is left out and named in `damaged`.
runtime::Result<std::vector<JobRecord>> load_jobs(store::Database& database, std::vector<std::string>& damaged);

// In place of an earlier one of that job, which is in the table. `bytes_max` is of all jobs.
runtime::Result<void> save_log(store::Database& database, const std::string& id, const JobLog& log,
                               std::uint64_t bytes_max = kLogsBytesMax);
// By job; without their texts.
runtime::Result<std::map<std::string, JobLog>> load_logs(store::Database& database);
// nullopt: it is not there, or has gone.
runtime::Result<std::optional<std::string>> read_log_text(store::Database& database, const std::string& id,
                                                          std::uint64_t offset, std::uint64_t bytes);

}  // namespace quern::daemon
