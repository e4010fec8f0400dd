#include "hwprobe/hwmon.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace quern::hwprobe {
namespace {

constexpr std::string_view kRoot = "/sys/class/hwmon";

void note_excess(const Listing& chip, ProblemsOnce& problems) {
  problems.add(chip.directory(),
               "more than " + std::to_string(kHwmonInputsMax) + " inputs of one kind: the rest is left out");
}

}  // namespace

std::vector<std::uint32_t> hwmon_inputs(const Listing& chip, std::string_view prefix, std::string_view suffix,
                                        ProblemsOnce& problems) {
  std::vector<std::uint32_t> numbers;
  for (const std::string& name : chip.names()) {
    if (const auto number = numbered(name, prefix, suffix)) numbers.push_back(*number);
  }
  std::ranges::sort(numbers);
  numbers.erase(std::ranges::unique(numbers).begin(), numbers.end());
  if (numbers.size() > kHwmonInputsMax) {
    numbers.resize(kHwmonInputsMax);
    note_excess(chip, problems);
  }
  return numbers;
}

std::vector<HwmonSensors::Input> HwmonSensors::find_inputs(SensorReader& reader, const Listing& chip,
                                                           const std::string& kind) {
  std::vector<Input> inputs;
  const auto add = [&](std::string_view suffix) {
    for (const std::uint32_t number : hwmon_inputs(chip, kind, suffix, reader.problems())) {
      const std::string stem = kind + std::to_string(number);
      // A meter may give the power of this moment, an average, or both: the moment comes first.
      if (suffix == "_average" && chip.has(stem + "_input")) continue;
      if (inputs.size() == kHwmonInputsMax) return note_excess(chip, reader.problems());
      inputs.push_back({chip.path(stem + std::string(suffix)), chip.path(stem + "_fault"),
                        reader.label(chip.path(stem + "_label"))});
    }
  };
  add("_input");
  if (kind == "power") add("_average");
  return inputs;
}

void HwmonSensors::discover(SensorReader& reader, const Names& graphics) {
  chips_.clear();
  temperature_chips_.clear();
  const Listing root = reader.list(std::string(kRoot));
  for (const std::string& name : numbered_names(root, "hwmon")) {
    if (graphics.contains(name)) continue;
    if (chips_.size() == kHwmonChipsMax) {
      reader.problems().add(kRoot, "more than " + std::to_string(kHwmonChipsMax) + " chips: the rest is left out");
      return;
    }
    Listing directory = reader.list(root.path(name));
    // Drivers older than Linux 3.15's interface keep their files one level deeper.
    if (!directory.has("name")) directory = reader.list(root.path(name) + "/device");
    Chip chip{reader.label(directory.path("name")), find_inputs(reader, directory, "temp"),
              find_inputs(reader, directory, "fan"), find_inputs(reader, directory, "power")};
    if (chip.name.empty()) chip.name = name;
    if (!chip.temperatures.empty()) temperature_chips_.insert(chip.name);
    chips_.push_back(std::move(chip));
  }
}

std::optional<std::int64_t> HwmonSensors::read_input(SensorReader& reader, const Input& input,
                                                     const ValueRange& range) {
  if (reader.integer(input.fault_path, kAnyPositive).value_or(0) != 0) return std::nullopt;
  return reader.integer(input.path, range);
}

void HwmonSensors::read(SensorReader& reader, Sample& sample) const {
  for (const Chip& chip : chips_) {
    for (const Input& input : chip.temperatures) {
      if (const auto value = read_input(reader, input, kTemperatureRange)) {
        sample.temperatures.push_back({chip.name, input.label, static_cast<std::int32_t>(*value)});
      }
    }
    for (const Input& input : chip.fans) {
      if (const auto value = read_input(reader, input, kFanRange)) {
        sample.fans.push_back({chip.name, input.label, static_cast<std::uint32_t>(*value)});
      }
    }
    for (const Input& input : chip.powers) {
      if (const auto value = read_input(reader, input, kMicrowattRange)) {
        sample.powers.push_back({chip.name, input.label, static_cast<std::uint64_t>(*value + 500) / 1000});
      }
    }
  }
}

}  // namespace quern::hwprobe
