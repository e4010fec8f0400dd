// join_gpus of pci.hpp: which card is driven by which OpenCL device, and in a donor's words why not.
#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "hwprobe/identity.hpp"
#include "hwprobe/pci.hpp"
#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

// A maker of cards that compute under Linux. Packages are Debian 12's; NVIDIA's are in its non-free part.
struct Maker {
  std::uint16_t vendor_id;
  std::string_view name;
  std::array<std::string_view, 3>
      kernel_drivers;               // those that OpenCL drivers need, the first is the one to name; may be empty
  std::string_view kernel_package;  // brings the kernel driver or the firmware it lacks; may be empty
  std::array<std::string_view, 4> opencl_signs;  // parts of the names of OpenCL drivers for these cards; may be empty
  std::string_view opencl_package;
  bool makes_accelerators;  // whether its processing accelerators (class 12xx) take the same drivers; Intel's are no
                            // GPUs
};

constexpr std::uint32_t kDisplayClass = 0x03;

constexpr std::array kMakers = std::to_array<Maker>({
    {.vendor_id = 0x10de,
     .name = "NVIDIA",
     .kernel_drivers = {"nvidia"},
     .kernel_package = "nvidia-kernel-dkms",
     .opencl_signs = {"nvidia"},
     .opencl_package = "nvidia-opencl-icd",
     .makes_accelerators = true},
    {.vendor_id = 0x1002,
     .name = "AMD",
     .kernel_drivers = {"amdgpu", "radeon"},
     .kernel_package = "firmware-amd-graphics",
     .opencl_signs = {"amdocl", "rocm", "mesa", "rusticl"},
     .opencl_package = "mesa-opencl-icd",
     .makes_accelerators = true},
    {.vendor_id = 0x8086,
     .name = "Intel",
     .kernel_drivers = {"i915", "xe"},
     .kernel_package = "",
     .opencl_signs = {"intel.icd", "igdrcl", "beignet", "rusticl"},
     .opencl_package = "intel-opencl-icd",
     .makes_accelerators = false},
});

// Adapters that only draw: of virtual machines and of the management controllers of servers.
struct DisplayOnly {
  std::uint16_t vendor_id;
  std::string_view what;
};

constexpr std::array kDisplayOnly = std::to_array<DisplayOnly>({
    {0x1af4, "a virtual display adapter of virtio"},
    {0x1b36, "a virtual display adapter of QEMU"},
    {0x1234, "a virtual display adapter of QEMU"},
    {0x1013, "a virtual display adapter (Cirrus)"},
    {0x15ad, "a virtual display adapter of VMware"},
    {0x80ee, "a virtual display adapter of VirtualBox"},
    {0x1414, "a virtual display adapter of Hyper-V"},
    {0x1a03, "the display adapter of a server's management controller (ASPEED)"},
    {0x102b, "the display adapter of a server's management controller (Matrox)"},
    {0x19e5, "the display adapter of a server's management controller (HiSilicon)"},
});

struct Verdict {
  std::string reason;
  std::string_view package;
};

std::string name_of(const PciDevice& card) {
  if (!card.device_name.empty()) return card.device_name;
  const auto hexadecimal = [](std::uint16_t number) {
    std::array<char, 4> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
    const std::string text(digits.data(), end);
    return std::string(4 - text.size(), '0') + text;
  };
  return "vendor " + hexadecimal(card.vendor_id) + " device " + hexadecimal(card.device_id);
}

bool speaks_for(const OpenclDriver& driver, const Maker& maker) {
  const std::string names = lower_case(driver.name) + ' ' + lower_case(driver.library);
  return std::ranges::any_of(maker.opencl_signs, [&](std::string_view sign) {
    return !sign.empty() && names.find(sign) != std::string::npos;
  });
}

std::string_view what_happened(DriverStatus status) {
  switch (status) {
    case DriverStatus::ok:
      return "answered";
    case DriverStatus::hung:
      return "did not answer in time";
    case DriverStatus::stuck:
      return "did not answer and could not be stopped";
    case DriverStatus::crashed:
      return "crashed";
    case DriverStatus::failed:
      return "failed";
    case DriverStatus::malformed:
      return "gave answers that cannot be true";
  }
  std::unreachable();
}

Verdict blame_driver(const OpenclDriver& driver) {
  std::string reason = "its OpenCL driver " + driver.name + " " + std::string(what_happened(driver.status));
  if (!driver.detail.empty()) reason += ": " + driver.detail;
  return {.reason = std::move(reason), .package = {}};
}

// Why the kernel does not hand the card to OpenCL; an empty reason when it does.
Verdict judge_kernel_driver(const PciDevice& card, const Maker& maker) {
  if (std::ranges::find(maker.kernel_drivers, card.driver) != maker.kernel_drivers.end() && !card.driver.empty())
    return {};
  const std::string needed(maker.kernel_drivers.front());
  if (card.driver.empty()) {
    return {.reason = "no kernel driver is bound to it; OpenCL needs " + needed, .package = maker.kernel_package};
  }
  return {.reason = "the kernel driver " + card.driver + " is bound to it; OpenCL needs " + needed,
          .package = maker.kernel_package};
}

