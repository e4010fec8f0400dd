// What a task is billed: what its worker claims, held against what is seen from outside. Pure.
//
// On a processor a kernel is native code inside the worker, which can claim anything. So
//   cpu_time     is what the cgroup measured, where there is one: the claim does not count
//   device_time  is the claim, but no more than the time that has passed on one device. On a processor it is at least
//                what the measured processor time makes of it (divided by the compute units), less what honestly is no
//                device time: setting up (setup_allowance()), kSetupCpuTimePerMib for hashing files, and a
//                kLaunchingShare of the claim for launching. A job that claims nothing hides no more than that. On
//                another device nothing is known from outside; there a kernel is no native code, and the claim of the
//                worker is its driver's.
//   memory_time  is what was granted for as long as the task had it
// Time during which the work was held (Meter) counts as none. No total ever shrinks.
#pragma once
#include <cstdint>
#include <optional>

#include "overlay/runtime/time.hpp"
#include "scheduler/model/usage.hpp"

namespace quern::daemon {

inline constexpr std::uint64_t kSetupCpuTimeUs = 5'000'000;  // opening the driver and compiling: a worker's first task
// The same for one that did not come to its end: whether it set up or worked until it was stopped nobody can tell. Else
// a kernel without end would be paid for by nobody, again and again with a new worker.
inline constexpr std::uint64_t kStoppedSetupCpuTimeUs = 300'000;
inline constexpr std::uint64_t kTaskCpuTimeUs = 10'000;         // of every task: reading it, telling its end
inline constexpr std::uint64_t kLaunchingShare = 8;             // of device time: one part in so many
inline constexpr std::uint64_t kSetupCpuTimeUsPerMib = 20'000;  // of inputs and outputs: read, hashed, copied, written

// Fixed for a task.
struct BillTerms {
  bool is_processor = true;
  std::uint32_t compute_units = 1;
  std::uint32_t cores = 1;
  std::uint64_t memory_bytes = 0;  // asked for, which is what is paid for
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out_max = 0;
  std::uint64_t setup_cpu_time_us = kTaskCpuTimeUs;  // setup_allowance()
  runtime::Duration walltime{};
};

// Totals of the task.
struct Claimed {
  std::uint64_t device_time_us = 0;
  std::uint64_t cpu_time_us = 0;
};
struct Measured {
  runtime::Duration elapsed{};               // without holds
  std::optional<std::uint64_t> cpu_time_us;  // nothing: no cgroup tells
};

// Processor time that a task may take for setting up. `first`: it is its worker's first. `measured_us`: what was used
// before the first device time that was claimed; nothing while that is not known.
std::uint64_t setup_allowance(bool first, std::optional<std::uint64_t> measured_us);

// `before`: what was billed until now. Bytes that went out are the caller's to add.
model::Usage bill(const BillTerms& terms, const Claimed& claimed, const Measured& measured, const model::Usage& before);

}  // namespace quern::daemon
