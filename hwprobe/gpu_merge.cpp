#include "hwprobe/gpu_merge.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

int known_values(const GpuSample& gpu) {
  const std::array<bool, 11> known = {gpu.busy.has_value(),
                                      gpu.memory_busy.has_value(),
                                      gpu.memory_total_bytes.has_value(),
                                      gpu.memory_used_bytes.has_value(),
                                      gpu.temperature_millicelsius.has_value(),
                                      gpu.fan.has_value(),
                                      gpu.fan_rpm.has_value(),
                                      gpu.power_milliwatts.has_value(),
                                      gpu.power_limit_milliwatts.has_value(),
                                      gpu.clock_mhz.has_value(),
                                      gpu.memory_clock_mhz.has_value()};
  return static_cast<int>(std::ranges::count(known, true));
}

// `text` as hexadecimal digits of at least `width`, at most `width_max` without leading zeros.
std::optional<std::string> hex_field(std::string_view text, std::size_t width, std::size_t width_max) {
  std::string digits(text);
  for (char& c : digits) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (!digit) return std::nullopt;
  }
  if (digits.size() < width) return std::nullopt;
  while (digits.size() > width && digits.front() == '0') digits.erase(0, 1);
  return digits.size() <= width_max ? std::optional(digits) : std::nullopt;
}

}  // namespace

std::optional<std::string> canonical_pci_address(std::string_view text) {
  const auto fields = split(trimmed(text), ':');
  if (fields.size() != 3) return std::nullopt;
  const auto domain = hex_field(fields[0], 4, 8);
  const auto bus = hex_field(fields[1], 2, 2);
  const auto slot = split(fields[2], '.');
  if (!domain || !bus || slot.size() != 2) return std::nullopt;
  const auto device = hex_field(slot[0], 2, 2);
  const auto function = hex_field(slot[1], 1, 1);
  if (!device || !function || *device > "1f" || *function > "7") return std::nullopt;
  return *domain + ":" + *bus + ":" + *device + "." + *function;
}

std::vector<GpuSample> merge_gpus(std::vector<GpuSample> drm, std::vector<GpuSample> nvml,
                                  const ScreensByAddress& screens) {
  std::map<std::string, GpuSample> cards;
  for (auto* source : {&nvml, &drm}) {
    for (GpuSample& gpu : *source) {
      GpuSample& known = cards[gpu.pci_address];
      if (known.source.empty() || known_values(gpu) > known_values(known)) known = std::move(gpu);
    }
  }
  std::vector<GpuSample> gpus;
  for (auto& [address, gpu] : cards) {
    const auto screen = screens.find(address);
    if (!gpu.display_attached && screen != screens.end()) gpu.display_attached = screen->second;
    gpus.push_back(std::move(gpu));
  }
  return gpus;
}

}  // namespace quern::hwprobe
