// The commands that ask the daemon once and show what it says: a table or page, or with --json its answer as it came.
#pragma once
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "scheduler/cli/daemon.hpp"
#include "scheduler/cli/terminal.hpp"

namespace quern::scheduler::cli {

// What all commands that show something take.
struct ShowOptions {
  DaemonOptions daemon;
  bool json = false;
  ColourChoice colour = ColourChoice::automatic;
};

// Of offers: only those that fit; empty fits all.
struct OfferFilter {
  std::string provider;  // its id, or where it begins or ends
  std::string type;      // of the device: "gpu"
};
// Whether there can be such devices. The error is one line for people.
std::expected<void, std::string> check(const OfferFilter& filter);

ExitCode run_status(const ShowOptions& options);
ExitCode run_peers(const ShowOptions& options);
ExitCode run_offers(const ShowOptions& options, const OfferFilter& filter);
inline constexpr std::uint64_t kShownMax = 1000;  // jobs or entries that one answer lists
// `limit`: how many of the newest, 1 to kShownMax.
ExitCode run_jobs(const ShowOptions& options, std::optional<std::uint64_t> limit);
ExitCode run_job_detail(const ShowOptions& options, const std::string& job);
// unplaced when no device can do the job.
ExitCode run_quote(const ShowOptions& options, const std::string& manifest);
ExitCode run_ledger(const ShowOptions& options);
// Its newest entries.
ExitCode run_ledger_entries(const ShowOptions& options, std::optional<std::uint64_t> limit);

// Writes the ledger to `file`, or to standard output when it is empty. `format`: "csv" or "json".
struct ExportOptions {
  DaemonOptions daemon;
  std::string format = "csv";
  std::string file;
  bool force = false;  // replaces a file that is there
};
ExitCode run_ledger_export(const ExportOptions& options);

// Prints a page or, with --json, the answer.
ExitCode show(const ShowOptions& options, const boost::json::value& answer, const std::function<void(Page&)>& write);

// The id that `word` stands for among the newest jobs; a word that could be the whole id of an older one is left to the
// daemon. usage: none, or several.
runtime::Task<Outcome<std::string>> find_job(Daemon& daemon, std::string word);

}  // namespace quern::scheduler::cli
