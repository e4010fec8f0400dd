// What a provider sells: measured devices, each with its prices, and the limits of what it takes.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/model/job.hpp"
#include "scheduler/model/usage.hpp"

namespace quern::model {

inline constexpr std::uint32_t kOfferVersion = 1;
inline constexpr std::size_t kOfferBytesMax = 4096;  // the signed envelope
inline constexpr std::size_t kOfferDevicesMax = 16;
inline constexpr std::int64_t kOfferValidityMaxMs = 24LL * 3600 * 1000;

// Measured by the provider itself; methods and units are hwprobe's (docs/measuring.md).
struct Speed {
  std::uint64_t fp32_flops = 0;  // FLOP/s; 0: not measured
  std::uint64_t fp64_flops = 0;
  std::uint64_t int32_ops = 0;
  std::uint64_t memory_bytes_per_second = 0;
  std::uint32_t spread_permille = 0;  // the widest of the figures'
  std::int64_t taken_unix_ms = 0;
  bool operator==(const Speed&) const = default;
};

// What a device may be called, in offers and in the demands made on them: 1 to kNameBytesMax characters of ASCII that
// can be seen, and no space.
bool is_device_id(std::string_view id);

struct OfferedDevice {
  std::string id;    // hwprobe's, stable over restarts: is_device_id()
  std::string name;  // for people
  DeviceType type = DeviceType::cpu;
  std::uint32_t opencl_version = 0;  // as Resources::min_opencl_version
  std::uint32_t compute_units = 0;
  std::uint64_t global_memory_bytes = 0;
  std::uint64_t allocation_max_bytes = 0;
  std::uint64_t local_memory_bytes = 0;
  std::vector<std::string> extensions;  // those that jobs may ask for (kExtensionsAsked)
  Speed speed;
  RateCard rates;
  bool operator==(const OfferedDevice&) const = default;
};

// The most that one task may ask for.
struct TaskLimits {
  std::uint32_t cpu_cores = 0;
  std::uint64_t memory_bytes = 0;
  std::uint64_t scratch_bytes = 0;
  std::uint32_t walltime_ms = 0;
  std::uint64_t input_bytes = 0;
  std::uint64_t output_bytes = 0;
  bool operator==(const TaskLimits&) const = default;
};

struct Offer {
  std::string provider;        // peer id; of the envelope's signer, not in the message
  std::uint64_t sequence = 0;  // a higher one replaces all lower ones of the provider
  std::int64_t from_unix_ms = 0;
  std::int64_t until_unix_ms = 0;
  bool withdrawn = false;  // nothing is offered any more; devices are empty
  std::vector<JobKind> kinds;
  std::vector<OfferedDevice> devices;
  TaskLimits limits;
  std::uint64_t link_bytes_per_second = 0;  // what jobs' bytes are expected to move at; 0: not measured
  std::uint32_t setup_ms = 0;               // from the end of the transfers to the first kernel; 0: not measured
  bool operator==(const Offer&) const = default;
};

}  // namespace quern::model
