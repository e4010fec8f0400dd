// One step's kernel with its arguments.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "scheduler/execution/worker/device.hpp"

namespace quern::worker {

// What a kernel declares of a parameter.
struct Parameter {
  enum class Space : std::uint8_t { global, constant, local, by_value };
  std::string name;
  std::string type;  // "float*", "uint"; empty where the driver does not say
  Space space = Space::by_value;
};

// Why an argument cannot be given to a parameter, as a clause. What only the driver can know (sizes of structures) is
// left to clSetKernelArg.
std::optional<std::string> fault_of_argument(const model::Argument& argument, const Parameter& parameter);

using Buffers = std::map<std::string, ClBuffer, std::less<>>;

class StepKernel {
 public:
  // kernel_not_found, kernel_arguments (number, kind, type), local_memory, kernel_failed (group size). `step` must
  // outlive it.
  static Outcome<StepKernel> create(const Device& device, cl_program program, const model::Step& step);

  cl_kernel get() const { return kernel_.get(); }
  const model::Step& step() const { return *step_; }
  // Sets the arguments of an iteration; after the first, only those that change. Iterations come in order.
  Outcome<void> set_arguments(std::uint32_t iteration, const Buffers& buffers);

 private:
  StepKernel() = default;
  Outcome<void> check_parameters(const Device& device) const;
  cl_int set(cl_uint index, const model::Argument& argument, std::uint32_t iteration, const Buffers& buffers) const;

  ClKernel kernel_;
  const model::Step* step_ = nullptr;
  std::optional<std::uint32_t> iteration_;  // whose arguments are set
};

}  // namespace quern::worker
