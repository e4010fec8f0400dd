// Machines made of recorded files, for tests.
#pragma once
#include <string>

#include "hwprobe/file_tree.hpp"

namespace quern::hwprobe::testing {

inline constexpr std::string_view kMachineId = "0123456789abcdef0123456789abcdef";

struct FakePci {
  std::string address;
  std::string class_code = "0x030000";
  std::string vendor = "0x10de";
  std::string device = "0x2335";
  std::string driver = "";
};

inline std::string pci_file(const std::string& address, const std::string& name) {
  return "/sys/bus/pci/devices/" + address + "/" + name;
}

// A function with the files that every kernel gives it.
inline void add_pci(RecordedFiles& files, const FakePci& card) {
  files.add_file(pci_file(card.address, "class"), card.class_code + "\n");
  files.add_file(pci_file(card.address, "vendor"), card.vendor + "\n");
  files.add_file(pci_file(card.address, "device"), card.device + "\n");
  files.add_file(pci_file(card.address, "numa_node"), "-1\n");
  files.add_file(pci_file(card.address, "local_cpulist"), "0-7\n");
  if (!card.driver.empty()) {
    files.add_link(pci_file(card.address, "driver"), "../../../../bus/pci/drivers/" + card.driver);
  }
}

// A network card as the kernel shows it: /sys/class/net/NAME is a link to the device's own folder below `place`.
inline void add_network_card(RecordedFiles& files, const std::string& name, const std::string& place,
                             const std::string& address, const std::string& assignment = "0") {
  const std::string folder = "/sys/devices/" + place + "/net/" + name;
  files.add_link("/sys/class/net/" + name, "../../devices/" + place + "/net/" + name);
  files.add_link(folder + "/device", "../../");
  files.add_file(folder + "/addr_assign_type", assignment + "\n");
  files.add_file(folder + "/address", address + "\n");
}

inline std::string amd_cpu_info(int threads) {
  std::string text;
  for (int i = 0; i < threads; ++i) {
    text += "processor\t: " + std::to_string(i) +
            "\nvendor_id\t: AuthenticAMD\ncpu family\t: 26\nmodel\t\t: 2\n"
            "model name\t: AMD EPYC 9575F 64-Core Processor\nstepping\t: 1\nmicrocode\t: 0xb002116\n"
            "cpu MHz\t\t: 3299." +
            std::to_string(100 + i) + "\nflags\t\t: fpu vme avx2 avx512f sse sse2 svm\nbugs\t\t: sysret_ss_attrs\n\n";
  }
  return text;
}

// A two-socket server with one NVIDIA card, one network card and a machine-id.
inline RecordedFiles fake_server() {
  RecordedFiles files;
  files.add_file("/proc/cpuinfo", amd_cpu_info(16));
  files.add_file("/proc/meminfo", "MemTotal:       263856432 kB\nMemFree: 1 kB\nSwapTotal:       8388604 kB\n");
  files.add_file("/proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
  files.add_file("/proc/sys/kernel/arch", "x86_64\n");
  files.add_file("/usr/lib/os-release", "NAME=Debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
  files.add_link("/etc/os-release", "../usr/lib/os-release");
  files.add_file("/etc/machine-id", std::string(kMachineId) + "\n");
  add_pci(files, {.address = "0000:c1:00.0", .class_code = "0x030200", .driver = "nvidia"});
  add_pci(files, {.address = "0000:18:00.0", .class_code = "0x020000", .vendor = "0x15b3", .device = "0x1017"});
  add_network_card(files, "eth0", "pci0000:17/0000:18:00.0", "b8:ce:f6:00:00:01");
  return files;
}

}  // namespace quern::hwprobe::testing
