// PCI functions from sysfs, named by pci.ids, and which of them are graphics cards or accelerators.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "hwprobe/machine.hpp"
#include "hwprobe/sources.hpp"

namespace quern::hwprobe {

// PCI functions read at most; the rest is cut and a problem.
inline constexpr std::size_t kPciDevicesMax = 4096;

// All PCI functions, by address. Reads sysfs directly: hwloc's I/O discovery reads each device's configuration space,
// which takes 10 ms on a machine with six devices and wakes sleeping ones. A function without a readable class, vendor
// or device number is left out and a problem; other files that cannot be read or make no sense cost only their field.
std::vector<PciDevice> read_pci(const FileTree& files, std::vector<Problem>& problems);

// Whether a PCI class is a display controller (03xx) or a processing accelerator (12xx).
bool is_gpu_class(std::uint32_t class_code);

// Joins cards to the OpenCL devices that drive them, by PCI address. A card no driver offers is listed as present but
// not usable, with the reason (no driver installed, driver hung, kernel driver missing...) and the package that would
// help.
std::vector<Gpu> join_gpus(std::span<const PciDevice> pci, std::span<const OpenclDriver> drivers,
                           const MachineIdentity& identity);

}  // namespace quern::hwprobe
