#include "scheduler/daemon/worker_bill.hpp"

#include <algorithm>
#include <chrono>

namespace quern::daemon {

using model::Usage;

namespace {

constexpr std::uint64_t kMib = 1 << 20;

std::uint64_t mebibytes(std::uint64_t bytes) {
  return (bytes + kMib - 1) / kMib;
}

// The least that the device must have worked for so much processor time.
std::uint64_t device_time_at_least(const BillTerms& terms, std::uint64_t cpu_time_us, std::uint64_t claimed_us) {
  const std::uint64_t units = std::max(terms.compute_units, 1U);
  const std::uint64_t launching = std::min(claimed_us, model::kQuantityMax / units) * units / kLaunchingShare;
  const std::uint64_t other =
      terms.setup_cpu_time_us + launching + mebibytes(terms.bytes_in + terms.bytes_out_max) * kSetupCpuTimeUsPerMib;
  return cpu_time_us <= other ? 0 : (cpu_time_us - other) / units;
}

}  // namespace

std::uint64_t setup_allowance(bool first, std::optional<std::uint64_t> measured_us) {
  if (!first) return kTaskCpuTimeUs;
  return std::min(measured_us.value_or(kSetupCpuTimeUs), kSetupCpuTimeUs - kTaskCpuTimeUs) + kTaskCpuTimeUs;
}

Usage bill(const BillTerms& terms, const Claimed& claimed, const Measured& measured, const Usage& before) {
  const runtime::Duration elapsed = std::clamp(measured.elapsed, runtime::Duration(0), terms.walltime);
  const auto elapsed_us = static_cast<std::uint64_t>(elapsed / std::chrono::microseconds(1));
  std::uint64_t device_us = claimed.device_time_us;
  if (terms.is_processor && measured.cpu_time_us) {
    device_us = std::max(device_us, device_time_at_least(terms, *measured.cpu_time_us, claimed.device_time_us));
  }
  using enum model::Dimension;
  Usage usage;
  usage[setup] = 1;
  usage[device_time] = std::min(device_us, elapsed_us);
  usage[cpu_time] = std::min(measured.cpu_time_us.value_or(claimed.cpu_time_us),
                             elapsed_us * std::max<std::uint64_t>(terms.cores, 1));
  usage[memory_time] = mebibytes(terms.memory_bytes) * (elapsed_us / 1000);
  usage[bytes_in] = terms.bytes_in;
  for (std::size_t i = 0; i < model::kDimensions; ++i) {
    usage.quantity[i] = std::max(std::min(usage.quantity[i], model::kQuantityMax), before.quantity[i]);
  }
  return usage;
}

}  // namespace quern::daemon
