// The commands `quern run` and `quern submit`.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/cli/show_commands.hpp"
#include "scheduler/model/credits.hpp"

namespace quern::scheduler::cli {

// How the submitter may have providers chosen; those of scheduler/placement, which says what they mean.
inline constexpr std::array<std::string_view, 6> kStrategyNames{"cheapest", "fastest",         "balanced",
                                                                "spread",   "weighted-random", "round-robin"};

// As they stand on the command line.
struct SubmitWords {
  std::string manifest;
  std::optional<std::string> max_price;  // credits
  std::optional<std::string> strategy;
  std::vector<std::string> exclude;  // peers: ids, or where they begin or end
  std::vector<std::string> only;     // the same
};
struct SubmitOptions {
  std::string manifest;
  std::optional<model::Credits> max_price;
  std::optional<std::string> strategy;
  std::vector<std::string> exclude;
  std::vector<std::string> only;
};
// The error is one line for people.
std::expected<SubmitOptions, std::string> check(const SubmitWords& words);

struct RunOptions {
  SubmitOptions submit;
  std::string folder;    // for the outputs; empty: they stay with the daemon
  std::string trails;    // folder for the paper trails; empty: none are written
  std::string log_file;  // empty: standard error
  bool force = false;    // replaces files that are there
};

// Submits and returns; prints the job's id.
ExitCode run_submit(const ShowOptions& options, const SubmitOptions& submit);

// Submits, shows the job until it has ended, and fetches what it made. Ctrl-C cancels the job and waits for its end; a
// second one, and the end of the terminal, leave it to the daemon. How it ends is the job's own end, unless files
// cannot be written.
ExitCode run_job(const ShowOptions& options, const RunOptions& run);

}  // namespace quern::scheduler::cli
