#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "hwprobe/identity.hpp"
#include "hwprobe/opencl.hpp"

namespace quern::hwprobe {
namespace {

// The bus device behind an OpenCL device, when it has one that was seen.
const PciDevice* bus_device_of(const OpenclDevice& device, const std::vector<PciDevice>& pci) {
  if (!device.pci_address) return nullptr;
  const auto found = std::ranges::find(pci, *device.pci_address, &PciDevice::address);
  return found == pci.end() ? nullptr : &*found;
}

}  // namespace

void assign_device_ids(std::vector<OpenclDriver>& drivers, const std::vector<PciDevice>& pci,
                       const MachineIdentity& machine) {
  // Ranks run on over drivers: two installations of one platform must not give two devices the same id.
  std::map<std::pair<OpenclDeviceType, std::string>, std::uint32_t> ranks;
  for (OpenclDriver& driver : drivers) {
    for (OpenclPlatform& platform : driver.platforms) {
      // Parts of one card (instances of a partitioned GPU) share its address: only the first is the card itself.
      // Another platform that offers the same card gives it the same id: it is the same device.
      std::set<std::string> seen;
      for (OpenclDevice& device : platform.devices) {
        const PciDevice* card = bus_device_of(device, pci);
        if (card != nullptr && seen.insert(card->address).second) {
          device.id = pci_device_id(machine, card->address, card->vendor_id, card->device_id);
        } else {
          device.id = platform_device_id(machine, device.type, platform.name, ranks[{device.type, platform.name}]++);
        }
      }
    }
  }
}

}  // namespace quern::hwprobe
