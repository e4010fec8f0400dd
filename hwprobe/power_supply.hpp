// Batteries and mains adapters, from /sys/class/power_supply.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "hwprobe/sample.hpp"
#include "hwprobe/sensor_reader.hpp"

namespace quern::hwprobe {

inline constexpr std::size_t kPowerSuppliesMax = 64;

// Supplies of peripherals (a mouse's battery, scope "Device") are not this machine's and are left out, as are bays
// without a battery.
//
// Sample::on_mains is whether any adapter is online. Adapters are supplies of type Mains, and of type USB (chargers) on
// machines that have a battery: a desktop lists its USB-C sockets as USB supplies that are never online, which says
// nothing about its mains.
class PowerSupplies {
 public:
  void discover(SensorReader& reader);
  void read(SensorReader& reader, Sample& sample) const;

 private:
  struct BatteryFiles {
    std::string name;
    std::string present_path;
    std::string capacity_path;
    std::string status_path;
  };
  std::vector<BatteryFiles> batteries_;
  std::vector<std::string> mains_paths_;  // "online" of each
  std::vector<std::string> usb_paths_;
};

}  // namespace quern::hwprobe
