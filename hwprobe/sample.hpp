// How the machine is doing at one moment. Every value is optional: absent means the machine does not tell, never zero.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace quern::hwprobe {

// Share of a span of time, in thousandths: 0 idle, 1000 fully busy.
using Permille = std::uint32_t;

struct CpuLoad {
  // Busy share since the previous sample of the same Sampler (since boot in its first sample).
  std::optional<Permille> total;
  struct Thread {
    std::uint32_t os_index = 0;
    Permille busy = 0;
    bool operator==(const Thread&) const = default;
  };
  // Online threads, ascending os_index; one that has just come online follows a sample later.
  std::vector<Thread> threads;
  // Load averages as the kernel keeps them, in thousandths of a runnable task.
  std::optional<std::uint64_t> average_1min_milli;
  std::optional<std::uint64_t> average_5min_milli;
  std::optional<std::uint64_t> average_15min_milli;
  bool operator==(const CpuLoad&) const = default;
};

struct MemoryLoad {
  std::optional<std::uint64_t> total_bytes;
  std::optional<std::uint64_t> available_bytes;  // what a new program could get without swapping
  std::optional<std::uint64_t> swap_used_bytes;
  bool operator==(const MemoryLoad&) const = default;
};

// One graphics card or accelerator. `source` says which interface spoke: "nvml", "amdgpu", "i915", "xe", "nouveau"
// or "radeon".
struct GpuSample {
  std::string pci_address;  // joins PciDevice::address
  std::string source;
  std::optional<Permille> busy;
  std::optional<Permille> memory_busy;  // memory controller
  std::optional<std::uint64_t> memory_total_bytes;
  std::optional<std::uint64_t> memory_used_bytes;
  std::optional<std::int32_t> temperature_millicelsius;
  std::optional<Permille> fan;  // share of full speed
  std::optional<std::uint32_t> fan_rpm;
  std::optional<std::uint64_t> power_milliwatts;
  std::optional<std::uint64_t> power_limit_milliwatts;
  std::optional<std::uint32_t> clock_mhz;
  std::optional<std::uint32_t> memory_clock_mhz;
  std::optional<bool> display_attached;  // a screen is connected to one of its outputs
  bool operator==(const GpuSample&) const = default;
};

struct Temperature {
  std::string chip;   // hwmon name or thermal zone type: "k10temp", "x86_pkg_temp"
  std::string label;  // "Tctl", or empty
  std::int32_t millicelsius = 0;
  bool operator==(const Temperature&) const = default;
};

struct Fan {
  std::string chip;
  std::string label;
  std::uint32_t rpm = 0;  // 0 is a fan that stands still: the chip said so
  bool operator==(const Fan&) const = default;
};

// Power drawn by one domain, averaged since the previous sample for counters (RAPL), momentary for meters (hwmon).
struct Power {
  std::string source;  // "rapl" or the hwmon chip's name
  std::string label;   // "package-0", "dram", or empty
  std::uint64_t milliwatts = 0;
  bool operator==(const Power&) const = default;
};

struct Battery {
  std::string name;  // "BAT0"
  std::optional<Permille> charge;
  std::string status;  // "Charging", "Discharging", "Full", "Not charging", "Unknown", as the kernel says
  bool operator==(const Battery&) const = default;
};

struct Sample {
  CpuLoad cpu;
  MemoryLoad memory;
  std::vector<GpuSample> gpus;            // by PCI address
  std::vector<Temperature> temperatures;  // of the board and processor; a GPU's own is in GpuSample
  std::vector<Fan> fans;
  std::vector<Power> powers;
  std::vector<Battery> batteries;
  std::optional<bool> on_mains;          // an AC adapter is online; absent on machines that have none to tell
  std::optional<bool> display_attached;  // any connector of any card has a screen
  bool operator==(const Sample&) const = default;
};

}  // namespace quern::hwprobe
