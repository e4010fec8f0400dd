// What moves between this command and the daemon for a job: inputs to it, outputs, logs and trails from it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/cli/daemon.hpp"
#include "scheduler/cli/job_files.hpp"

namespace quern::scheduler::cli {

// Hears of each piece: which file, how much of it is there.
using TransferReport = std::function<void(const std::string& path, std::uint64_t done, std::uint64_t bytes)>;

// Sends the inputs that the daemon has not, each from where it has got to.
runtime::Task<Outcome<void>> upload_inputs(Daemon& daemon, const LocalJob& local, const TransferReport& report);

// What stands in the way of writing the outputs into `folder`: a file that is there already, or that none can be
// written there. Nothing is left behind.
Outcome<void> check_free(const std::filesystem::path& folder, const std::vector<std::string>& paths, bool overwrite);

// Writes outputs below `folder`, each checked against its digest before it gets its name. Returns the files.
runtime::Task<Outcome<std::vector<std::string>>> download_outputs(Daemon& daemon, const JobDetail& detail,
                                                                  const std::filesystem::path& folder, bool overwrite);

// A job's log, read from its begin as it grows.
class LogReader {
 public:
  using Sink = std::function<void(std::string_view bytes)>;
  LogReader(Daemon& daemon, std::string job, Sink sink)
      : daemon_(daemon), job_(std::move(job)), sink_(std::move(sink)) {}

  // Reads what there is now. Whether the job has ended and this was all.
  runtime::Task<Outcome<bool>> advance();
  std::uint64_t offset() const { return offset_; }

 private:
  Daemon& daemon_;
  std::string job_;
  Sink sink_;
  std::uint64_t offset_ = 0;
};

// The paper trail of one attempt.
struct TrailAnswer {
  std::uint64_t task = 0;
  std::uint64_t attempt = 0;  // counted from 0; people count tries from 1
  std::string provider;
  std::optional<std::uint64_t> tasks;  // of the agreement, of this and of other jobs; absent where `file` is empty
  std::string file;  // its bytes, which `quern verify` reads; empty when the node does not keep it any more
  std::string stage;
  model::Credits amount;
  std::string end;  // empty while it has none
};
struct TrailsAnswer {
  std::vector<TrailAnswer> trails;  // by task and try
};
void read_fields(const Fields& fields, TrailsAnswer& answer);

// Writes each trail that is there below `folder` as "JOB-TASK-TRY.trail". Returns the files, in the trails' order.
Outcome<std::vector<std::string>> write_trails(const TrailsAnswer& answer, std::string_view job,
                                               const std::filesystem::path& folder, bool overwrite);

}  // namespace quern::scheduler::cli
