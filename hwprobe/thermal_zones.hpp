// Temperatures of the firmware's thermal zones, from /sys/class/thermal.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "hwprobe/hwmon.hpp"
#include "hwprobe/sample.hpp"
#include "hwprobe/sensor_reader.hpp"

namespace quern::hwprobe {

inline constexpr std::size_t kThermalZonesMax = 64;

class ThermalZones {
 public:
  // Zones whose type is also the name of a chip in `chips` are left out: the kernel registers a hwmon chip for most
  // zones, and that one was read already.
  void discover(SensorReader& reader, const HwmonSensors::Names& chips);
  void read(SensorReader& reader, Sample& sample) const;

 private:
  struct Zone {
    std::string type;
    std::string path;
  };
  std::vector<Zone> zones_;
};

}  // namespace quern::hwprobe
