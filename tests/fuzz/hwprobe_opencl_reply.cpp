// The decoders of the OpenCL child's answer take any bytes: no crash, results within their documented bounds, and what
// was accepted survives being encoded and decoded again unchanged.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hwprobe/opencl.hpp"
#include "hwprobe/opencl_reply.hpp"
#include "hwprobe/text.hpp"

namespace hw = quern::hwprobe;

namespace {

void require(bool holds, const char* invariant) {
  if (holds) return;
  std::fprintf(stderr, "broken invariant: %s\n", invariant);
  std::abort();
}

void check_text(const std::string& text) {
  require(text.size() <= hw::kNameBytesMax && hw::clean_name(text) == text, "text is clean and short");
}

void check_fault(const hw::OpenclFault& fault) {
  require(fault.status == hw::DriverStatus::failed || fault.status == hw::DriverStatus::malformed, "status of a fault");
}

void check_device(const hw::OpenclDevice& device) {
  for (const auto& text :
       {device.name, device.vendor, device.driver_version, device.version, device.opencl_c_version, device.profile}) {
    check_text(text);
  }
  require(device.address_bits == 32 || device.address_bits == 64, "address bits");
  require(device.extensions.size() <= hw::kOpenclExtensionsMax, "count of extensions");
  require(!device.pci_address || hw::is_pci_address(*device.pci_address), "PCI address");
  require(!device.uuid || device.uuid->size() == 32, "UUID");
  for (const std::string& extension : device.extensions) check_text(extension);
}

void check_platforms(std::string_view reply) {
  const auto platforms = hw::decode_platforms(reply);
  if (!platforms) return check_fault(platforms.error());
  require(platforms->size() <= hw::kOpenclPlatformsMax, "count of platforms");
  for (const hw::OpenclPlatform& platform : *platforms) {
    check_text(platform.name);
    require(platform.devices.size() <= hw::kOpenclDevicesMax, "count of devices");
    for (const hw::OpenclDevice& device : platform.devices) check_device(device);
  }
  const std::string again = hw::encode_platforms(*platforms);
  // Written out, an answer may be longer than it was: a number like 1E0 or a text with escapes.
  if (again.size() <= hw::kOpenclReplyBytesMax)
    require(hw::decode_platforms(again) == platforms, "platforms read back");
}

void check_measurement(std::string_view reply) {
  const auto measurement = hw::decode_measurement(reply);
  if (!measurement) return check_fault(measurement.error());
  check_text(measurement->device_name);
  require(measurement->fitness.fit == measurement->fitness.reason.empty(), "a reason exactly when unfit");
  require(measurement->fitness.fit || measurement->figures.empty(), "no figures of an unfit device");
  require(measurement->notes.size() <= hw::kMeasureNotesMax, "count of notes");
  std::set<hw::Quantity> quantities;
  for (const hw::Figure& figure : measurement->figures) {
    require(quantities.insert(figure.quantity).second, "one figure a quantity");
    require(figure.value > 0 && figure.taken_unix_ms >= 0 && !figure.unit.empty(), "figure");
    require(figure.windows <= hw::kMeasureWindowsMax && figure.spread_permille <= 1'000'000, "windows and spread");
    require(figure.cpu_share_permille.value_or(0) <= 1000, "CPU share");
  }
  require(hw::decode_measurement(hw::encode_measurement(*measurement)) == measurement, "measurement read back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view reply(reinterpret_cast<const char*>(data), size);
  check_platforms(reply);
  check_measurement(reply);
  return 0;
}
