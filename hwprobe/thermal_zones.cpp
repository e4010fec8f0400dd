#include "hwprobe/thermal_zones.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace quern::hwprobe {
namespace {

constexpr std::string_view kRoot = "/sys/class/thermal";

// The kernel names a zone's hwmon chip after its type, with the characters changed that such names may not hold.
std::string chip_name(std::string type) {
  std::ranges::replace(type, '-', '_');
  std::ranges::replace(type, ' ', '_');
  return type;
}

}  // namespace

void ThermalZones::discover(SensorReader& reader, const HwmonSensors::Names& chips) {
  zones_.clear();
  const Listing root = reader.list(std::string(kRoot));
  std::size_t count = 0;
  for (const std::string& name : numbered_names(root, "thermal_zone")) {
    if (count++ == kThermalZonesMax) {
      reader.problems().add(kRoot, "more than " + std::to_string(kThermalZonesMax) + " zones: the rest is left out");
      return;
    }
    const Listing zone = reader.list(root.path(name));
    std::string type = reader.label(zone.path("type"));
    if (!zone.has("temp") || chips.contains(chip_name(type))) continue;
    if (type.empty()) type = name;
    zones_.push_back({std::move(type), zone.path("temp")});
  }
}

void ThermalZones::read(SensorReader& reader, Sample& sample) const {
  for (const Zone& zone : zones_) {
    const auto value = reader.integer(zone.path, kTemperatureRange);
    if (value) sample.temperatures.push_back({zone.type, "", static_cast<std::int32_t>(*value)});
  }
}

}  // namespace quern::hwprobe
