// What quern-opencl-probe answers, as JSON on its reply pipe.
//
// The decoders take any bytes: a driver that was loaded into the child may have written the answer instead of us. They
// read as strictly as report_json.hpp does. Unknown or missing fields, values out of range, and more platforms, devices
// or extensions than the bounds allow make an answer malformed; text is cleaned again (clean_name) after the child did
// so. What is not the child's to say is filled in whatever it wrote: a device's index (its position) and id (none yet),
// a figure's unit.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "hwprobe/machine.hpp"

namespace quern::hwprobe {

inline constexpr std::size_t kOpenclExtensionsMax = 1024;  // of one platform or device
inline constexpr std::size_t kMeasureNotesMax = 16;
inline constexpr std::uint32_t kMeasureWindowsMax = 10'000;  // of one figure

// Why there is no answer: the driver failed, or said something that cannot be true.
struct OpenclFault {
  DriverStatus status = DriverStatus::failed;  // failed or malformed
  std::string what;                            // for people: a clause, without a full stop
  bool operator==(const OpenclFault&) const = default;
};

// One device's answer to being measured.
struct MeasureReply {
  std::string device_name;
  Fitness fitness;
  std::vector<Figure> figures;     // at most one of a quantity
  std::vector<std::string> notes;  // what could not be measured, and why
  bool operator==(const MeasureReply&) const = default;
};

std::string encode_platforms(const std::vector<OpenclPlatform>& platforms);
std::string encode_measurement(const MeasureReply& reply);
std::string encode_fault(const OpenclFault& fault);

// The platforms, or the fault that the child reports, or how the answer itself is malformed.
std::expected<std::vector<OpenclPlatform>, OpenclFault> decode_platforms(std::string_view reply);
std::expected<MeasureReply, OpenclFault> decode_measurement(std::string_view reply);

// "0000:c1:00.0": four to eight digits of domain, then bus:device.function, lower-case hexadecimal.
bool is_pci_address(std::string_view text);

}  // namespace quern::hwprobe
