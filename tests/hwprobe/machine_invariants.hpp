// What must hold of everything read from files, whatever the files hold. For tests of hostile trees and for the fuzzer.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "hwprobe/cpu_info.hpp"
#include "hwprobe/hypervisor.hpp"
#include "hwprobe/identity.hpp"
#include "hwprobe/meminfo.hpp"
#include "hwprobe/operating_system.hpp"
#include "hwprobe/pci.hpp"
#include "hwprobe/text.hpp"

namespace quern::hwprobe::testing {

struct FileMachine {
  OperatingSystem system;
  Cpu cpu;
  Memory memory;
  std::vector<PciDevice> pci;
  std::vector<Gpu> gpus;
  MachineIdentity identity;
  std::vector<Problem> problems;
};

// All parts that come from files alone.
inline FileMachine read_files(const FileTree& files) {
  FileMachine machine;
  machine.system = read_operating_system(files, machine.problems);
  machine.cpu = read_cpu_info(files, machine.problems);
  machine.cpu.hypervisor = read_hypervisor(files, machine.cpu);
  machine.memory = read_memory(files, machine.problems);
  machine.pci = read_pci(files, machine.problems);
  machine.identity = read_identity(files, machine.problems);
  machine.gpus = join_gpus(machine.pci, {}, machine.identity);
  return machine;
}

inline bool is_name(const std::string& text) {
  return text.size() <= kNameBytesMax && clean_name(text) == text;
}

inline bool is_id(const std::string& id, std::string_view prefix) {
  return id.size() == prefix.size() + 32 && id.starts_with(prefix) && is_lower_hexadecimal(id.substr(prefix.size()));
}

inline bool is_sound(const PciDevice& device) {
  return device.class_code <= 0xffffff && is_name(device.driver) && is_name(device.vendor_name) &&
         is_name(device.device_name) && is_name(device.class_name) && std::ranges::is_sorted(device.local_threads) &&
         device.link_width != 0u && device.link_megatransfers_per_second != 0u;
}

// The first rule that is broken; empty when all hold.
inline std::string broken_rule(const FileMachine& machine) {
  const Cpu& cpu = machine.cpu;
  if (!is_name(machine.system.name) || !is_name(machine.system.kernel) || !is_name(machine.system.architecture)) {
    return "names of the system are clean";
  }
  if (!is_name(cpu.vendor) || !is_name(cpu.model_name) || !std::ranges::all_of(cpu.flags, is_name)) {
    return "names of the processor are clean";
  }
  if (cpu.flags.size() > kCpuFlagsMax) return "flags are bounded";
  if (std::ranges::adjacent_find(cpu.flags, std::ranges::greater_equal{}) != cpu.flags.end()) {
    return "flags are sorted, each once";
  }
  if (std::max(machine.memory.total_bytes, machine.memory.swap_total_bytes) > kMemoryBytesMax) {
    return "memory is bounded";
  }
  if (!std::ranges::all_of(machine.pci, is_sound)) return "PCI functions are sound";
  if (!is_id(machine.identity.id, "qm1-")) return "the machine's id is well-formed";
  for (const Gpu& gpu : machine.gpus) {
    if (!is_id(gpu.id, "qd1-") || gpu.usable || gpu.reason.empty()) return "a card no driver offers has id and reason";
  }
  for (const Problem& problem : machine.problems) {
    if (problem.where.empty() || problem.what.empty()) return "problems say where and what";
    if (problem.where.size() + problem.what.size() > 4 * kNameBytesMax) return "problems are short";
  }
  return {};
}

}  // namespace quern::hwprobe::testing
