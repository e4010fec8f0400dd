// Which hypervisor a machine runs under.
#pragma once
#include <string>

#include "hwprobe/machine.hpp"
#include "hwprobe/sources.hpp"

namespace quern::hwprobe {

// As Cpu::hypervisor: the maker's name as lscpu writes it, "unknown" when the processor says it is virtual and nothing
// names the maker, empty on bare metal. `cpu` must have its flags.
//
// This machine's processor is asked by the cpuid instruction; a recorded machine's only by its files: /sys/hypervisor,
// the firmware's tables (/sys/class/dmi/id) and the device tree.
std::string read_hypervisor(const FileTree& files, const Cpu& cpu);

}  // namespace quern::hwprobe
