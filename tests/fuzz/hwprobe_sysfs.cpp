// Any bytes as the files of a machine: no crash, and the values keep their rules
// (tests/hwprobe/machine_invariants.hpp).
//
// The input is a list of entries, each ended by a zero byte: a byte that says which path and what lies there, then the
// content. Its low six bits choose the path; bit 6 makes it an error, bit 7 a symbolic link.
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/hwprobe/machine_invariants.hpp"

namespace {

namespace hw = quern::hwprobe;

constexpr auto kPaths = std::to_array<const char*>({
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/sys/kernel/osrelease",
    "/proc/sys/kernel/arch",
    "/proc/device-tree/hypervisor/compatible",
    "/etc/os-release",
    "/usr/lib/os-release",
    "/etc/machine-id",
    "/usr/share/misc/pci.ids",
    "/usr/share/hwdata/pci.ids",
    "/sys/hypervisor/type",
    "/sys/class/dmi/id/sys_vendor",
    "/sys/class/dmi/id/product_name",
    "/sys/bus/pci/devices/0000:01:00.0/class",
    "/sys/bus/pci/devices/0000:01:00.0/vendor",
    "/sys/bus/pci/devices/0000:01:00.0/device",
    "/sys/bus/pci/devices/0000:01:00.0/driver",
    "/sys/bus/pci/devices/0000:01:00.0/numa_node",
    "/sys/bus/pci/devices/0000:01:00.0/local_cpulist",
    "/sys/bus/pci/devices/0000:01:00.0/current_link_speed",
    "/sys/bus/pci/devices/0000:01:00.0/current_link_width",
    "/sys/bus/pci/devices/0000:01:00.0/max_link_speed",
    "/sys/bus/pci/devices/0000:01:00.0/max_link_width",
    "/sys/bus/pci/devices/10000:e1:00.7",
    "/sys/bus/pci/devices/not-an-address/class",
    "/sys/devices/card/class",
    "/sys/devices/card/vendor",
    "/sys/devices/card/device",
    "/sys/class/net/eth0",
    "/sys/class/net/eth1/device",
    "/sys/class/net/eth1/addr_assign_type",
    "/sys/class/net/eth1/address",
    "/sys/devices/pci0000:00/0000:00:03.0/net/eth0/device",
    "/sys/devices/pci0000:00/0000:00:03.0/net/eth0/addr_assign_type",
    "/sys/devices/pci0000:00/0000:00:03.0/net/eth0/address",
    "/sys/devices/usb1/net/eth0/address",
});

void add_entry(hw::RecordedFiles& files, std::string_view entry) {
  if (entry.empty()) return;
  const auto head = static_cast<unsigned char>(entry.front());
  const std::string path = kPaths[(head & 0x3f) % kPaths.size()];
  const std::string content(entry.substr(1));
  if (head & 0x80) {
    files.add_link(path, content);
  } else if (head & 0x40) {
    files.add_error(path, static_cast<hw::FileError>(content.size() % 4));
  } else {
    files.add_file(path, content);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  hw::RecordedFiles files;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\0', 1), rest.size());
    add_entry(files, rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const std::string rule = hw::testing::broken_rule(hw::testing::read_files(files));
  if (!rule.empty()) {
    std::fprintf(stderr, "broken rule: %s\n", rule.c_str());
    std::abort();
  }
  return 0;
}
