// What is seen of a job while `quern run` waits for it: a block that is drawn again and again on a terminal, lines
// elsewhere, nothing with --json; and its log.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "scheduler/cli/job_commands.hpp"
#include "scheduler/cli/new_file.hpp"
#include "scheduler/cli/progress_lines.hpp"
#include "scheduler/cli/screen.hpp"

namespace quern::scheduler::cli {

// Errors of standard output and of standard error are not the job's: it goes on unseen.
class RunView {
 public:
  // The log goes to the descriptor `log_fd`, which outlives this.
  RunView(const ShowOptions& options, int log_fd);

  // A line of its own.
  void note(std::string_view text);
  // An upload that has got to there; on a terminal only.
  void transfer(std::string_view path, std::uint64_t done, std::uint64_t bytes);
  void show(const JobDetail& detail, std::int64_t now_unix_ms);
  // Draws the last job again: its clock runs on.
  void tick(std::int64_t now_unix_ms);
  void log(std::string_view bytes);
  // Takes the block away and ends the log's last line.
  void finish();

  bool is_live() const { return on_terminal_; }

 private:
  void draw(std::string_view frame);
  void put(int fd, std::string_view text);

  bool quiet_;
  bool on_terminal_;
  Style style_;
  Screen screen_;
  LogOutput log_;
  ProgressLines lines_;
  std::optional<JobDetail> last_;
};

}  // namespace quern::scheduler::cli
