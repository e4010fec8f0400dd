// What must hold of any sample, whatever was read: each value within the bounds its header states.
#pragma once
#include <algorithm>
#include <optional>
#include <string>

#include "hwprobe/drm_sensors.hpp"
#include "hwprobe/energy_meter.hpp"
#include "hwprobe/hwmon.hpp"
#include "hwprobe/machine.hpp"
#include "hwprobe/power_supply.hpp"
#include "hwprobe/powercap.hpp"
#include "hwprobe/proc_load.hpp"
#include "hwprobe/sample.hpp"
#include "hwprobe/thermal_zones.hpp"

namespace quern::hwprobe {

inline bool within(std::optional<Permille> share) {
  return share.value_or(0) <= 1000;
}

inline bool within_celsius(std::int32_t value) {
  return value >= kTemperatureRange.min && value <= kTemperatureRange.max;
}

// A name that is not text for people, or longer than such may be.
inline bool bad_name(const std::string& name) {
  return name.size() > kNameBytesMax ||
         std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

inline std::string implausible(const GpuSample& gpu) {
  if (canonical_pci_address(gpu.pci_address) != gpu.pci_address) return "gpu address";
  if (!within(gpu.busy) || !within(gpu.memory_busy) || !within(gpu.fan)) return "gpu share";
  if (gpu.memory_total_bytes.value_or(0) > static_cast<std::uint64_t>(kByteRange.max)) return "gpu memory";
  if (gpu.memory_total_bytes && gpu.memory_used_bytes.value_or(0) > *gpu.memory_total_bytes) return "gpu memory used";
  if (!within_celsius(gpu.temperature_millicelsius.value_or(0))) return "gpu temperature";
  if (gpu.fan_rpm.value_or(0) > 100'000) return "gpu fan";
  if (gpu.power_milliwatts.value_or(0) > kMilliwattsMax) return "gpu power";
  const auto limit = gpu.power_limit_milliwatts.value_or(1);
  if (limit == 0 || limit > kMilliwattsMax) return "gpu power limit";
  if (gpu.clock_mhz.value_or(0) > 20'000 || gpu.memory_clock_mhz.value_or(0) > 20'000) return "gpu clock";
  return {};
}

inline std::string implausible(const CpuLoad& cpu) {
  if (!within(cpu.total)) return "cpu total";
  if (cpu.threads.size() > kLoadThreadsMax) return "cpu thread count";
  for (std::size_t i = 0; i < cpu.threads.size(); ++i) {
    if (!within(cpu.threads[i].busy)) return "cpu thread";
    if (i > 0 && cpu.threads[i - 1].os_index >= cpu.threads[i].os_index) return "cpu thread order";
  }
  return {};
}

// Empty, or the first thing found that cannot be.
inline std::string implausible(const Sample& sample) {
  if (std::string cpu = implausible(sample.cpu); !cpu.empty()) return cpu;
  const MemoryLoad& memory = sample.memory;
  if (memory.total_bytes && memory.available_bytes.value_or(0) > *memory.total_bytes) return "memory available";
  if (sample.gpus.size() > 2 * kGpusMax) return "gpu count";
  for (std::size_t i = 0; i < sample.gpus.size(); ++i) {
    if (std::string gpu = implausible(sample.gpus[i]); !gpu.empty()) return gpu;
    if (i > 0 && sample.gpus[i - 1].pci_address >= sample.gpus[i].pci_address) return "gpu order";
  }
  if (sample.temperatures.size() > kHwmonChipsMax * kHwmonInputsMax + kThermalZonesMax) return "temperature count";
  for (const auto& [chip, label, value] : sample.temperatures) {
    if (bad_name(chip) || bad_name(label) || !within_celsius(value)) return "temperature of " + chip;
  }
  for (const auto& [chip, label, rpm] : sample.fans) {
    if (bad_name(chip) || bad_name(label) || rpm > 100'000) return "fan of " + chip;
  }
  for (const auto& [source, label, power] : sample.powers) {
    if (bad_name(source) || bad_name(label) || power > kMilliwattsMax) return "power of " + source;
  }
  if (sample.batteries.size() > kPowerSuppliesMax) return "battery count";
  for (const auto& [name, charge, status] : sample.batteries) {
    if (bad_name(name) || !within(charge) || status.empty() || bad_name(status)) return "battery " + name;
  }
  return {};
}

}  // namespace quern::hwprobe
