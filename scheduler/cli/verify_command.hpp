// The command `quern verify`.
#pragma once
#include <string>
#include <vector>

#include "scheduler/cli/exit_code.hpp"

namespace quern::scheduler::cli {

struct VerifyOptions {
  bool json = false;
  std::vector<std::string> files;  // at least one
};

// Verifies each file and writes what it states, or the first fault, to standard output; what could not be read to
// standard error. complete: all files hold; incomplete: one does not; failed: one could not be read, the others hold.
ExitCode run_verify(const VerifyOptions& options);

}  // namespace quern::scheduler::cli
