// What one OpenCL driver says about its platforms and devices, asked with a limit on everything it may claim. Only for
// quern-opencl-probe: calling any of this loads the driver.
#pragma once
#include <expected>
#include <string>
#include <vector>

#include <CL/cl.h>

#include "hwprobe/machine.hpp"
#include "hwprobe/opencl_reply.hpp"

namespace quern::hwprobe {

inline constexpr std::size_t kInfoBytesMax = 1 << 20;  // of one answer to clGet*Info

// All platforms with their devices. A driver that offers none is a fault that says why.
std::expected<std::vector<OpenclPlatform>, OpenclFault> list_platforms();

// The device at these positions of list_platforms().
std::expected<cl_device_id, OpenclFault> find_device(std::size_t platform, std::size_t device);
std::expected<OpenclDevice, OpenclFault> describe_device(cl_device_id device);

// Names an OpenCL call and what it returned: "clGetDeviceIDs failed (error -30)".
std::string call_error(std::string_view call, cl_int error);

}  // namespace quern::hwprobe
