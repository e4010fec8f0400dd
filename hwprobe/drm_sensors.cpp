#include "hwprobe/drm_sensors.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

constexpr std::string_view kRoot = "/sys/class/drm";
constexpr std::array<std::string_view, 5> kDrivers = {"amdgpu", "i915", "xe", "nouveau", "radeon"};
constexpr ValueRange kPwmRange{0, 255, ""};
// nouveau gives the fan's drive in percent, every other driver in steps of hwmon's usual 0..255.
constexpr std::int64_t kPwmFull = 255;
constexpr std::int64_t kNouveauPwmFull = 100;

// The value of `key` in a uevent file of lines "KEY=value".
std::string_view uevent_value(std::string_view text, std::string_view key) {
  for (const std::string_view line : split(text, '\n')) {
    if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == '=')
      return line.substr(key.size() + 1);
  }
  return {};
}

// amdgpu calls the sensor for people "edge", xe "pkg"; the others have one or put it first.
std::string temperature_path(SensorReader& reader, const Listing& chip) {
  std::string pkg;
  std::string first;
  for (const std::uint32_t number : hwmon_inputs(chip, "temp", "_input", reader.problems())) {
    const std::string stem = "temp" + std::to_string(number);
    const std::string label = reader.label(chip.path(stem + "_label"));
    const std::string path = chip.path(stem + "_input");
    if (label == "edge") return path;
    if (label == "pkg" && pkg.empty()) pkg = path;
    if (first.empty()) first = path;
  }
  return pkg.empty() ? first : pkg;
}

bool asleep(SensorReader& reader, const std::string& runtime_status) {
  return reader.label(runtime_status).starts_with("suspend");
}

std::optional<Permille> read_percent(SensorReader& reader, const std::string& path) {
  const auto percent = reader.integer(path, kPercentRange);
  return percent ? std::optional(static_cast<Permille>(*percent * 10)) : std::nullopt;
}

// A share of full speed; a fan somewhat faster than its stated maximum runs at full speed.
std::optional<Permille> share(std::optional<std::int64_t> value, std::optional<std::int64_t> full) {
  if (!value || !full || *full <= 0) return std::nullopt;
  return static_cast<Permille>(std::min<std::int64_t>(*value * 1000 / *full, 1000));
}

std::optional<std::uint64_t> read_milliwatts(SensorReader& reader, const std::string& path) {
  const auto microwatts = reader.integer(path, kMicrowattRange);
  return microwatts ? std::optional(static_cast<std::uint64_t>(*microwatts + 500) / 1000) : std::nullopt;
}

std::optional<std::uint32_t> read_mhz(SensorReader& reader, const std::string& hertz_path,
                                      const std::string& mhz_path) {
  if (const auto hertz = reader.integer(hertz_path, kHertzRange)) return static_cast<std::uint32_t>(*hertz / 1'000'000);
  const auto mhz = reader.integer(mhz_path, kMegahertzRange);
  return mhz ? std::optional(static_cast<std::uint32_t>(*mhz)) : std::nullopt;
}

}  // namespace

void DrmSensors::discover(SensorReader& reader) {
  cards_.clear();
  hwmon_names_.clear();
  const Listing drm = reader.list(std::string(kRoot));
  for (const std::string& name : numbered_names(drm, "card")) {
    if (cards_.size() == kGpusMax) {
      reader.problems().add(kRoot, "more than " + std::to_string(kGpusMax) + " cards: the rest is left out");
      break;
    }
    cards_.push_back(discover_card(reader, drm, name));
  }
  meters_.keep([&](const std::string& path) { return std::ranges::find(cards_, path, &Card::energy) != cards_.end(); });
}

