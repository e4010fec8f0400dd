// An offer of a fast and dear and of a slow and cheap device, and keys to sign with.
#pragma once
#include <array>

#include "overlay/identity/key.hpp"
#include "scheduler/model/offer.hpp"

namespace quern::market {

inline identity::PrivateKey key_of(std::uint8_t seed) {
  std::array<std::byte, identity::kSeedBytes> bytes{};
  bytes[0] = std::byte{seed};
  return identity::PrivateKey::from_seed(bytes);
}

inline constexpr std::int64_t kNow = 1'800'000'000'000;

inline model::OfferedDevice device_of(std::string id, std::uint64_t gigaflops, std::int64_t micro_per_second) {
  model::OfferedDevice device{.id = std::move(id),
                              .name = "Device",
                              .type = model::DeviceType::gpu,
                              .opencl_version = 300,
                              .compute_units = 32,
                              .global_memory_bytes = 8ull << 30,
                              .allocation_max_bytes = 2ull << 30,
                              .local_memory_bytes = 64 << 10,
                              .extensions = {"cl_khr_fp64"},
                              .speed = {.fp32_flops = gigaflops * 1'000'000'000,
                                        .fp64_flops = gigaflops * 500'000'000,
                                        .int32_ops = gigaflops * 1'000'000'000,
                                        .memory_bytes_per_second = 100'000'000'000,
                                        .spread_permille = 10,
                                        .taken_unix_ms = kNow - 1000},
                              .rates = {}};
  device.rates[model::Dimension::device_time] = micro_per_second;
  return device;
}

inline model::Offer sample_offer() {
  return {.provider = {},
          .sequence = 7,
          .from_unix_ms = kNow - 60'000,
          .until_unix_ms = kNow + 3'600'000,
          .withdrawn = false,
          .kinds = {model::JobKind::opencl_kernel},
          .devices = {device_of("fast", 10'000, 3'000), device_of("slow", 1'000, 600)},
          .limits = {.cpu_cores = 4,
                     .memory_bytes = 4ull << 30,
                     .scratch_bytes = 1ull << 30,
                     .walltime_ms = 3'600'000,
                     .input_bytes = 1ull << 30,
                     .output_bytes = 1ull << 30},
          .link_bytes_per_second = 100'000'000,
          .setup_ms = 500};
}

}  // namespace quern::market
