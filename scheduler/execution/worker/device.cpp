#include "scheduler/execution/worker/device.hpp"

#include <algorithm>
#include <string_view>

namespace quern::worker {

namespace {

using enum model::Reason;

std::string text_of_device(cl_device_id id, cl_device_info what) {
  return info_text(
      [&](std::size_t size, void* to, std::size_t* written) { return clGetDeviceInfo(id, what, size, to, written); });
}

template <class Number>
Number number_of_device(cl_device_id id, cl_device_info what, Number otherwise) {
  Number value = otherwise;
  return clGetDeviceInfo(id, what, sizeof value, &value, nullptr) == CL_SUCCESS ? value : otherwise;
}

// "OpenCL 3.0 pocl ..." is 300.
std::uint32_t version_of(std::string_view text) {
  constexpr std::string_view kPrefix = "OpenCL ";
  const auto digit = [&](std::size_t at) {
    const char c = at < text.size() ? text[at] : '0';
    return c >= '0' && c <= '9' ? static_cast<std::uint32_t>(c - '0') : 0;
  };
  if (!text.starts_with(kPrefix)) return 0;
  return digit(kPrefix.size()) * 100 + digit(kPrefix.size() + 2);
}

model::DeviceType type_of(cl_device_id id) {
  const auto type = number_of_device<cl_device_type>(id, CL_DEVICE_TYPE, 0);
  if ((type & CL_DEVICE_TYPE_CPU) != 0) return model::DeviceType::cpu;
  if ((type & CL_DEVICE_TYPE_GPU) != 0) return model::DeviceType::gpu;
  if ((type & CL_DEVICE_TYPE_ACCELERATOR) != 0) return model::DeviceType::accelerator;
  return model::DeviceType::any;
}

DeviceFacts facts_of(cl_device_id id) {
  DeviceFacts facts{
      .name = text_of_device(id, CL_DEVICE_NAME),
      .type = type_of(id),
      .compute_units = std::max(number_of_device<cl_uint>(id, CL_DEVICE_MAX_COMPUTE_UNITS, 1), cl_uint{1}),
      .opencl_version = version_of(text_of_device(id, CL_DEVICE_VERSION)),
      .extensions = text_of_device(id, CL_DEVICE_EXTENSIONS),
      .global_memory_bytes = number_of_device<cl_ulong>(id, CL_DEVICE_GLOBAL_MEM_SIZE, 0),
      .allocation_bytes_max = number_of_device<cl_ulong>(id, CL_DEVICE_MAX_MEM_ALLOC_SIZE, 0),
      .local_memory_bytes = number_of_device<cl_ulong>(id, CL_DEVICE_LOCAL_MEM_SIZE, 0),
      .group_items_max = number_of_device<std::size_t>(id, CL_DEVICE_MAX_WORK_GROUP_SIZE, 1)};
  std::array<std::size_t, 8> sizes{};
  sizes.fill(1);
  clGetDeviceInfo(id, CL_DEVICE_MAX_WORK_ITEM_SIZES, sizeof sizes, sizes.data(), nullptr);
  std::ranges::copy_n(sizes.begin(), model::kWorkDimensionsMax, facts.group_size_max.begin());
  return facts;
}

Outcome<cl_device_id> find_device(std::uint32_t platform, std::uint32_t device) {
  std::array<cl_platform_id, kPlatformsMax> platforms{};
  cl_uint count = 0;
  cl_int error = clGetPlatformIDs(kPlatformsMax, platforms.data(), &count);
  if (error != CL_SUCCESS) return std::unexpected(why_of("clGetPlatformIDs", error, device_lost));
  count = std::min(count, kPlatformsMax);
  if (platform >= count) {
    return end_with(device_lost, "platform " + std::to_string(platform) + " of " + std::to_string(count));
  }
  std::array<cl_device_id, kDevicesMax> devices{};
  count = 0;
  error = clGetDeviceIDs(platforms.at(platform), CL_DEVICE_TYPE_ALL, kDevicesMax, devices.data(), &count);
  if (error != CL_SUCCESS) return std::unexpected(why_of("clGetDeviceIDs", error, device_lost));
  count = std::min(count, kDevicesMax);
  if (device >= count) {
    return end_with(device_lost, "device " + std::to_string(device) + " of " + std::to_string(count));
  }
  return devices.at(device);
}

bool has_word(std::string_view words, std::string_view word) {
  for (std::size_t at = words.find(word); at != std::string_view::npos; at = words.find(word, at + 1)) {
    const bool starts = at == 0 || words[at - 1] == ' ';
    const std::size_t end = at + word.size();
    if (starts && (end == words.size() || words[end] == ' ')) return true;
  }
  return false;
}

std::string compared(std::uint64_t wanted, std::uint64_t there) {
  return std::to_string(wanted) + " bytes wanted, " + std::to_string(there) + " there";
}

std::optional<model::Why> fault_of_memory(const DeviceFacts& device, const model::Job& job) {
  std::uint64_t sum = 0;
  for (const model::Buffer& buffer : job.buffers) {
    sum += buffer.bytes;
    if (buffer.bytes <= device.allocation_bytes_max) continue;
    return model::Why{allocation_size,
                      "buffer " + buffer.name + ": " + compared(buffer.bytes, device.allocation_bytes_max)};
  }
  const std::uint64_t wanted = std::max(sum, job.resources.min_global_memory_bytes);
  if (wanted > device.global_memory_bytes)
    return model::Why{global_memory, compared(wanted, device.global_memory_bytes)};
  // A CPU device's memory is the process's.
  if (device.type == model::DeviceType::cpu && sum > job.resources.memory_bytes) {
    return model::Why{memory_exceeded, "buffers of " + std::to_string(sum) + " bytes, resources.memoryBytes is " +
                                           std::to_string(job.resources.memory_bytes)};
  }
  return std::nullopt;
}

std::optional<model::Why> fault_of_step(const DeviceFacts& device, const model::Step& step) {
  std::uint64_t local = 0;
  for (const model::Argument& argument : step.arguments) {
    if (const auto* each = std::get_if<model::LocalArgument>(&argument)) local += each->bytes;
  }
  if (local > device.local_memory_bytes) {
    return model::Why{local_memory, "kernel " + step.kernel + ": " + compared(local, device.local_memory_bytes)};
  }
  std::uint64_t items = 1;
  for (std::size_t d = 0; d < step.local_work_size.size(); ++d) {
    items *= step.local_work_size[d];
    if (step.local_work_size[d] <= device.group_size_max.at(d)) continue;
    return model::Why{kernel_failed, "kernel " + step.kernel + ": a local size of " +
                                         std::to_string(step.local_work_size[d]) + ", the device's limit is " +
                                         std::to_string(device.group_size_max.at(d))};
  }
  if (items <= device.group_items_max) return std::nullopt;
  return model::Why{kernel_failed, "kernel " + step.kernel + ": groups of " + std::to_string(items) +
                                       " items, the device's limit is " + std::to_string(device.group_items_max)};
}

}  // namespace

std::optional<model::Why> fault_of(const DeviceFacts& device, const model::Job& job) {
  const model::Resources& wanted = job.resources;
  if (wanted.device_type != model::DeviceType::any && wanted.device_type != device.type) {
    return model::Why{device_type, device.name};
  }
  if (wanted.min_opencl_version > device.opencl_version) {
    return model::Why{opencl_version, std::to_string(wanted.min_opencl_version) + " wanted, " +
                                          std::to_string(device.opencl_version) + " there"};
  }
  for (const std::string& extension : wanted.extensions) {
    if (!has_word(device.extensions, extension)) return model::Why{extension_missing, extension};
  }
  if (auto fault = fault_of_memory(device, job)) return fault;
  for (const model::Step& step : job.steps) {
    if (auto fault = fault_of_step(device, step)) return fault;
  }
  return std::nullopt;
}

Outcome<Device> Device::open(std::uint32_t platform, std::uint32_t device, const std::string& name) {
  const auto id = find_device(platform, device);
  if (!id) return std::unexpected(id.error());
  Device opened;
  opened.id_ = *id;
  opened.facts_ = facts_of(*id);
  if (!name.empty() && name != opened.facts_.name) {
    return end_with(device_lost, "the device is " + opened.facts_.name + ", not " + name);
  }
  cl_int error = CL_SUCCESS;
  opened.context_.reset(clCreateContext(nullptr, 1, &opened.id_, nullptr, nullptr, &error));
  if (!opened.context_) return std::unexpected(why_of("clCreateContext", error, device_lost));
  // The call of OpenCL 1.x: 2.0's successor does not exist in older drivers.
  opened.queue_.reset(clCreateCommandQueue(opened.context(), opened.id_, CL_QUEUE_PROFILING_ENABLE, &error));
  if (!opened.queue_) return std::unexpected(why_of("clCreateCommandQueue", error, device_lost));
  return opened;
}

}  // namespace quern::worker
