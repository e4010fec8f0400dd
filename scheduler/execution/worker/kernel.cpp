#include "scheduler/execution/worker/kernel.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "scheduler/model/manifest_terms.hpp"

namespace quern::worker {

namespace {

using enum model::Reason;

std::string names_of_kernels(cl_program program) {
  return info_text([&](std::size_t size, void* to, std::size_t* written) {
    return clGetProgramInfo(program, CL_PROGRAM_KERNEL_NAMES, size, to, written);
  });
}

std::string text_of_parameter(cl_kernel kernel, cl_uint index, cl_kernel_arg_info what) {
  return info_text([&](std::size_t size, void* to, std::size_t* written) {
    return clGetKernelArgInfo(kernel, index, what, size, to, written);
  });
}

// Nullopt where the driver does not say.
std::optional<Parameter> parameter_of(cl_kernel kernel, cl_uint index) {
  cl_kernel_arg_address_qualifier space = 0;
  if (clGetKernelArgInfo(kernel, index, CL_KERNEL_ARG_ADDRESS_QUALIFIER, sizeof space, &space, nullptr) != CL_SUCCESS) {
    return std::nullopt;
  }
  Parameter parameter{.name = text_of_parameter(kernel, index, CL_KERNEL_ARG_NAME),
                      .type = text_of_parameter(kernel, index, CL_KERNEL_ARG_TYPE_NAME)};
  switch (space) {
    case CL_KERNEL_ARG_ADDRESS_GLOBAL:
      parameter.space = Parameter::Space::global;
      break;
    case CL_KERNEL_ARG_ADDRESS_CONSTANT:
      parameter.space = Parameter::Space::constant;
      break;
    case CL_KERNEL_ARG_ADDRESS_LOCAL:
      parameter.space = Parameter::Space::local;
      break;
    default:
      break;
  }
  return parameter;
}

// The scalar a type's name stands for: "uint", "unsigned int", "const float".
std::optional<model::ScalarType> scalar_of(std::string_view name) {
  constexpr std::string_view kConst = "const ";
  if (name.starts_with(kConst)) name.remove_prefix(kConst.size());
  std::string plain(name);
  constexpr std::string_view kUnsigned = "unsigned ";
  if (name.starts_with(kUnsigned)) plain = "u" + std::string(name.substr(kUnsigned.size()));
  const auto found = std::ranges::find(model::kScalarNames, plain);
  if (found == model::kScalarNames.end()) return std::nullopt;
  return static_cast<model::ScalarType>(found - model::kScalarNames.begin());
}

std::optional<std::string> fault_of_value(model::ScalarType given, const Parameter& parameter) {
  std::string names = "a " + std::string(model::name_of(given)) + " for " + parameter.type + " " + parameter.name;
  if (const auto wanted = scalar_of(parameter.type)) {
    if (bytes_of(*wanted) == bytes_of(given) && is_floating(*wanted) == is_floating(given)) return std::nullopt;
    return names;
  }
  const std::size_t digits = parameter.type.find_last_not_of("0123456789") + 1;
  const bool is_vector = digits < parameter.type.size() && scalar_of(parameter.type.substr(0, digits));
  if (is_vector) return names + ": vectors are passed in a buffer or by their components";
  return std::nullopt;
}

bool is_opaque(std::string_view type) {
  return type.starts_with("image") || type.starts_with("sampler") || type.starts_with("pipe") ||
         type.starts_with("queue");
}

}  // namespace

std::optional<std::string> fault_of_argument(const model::Argument& argument, const Parameter& parameter) {
  using Space = Parameter::Space;
  const std::string shown = parameter.type + " " + parameter.name;
  if (is_opaque(parameter.type)) return shown + ": images, samplers and pipes cannot be passed";
  const bool is_buffer = std::holds_alternative<model::BufferArgument>(argument);
  const bool is_local = std::holds_alternative<model::LocalArgument>(argument);
  switch (parameter.space) {
    case Space::global:
    case Space::constant:
      if (is_buffer) return std::nullopt;
      return shown + " points to global memory and takes a buffer";
    case Space::local:
      if (is_local) return std::nullopt;
      return shown + " points to local memory and takes {\"local\": bytes}";
    case Space::by_value:
      break;
  }
  if (is_buffer) return "a buffer for " + shown + ", which is a value";
  if (is_local) return "local memory for " + shown + ", which is a value";
  const auto* scalar = std::get_if<model::ScalarArgument>(&argument);
  return fault_of_value(scalar != nullptr ? scalar->type : model::ScalarType::int32, parameter);
}

Outcome<StepKernel> StepKernel::create(const Device& device, cl_program program, const model::Step& step) {
  StepKernel made;
  made.step_ = &step;
  cl_int error = CL_SUCCESS;
  made.kernel_.reset(clCreateKernel(program, step.kernel.c_str(), &error));
  if (!made.kernel_ && error == CL_INVALID_KERNEL_NAME) {
    return end_with(kernel_not_found, step.kernel + "; the program has " + names_of_kernels(program));
  }
  if (!made.kernel_) return std::unexpected(why_of("clCreateKernel " + step.kernel, error, kernel_failed));
  if (auto checked = made.check_parameters(device); !checked) return std::unexpected(std::move(checked).error());
  return made;
}

Outcome<void> StepKernel::check_parameters(const Device& device) const {
  cl_uint count = 0;
  cl_int error = clGetKernelInfo(get(), CL_KERNEL_NUM_ARGS, sizeof count, &count, nullptr);
  if (error != CL_SUCCESS) return std::unexpected(why_of("clGetKernelInfo", error, kernel_failed));
  const auto& arguments = step_->arguments;
  if (count != arguments.size()) {
    return end_with(kernel_arguments, "kernel " + step_->kernel + " takes " + std::to_string(count) + ", args has " +
                                          std::to_string(arguments.size()));
  }
  std::uint64_t local_bytes = 0;
  for (cl_uint i = 0; i < count; ++i) {
    if (const auto* local = std::get_if<model::LocalArgument>(&arguments[i])) local_bytes += local->bytes;
    const auto parameter = parameter_of(get(), i);
    if (!parameter) continue;
    if (const auto fault = fault_of_argument(arguments[i], *parameter)) {
      return end_with(kernel_arguments, "kernel " + step_->kernel + ", args[" + std::to_string(i) + "]: " + *fault);
    }
  }
  cl_ulong own_local_bytes = 0;
  clGetKernelWorkGroupInfo(get(), device.id(), CL_KERNEL_LOCAL_MEM_SIZE, sizeof own_local_bytes, &own_local_bytes,
                           nullptr);
  const std::uint64_t there = device.facts().local_memory_bytes;
  if (own_local_bytes > there || local_bytes > there - own_local_bytes) {
    return end_with(local_memory, "kernel " + step_->kernel + ": " + std::to_string(local_bytes + own_local_bytes) +
                                      " bytes wanted, " + std::to_string(there) + " there");
  }
  std::uint64_t items = 1;
  for (const std::uint64_t size : step_->local_work_size) items *= size;
  std::size_t items_max = items;
  clGetKernelWorkGroupInfo(get(), device.id(), CL_KERNEL_WORK_GROUP_SIZE, sizeof items_max, &items_max, nullptr);
  if (items <= items_max) return {};
  return end_with(kernel_failed, "kernel " + step_->kernel + ": groups of " + std::to_string(items) +
                                     " items, on this device the kernel runs in groups of at most " +
                                     std::to_string(items_max));
}

Outcome<void> StepKernel::set_arguments(std::uint32_t iteration, const Buffers& buffers) {
  if (iteration_ == iteration) return {};
  for (cl_uint i = 0; i < step_->arguments.size(); ++i) {
    const model::Argument& argument = step_->arguments[i];
    const auto* ring = std::get_if<model::BufferArgument>(&argument);
    const bool changes =
        (ring != nullptr && ring->buffers.size() > 1) || std::holds_alternative<model::IterationArgument>(argument);
    if (iteration_ && !changes) continue;
    const cl_int error = set(i, argument, iteration, buffers);
    if (error == CL_SUCCESS) continue;
    return std::unexpected(
        why_of("kernel " + step_->kernel + ", args[" + std::to_string(i) + "]", error, kernel_arguments));
  }
  iteration_ = iteration;
  return {};
}

cl_int StepKernel::set(cl_uint index, const model::Argument& argument, std::uint32_t iteration,
                       const Buffers& buffers) const {
  if (const auto* ring = std::get_if<model::BufferArgument>(&argument)) {
    const auto found = buffers.find(ring->buffers[iteration % ring->buffers.size()]);
    if (found == buffers.end()) return CL_INVALID_MEM_OBJECT;
    const cl_mem buffer = found->second.get();
    // Of a cl_mem its handle is the value. NOLINTNEXTLINE(bugprone-sizeof-expression)
    return clSetKernelArg(get(), index, sizeof buffer, static_cast<const void*>(&buffer));
  }
  if (const auto* local = std::get_if<model::LocalArgument>(&argument)) {
    return clSetKernelArg(get(), index, local->bytes, nullptr);
  }
  if (const auto* counter = std::get_if<model::IterationArgument>(&argument)) {
    const cl_int value = counter->from + static_cast<cl_int>(iteration);
    return clSetKernelArg(get(), index, sizeof value, &value);
  }
  const auto& scalar = std::get<model::ScalarArgument>(argument);
  std::array<unsigned char, 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes.at(i) = static_cast<unsigned char>(scalar.bits >> (8 * i));
  return clSetKernelArg(get(), index, model::bytes_of(scalar.type), bytes.data());
}

}  // namespace quern::worker
