// Recorded machines for the sensor tests and the fuzzer: what the kernel's files hold on the machines each function is
// named after.
#pragma once
#include <string>

#include "hwprobe/file_tree.hpp"

namespace quern::hwprobe::trees {

// Two threads, loaded as a quiet desktop; 16 GiB of memory, half of it available, some swap used.
inline void add_proc(RecordedFiles& files) {
  files.add_file("/proc/stat",
                 "cpu  300 20 80 1500 60 10 30 0 200 10\n"
                 "cpu0 100 20 40 800 20 5 15 0 100 10\n"
                 "cpu1 200 0 40 700 40 5 15 0 100 0\n"
                 "intr 218307 0 0\nctxt 5\nbtime 1700000000\n");
  files.add_file("/proc/loadavg", "0.52 1.08 12.345 1/467 12345\n");
  files.add_file("/proc/meminfo",
                 "MemTotal:       16777216 kB\nMemFree:         1000000 kB\nMemAvailable:    8388608 kB\n"
                 "SwapTotal:       2097152 kB\nSwapFree:        1048576 kB\nHugePages_Total:       0\n");
}

// A card's directory under its PCI device and the links of /sys/class/drm, as the kernel lays them.
inline std::string add_card(RecordedFiles& files, const std::string& card, const std::string& address,
                            const std::string& driver) {
  const std::string device = "/sys/devices/pci0000:00/" + address;
  files.add_file(device + "/uevent", "DRIVER=" + driver + "\nPCI_CLASS=30000\nPCI_ID=1002:744C\nPCI_SLOT_NAME=" +
                                         address + "\nMODALIAS=pci:v00001002d0000744Csv\n");
  files.add_file(device + "/power/runtime_status", "active\n");
  files.add_file(device + "/drm/" + card + "/dev", "226:0\n");
  files.add_link(device + "/drm/" + card + "/device", "../../../" + address);
  files.add_link("/sys/class/drm/" + card, "../../devices/pci0000:00/" + address + "/drm/" + card);
  files.add_file("/sys/class/drm/version", "drm 1.1.0 20060810\n");
  return device;
}

inline void add_connector(RecordedFiles& files, const std::string& card, const std::string& connector,
                          const std::string& status) {
  files.add_file("/sys/class/drm/" + card + "-" + connector + "/status", status + "\n");
}

// A chip's directory, and its link in /sys/class/hwmon when it lies under a device.
inline std::string add_chip(RecordedFiles& files, const std::string& hwmon, const std::string& name,
                            const std::string& device = "") {
  const std::string directory = device.empty() ? "/sys/class/hwmon/" + hwmon : device + "/hwmon/" + hwmon;
  files.add_file(directory + "/name", name + "\n");
  if (!device.empty()) files.add_link("/sys/class/hwmon/" + hwmon, "../.." + directory.substr(4));
  return directory;
}

// A Radeon RX 7900 in a desktop with a screen on its second output.
inline void add_amd_card(RecordedFiles& files, const std::string& card = "card0",
                         const std::string& address = "0000:03:00.0", const std::string& hwmon = "hwmon2") {
  const std::string device = add_card(files, card, address, "amdgpu");
  files.add_file(device + "/gpu_busy_percent", "37\n");
  files.add_file(device + "/mem_busy_percent", "4\n");
  files.add_file(device + "/mem_info_vram_total", "25753026560\n");
  files.add_file(device + "/mem_info_vram_used", "1217511424\n");
  const std::string chip = add_chip(files, hwmon, "amdgpu", device);
  files.add_file(chip + "/temp1_input", "47000\n");
  files.add_file(chip + "/temp1_label", "edge\n");
  files.add_file(chip + "/temp2_input", "55000\n");
  files.add_file(chip + "/temp2_label", "junction\n");
  files.add_file(chip + "/power1_average", "61000000\n");
  files.add_file(chip + "/power1_cap", "339000000\n");
  files.add_file(chip + "/fan1_input", "825\n");
  files.add_file(chip + "/fan1_max", "3300\n");
  files.add_file(chip + "/pwm1", "51\n");
  files.add_file(chip + "/pwm1_max", "255\n");
  files.add_file(chip + "/freq1_input", "2304000000\n");
  files.add_file(chip + "/freq1_label", "sclk\n");
  files.add_file(chip + "/freq2_input", "1249000000\n");
  files.add_file(chip + "/freq2_label", "mclk\n");
  add_connector(files, card, "DP-1", "disconnected");
  add_connector(files, card, "HDMI-A-1", "connected");
  add_connector(files, card, "Writeback-1", "unknown");
}

// An Arc A770 under i915.
inline void add_i915_card(RecordedFiles& files) {
  const std::string device = add_card(files, "card1", "0000:04:00.0", "i915");
  files.add_file(device + "/drm/card1/gt_act_freq_mhz", "2100\n");
  files.add_file(device + "/drm/card1/gt_cur_freq_mhz", "2400\n");
  const std::string tile = add_chip(files, "hwmon3", "i915_gt0", device);
  files.add_file(tile + "/energy1_input", "999\n");
  const std::string chip = add_chip(files, "hwmon4", "i915", device);
  files.add_file(chip + "/energy1_input", "5000000000\n");
  files.add_file(chip + "/power1_max", "190000000\n");
  files.add_file(chip + "/fan1_input", "1200\n");
  files.add_file(chip + "/temp1_input", "51000\n");
}

// A Battlemage card under xe, which numbers the package's sensors 2.
inline void add_xe_card(RecordedFiles& files) {
  const std::string device = add_card(files, "card2", "0000:05:00.0", "xe");
  files.add_file(device + "/tile0/gt0/freq0/act_freq", "0\n");
  files.add_file(device + "/tile0/gt0/freq0/cur_freq", "1200\n");
  const std::string chip = add_chip(files, "hwmon5", "xe", device);
  files.add_file(chip + "/energy2_input", "18446744073000000000\n");
  files.add_file(chip + "/energy2_label", "pkg\n");
  files.add_file(chip + "/power2_max", "0\n");
  files.add_file(chip + "/temp2_input", "44000\n");
  files.add_file(chip + "/temp2_label", "pkg\n");
  files.add_file(chip + "/temp3_input", "52000\n");
  files.add_file(chip + "/temp3_label", "vram\n");
}

// A GeForce under nouveau.
inline void add_nouveau_card(RecordedFiles& files) {
  const std::string device = add_card(files, "card3", "0000:c1:00.0", "nouveau");
  const std::string chip = add_chip(files, "hwmon6", "nouveau", device);
  files.add_file(chip + "/temp1_input", "39000\n");
  files.add_file(chip + "/fan1_input", "0\n");
  files.add_file(chip + "/pwm1", "45\n");
  files.add_file(chip + "/pwm1_max", "90\n");
  add_connector(files, "card3", "DVI-D-1", "disconnected");
}

// A package and its memory, measured by RAPL.
inline void add_rapl_package(RecordedFiles& files, const std::string& number, const std::string& package_uj,
                             const std::string& dram_uj) {
  const std::string zone = "/sys/class/powercap/intel-rapl:" + number;
  files.add_file(zone + "/name", "package-" + number + "\n");
  files.add_file(zone + "/energy_uj", package_uj + "\n");
  files.add_file(zone + "/max_energy_range_uj", "262143328850\n");
  files.add_file(zone + ":0/name", "dram\n");
  files.add_file(zone + ":0/energy_uj", dram_uj + "\n");
  files.add_file(zone + ":0/max_energy_range_uj", "65712999613\n");
}

// Sensors of a two-socket server: no card, no battery.
inline void add_server_board(RecordedFiles& files) {
  const std::string core = add_chip(files, "hwmon0", "coretemp");
  files.add_file(core + "/temp1_input", "51000\n");
  files.add_file(core + "/temp1_label", "Package id 0\n");
  files.add_file(core + "/temp10_input", "49000\n");
  files.add_file(core + "/temp10_label", "Core 8\n");
  files.add_file(core + "/temp2_input", "48000\n");
  const std::string board = add_chip(files, "hwmon1", "nct6798");
  files.add_file(board + "/temp1_input", "-128000\n");
  files.add_file(board + "/temp2_input", "30000\n");
  files.add_file(board + "/temp2_fault", "1\n");
  files.add_file(board + "/fan1_input", "0\n");
  files.add_file(board + "/fan2_input", "1412\n");
  files.add_file(board + "/fan2_label", "CPU fan\n");
  const std::string meter = add_chip(files, "hwmon7", "power_meter");
  files.add_file(meter + "/power1_average", "212000000\n");
  files.add_file(meter + "/power2_average", "5\n");
  files.add_file(meter + "/power2_input", "1499\n");
  files.add_file("/sys/class/thermal/thermal_zone0/type", "acpitz\n");
  files.add_file("/sys/class/thermal/thermal_zone0/temp", "27800\n");
  files.add_file("/sys/class/thermal/thermal_zone1/type", "x86_pkg_temp\n");
  files.add_file("/sys/class/thermal/thermal_zone1/temp", "52000\n");
  files.add_file("/sys/class/thermal/cooling_device0/type", "Processor\n");
  add_rapl_package(files, "0", "1000000", "0");
  add_rapl_package(files, "1", "262143000000", "65712999000");
  files.add_file("/sys/class/powercap/intel-rapl/enabled", "1\n");
  files.add_file("/sys/class/powercap/intel-rapl-mmio:0/name", "package-0\n");
  files.add_file("/sys/class/powercap/intel-rapl-mmio:0/energy_uj", "1000000\n");
}

// A laptop's battery, adapter, USB-C socket and a mouse, which has a battery of its own.
inline void add_laptop_supplies(RecordedFiles& files) {
  const std::string root = "/sys/class/power_supply";
  files.add_file(root + "/BAT0/type", "Battery\n");
  files.add_file(root + "/BAT0/present", "1\n");
  files.add_file(root + "/BAT0/capacity", "81\n");
  files.add_file(root + "/BAT0/status", "Discharging\n");
  files.add_file(root + "/BAT1/type", "Battery\n");
  files.add_file(root + "/BAT1/present", "0\n");
  files.add_file(root + "/AC/type", "Mains\n");
  files.add_file(root + "/AC/online", "0\n");
  files.add_file(root + "/ucsi-source-psy-USBC000:001/type", "USB\n");
  files.add_file(root + "/ucsi-source-psy-USBC000:001/online", "0\n");
  files.add_file(root + "/hidpp_battery_0/type", "Battery\n");
  files.add_file(root + "/hidpp_battery_0/scope", "Device\n");
  files.add_file(root + "/hidpp_battery_0/capacity", "5\n");
}

}  // namespace quern::hwprobe::trees
