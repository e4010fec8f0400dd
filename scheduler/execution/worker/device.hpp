// The device a task runs on: its context, its queue, and what limits the task.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "scheduler/execution/worker/opencl.hpp"
#include "scheduler/model/job.hpp"

namespace quern::worker {

inline constexpr cl_uint kPlatformsMax = 64;
inline constexpr cl_uint kDevicesMax = 256;

struct DeviceFacts {
  std::string name;
  model::DeviceType type = model::DeviceType::any;
  std::uint32_t compute_units = 1;
  std::uint32_t opencl_version = 0;  // major * 100 + minor
  std::string extensions;            // apart by spaces
  std::uint64_t global_memory_bytes = 0;
  std::uint64_t allocation_bytes_max = 0;
  std::uint64_t local_memory_bytes = 0;
  std::uint64_t group_items_max = 1;
  std::array<std::uint64_t, model::kWorkDimensionsMax> group_size_max{1, 1, 1};
};

// Why the device cannot run the job: type, version, extensions, memory, group sizes.
std::optional<model::Why> fault_of(const DeviceFacts& device, const model::Job& job);

class Device {
 public:
  // device_lost where there is none at these indices, or it has another name than `name` (empty: any).
  static Outcome<Device> open(std::uint32_t platform, std::uint32_t device, const std::string& name);

  cl_device_id id() const { return id_; }
  cl_context context() const { return context_.get(); }
  cl_command_queue queue() const { return queue_.get(); }  // in order, with profiling
  const DeviceFacts& facts() const { return facts_; }
  bool is_cpu() const { return facts_.type == model::DeviceType::cpu; }

 private:
  Device() = default;

  cl_device_id id_ = nullptr;
  DeviceFacts facts_;
  ClContext context_;
  ClQueue queue_;
};

}  // namespace quern::worker
