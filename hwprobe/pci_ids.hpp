// Names of PCI vendors, devices and classes from the pci.ids database (https://pci-ids.ucw.cz, Debian package pci.ids).
#pragma once
#include <span>
#include <string_view>

#include "hwprobe/machine.hpp"
#include "hwprobe/sources.hpp"

namespace quern::hwprobe {

// The database has 1.4 MB and grows by 50 kB a year.
inline constexpr std::size_t kPciIdsBytesMax = 8 << 20;

// Fills vendor_name, device_name and class_name of each device the text knows; the class name is the sub-class's, "VGA
// compatible controller", or the base class's where the sub-class has none. One pass over the text that stores only the
// names asked for; any bytes are taken. 0.5 ms for the whole database.
void name_pci_devices(std::string_view database, std::span<PciDevice> devices);

// The same from where distributions keep the file; without it names stay empty, which is no problem.
void name_pci_devices(const FileTree& files, std::span<PciDevice> devices);

}  // namespace quern::hwprobe
