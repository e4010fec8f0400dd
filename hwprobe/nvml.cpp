#include "hwprobe/nvml.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "hwprobe/gpu_merge.hpp"
#include "hwprobe/sensor_reader.hpp"
#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

// NVIDIA defines the fan's 100 % as a noise limit that a hot card may exceed.
constexpr ValueRange kNvmlFanRange{0, 200, "%"};
constexpr ValueRange kCelsiusRange{-100, 250, "degrees C"};
constexpr ValueRange kMilliwattRange{0, kMicrowattRange.max / 1000, "milliwatts"};

std::string place(const std::string& pci_address, std::string_view function) {
  return "NVML " + pci_address + " " + std::string(function);
}

// `value` when it is plausible.
std::optional<std::uint32_t> plausible(std::uint64_t value, const ValueRange& range, const std::string& where,
                                       ProblemsOnce& problems) {
  if (value <= static_cast<std::uint64_t>(range.max)) return static_cast<std::uint32_t>(value);
  problems.add(where, outside(std::to_string(value), range));
  return std::nullopt;
}

// NVML ends its texts with a NUL; a broken library may not.
template <std::size_t N>
std::string_view bounded(const char (&text)[N]) {
  const std::string_view whole(text, N);
  return whole.substr(0, whole.find('\0'));
}

}  // namespace

NvmlSensors::NvmlSensors(std::string library) : path_(std::move(library)) {}

void NvmlSensors::discover(ProblemsOnce& problems) {
  if (path_.empty() || failed_ || library_) return;
  std::vector<std::string> missing;
  auto opened = NvmlLibrary::open(path_, missing);
  if (!opened) {
    const NvmlAbsent& reason = opened.error();
    failed_ = reason.has_value();
    if (reason) problems.add(reason->where, reason->what);
    return;
  }
  library_ = std::move(*opened);
  for (const std::string& name : missing)
    problems.add(path_ + " " + name, "the library lacks this function: what it tells is absent");
  list_cards(problems);
}

void NvmlSensors::list_cards(ProblemsOnce& problems) {
  unsigned count = 0;
  if (const NvmlReturn error = library_->functions().device_count(&count); error != kNvmlSuccess) {
    problems.add(path_, "cannot count cards: " + library_->error_text(error));
    return;
  }
  if (count > kGpusMax)
    problems.add(path_, "tells of " + std::to_string(count) + " cards: all after the first " +
                            std::to_string(kGpusMax) + " are left out");
  for (unsigned index = 0; index < std::min<std::size_t>(count, kGpusMax); ++index) list_card(index, problems);
}

void NvmlSensors::list_card(unsigned index, ProblemsOnce& problems) {
  const NvmlFunctions& f = library_->functions();
  const std::string where = "NVML card " + std::to_string(index);
  Card card;
  if (const NvmlReturn error = f.device_by_index(index, &card.device); error != kNvmlSuccess) {
    problems.add(where, "cannot be opened: " + library_->error_text(error));
    return;
  }
  NvmlPciInfo info{};
  if (const NvmlReturn error = f.pci_info(card.device, &info); error != kNvmlSuccess) {
    problems.add(where, "does not tell its PCI address: " + library_->error_text(error));
    return;
  }
  const std::string_view text = f.pci_info_is_v3 ? bounded(info.bus_id) : bounded(info.bus_id_legacy);
  const auto address = canonical_pci_address(text);
  if (!address) {
    problems.add(where, "\"" + clean_name(text) + "\" is no PCI address: left out");
    return;
  }
  card.pci_address = *address;
  cards_.push_back(std::move(card));
}

// Whether `function` exists and answered; `name` is for the problem when it failed.
template <class Function, class... Arguments>
bool NvmlSensors::ask(const Card& card, std::string_view name, ProblemsOnce& problems, Function function,
                      Arguments... arguments) const {
  if (!function) return false;
  const NvmlReturn error = function(card.device, arguments...);
  if (error != kNvmlSuccess && error != kNvmlNotSupported) {
    problems.add(place(card.pci_address, name), library_->error_text(error) + ": left out");
  }
  return error == kNvmlSuccess;
}

