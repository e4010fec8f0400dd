// The words of a manifest, in the order of the enumerations they stand for.
#pragma once
#include <array>
#include <string_view>

#include "scheduler/model/job.hpp"

namespace quern::model {

inline constexpr std::string_view kApiVersion = "v1";
inline constexpr std::array<std::string_view, 3> kKindNames = {"OpenCLKernel", "Command", "Inference"};
inline constexpr std::array<std::string_view, 4> kDeviceTypeNames = {"any", "cpu", "gpu", "accelerator"};
inline constexpr std::array<std::string_view, 3> kAccessNames = {"read_write", "read_only", "write_only"};
inline constexpr std::array<std::string_view, 10> kScalarNames = {"char", "uchar", "short", "ushort", "int",
                                                                  "uint", "long",  "ulong", "float",  "double"};
inline constexpr std::array<std::uint32_t, 10> kScalarBytes = {1, 1, 2, 2, 4, 4, 8, 8, 4, 8};
inline constexpr std::string_view kDigestPrefix = "sha256:";

constexpr bool is_signed(ScalarType type) {
  return type == ScalarType::int8 || type == ScalarType::int16 || type == ScalarType::int32 ||
         type == ScalarType::int64;
}
constexpr bool is_floating(ScalarType type) {
  return type == ScalarType::float32 || type == ScalarType::float64;
}
constexpr std::string_view name_of(ScalarType type) {
  return kScalarNames[static_cast<std::size_t>(type)];
}
constexpr std::uint32_t bytes_of(ScalarType type) {
  return kScalarBytes[static_cast<std::size_t>(type)];
}

}  // namespace quern::model
