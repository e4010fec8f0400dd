#include "hwprobe/hypervisor.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

struct Maker {
  std::string_view sign;
  std::string_view name;
};

#if defined(__x86_64__)
// What cpuid leaf 0x40000000 holds in EBX, ECX and EDX. "TCGTCGTCGTCG" is QEMU without KVM.
constexpr std::array kProcessorSigns = std::to_array<Maker>({
    {"KVMKVMKVM", "KVM"},
    {"XenVMMXenVMM", "Xen"},
    {"Microsoft Hv", "Microsoft"},
    {"VMwareVMware", "VMware"},
    {"VBoxVBoxVBox", "Oracle"},
    {"UnisysSpar64", "Unisys s-Par"},
    {" lrpepyh vr", "Parallels"},
    {"prl hyperv", "Parallels"},
    {"bhyve bhyve", "bhyve"},
    {"ACRNACRNACRN", "ACRN"},
    {"QNXQVMBSQG", "QNX"},
    {"TCGTCGTCGTCG", "QEMU"},
});
#endif

// Beginnings of the firmware's sys_vendor or product_name. Not the names of clouds: they are on their bare machines
// too.
constexpr std::array kFirmwareSigns = std::to_array<Maker>({
    {"KVM", "KVM"},
    {"QEMU", "KVM"},
    {"VMware", "VMware"},
    {"VMW", "VMware"},
    {"innotek GmbH", "Oracle"},
    {"VirtualBox", "Oracle"},
    {"Xen", "Xen"},
    {"Bochs", "Bochs"},
    {"Parallels", "Parallels"},
    {"BHYVE", "bhyve"},
    {"Virtual Machine", "Microsoft"},
    {"Apple Virtualization", "Apple"},
});

std::string maker_by_processor() {
#if defined(__x86_64__)
  constexpr unsigned kHypervisorLeaf = 0x40000000;
  std::array<unsigned, 4> registers{};
  __cpuid(kHypervisorLeaf, registers[0], registers[1], registers[2], registers[3]);
  std::array<char, 12> sign{};
  std::memcpy(sign.data(), &registers[1], sign.size());
  const std::string_view text = trimmed(std::string_view(sign.data(), sign.size()));
  for (const Maker& maker : kProcessorSigns) {
    if (text == trimmed(maker.sign)) return std::string(maker.name);
  }
#endif
  return {};
}

std::string maker_by_firmware(const FileTree& files) {
  for (const std::string_view path : {"/sys/class/dmi/id/sys_vendor", "/sys/class/dmi/id/product_name"}) {
    const auto text = files.read(path, kNameBytesMax);
    if (!text) continue;
    for (const Maker& maker : kFirmwareSigns) {
      if (trimmed(*text).starts_with(maker.sign)) return std::string(maker.name);
    }
  }
  return {};
}

std::string maker_by_device_tree(const FileTree& files) {
  const auto compatible = files.read("/proc/device-tree/hypervisor/compatible", kNameBytesMax);
  if (!compatible) return {};
  if (compatible->starts_with("linux,kvm")) return "KVM";
  if (compatible->starts_with("xen,")) return "Xen";
  return {};
}

}  // namespace

std::string read_hypervisor(const FileTree& files, const Cpu& cpu) {
  // On x86 the processor itself says whether it is virtual, so the firmware is asked only by whom.
  const bool is_x86 = cpu.family.has_value();
  const bool says_virtual = std::ranges::binary_search(cpu.flags, "hypervisor");
  if (is_x86 && !says_virtual) return {};
  std::string name = is_x86 && files.is_this_machine() ? maker_by_processor() : "";
  if (const auto type = files.read("/sys/hypervisor/type", kNameBytesMax); name.empty() && type) {
    if (trimmed(*type) == "xen") name = "Xen";
  }
  if (name.empty()) name = maker_by_device_tree(files);
  if (name.empty()) name = maker_by_firmware(files);
  if (name.empty() && says_virtual) name = "unknown";
  return name;
}

}  // namespace quern::hwprobe
