// Compiles a job's sources as one program.
#pragma once
#include <string>
#include <vector>

#include "scheduler/execution/worker/device.hpp"

namespace quern::worker {

struct Build {
  Outcome<ClProgram> program;  // build_failed where the compiler refuses it
  std::string log;             // the compiler's, also of a program that compiles; at most kInfoBytesMax
};

// Blocks for as long as the driver's compiler takes.
Build build(const Device& device, const std::vector<std::string>& sources, const std::string& options);

}  // namespace quern::worker
