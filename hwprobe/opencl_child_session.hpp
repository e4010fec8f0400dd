// A device under measurement: its context, queue and compiled program, and the one way to launch a kernel and know how
// long it took.
#pragma once
#include <expected>
#include <memory>
#include <string>
#include <type_traits>

#include <CL/cl.h>

#include "hwprobe/machine.hpp"

namespace quern::hwprobe {

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

// How long launches took.
struct LaunchTime {
  // For a CPU device the process's CPU time divided by the device's threads: what the launch takes when nobody else
  // wants the processor. For others the device's own clock, from the start of each kernel to its end.
  double device_seconds = 0;
  double cpu_seconds = 0;  // of this process
  double wall_seconds = 0;
};

class Session {
 public:
  // Compiles the measuring program. The error is a clause for people; of a build failure, the first line of the
  // compiler's log.
  static std::expected<Session, std::string> open(cl_device_id device, const OpenclDevice& facts);

  std::expected<ClKernel, std::string> kernel(const char* name) const;
  std::expected<ClBuffer, std::string> buffer(std::size_t bytes) const;

  // Launches a kernel whose arguments are set, `times` times in a row over `items` work items in groups of group(), and
  // waits.
  std::expected<LaunchTime, std::string> launch(cl_kernel kernel, std::size_t items, unsigned times = 1) const;
  // Copies the start of a buffer to the host.
  std::expected<void, std::string> read(cl_mem buffer, void* to, std::size_t bytes) const;

  std::size_t group() const { return group_; }        // work items in a group: a power of two
  std::uint32_t threads() const { return threads_; }  // of a CPU device
  bool is_cpu() const { return is_cpu_; }

 private:
  std::expected<void, std::string> build(cl_device_id device, bool fp64);

  ClContext context_;
  ClQueue queue_;
  ClProgram program_;
  std::size_t group_ = 1;
  std::uint32_t threads_ = 1;
  bool is_cpu_ = false;
};

// Sets a kernel's arguments in order, each a value or a cl_mem; false when one is refused.
template <class... Arguments>
bool set_arguments(cl_kernel kernel, const Arguments&... arguments) {
  cl_uint index = 0;
  return ((clSetKernelArg(kernel, index++, sizeof arguments, &arguments) == CL_SUCCESS) && ...);
}

}  // namespace quern::hwprobe
