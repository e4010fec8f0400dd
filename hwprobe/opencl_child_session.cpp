#include "hwprobe/opencl_child_session.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "hwprobe/opencl_child_info.hpp"
#include "hwprobe/opencl_child_kernels.hpp"
#include "hwprobe/stopwatch.hpp"
#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

constexpr std::size_t kGroupMax =
    64;  // every GPU fills its registers with groups of this size, and PoCL has enough of them to share out

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

std::string first_line(std::string_view log) {
  log = trimmed(log);
  return clean_name(log.substr(0, log.find('\n')));
}

std::string build_log(cl_program program, cl_device_id device) {
  std::size_t size = 0;
  if (clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, 0, nullptr, &size) != CL_SUCCESS) return {};
  std::string log(std::min(size, kInfoBytesMax), '\0');
  if (clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, log.size(), log.data(), nullptr) != CL_SUCCESS)
    return {};
  return log;
}

// What a kernel took by the device's clock.
std::expected<double, std::string> profiled_seconds(cl_event event) {
  cl_ulong start = 0;
  cl_ulong end = 0;
  cl_int error = clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_START, sizeof start, &start, nullptr);
  if (error == CL_SUCCESS) error = clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_END, sizeof end, &end, nullptr);
  if (error != CL_SUCCESS) return std::unexpected(call_error("clGetEventProfilingInfo", error));
  if (end <= start) return std::unexpected("the device's profiling clock does not run");
  return static_cast<double>(end - start) * 1e-9;
}

}  // namespace

std::expected<Session, std::string> Session::open(cl_device_id device, const OpenclDevice& facts) {
  if (!facts.available) return std::unexpected("the device is not available");
  if (!facts.compiler_available) return std::unexpected("the device has no compiler");
  Session session;
  cl_int error = CL_SUCCESS;
  session.context_.reset(clCreateContext(nullptr, 1, &device, nullptr, nullptr, &error));
  if (!session.context_) return std::unexpected(call_error("clCreateContext", error));
  // The call of OpenCL 1.x: 2.0's successor does not exist in older drivers.
  session.queue_.reset(clCreateCommandQueue(session.context_.get(), device, CL_QUEUE_PROFILING_ENABLE, &error));
  if (!session.queue_) return std::unexpected(call_error("clCreateCommandQueue", error));
  session.is_cpu_ = facts.type == OpenclDeviceType::cpu;
  session.group_ = std::bit_floor(std::clamp<std::size_t>(facts.max_work_group_size, 1, kGroupMax));
  session.threads_ = std::clamp(facts.compute_units, 1U, std::max(std::thread::hardware_concurrency(), 1U));
  if (const auto built = session.build(device, facts.fp64); !built) return std::unexpected(built.error());
  return session;
}

std::expected<void, std::string> Session::build(cl_device_id device, bool fp64) {
  cl_int error = CL_SUCCESS;
  program_.reset(
      clCreateProgramWithSource(context_.get(), 1, const_cast<const char**>(&kMeasureSource), nullptr, &error));
  if (!program_) return std::unexpected(call_error("clCreateProgramWithSource", error));
  error = clBuildProgram(program_.get(), 1, &device, fp64 ? "-cl-mad-enable -DQUERN_FP64" : "-cl-mad-enable", nullptr,
                         nullptr);
  if (error == CL_SUCCESS) return {};
  const std::string line = first_line(build_log(program_.get(), device));
  return std::unexpected(call_error("clBuildProgram", error) + (line.empty() ? "" : ": " + line));
}

std::expected<ClKernel, std::string> Session::kernel(const char* name) const {
  cl_int error = CL_SUCCESS;
  ClKernel kernel(clCreateKernel(program_.get(), name, &error));
  if (!kernel) return std::unexpected(call_error("clCreateKernel(" + std::string(name) + ")", error));
  return kernel;
}

std::expected<ClBuffer, std::string> Session::buffer(std::size_t bytes) const {
  cl_int error = CL_SUCCESS;
  ClBuffer buffer(clCreateBuffer(context_.get(), CL_MEM_READ_WRITE, bytes, nullptr, &error));
  if (!buffer) return std::unexpected(call_error("clCreateBuffer of " + std::to_string(bytes) + " bytes", error));
  return buffer;
}

std::expected<LaunchTime, std::string> Session::launch(cl_kernel kernel, std::size_t items, unsigned times) const {
  const auto wall = steady_time();
  const auto cpu = process_cpu_time();
  std::vector<ClEvent> events;
  for (unsigned i = 0; i < times; ++i) {
    cl_event event = nullptr;
    const cl_int error = clEnqueueNDRangeKernel(queue_.get(), kernel, 1, nullptr, &items, &group_, 0, nullptr, &event);
    if (error != CL_SUCCESS) return std::unexpected(call_error("clEnqueueNDRangeKernel", error));
    events.emplace_back(event);
  }
  const cl_int error = clFinish(queue_.get());
  if (error != CL_SUCCESS) return std::unexpected(call_error("clFinish", error));
  LaunchTime time;
  time.cpu_seconds = seconds(process_cpu_time() - cpu);
  time.wall_seconds = seconds(steady_time() - wall);
  if (is_cpu_) {
    time.device_seconds = time.cpu_seconds / threads_;
    return time;
  }
  for (const ClEvent& event : events) {
    const auto spent = profiled_seconds(event.get());
    if (!spent) return std::unexpected(spent.error());
    time.device_seconds += *spent;
  }
  return time;
}

std::expected<void, std::string> Session::read(cl_mem buffer, void* to, std::size_t bytes) const {
  const cl_int error = clEnqueueReadBuffer(queue_.get(), buffer, CL_TRUE, 0, bytes, to, 0, nullptr, nullptr);
  if (error != CL_SUCCESS) return std::unexpected(call_error("clEnqueueReadBuffer", error));
  return {};
}

}  // namespace quern::hwprobe
