// OpenCL's handles with owners, and its errors as reasons.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <CL/cl.h>

#include "scheduler/execution/worker/outcome.hpp"

namespace quern::worker {

template <class Handle, cl_int (*release)(Handle)>
struct ClRelease {
  using pointer = Handle;
  void operator()(Handle handle) const { release(handle); }
};
template <class Handle, cl_int (*release)(Handle)>
using ClOwned = std::unique_ptr<std::remove_pointer_t<Handle>, ClRelease<Handle, release>>;
using ClContext = ClOwned<cl_context, clReleaseContext>;
using ClQueue = ClOwned<cl_command_queue, clReleaseCommandQueue>;
using ClProgram = ClOwned<cl_program, clReleaseProgram>;
using ClKernel = ClOwned<cl_kernel, clReleaseKernel>;
using ClBuffer = ClOwned<cl_mem, clReleaseMemObject>;
using ClEvent = ClOwned<cl_event, clReleaseEvent>;

inline constexpr std::size_t kInfoBytesMax = 1 << 20;  // of one answer to clGet*Info

// "CL_OUT_OF_RESOURCES (-5)"
std::string name_of_error(cl_int error);
// What a call that failed ends the task with: memory and lost devices by their own reasons, the rest as `otherwise`.
// The detail names call and error.
model::Why why_of(std::string_view call, cl_int error, model::Reason otherwise);

// An answer of clGet*Info that is a text; empty where there is none. `get(size, memory, size_out)` asks.
template <class Get>
std::string info_text(const Get& get) {
  std::size_t size = 0;
  if (get(0, nullptr, &size) != CL_SUCCESS || size == 0 || size > kInfoBytesMax) return {};
  std::string text(size, '\0');
  if (get(size, text.data(), nullptr) != CL_SUCCESS) return {};
  return text.substr(0, text.find('\0'));
}

}  // namespace quern::worker
