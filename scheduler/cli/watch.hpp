// `quern probe --watch`: the sensors again and again, until Ctrl-C.
#pragma once
#include "hwprobe/sources.hpp"
#include "scheduler/cli/exit_code.hpp"
#include "scheduler/cli/probe_options.hpp"

namespace quern::scheduler::cli {

// On a terminal the readings are drawn over the last ones; elsewhere each tick appends a block, or with JSON one line
// that is a report with sensors only. Ends with ExitCode::complete at SIGINT, SIGTERM or SIGHUP, and when nobody reads
// standard output any more; the terminal is then as it was. The calling thread must be the only one: these signals are
// blocked in it.
ExitCode run_watch(const hwprobe::Sources& sources, const ProbeOptions& options, std::chrono::milliseconds interval);

}  // namespace quern::scheduler::cli
