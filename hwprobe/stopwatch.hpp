// The clocks of hwprobe. Every clock that this room reads is read here, so that nothing else in it depends on the time
// of day.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

#include <sys/types.h>

namespace quern::hwprobe {

// Time since an arbitrary moment; never jumps. For deadlines and wall-clock durations.
std::chrono::nanoseconds steady_time();

// Processor time that all threads of this process, or the calling thread, have used. It stands still while others have
// the processor: what makes a measurement hold on a busy machine. Of another thread that runs at this
// moment, the time since its last tick or sleep is missing from the process's.
std::chrono::nanoseconds process_cpu_time();
std::chrono::nanoseconds thread_cpu_time();

// That of another process, which has not been waited for; nullopt: there is no such process, or it may not be asked.
std::optional<std::chrono::nanoseconds> cpu_time_of(pid_t process);

// The wall clock: milliseconds since 1970-01-01 UTC.
std::int64_t unix_time_ms();

}  // namespace quern::hwprobe
