// Temperatures, fans and power meters of the board's and processor's sensor chips, from /sys/class/hwmon.
#pragma once
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "hwprobe/sample.hpp"
#include "hwprobe/sensor_reader.hpp"

namespace quern::hwprobe {

inline constexpr std::size_t kHwmonChipsMax = 1024;
inline constexpr std::size_t kHwmonInputsMax = 64;  // of one chip and kind

// Numbers N of the files "<prefix>N<suffix>", ascending; at most kHwmonInputsMax, more are a problem.
std::vector<std::uint32_t> hwmon_inputs(const Listing& chip, std::string_view prefix, std::string_view suffix,
                                        ProblemsOnce& problems);

// The chips found at the last discovery. Their energy counters (amd_energy and the like) are not read: RAPL gives the
// same domains.
class HwmonSensors {
 public:
  using Names = std::set<std::string, std::less<>>;

  // Finds chips, inputs and labels. `graphics` are the hwmon directories ("hwmon3") that belong to cards and are left
  // to DrmSensors.
  void discover(SensorReader& reader, const Names& graphics);
  void read(SensorReader& reader, Sample& sample) const;
  // Names of the chips that have temperatures.
  const Names& temperature_chips() const { return temperature_chips_; }

 private:
  struct Input {
    std::string path;
    std::string fault_path;  // reads 1 while the sensor is broken or unplugged; empty when the chip does not tell
    std::string label;
  };
  struct Chip {
    std::string name;
    std::vector<Input> temperatures;
    std::vector<Input> fans;
    std::vector<Input> powers;
  };
  static std::vector<Input> find_inputs(SensorReader& reader, const Listing& chip, const std::string& kind);
  static std::optional<std::int64_t> read_input(SensorReader& reader, const Input& input, const ValueRange& range);

  std::vector<Chip> chips_;
  Names temperature_chips_;
};

}  // namespace quern::hwprobe
