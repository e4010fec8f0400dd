#include "hwprobe/opencl_child_info.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <utility>

#include <CL/cl_ext.h>
#include <dlfcn.h>

#include "hwprobe/opencl.hpp"
#include "hwprobe/opencl_driver.hpp"
#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

// Parameters that Debian 12's headers lack or name only for one vendor.
constexpr cl_device_info kDeviceUuid = 0x106A;   // cl_khr_device_uuid
constexpr cl_device_info kPciBusInfo = 0x410F;   // cl_khr_pci_bus_info
constexpr cl_device_info kNvPciBus = 0x4008;     // cl_nv_device_attribute_query
constexpr cl_device_info kNvPciSlot = 0x4009;    // device << 3 | function
constexpr cl_device_info kNvPciDomain = 0x400A;  // only newer drivers; 0 without it
constexpr cl_device_info kAmdTopology = 0x4037;  // cl_amd_device_attribute_query
constexpr cl_int kPlatformNotFound = -1001;      // CL_PLATFORM_NOT_FOUND_KHR, from the loader

OpenclFault malformed(std::string what) {
  return {DriverStatus::malformed, std::move(what)};
}
OpenclFault failed(std::string what) {
  return {DriverStatus::failed, std::move(what)};
}

// Asks clGetPlatformInfo or clGetDeviceInfo of one object. The first fault is kept; what is asked after it is a default
// value.
class Info {
 public:
  using Ask = std::function<cl_int(cl_uint parameter, std::size_t size, void* value, std::size_t* size_needed)>;
  explicit Info(Ask ask) : ask_(std::move(ask)) {}

  // Text as the driver gave it, up to its first NUL; empty when it does not know the parameter.
  std::string text(cl_uint parameter, std::string_view name) {
    std::size_t size = 0;
    if (fault_ || ask_(parameter, 0, nullptr, &size) != CL_SUCCESS || size == 0) return {};
    if (size > kInfoBytesMax) {
      fault_ = malformed(std::string(name) + " is said to be " + std::to_string(size) + " bytes long");
      return {};
    }
    std::string result(size, '\0');
    if (ask_(parameter, size, result.data(), nullptr) != CL_SUCCESS) return {};
    result.resize(std::min(result.find('\0'), size));
    return result;
  }

  // A number or a plain struct; nullopt when the driver does not know the parameter.
  template <class T>
  std::optional<T> value(cl_uint parameter) {
    T result{};
    if (fault_ || ask_(parameter, sizeof result, &result, nullptr) != CL_SUCCESS) return std::nullopt;
    return result;
  }
  template <class T>
  T value_or_zero(cl_uint parameter) {
    return value<T>(parameter).value_or(T{});
  }

  // Names separated by spaces, sorted, each once.
  std::vector<std::string> names(cl_uint parameter, std::string_view name) {
    std::vector<std::string> result;
    const std::string all = text(parameter, name);
    for (const std::string_view piece : split(all, ' ')) {
      if (const std::string clean = clean_name(piece); !clean.empty()) result.push_back(clean);
    }
    std::ranges::sort(result);
    result.erase(std::ranges::unique(result).begin(), result.end());
    if (result.size() > kOpenclExtensionsMax && !fault_) {
      fault_ = malformed(std::string(name) + " lists " + std::to_string(result.size()) + " names");
    }
    return result;
  }

  const std::optional<OpenclFault>& fault() const { return fault_; }

 private:
  Ask ask_;
  std::optional<OpenclFault> fault_;
};

Info device_info(cl_device_id device) {
  return Info([device](cl_uint parameter, std::size_t size, void* value, std::size_t* needed) {
    return clGetDeviceInfo(device, parameter, size, value, needed);
  });
}

std::string pci_text(cl_uint domain, cl_uint bus, cl_uint device, cl_uint function) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04x:%02x:%02x.%x", domain, bus, device, function);
  return text.data();
}

// The place on the bus, from the first of three vendors' ways that works; nullopt as well when it makes no sense.
std::optional<std::string> pci_address(Info& info) {
  struct Khr {
    cl_uint domain, bus, device, function;
  };
  struct Amd {  // cl_device_topology_amd
    cl_uint type;
    std::array<unsigned char, 17> unused;
    unsigned char bus, device, function;
  };
  std::string address;
  if (const auto khr = info.value<Khr>(kPciBusInfo)) {
    address = pci_text(khr->domain, khr->bus, khr->device, khr->function);
  } else if (const auto amd = info.value<Amd>(kAmdTopology); amd && amd->type == 1) {
    address = pci_text(0, amd->bus, amd->device, amd->function);
  } else if (const auto bus = info.value<cl_uint>(kNvPciBus)) {
    const auto slot = info.value_or_zero<cl_uint>(kNvPciSlot);
    address = pci_text(info.value_or_zero<cl_uint>(kNvPciDomain), *bus, slot >> 3, slot & 7);
  }
  return is_pci_address(address) ? std::optional(address) : std::nullopt;
}

