#include "scheduler/execution/worker/opencl.hpp"

#include <algorithm>
#include <array>

namespace quern::worker {

namespace {

struct NamedError {
  cl_int error;
  std::string_view name;
};
constexpr auto kErrors = std::to_array<NamedError>({
    {CL_DEVICE_NOT_FOUND, "CL_DEVICE_NOT_FOUND"},
    {CL_DEVICE_NOT_AVAILABLE, "CL_DEVICE_NOT_AVAILABLE"},
    {CL_COMPILER_NOT_AVAILABLE, "CL_COMPILER_NOT_AVAILABLE"},
    {CL_MEM_OBJECT_ALLOCATION_FAILURE, "CL_MEM_OBJECT_ALLOCATION_FAILURE"},
    {CL_OUT_OF_RESOURCES, "CL_OUT_OF_RESOURCES"},
    {CL_OUT_OF_HOST_MEMORY, "CL_OUT_OF_HOST_MEMORY"},
    {CL_BUILD_PROGRAM_FAILURE, "CL_BUILD_PROGRAM_FAILURE"},
    {CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST, "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST"},
    {CL_INVALID_VALUE, "CL_INVALID_VALUE"},
    {CL_INVALID_BUFFER_SIZE, "CL_INVALID_BUFFER_SIZE"},
    {CL_INVALID_BUILD_OPTIONS, "CL_INVALID_BUILD_OPTIONS"},
    {CL_INVALID_PROGRAM_EXECUTABLE, "CL_INVALID_PROGRAM_EXECUTABLE"},
    {CL_INVALID_KERNEL_NAME, "CL_INVALID_KERNEL_NAME"},
    {CL_INVALID_KERNEL_DEFINITION, "CL_INVALID_KERNEL_DEFINITION"},
    {CL_INVALID_ARG_INDEX, "CL_INVALID_ARG_INDEX"},
    {CL_INVALID_ARG_VALUE, "CL_INVALID_ARG_VALUE"},
    {CL_INVALID_ARG_SIZE, "CL_INVALID_ARG_SIZE"},
    {CL_INVALID_KERNEL_ARGS, "CL_INVALID_KERNEL_ARGS"},
    {CL_INVALID_WORK_DIMENSION, "CL_INVALID_WORK_DIMENSION"},
    {CL_INVALID_WORK_GROUP_SIZE, "CL_INVALID_WORK_GROUP_SIZE"},
    {CL_INVALID_WORK_ITEM_SIZE, "CL_INVALID_WORK_ITEM_SIZE"},
    {CL_INVALID_GLOBAL_OFFSET, "CL_INVALID_GLOBAL_OFFSET"},
    {CL_INVALID_GLOBAL_WORK_SIZE, "CL_INVALID_GLOBAL_WORK_SIZE"},
    {CL_INVALID_OPERATION, "CL_INVALID_OPERATION"},
    {-9999, "an illegal access to memory by the kernel"},  // NVIDIA's own
});

}  // namespace

std::string name_of_error(cl_int error) {
  const auto known = std::ranges::find(kErrors, error, &NamedError::error);
  const std::string number = std::to_string(error);
  return known == kErrors.end() ? "OpenCL error " + number : std::string(known->name) + " (" + number + ")";
}

model::Why why_of(std::string_view call, cl_int error, model::Reason otherwise) {
  const std::string detail = std::string(call) + ": " + name_of_error(error);
  switch (error) {
    case CL_MEM_OBJECT_ALLOCATION_FAILURE:
      return {model::Reason::global_memory, detail};
    case CL_OUT_OF_HOST_MEMORY:
      return {model::Reason::memory_exceeded, detail};
    case CL_DEVICE_NOT_AVAILABLE:
    case CL_DEVICE_NOT_FOUND:
      return {model::Reason::device_lost, detail};
    default:
      return {otherwise, detail};
  }
}

}  // namespace quern::worker
