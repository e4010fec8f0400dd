#include "hwprobe/power_supply.hpp"

#include <string_view>

#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

constexpr std::string_view kRoot = "/sys/class/power_supply";
// 1 is online at one voltage, 2 at one that was negotiated.
constexpr ValueRange kOnlineRange{0, 2, ""};
constexpr ValueRange kPresentRange{0, 1, ""};

}  // namespace

void PowerSupplies::discover(SensorReader& reader) {
  *this = PowerSupplies{};
  const Listing root = reader.list(std::string(kRoot));
  std::size_t count = 0;
  for (const std::string& name : root.names()) {
    if (count++ == kPowerSuppliesMax) {
      reader.problems().add(kRoot,
                            "more than " + std::to_string(kPowerSuppliesMax) + " supplies: the rest is left out");
      return;
    }
    const Listing files = reader.list(root.path(name));
    if (reader.label(files.path("scope")) == "Device") continue;
    const std::string type = reader.label(files.path("type"));
    if (type == "Battery") {
      batteries_.push_back({clean_name(name), files.path("present"), files.path("capacity"), files.path("status")});
    } else if (files.has("online") && type == "Mains") {
      mains_paths_.push_back(files.path("online"));
    } else if (files.has("online") && type == "USB") {
      usb_paths_.push_back(files.path("online"));
    }
  }
}

void PowerSupplies::read(SensorReader& reader, Sample& sample) const {
  for (const BatteryFiles& files : batteries_) {
    if (reader.integer(files.present_path, kPresentRange).value_or(1) == 0) continue;
    Battery battery{files.name, {}, reader.label(files.status_path)};
    if (const auto percent = reader.integer(files.capacity_path, kPercentRange))
      battery.charge = static_cast<Permille>(*percent * 10);
    if (battery.status.empty()) battery.status = "Unknown";
    sample.batteries.push_back(std::move(battery));
  }
  const auto any_online = [&](const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      if (const auto online = reader.integer(path, kOnlineRange))
        sample.on_mains = sample.on_mains.value_or(false) || *online > 0;
    }
  };
  any_online(mains_paths_);
  if (!sample.batteries.empty()) any_online(usb_paths_);
}

}  // namespace quern::hwprobe
