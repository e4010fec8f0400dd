// What the self-test runs in the sandbox: tries what must fail there.
#pragma once
#include <cstdint>

namespace quern::execution {

struct TrialLimits {
  std::uint64_t daemon = 0;        // a process outside, which must not be reachable
  std::uint64_t processes = 0;     // the limit of processes
  std::uint64_t memory_bytes = 0;  // the limit of memory
};

// Prints a line for each thing that could be done and must not, then "held" when there was none, then goes for memory
// (which may end it). The exit status: 0 held, 1 not.
int run_trial(const TrialLimits& limits);

}  // namespace quern::execution
