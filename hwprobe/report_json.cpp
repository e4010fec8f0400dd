#include "hwprobe/report_json.hpp"

#include <utility>

#include "hwprobe/json_writer.hpp"

namespace quern::hwprobe {

boost::json::object to_json(const MachineReport& report) {
  return json_writer::object_of(report);
}
boost::json::object to_json(const Sample& sample) {
  return json_writer::object_of(sample);
}
boost::json::object to_json(const GpuSample& sample) {
  return json_writer::object_of(sample);
}
boost::json::object to_json(const OpenclDriver& driver) {
  return json_writer::object_of(driver);
}
boost::json::object to_json(const OpenclPlatform& platform) {
  return json_writer::object_of(platform);
}
boost::json::object to_json(const Figure& figure) {
  return json_writer::object_of(figure);
}

std::string_view to_string(CacheKind kind) {
  switch (kind) {
    case CacheKind::unified:
      return "unified";
    case CacheKind::data:
      return "data";
    case CacheKind::instruction:
      return "instruction";
  }
  std::unreachable();
}

std::string_view to_string(OpenclDeviceType type) {
  switch (type) {
    case OpenclDeviceType::cpu:
      return "cpu";
    case OpenclDeviceType::gpu:
      return "gpu";
    case OpenclDeviceType::accelerator:
      return "accelerator";
    case OpenclDeviceType::custom:
      return "custom";
  }
  std::unreachable();
}

std::string_view to_string(DriverStatus status) {
  switch (status) {
    case DriverStatus::ok:
      return "ok";
    case DriverStatus::hung:
      return "hung";
    case DriverStatus::stuck:
      return "stuck";
    case DriverStatus::crashed:
      return "crashed";
    case DriverStatus::failed:
      return "failed";
    case DriverStatus::malformed:
      return "malformed";
  }
  std::unreachable();
}

std::string_view to_string(Quantity quantity) {
  switch (quantity) {
    case Quantity::fp32_flops:
      return "fp32_flops";
    case Quantity::fp64_flops:
      return "fp64_flops";
    case Quantity::int32_ops:
      return "int32_ops";
    case Quantity::memory_bandwidth:
      return "memory_bandwidth";
  }
  std::unreachable();
}

}  // namespace quern::hwprobe
