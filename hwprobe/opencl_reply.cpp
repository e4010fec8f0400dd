#include "hwprobe/opencl_reply.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "hwprobe/json_fields.hpp"
#include "hwprobe/opencl.hpp"
#include "hwprobe/text.hpp"
#include "hwprobe/windows.hpp"

namespace quern::hwprobe {
namespace {

namespace json = boost::json;

// The order of the enumerators.
constexpr std::array<std::string_view, 4> kTypeNames{"cpu", "gpu", "accelerator", "custom"};
constexpr std::array<std::string_view, 4> kQuantityNames{"fp32_flops", "fp64_flops", "int32_ops", "memory_bandwidth"};

template <class Enum, std::size_t N>
std::string_view name_of(const std::array<std::string_view, N>& names, Enum value) {
  return names.at(static_cast<std::size_t>(std::to_underlying(value)));
}

template <class Enum, std::size_t N>
Enum read_enum(JsonFields& fields, std::string_view key, const std::array<std::string_view, N>& names) {
  const auto found = std::ranges::find(names, fields.name(key));
  if (found == names.end()) fields.fail(key, "is none of the known kinds");
  return found == names.end() ? Enum{} : static_cast<Enum>(found - names.begin());
}

json::array to_array(const std::vector<std::string>& texts) {
  json::array array;
  for (const std::string& text : texts) array.emplace_back(clean_name(text));
  return array;
}

json::object encode(const OpenclDevice& device) {
  json::object object{
      {"type", name_of(kTypeNames, device.type)},
      {"name", device.name},
      {"vendor", device.vendor},
      {"vendor_id", device.vendor_id},
      {"driver_version", device.driver_version},
      {"version", device.version},
      {"opencl_c_version", device.opencl_c_version},
      {"profile", device.profile},
      {"compute_units", device.compute_units},
      {"max_clock_mhz", device.max_clock_mhz},
      {"global_memory_bytes", device.global_memory_bytes},
      {"max_allocation_bytes", device.max_allocation_bytes},
      {"local_memory_bytes", device.local_memory_bytes},
      {"max_work_group_size", device.max_work_group_size},
      {"address_bits", device.address_bits},
      {"fp16", device.fp16},
      {"fp32", device.fp32},
      {"fp64", device.fp64},
      {"available", device.available},
      {"compiler_available", device.compiler_available},
      {"unified_memory", device.unified_memory},
      {"extensions", to_array(device.extensions)},
  };
  if (device.pci_address) object["pci_address"] = *device.pci_address;
  if (device.uuid) object["uuid"] = *device.uuid;
  return object;
}

json::object encode(const OpenclPlatform& platform) {
  json::array devices;
  for (const OpenclDevice& device : platform.devices) devices.emplace_back(encode(device));
  return {{"name", platform.name},
          {"vendor", platform.vendor},
          {"version", platform.version},
          {"profile", platform.profile},
          {"extensions", to_array(platform.extensions)},
          {"devices", std::move(devices)}};
}

json::object encode(const Figure& figure) {
  json::object object{{"quantity", name_of(kQuantityNames, figure.quantity)},
                      {"value", figure.value},
                      {"method", figure.method},
                      {"variant", figure.variant},
                      {"taken_unix_ms", figure.taken_unix_ms},
                      {"windows", figure.windows},
                      {"spread_permille", figure.spread_permille}};
  if (figure.cpu_share_permille) object["cpu_share_permille"] = *figure.cpu_share_permille;
  return object;
}

std::vector<std::string> read_extensions(JsonFields& fields) {
  std::vector<std::string> names = fields.names("extensions", kOpenclExtensionsMax);
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

bool is_hexadecimal(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

void read_places(JsonFields& fields, OpenclDevice& device) {
  if (fields.has("pci_address")) {
    device.pci_address = fields.name("pci_address");
    if (!is_pci_address(*device.pci_address)) fields.fail("pci_address", "is not a PCI address");
  }
  if (fields.has("uuid")) {
    device.uuid = fields.name("uuid");
    if (device.uuid->size() != 32 || !is_hexadecimal(*device.uuid)) fields.fail("uuid", "is not 32 hexadecimal digits");
  }
}

OpenclDevice read_device(const json::value& value, std::uint32_t index, std::string& fault) {
  JsonFields fields(value, "device " + std::to_string(index), fault);
  OpenclDevice device;
  device.type = read_enum<OpenclDeviceType>(fields, "type", kTypeNames);
  device.index = index;
  device.name = fields.name("name");
  device.vendor = fields.name("vendor");
  device.vendor_id = fields.number<std::uint32_t>("vendor_id");
  device.driver_version = fields.name("driver_version");
  device.version = fields.name("version");
  device.opencl_c_version = fields.name("opencl_c_version");
  device.profile = fields.name("profile");
  device.compute_units = fields.number<std::uint32_t>("compute_units");
  device.max_clock_mhz = fields.number<std::uint32_t>("max_clock_mhz");
  device.global_memory_bytes = fields.number<std::uint64_t>("global_memory_bytes");
  device.max_allocation_bytes = fields.number<std::uint64_t>("max_allocation_bytes");
  device.local_memory_bytes = fields.number<std::uint64_t>("local_memory_bytes");
  device.max_work_group_size = fields.number<std::uint64_t>("max_work_group_size");
  device.address_bits = fields.number<std::uint32_t>("address_bits");
  if (device.address_bits != 32 && device.address_bits != 64) fields.fail("address_bits", "is neither 32 nor 64");
  device.fp16 = fields.flag("fp16");
  device.fp32 = fields.flag("fp32");
  device.fp64 = fields.flag("fp64");
  device.available = fields.flag("available");
  device.compiler_available = fields.flag("compiler_available");
  device.unified_memory = fields.flag("unified_memory");
  device.extensions = read_extensions(fields);
  read_places(fields, device);
  fields.end();
  return device;
}

OpenclPlatform read_platform(const json::value& value, std::string& fault) {
  JsonFields fields(value, "platform", fault);
  OpenclPlatform platform;
  platform.name = fields.name("name");
  platform.vendor = fields.name("vendor");
  platform.version = fields.name("version");
  platform.profile = fields.name("profile");
  platform.extensions = read_extensions(fields);
  for (const json::value* device : fields.elements("devices", kOpenclDevicesMax)) {
    platform.devices.push_back(read_device(*device, static_cast<std::uint32_t>(platform.devices.size()), fault));
    if (!fault.empty()) break;
  }
  fields.end();
  return platform;
}

Figure read_figure(const json::value& value, std::string& fault) {
  JsonFields fields(value, "figure", fault);
  Figure figure;
  figure.quantity = read_enum<Quantity>(fields, "quantity", kQuantityNames);
  figure.value = fields.number<std::uint64_t>("value");
  if (figure.value == 0) fields.fail("value", "is zero");
  figure.unit = unit_of(figure.quantity);
  figure.method = fields.name("method");
  figure.variant = fields.name("variant");
  figure.taken_unix_ms = static_cast<std::int64_t>(
      fields.number<std::uint64_t>("taken_unix_ms", std::numeric_limits<std::int64_t>::max()));
  figure.windows = fields.number<std::uint32_t>("windows", kMeasureWindowsMax);
  if (figure.windows == 0) fields.fail("windows", "is zero");
  figure.spread_permille = fields.number<std::uint32_t>("spread_permille", 1'000'000);
  if (fields.has("cpu_share_permille"))
    figure.cpu_share_permille = fields.number<std::uint32_t>("cpu_share_permille", 1000);
  fields.end();
  return figure;
}

std::vector<Figure> read_figures(JsonFields& fields, std::string& fault) {
  std::vector<Figure> figures;
  for (const json::value* element : fields.elements("figures", kQuantityNames.size())) {
    Figure figure = read_figure(*element, fault);
    if (!fault.empty()) break;
    if (std::ranges::find(figures, figure.quantity, &Figure::quantity) != figures.end()) {
      fields.fail("figures", "holds a quantity twice");
    }
    figures.push_back(std::move(figure));
  }
  return figures;
}

// An answer that says why there is none: {"fault": {"malformed": true, "what": "..."}}.
std::optional<OpenclFault> read_fault(const json::value& value, std::string& fault) {
  const json::object* object = value.if_object();
  if (object == nullptr || !object->contains("fault")) return std::nullopt;
  JsonFields fields(object->at("fault"), "fault", fault);
  OpenclFault result;
  result.status = fields.flag("malformed") ? DriverStatus::malformed : DriverStatus::failed;
  result.what = fields.name("what");
  fields.end();
  return result;
}

OpenclFault malformed(std::string what) {
  return {DriverStatus::malformed, std::move(what)};
}

// Parses, looks for a reported fault, then hands the object to `read`.
template <class T, class Read>
std::expected<T, OpenclFault> decode(std::string_view reply, Read read) {
  if (reply.size() > kOpenclReplyBytesMax) return std::unexpected(malformed("the answer is too long"));
  const auto value = parse_json(reply);
  if (!value) return std::unexpected(malformed("the answer is " + value.error()));
  std::string fault;
  const std::optional<OpenclFault> reported = read_fault(*value, fault);
  T result{};
  if (!reported) result = read(*value, fault);
  if (!fault.empty()) return std::unexpected(malformed("in the answer, " + fault));
  if (reported) return std::unexpected(*reported);
  return result;
}

}  // namespace

bool is_pci_address(std::string_view text) {
  if (text.size() < 12 || text.size() > 16) return false;
  const std::string_view tail = text.substr(text.size() - 8);  // ":bb:dd.f"
  return is_hexadecimal(text.substr(0, text.size() - 8)) && tail[0] == ':' && is_hexadecimal(tail.substr(1, 2)) &&
         tail[3] == ':' && is_hexadecimal(tail.substr(4, 2)) && tail[6] == '.' && tail[7] >= '0' && tail[7] <= '7';
}

std::string encode_platforms(const std::vector<OpenclPlatform>& platforms) {
  json::array array;
  for (const OpenclPlatform& platform : platforms) array.emplace_back(encode(platform));
  return json::serialize(json::object{{"platforms", std::move(array)}});
}

std::string encode_measurement(const MeasureReply& reply) {
  json::array figures;
  for (const Figure& figure : reply.figures) figures.emplace_back(encode(figure));
  return json::serialize(json::object{{"device_name", reply.device_name},
                                      {"fit", reply.fitness.fit},
                                      {"reason", clean_name(reply.fitness.reason)},
                                      {"figures", std::move(figures)},
                                      {"notes", to_array(reply.notes)}});
}

std::string encode_fault(const OpenclFault& fault) {
  return json::serialize(json::object{{"fault", json::object{{"malformed", fault.status == DriverStatus::malformed},
                                                             {"what", clean_name(fault.what)}}}});
}

std::expected<std::vector<OpenclPlatform>, OpenclFault> decode_platforms(std::string_view reply) {
  return decode<std::vector<OpenclPlatform>>(reply, [](const json::value& value, std::string& fault) {
    JsonFields fields(value, "answer", fault);
    std::vector<OpenclPlatform> platforms;
    for (const json::value* platform : fields.elements("platforms", kOpenclPlatformsMax)) {
      platforms.push_back(read_platform(*platform, fault));
      if (!fault.empty()) break;
    }
    fields.end();
    return platforms;
  });
}

std::expected<MeasureReply, OpenclFault> decode_measurement(std::string_view reply) {
  return decode<MeasureReply>(reply, [](const json::value& value, std::string& fault) {
    JsonFields fields(value, "answer", fault);
    MeasureReply result;
    result.device_name = fields.name("device_name");
    result.fitness.fit = fields.flag("fit");
    result.fitness.reason = fields.name("reason");
    result.figures = read_figures(fields, fault);
    result.notes = fields.names("notes", kMeasureNotesMax);
    if (!result.fitness.fit && !result.figures.empty())
      fields.fail("figures", "are given for a device that is not fit");
    if (result.fitness.fit != result.fitness.reason.empty()) fields.fail("reason", "contradicts fit");
    fields.end();
    return result;
  });
}

}  // namespace quern::hwprobe