void NvmlSensors::read_load(const Card& card, GpuSample& gpu, ProblemsOnce& problems) const {
  const NvmlFunctions& f = library_->functions();
  NvmlUtilization utilization{};
  if (ask(card, "GetUtilizationRates", problems, f.utilization, &utilization)) {
    const auto busy = plausible(utilization.gpu, kPercentRange, place(card.pci_address, "utilization"), problems);
    if (busy) gpu.busy = *busy * 10;
    const auto memory =
        plausible(utilization.memory, kPercentRange, place(card.pci_address, "memory utilization"), problems);
    if (memory) gpu.memory_busy = *memory * 10;
  }
  unsigned megahertz = 0;
  if (ask(card, "GetClockInfo graphics", problems, f.clock, NvmlClock::graphics, &megahertz)) {
    gpu.clock_mhz = plausible(megahertz, kMegahertzRange, place(card.pci_address, "graphics clock"), problems);
  }
  if (ask(card, "GetClockInfo memory", problems, f.clock, NvmlClock::memory, &megahertz)) {
    gpu.memory_clock_mhz = plausible(megahertz, kMegahertzRange, place(card.pci_address, "memory clock"), problems);
  }
}

void NvmlSensors::read_memory(const Card& card, GpuSample& gpu, ProblemsOnce& problems) const {
  const NvmlFunctions& f = library_->functions();
  NvmlMemoryV2 memory{};
  memory.version = kNvmlMemoryV2;
  if (!ask(card, "GetMemoryInfo_v2", problems, f.memory_v2, &memory)) {
    NvmlMemory old{};
    if (!ask(card, "GetMemoryInfo", problems, f.memory, &old)) return;
    memory.total = old.total;
    memory.used = old.used;
  }
  const auto limit = static_cast<unsigned long long>(kByteRange.max);
  if (memory.total > limit || memory.used > memory.total) {
    problems.add(place(card.pci_address, "memory"),
                 std::to_string(memory.used) + " of " + std::to_string(memory.total) + " bytes cannot be: left out");
    return;
  }
  gpu.memory_total_bytes = memory.total;
  gpu.memory_used_bytes = memory.used;
}

void NvmlSensors::read_health(const Card& card, GpuSample& gpu, ProblemsOnce& problems) const {
  const NvmlFunctions& f = library_->functions();
  unsigned value = 0;
  if (ask(card, "GetTemperature", problems, f.temperature, NvmlTemperatureSensor::gpu, &value)) {
    const auto celsius = plausible(value, kCelsiusRange, place(card.pci_address, "temperature"), problems);
    if (celsius) gpu.temperature_millicelsius = static_cast<std::int32_t>(*celsius * 1000);
  }
  if (ask(card, "GetFanSpeed", problems, f.fan_speed, &value)) {
    const auto percent = plausible(value, kNvmlFanRange, place(card.pci_address, "fan speed"), problems);
    if (percent) gpu.fan = std::min<Permille>(*percent * 10, 1000);
  }
  if (ask(card, "GetPowerUsage", problems, f.power_usage, &value)) {
    gpu.power_milliwatts = plausible(value, kMilliwattRange, place(card.pci_address, "power"), problems);
  }
  if (ask(card, "GetEnforcedPowerLimit", problems, f.power_limit, &value)) {
    gpu.power_limit_milliwatts = plausible(value, kMilliwattRange, place(card.pci_address, "power limit"), problems);
  }
  // GetDisplayActive would not do instead: it tells whether anything draws, which a card without a screen may do as
  // well.
  int connected = 0;
  if (ask(card, "GetDisplayMode", problems, f.display_mode, &connected)) gpu.display_attached = connected != 0;
}

std::vector<GpuSample> NvmlSensors::read(ProblemsOnce& problems) const {
  std::vector<GpuSample> gpus;
  for (const Card& card : cards_) {
    GpuSample& gpu = gpus.emplace_back();
    gpu.pci_address = card.pci_address;
    gpu.source = "nvml";
    read_load(card, gpu, problems);
    read_memory(card, gpu, problems);
    read_health(card, gpu, problems);
  }
  return gpus;
}

}  // namespace quern::hwprobe