std::optional<std::string> uuid(Info& info) {
  const auto bytes = info.value<std::array<unsigned char, 16>>(kDeviceUuid);
  if (!bytes) return std::nullopt;
  std::string text;
  for (const unsigned char byte : *bytes) {
    for (const int shift : {4, 0}) text += "0123456789abcdef"[byte >> shift & 15];
  }
  return text;
}

OpenclDeviceType device_type(cl_device_type bits) {
  if ((bits & CL_DEVICE_TYPE_CPU) != 0) return OpenclDeviceType::cpu;
  if ((bits & CL_DEVICE_TYPE_GPU) != 0) return OpenclDeviceType::gpu;
  if ((bits & CL_DEVICE_TYPE_ACCELERATOR) != 0) return OpenclDeviceType::accelerator;
  return OpenclDeviceType::custom;
}

bool has(const OpenclDevice& device, const char* extension) {
  return std::ranges::binary_search(device.extensions, extension);
}

void read_texts(Info& info, OpenclDevice& device) {
  device.name = clean_name(info.text(CL_DEVICE_NAME, "CL_DEVICE_NAME"));
  device.vendor = clean_name(info.text(CL_DEVICE_VENDOR, "CL_DEVICE_VENDOR"));
  device.driver_version = clean_name(info.text(CL_DRIVER_VERSION, "CL_DRIVER_VERSION"));
  device.version = clean_name(info.text(CL_DEVICE_VERSION, "CL_DEVICE_VERSION"));
  device.opencl_c_version = clean_name(info.text(CL_DEVICE_OPENCL_C_VERSION, "CL_DEVICE_OPENCL_C_VERSION"));
  device.profile = clean_name(info.text(CL_DEVICE_PROFILE, "CL_DEVICE_PROFILE"));
  device.extensions = info.names(CL_DEVICE_EXTENSIONS, "CL_DEVICE_EXTENSIONS");
}

void read_numbers(Info& info, OpenclDevice& device) {
  device.vendor_id = info.value_or_zero<cl_uint>(CL_DEVICE_VENDOR_ID);
  device.compute_units = info.value_or_zero<cl_uint>(CL_DEVICE_MAX_COMPUTE_UNITS);
  device.max_clock_mhz = info.value_or_zero<cl_uint>(CL_DEVICE_MAX_CLOCK_FREQUENCY);
  device.global_memory_bytes = info.value_or_zero<cl_ulong>(CL_DEVICE_GLOBAL_MEM_SIZE);
  device.max_allocation_bytes = info.value_or_zero<cl_ulong>(CL_DEVICE_MAX_MEM_ALLOC_SIZE);
  device.local_memory_bytes = info.value_or_zero<cl_ulong>(CL_DEVICE_LOCAL_MEM_SIZE);
  device.max_work_group_size = info.value_or_zero<std::size_t>(CL_DEVICE_MAX_WORK_GROUP_SIZE);
  device.address_bits = info.value_or_zero<cl_uint>(CL_DEVICE_ADDRESS_BITS);
  device.available = info.value_or_zero<cl_bool>(CL_DEVICE_AVAILABLE) != CL_FALSE;
  device.compiler_available = info.value_or_zero<cl_bool>(CL_DEVICE_COMPILER_AVAILABLE) != CL_FALSE;
  device.unified_memory = info.value_or_zero<cl_bool>(CL_DEVICE_HOST_UNIFIED_MEMORY) != CL_FALSE;
}

void read_precisions(Info& info, OpenclDevice& device) {
  constexpr cl_device_fp_config kNeeded = CL_FP_ROUND_TO_NEAREST | CL_FP_INF_NAN;
  device.fp16 = has(device, "cl_khr_fp16");
  device.fp32 = (info.value_or_zero<cl_device_fp_config>(CL_DEVICE_SINGLE_FP_CONFIG) & kNeeded) == kNeeded;
  device.fp64 = info.value_or_zero<cl_device_fp_config>(CL_DEVICE_DOUBLE_FP_CONFIG) != 0 || has(device, "cl_khr_fp64");
}

// Why the loader found no platform: it never tells itself. The driver is loaded once more by hand; this process is here
// to be risked.
std::string no_platform_reason() {
  const char* icd = std::getenv("OCL_ICD_VENDORS");  // NOLINT(concurrency-mt-unsafe): nothing writes the environment
  const auto library = read_icd(icd == nullptr ? "" : icd);
  if (!library) return "no library is named";
  if (::dlopen(library->c_str(), RTLD_NOW) != nullptr) {
    return "the library was loaded but offers no platform: its device or kernel driver may be missing";
  }
  const char* why = ::dlerror();  // NOLINT(concurrency-mt-unsafe): one thread
  return "the library could not be loaded: " + std::string(why == nullptr ? "no reason given" : why);
}