DrmSensors::Card DrmSensors::discover_card(SensorReader& reader, const Listing& drm, const std::string& name) {
  Card card;
  for (const std::string& connector : drm.names()) {
    if (!connector.starts_with(name + "-") || connector.starts_with(name + "-Writeback-")) continue;
    const std::string status = reader.list(drm.path(connector)).path("status");
    if (status.empty()) continue;
    if (card.connectors.size() == kConnectorsMax) {
      reader.problems().add(drm.path(name),
                            "more than " + std::to_string(kConnectorsMax) + " connectors: the rest is left out");
      break;
    }
    card.connectors.push_back(status);
  }
  discover_device(reader, drm, name, card);
  return card;
}

void DrmSensors::discover_device(SensorReader& reader, const Listing& drm, const std::string& name, Card& card) {
  const Listing device = reader.list(drm.path(name) + "/device");
  const auto uevent = reader.text(device.path("uevent"));
  if (!uevent) return;
  card.pci_address = canonical_pci_address(uevent_value(*uevent, "PCI_SLOT_NAME")).value_or("");
  const std::string_view driver = trimmed(uevent_value(*uevent, "DRIVER"));
  if (card.pci_address.empty() || std::ranges::find(kDrivers, driver) == kDrivers.end()) return;

  card.source = driver;
  card.runtime_status = reader.list(device.directory() + "/power").path("runtime_status");
  card.busy = device.path("gpu_busy_percent");
  card.memory_busy = device.path("mem_busy_percent");
  card.memory_total = device.path("mem_info_vram_total");
  card.memory_used = device.path("mem_info_vram_used");
  // The clock that runs, and where a kernel does not tell it, the one that was asked for.
  if (driver == "i915") card.clock_mhz = reader.list(drm.path(name)).first_path({"gt_act_freq_mhz", "gt_cur_freq_mhz"});
  if (driver == "xe")
    card.clock_mhz = reader.list(device.directory() + "/tile0/gt0/freq0").first_path({"act_freq", "cur_freq"});
  discover_chips(reader, device, card);
}

void DrmSensors::discover_chips(SensorReader& reader, const Listing& device, Card& card) {
  const Listing directory = reader.list(device.directory() + "/hwmon");
  std::vector<Listing> chips;
  std::size_t own =
      0;  // chips named as the driver, which stand first: i915 has further ones for its tiles ("i915_gt0")
  for (const std::string& name : numbered_names(directory, "hwmon")) {
    if (chips.size() == kCardChipsMax) {
      reader.problems().add(directory.directory(),
                            "more than " + std::to_string(kCardChipsMax) + " chips of one card: the rest is left out");
      break;
    }
    hwmon_names_.insert(name);
    Listing chip = reader.list(directory.path(name));
    const bool is_own = reader.label(chip.path("name")) == card.source;
    chips.insert(is_own ? chips.begin() + static_cast<std::ptrdiff_t>(own++) : chips.end(), std::move(chip));
  }
  for (const Listing& chip : chips) discover_chip(reader, chip, card);
}

void DrmSensors::discover_chip(SensorReader& reader, const Listing& chip, Card& card) {
  if (card.temperature.empty()) card.temperature = temperature_path(reader, chip);
  if (card.fan_rpm.empty() && card.pwm.empty()) {
    card.fan_rpm = chip.path("fan1_input");
    card.fan_rpm_max = chip.path("fan1_max");
    card.pwm = chip.path("pwm1");
    card.pwm_max = chip.path("pwm1_max");
  }
  // Domain 1 is the whole card; xe has parts that know only domain 2, the package.
  for (const std::string stem : {"1", "2"}) {
    if (!card.power.empty() || !card.energy.empty()) break;
    card.power = chip.first_path({"power" + stem + "_average", "power" + stem + "_input"});
    card.energy = chip.path("energy" + stem + "_input");
    if (card.power.empty() && card.energy.empty()) continue;
    card.power_limit = chip.first_path({"power" + stem + "_cap", "power" + stem + "_max"});
  }
  if (card.clock_hertz.empty()) card.clock_hertz = chip.path("freq1_input");
  if (card.memory_clock_hertz.empty()) card.memory_clock_hertz = chip.path("freq2_input");
}

