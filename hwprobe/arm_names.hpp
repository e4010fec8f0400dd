// Names of ARM designs by the numbers of their main identification register (MIDR_EL1).
#pragma once
#include <cstdint>
#include <string_view>

namespace quern::hwprobe {

// "ARM", "Ampere"; empty when unknown.
std::string_view arm_implementer_name(std::uint32_t implementer);
// "Cortex-A72", "Neoverse-N1"; empty when unknown.
std::string_view arm_part_name(std::uint32_t implementer, std::uint32_t part);

}  // namespace quern::hwprobe
