#include "hwprobe/report_json.hpp"

#include <concepts>
#include <utility>

#include "hwprobe/report_fields.hpp"

namespace quern::hwprobe {
namespace {

// One overload a kind of value. Declared together because values hold one another.
boost::json::value value_of(std::string_view text) {
  return boost::json::string(text);
}
boost::json::value value_of(bool flag) {
  return flag;
}
template <std::integral Number>
boost::json::value value_of(Number number) {
  return number;
}
template <class Enum>
  requires std::is_enum_v<Enum>
boost::json::value value_of(Enum value) {
  return boost::json::string(to_string(value));
}
template <Described Value>
boost::json::value value_of(const Value& value);
template <class Element>
boost::json::value value_of(const std::vector<Element>& elements) {
  boost::json::array array;
  array.reserve(elements.size());
  for (const Element& element : elements) array.push_back(value_of(element));
  return array;
}

template <class Value>
void put(boost::json::object& object, std::string_view name, const Value& value) {
  object.emplace(name, value_of(value));
}
template <class Value>
void put(boost::json::object& object, std::string_view name, const std::optional<Value>& value) {
  if (value) object.emplace(name, value_of(*value));
}

template <Described Value>
boost::json::object object_of(const Value& value) {
  static_assert(lists_every_member<Value>());
  boost::json::object object;
  std::apply([&](const auto&... field) { (put(object, field.name, value.*field.member), ...); }, kFields<Value>);
  return object;
}

template <Described Value>
boost::json::value value_of(const Value& value) {
  return object_of(value);
}

}  // namespace

boost::json::object to_json(const MachineReport& report) {
  return object_of(report);
}
boost::json::object to_json(const Sample& sample) {
  return object_of(sample);
}
boost::json::object to_json(const GpuSample& sample) {
  return object_of(sample);
}
boost::json::object to_json(const OpenclDriver& driver) {
  return object_of(driver);
}
boost::json::object to_json(const OpenclPlatform& platform) {
  return object_of(platform);
}
boost::json::object to_json(const Figure& figure) {
  return object_of(figure);
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