std::optional<bool> DrmSensors::read_screens(SensorReader& reader, const Card& card) {
  std::optional<bool> attached;
  for (const std::string& path : card.connectors) {
    const std::string status = reader.label(path);
    if (status == "connected") return true;
    if (status == "disconnected") attached = false;
  }
  return attached;
}

void DrmSensors::read_memory(SensorReader& reader, const Card& card, GpuSample& gpu) {
  if (const auto bytes = reader.integer(card.memory_total, kByteRange))
    gpu.memory_total_bytes = static_cast<std::uint64_t>(*bytes);
  if (const auto bytes = reader.integer(card.memory_used, kByteRange))
    gpu.memory_used_bytes = static_cast<std::uint64_t>(*bytes);
  if (gpu.memory_total_bytes && gpu.memory_used_bytes && *gpu.memory_used_bytes > *gpu.memory_total_bytes) {
    reader.problems().add(card.memory_used, "more memory is used than there is: left out");
    gpu.memory_used_bytes.reset();
  }
}

void DrmSensors::read_fan(SensorReader& reader, const Card& card, GpuSample& gpu) {
  const auto rpm = reader.integer(card.fan_rpm, kFanRange);
  if (rpm) gpu.fan_rpm = static_cast<std::uint32_t>(*rpm);
  gpu.fan = share(rpm, reader.integer(card.fan_rpm_max, kFanRange));
  if (gpu.fan) return;
  const auto full =
      card.source == "nouveau" ? kNouveauPwmFull : reader.integer(card.pwm_max, kPwmRange).value_or(kPwmFull);
  gpu.fan = share(reader.integer(card.pwm, kPwmRange), full);
}

void DrmSensors::read_power(SensorReader& reader, const Card& card, std::chrono::nanoseconds now, GpuSample& gpu) {
  gpu.power_milliwatts = read_milliwatts(reader, card.power);
  if (!gpu.power_milliwatts) {
    const auto energy = reader.counter(card.energy);
    if (energy) gpu.power_milliwatts = meters_.milliwatts(card.energy, now, *energy, {}, reader.problems());
  }
  // 0 stands for "no limit".
  const auto limit = read_milliwatts(reader, card.power_limit);
  if (limit && *limit > 0) gpu.power_limit_milliwatts = limit;
}

GpuSample DrmSensors::read_card(SensorReader& reader, const Card& card, std::chrono::nanoseconds now) {
  GpuSample gpu;
  gpu.pci_address = card.pci_address;
  gpu.source = card.source;
  if (asleep(reader, card.runtime_status)) return gpu;
  gpu.busy = read_percent(reader, card.busy);
  gpu.memory_busy = read_percent(reader, card.memory_busy);
  read_memory(reader, card, gpu);
  const auto temperature = reader.integer(card.temperature, kTemperatureRange);
  if (temperature) gpu.temperature_millicelsius = static_cast<std::int32_t>(*temperature);
  read_fan(reader, card, gpu);
  read_power(reader, card, now, gpu);
  gpu.clock_mhz = read_mhz(reader, card.clock_hertz, card.clock_mhz);
  gpu.memory_clock_mhz = read_mhz(reader, card.memory_clock_hertz, "");
  return gpu;
}

DrmReading DrmSensors::read(SensorReader& reader, std::chrono::nanoseconds now, Sample& sample) {
  DrmReading reading;
  for (const Card& card : cards_) {
    const auto attached = read_screens(reader, card);
    if (attached) sample.display_attached = sample.display_attached.value_or(false) || *attached;
    if (attached && !card.pci_address.empty()) reading.screens.try_emplace(card.pci_address, *attached);
    if (!card.source.empty()) reading.gpus.push_back(read_card(reader, card, now));
  }
  return reading;
}

}  // namespace quern::hwprobe
