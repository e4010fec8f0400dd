// How fast the machine is: figures that were measured here, each with its unit, method, time and spread.
// Methods and their evidence: docs/measuring.md.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace quern::hwprobe {

enum class Quantity { fp32_flops, fp64_flops, int32_ops, memory_bandwidth };

// One measured figure.
struct Figure {
  Quantity quantity = Quantity::fp32_flops;
  // In `unit`; for a CPU device per CPU-second times its threads, so that load does not lower it.
  std::uint64_t value = 0;
  std::string unit;     // "FLOP/s", "op/s" or "B/s"
  std::string method;   // id and version: "opencl-fma/1"; figures of unlike methods are not comparable
  std::string variant;  // what won within the method: "float16", "float4"
  std::int64_t taken_unix_ms = 0;
  std::uint32_t windows = 0;          // how many windows the median was taken over
  std::uint32_t spread_permille = 0;  // (90th percentile - 10th percentile) / median
  // Share of its processors the measurement got (CPU time / wall time / threads), CPU devices only. Below 900: busy.
  std::optional<std::uint32_t> cpu_share_permille;
  bool operator==(const Figure&) const = default;
};

// Whether a device computed right answers and may be offered to others.
struct Fitness {
  bool fit = false;
  // Empty when fit; else what failed: "self-test: work item 17 gave 0x0000beef, expected 0x1234abcd".
  std::string reason;
  bool operator==(const Fitness&) const = default;
};

struct DeviceMeasurement {
  std::string device_id;    // OpenclDevice::id
  std::string device_name;  // for people
  Fitness fitness;
  std::vector<Figure> figures;  // those that could be taken: no fp64 figure for a device without doubles
  std::uint32_t elapsed_ms = 0;
  bool operator==(const DeviceMeasurement&) const = default;
};

struct Measurements {
  std::vector<Figure> host;  // the host's own memory bandwidth
  std::vector<DeviceMeasurement> devices;
  bool operator==(const Measurements&) const = default;
};

}  // namespace quern::hwprobe
