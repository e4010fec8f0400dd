// The commands for a job that the daemon has: logs, cancel, outputs, receipt.
#pragma once
#include <string>

#include "scheduler/cli/show_commands.hpp"

namespace quern::scheduler::cli {

// Writes the log to standard output: as it is, or made safe to see on a terminal. With `follow` until the job has
// ended.
ExitCode run_logs(const DaemonOptions& options, const std::string& job, bool follow);

ExitCode run_cancel(const ShowOptions& options, const std::string& job);

// Writes the outputs and lists the files. incomplete: the job has not ended, or has no outputs.
ExitCode run_outputs(const ShowOptions& options, const std::string& job, const std::string& folder, bool force);

// Shows the agreements behind a job and, where a folder is named, writes their trails there.
ExitCode run_receipt(const ShowOptions& options, const std::string& job, const std::string& folder, bool force);

// A log on its way to a file descriptor: a terminal gets whole lines, made safe; anything else gets the bytes.
class LogOutput {
 public:
  explicit LogOutput(int fd) : fd_(fd), on_terminal_(is_terminal(fd)) {}
  // The text that is to be written now.
  std::string take(std::string_view bytes);
  // What has no line end.
  std::string rest();
  int fd() const { return fd_; }

 private:
  int fd_;
  bool on_terminal_;
  std::string line_;  // at most kLogLineBytes; longer ones are broken
};
inline constexpr std::size_t kLogLineBytes = 64 << 10;

// Foreign text with its lines and tabs kept and all else made safe.
std::string visible_lines(std::string_view text);

// The job's end as this program's: unplaced where no provider took any of it, for a reason of the market.
ExitCode code_of_end(const JobDetail& detail);

}  // namespace quern::scheduler::cli
