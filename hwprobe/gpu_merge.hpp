// One entry a card, although the kernel's graphics drivers and NVML may both speak of it.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hwprobe/sample.hpp"

namespace quern::hwprobe {

// Most cards of one sample, of either source.
inline constexpr std::size_t kGpusMax = 64;

// "00000000:C1:00.0" as PciDevice::address writes it: "0000:c1:00.0". nullopt for what is no PCI address.
std::optional<std::string> canonical_pci_address(std::string_view text);

// Whether a screen is connected to a card, by PCI address.
using ScreensByAddress = std::map<std::string, bool, std::less<>>;

// Joins by PCI address: of two entries of one card the one that knows more values stays (NVML's when they know equally
// many). Where a source does not tell of screens, `screens` does. Sorted by address, each address once.
std::vector<GpuSample> merge_gpus(std::vector<GpuSample> drm, std::vector<GpuSample> nvml,
                                  const ScreensByAddress& screens);

}  // namespace quern::hwprobe
