// The clocks of the worker: how long kernels take is what it is there to tell. It runs jobs on real devices only.
#pragma once
#include <chrono>

namespace quern::worker {

// Since an arbitrary moment; never jumps.
std::chrono::nanoseconds steady_time();
// Processor time that all threads of this process have used.
std::chrono::nanoseconds process_cpu_time();

}  // namespace quern::worker