// A list of objects through the two-call pattern of clGet*IDs; `none` is the error that means an empty one.
template <class Id, class Get>
std::expected<std::vector<Id>, OpenclFault> ids(std::string_view call, std::size_t count_max, cl_int none, Get get) {
  cl_uint count = 0;
  cl_int error = get(0, nullptr, &count);
  if (error == none) return std::vector<Id>{};
  if (error != CL_SUCCESS) return std::unexpected(failed(call_error(call, error)));
  if (count > count_max) {
    return std::unexpected(
        malformed(std::string(call) + " counts " + std::to_string(count) + ", more than " + std::to_string(count_max)));
  }
  std::vector<Id> result(count);
  if (count > 0) error = get(count, result.data(), nullptr);
  if (error != CL_SUCCESS) return std::unexpected(failed(call_error(call, error)));
  return result;
}

std::expected<std::vector<cl_platform_id>, OpenclFault> platform_ids() {
  auto result = ids<cl_platform_id>("clGetPlatformIDs", kOpenclPlatformsMax, kPlatformNotFound, clGetPlatformIDs);
  if (result && result->empty()) return std::unexpected(failed(no_platform_reason()));
  return result;
}

std::expected<std::vector<cl_device_id>, OpenclFault> device_ids(cl_platform_id platform) {
  return ids<cl_device_id>("clGetDeviceIDs", kOpenclDevicesMax, CL_DEVICE_NOT_FOUND,
                           [platform](cl_uint size, cl_device_id* devices, cl_uint* count) {
                             return clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, size, devices, count);
                           });
}

std::expected<OpenclPlatform, OpenclFault> describe_platform(cl_platform_id id) {
  Info info([id](cl_uint parameter, std::size_t size, void* value, std::size_t* needed) {
    return clGetPlatformInfo(id, parameter, size, value, needed);
  });
  OpenclPlatform platform;
  platform.name = clean_name(info.text(CL_PLATFORM_NAME, "CL_PLATFORM_NAME"));
  platform.vendor = clean_name(info.text(CL_PLATFORM_VENDOR, "CL_PLATFORM_VENDOR"));
  platform.version = clean_name(info.text(CL_PLATFORM_VERSION, "CL_PLATFORM_VERSION"));
  platform.profile = clean_name(info.text(CL_PLATFORM_PROFILE, "CL_PLATFORM_PROFILE"));
  platform.extensions = info.names(CL_PLATFORM_EXTENSIONS, "CL_PLATFORM_EXTENSIONS");
  if (info.fault()) return std::unexpected(*info.fault());
  const auto devices = device_ids(id);
  if (!devices) return std::unexpected(devices.error());
  for (cl_device_id each : *devices) {
    auto device = describe_device(each);
    if (!device) return std::unexpected(device.error());
    device->index = static_cast<std::uint32_t>(platform.devices.size());
    platform.devices.push_back(std::move(*device));
  }
  return platform;
}

}  // namespace

std::string call_error(std::string_view call, cl_int error) {
  return std::string(call) + " failed (error " + std::to_string(error) + ")";
}

std::expected<OpenclDevice, OpenclFault> describe_device(cl_device_id id) {
  Info info = device_info(id);
  OpenclDevice device;
  const auto type = info.value<cl_device_type>(CL_DEVICE_TYPE);
  if (!type) return std::unexpected(malformed("a device has no CL_DEVICE_TYPE"));
  device.type = device_type(*type);
  read_texts(info, device);
  read_numbers(info, device);
  read_precisions(info, device);
  device.pci_address = pci_address(info);
  device.uuid = uuid(info);
  if (info.fault()) return std::unexpected(*info.fault());
  return device;
}

std::expected<std::vector<OpenclPlatform>, OpenclFault> list_platforms() {
  const auto platforms = platform_ids();
  if (!platforms) return std::unexpected(platforms.error());
  std::vector<OpenclPlatform> result;
  for (cl_platform_id id : *platforms) {
    auto platform = describe_platform(id);
    if (!platform) return std::unexpected(platform.error());
    result.push_back(std::move(*platform));
  }
  return result;
}

std::expected<cl_device_id, OpenclFault> find_device(std::size_t platform, std::size_t device) {
  const auto platforms = platform_ids();
  if (!platforms) return std::unexpected(platforms.error());
  if (platform >= platforms->size())
    return std::unexpected(failed("the platform is gone since the devices were listed"));
  const auto devices = device_ids((*platforms)[platform]);
  if (!devices) return std::unexpected(devices.error());
  if (device >= devices->size()) return std::unexpected(failed("the device is gone since the devices were listed"));
  return (*devices)[device];
}

}  // namespace quern::hwprobe