Verdict judge_known(const PciDevice& card, const Maker& maker, std::span<const OpenclDriver> drivers) {
  const OpenclDriver* answering = nullptr;
  for (const OpenclDriver& driver : drivers) {
    if (!speaks_for(driver, maker)) continue;
    if (driver.status != DriverStatus::ok) return blame_driver(driver);
    answering = &driver;
  }
  if (Verdict kernel = judge_kernel_driver(card, maker); !kernel.reason.empty()) {
    // Without either driver the OpenCL package comes first: it recommends the kernel's.
    if (!answering) kernel.reason += ", and no OpenCL driver for " + std::string(maker.name) + " is installed";
    if (!answering) kernel.package = maker.opencl_package;
    return kernel;
  }
  if (!answering) {
    return {.reason = "no OpenCL driver for " + std::string(maker.name) + " is installed",
            .package = maker.opencl_package};
  }
  return {.reason = "the OpenCL driver " + answering->name +
                    " works but does not offer it: the card may be too old or too new for it, or this user may not "
                    "open its device files (group render)",
          .package = {}};
}

Verdict judge(const PciDevice& card, std::span<const OpenclDriver> drivers) {
  const bool is_display = card.class_code >> 16 == kDisplayClass;
  const auto display = std::ranges::find(kDisplayOnly, card.vendor_id, &DisplayOnly::vendor_id);
  if (is_display && display != kDisplayOnly.end())
    return {.reason = std::string(display->what) + " without compute", .package = {}};
  if (card.driver == "vfio-pci" || card.driver == "pci-stub" || card.driver == "xen-pciback") {
    return {.reason = "it is set aside for virtual machines (" + card.driver + ")", .package = {}};
  }
  const auto maker = std::ranges::find(kMakers, card.vendor_id, &Maker::vendor_id);
  if (maker != kMakers.end() && (is_display || maker->makes_accelerators)) return judge_known(card, *maker, drivers);
  return {.reason = "no OpenCL driver offers it, and none is known for its kind", .package = {}};
}

bool is_card_device(const OpenclDevice& device) {
  return device.type == OpenclDeviceType::gpu || device.type == OpenclDeviceType::accelerator;
}

// Calls back with each OpenCL device that may be a card.
template <class Visit>
void for_each_device(std::span<const OpenclDriver> drivers, Visit visit) {
  for (const OpenclDriver& driver : drivers) {
    for (const OpenclPlatform& platform : driver.platforms) {
      for (const OpenclDevice& device : platform.devices) {
        if (device.pci_address || is_card_device(device)) visit(driver, device);
      }
    }
  }
}

const OpenclDevice* device_at(std::string_view address, std::span<const OpenclDriver> drivers) {
  const OpenclDevice* found = nullptr;
  for_each_device(drivers, [&](const OpenclDriver&, const OpenclDevice& device) {
    if (device.pci_address != address) return;
    if (!found || (!found->available && device.available)) found = &device;
  });
  return found;
}

// For drivers that give no addresses: the one device of this maker when there is one card of this maker that no address
// was given for. Two drivers may offer the same card; one driver that offers two is ambiguous.
const OpenclDevice* only_device_of(std::uint16_t vendor_id, std::span<const PciDevice> pci,
                                   std::span<const OpenclDriver> drivers) {
  const auto waiting = std::ranges::count_if(pci, [&](const PciDevice& card) {
    return is_gpu_class(card.class_code) && card.vendor_id == vendor_id && !device_at(card.address, drivers);
  });
  if (waiting != 1) return nullptr;
  const OpenclDevice* found = nullptr;
  const OpenclDriver* by = nullptr;
  bool ambiguous = false;
  for_each_device(drivers, [&](const OpenclDriver& driver, const OpenclDevice& device) {
    if (device.pci_address || device.vendor_id != vendor_id) return;
    if (by == &driver) ambiguous = true;
    by = &driver;
    if (!found || (!found->available && device.available)) found = &device;
  });
  return ambiguous ? nullptr : found;
}

Gpu join(const PciDevice& card, std::span<const PciDevice> pci, std::span<const OpenclDriver> drivers,
         const MachineIdentity& identity) {
  Gpu gpu{.id = pci_device_id(identity, card.address, card.vendor_id, card.device_id),
          .pci_address = card.address,
          .name = name_of(card),
          .kernel_driver = card.driver,
          .usable = false,
          .reason = {},
          .package = {}};
  const OpenclDevice* device = device_at(card.address, drivers);
  if (!device) device = only_device_of(card.vendor_id, pci, drivers);
  if (!device) {
    Verdict verdict = judge(card, drivers);
    gpu.reason = std::move(verdict.reason);
    gpu.package = std::string(verdict.package);
    return gpu;
  }
  if (!device->id.empty()) gpu.id = device->id;
  gpu.usable = device->available;
  if (!gpu.usable)
    gpu.reason =
        "its OpenCL driver says that it is not available, for example because it is in another program's sole use";
  return gpu;
}

}  // namespace

std::vector<Gpu> join_gpus(std::span<const PciDevice> pci, std::span<const OpenclDriver> drivers,
                           const MachineIdentity& identity) {
  std::vector<Gpu> gpus;
  for (const PciDevice& card : pci) {
    if (is_gpu_class(card.class_code)) gpus.push_back(join(card, pci, drivers, identity));
  }
  return gpus;
}

}  // namespace quern::hwprobe
