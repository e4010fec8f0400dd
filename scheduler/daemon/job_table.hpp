// Records of submitted jobs in the node's database.
#pragma once
#include <string>
#include <vector>

#include "scheduler/daemon/job_record.hpp"
#include "scheduler/store/database.hpp"

namespace quern::daemon {

inline constexpr std::size_t kJobsKeptMax = 1000;  // of those that have ended; the oldest are forgotten

// As the ledger's calls, these are made inside an operation of a store::Writer.
runtime::Result<void> migrate_jobs(store::Database& database);
// In place of an earlier one of that job. Forgets the oldest that have ended, above kJobsKeptMax.
runtime::Result<void> save_job(store::Database& database, const JobRecord& record);
// All, the oldest first. One that cannot be read is left out and named in `damaged`.
runtime::Result<std::vector<JobRecord>> load_jobs(store::Database& database, std::vector<std::string>& damaged);

}  // namespace quern::daemon
