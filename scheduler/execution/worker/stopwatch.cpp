#include "scheduler/execution/worker/stopwatch.hpp"

#include <ctime>

#include <sys/resource.h>

namespace quern::worker {

std::chrono::nanoseconds steady_time() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);  // has always been there
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// Not CLOCK_PROCESS_CPUTIME_ID: under RLIMIT_CPU it moves only with the kernel's tick.
std::chrono::nanoseconds process_cpu_time() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return std::chrono::seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         std::chrono::microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

}  // namespace quern::worker
