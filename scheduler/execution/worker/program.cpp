#include "scheduler/execution/worker/program.hpp"

#include <algorithm>

namespace quern::worker {

namespace {

std::string log_of(cl_program program, cl_device_id device) {
  return info_text([&](std::size_t size, void* to, std::size_t* written) {
    return clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, size, to, written);
  });
}

// The first line of the log that tells of an error; else the first.
std::string first_error(std::string_view log) {
  std::size_t at = log.find("error:");
  if (at == std::string_view::npos) at = log.find_first_not_of(" \n");
  if (at == std::string_view::npos) return {};
  const std::size_t start = log.rfind('\n', at);
  const std::size_t from = start == std::string_view::npos ? 0 : start + 1;
  return std::string(log.substr(from, log.find('\n', at) - from));
}

}  // namespace

Build build(const Device& device, const std::vector<std::string>& sources, const std::string& options) {
  std::vector<const char*> texts;
  std::vector<std::size_t> lengths;
  texts.reserve(sources.size());
  lengths.reserve(sources.size());
  for (const std::string& source : sources) {
    texts.push_back(source.data());
    lengths.push_back(source.size());
  }
  cl_int error = CL_SUCCESS;
  ClProgram program(clCreateProgramWithSource(device.context(), static_cast<cl_uint>(texts.size()), texts.data(),
                                              lengths.data(), &error));
  if (!program) return {std::unexpected(why_of("clCreateProgramWithSource", error, model::Reason::build_failed)), {}};
  const cl_device_id id = device.id();
  // Without it the types of arguments are not known.
  const std::string all_options = options + " -cl-kernel-arg-info";
  error = clBuildProgram(program.get(), 1, &id, all_options.c_str(), nullptr, nullptr);
  std::string log = log_of(program.get(), id);
  if (error == CL_SUCCESS) return {std::move(program), std::move(log)};
  model::Why why = why_of("clBuildProgram", error, model::Reason::build_failed);
  if (std::string line = first_error(log); !line.empty()) why.detail = std::move(line);
  return {std::unexpected(std::move(why)), std::move(log)};
}

}  // namespace quern::worker
