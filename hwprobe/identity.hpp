// Stable names for a machine and its devices.
//
// A machine's id is a hash of /etc/machine-id under a key of ours (so that the id we publish does not give the
// machine-id away); without one, of the permanent hardware address of the first physical network card (onboard before
// USB, then by place on the bus); without that, of CPU model and PCI devices. A network address has so few bits that
// who wants to can find it from the id by trying all; a machine-id cannot be found so. Neither stands in a report or
// problem.
//
// A device's id is a hash of the machine's id and
//   - its PCI address, vendor and device number, for devices on the bus;
//   - its type, platform name and rank among the devices of that type and platform, for the others.
//
// Nothing of this holds a size, a clock, a driver version or a device name that a driver makes up: those move.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hwprobe/machine.hpp"
#include "hwprobe/sources.hpp"

namespace quern::hwprobe {

// A machine-id that is there and cannot be used is a problem, as is an id made from hardware only: machines alike share
// it.
MachineIdentity read_identity(const FileTree& files, std::vector<Problem>& problems);

std::string pci_device_id(const MachineIdentity& machine, std::string_view pci_address, std::uint16_t vendor_id,
                          std::uint16_t device_id);
std::string platform_device_id(const MachineIdentity& machine, OpenclDeviceType type, std::string_view platform_name,
                               std::uint32_t rank);

}  // namespace quern::hwprobe
