// The command `quern probe`.
#pragma once
#include <string>
#include <vector>

#include "hwprobe/machine.hpp"
#include "scheduler/cli/exit_code.hpp"
#include "scheduler/cli/probe_options.hpp"

namespace quern::scheduler::cli {

// Probes, writes the report to standard output and what is missing from it to standard error.
ExitCode run_probe(const ProbeOptions& options);

// What was asked for and is not in the report, a clause each: "broken.icd hung". Values that were left out as absurd
// are problems of the report, but hide nothing that was asked for.
std::vector<std::string> gaps(const hwprobe::MachineReport& report, const hwprobe::Parts& parts);

}  // namespace quern::scheduler::cli
