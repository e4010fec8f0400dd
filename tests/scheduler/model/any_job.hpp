// Jobs drawn at random, each one that job_from_json() accepts.
#pragma once
#include <algorithm>
#include <array>
#include <string>

#include <rapidcheck.h>

#include "scheduler/model/job.hpp"

namespace quern::model {

inline std::uint64_t drawn(std::uint64_t min, std::uint64_t max) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::uint64_t>(min, max + 1));
}

inline std::vector<Input> any_inputs() {
  std::vector<Input> inputs;
  const std::uint64_t count = drawn(0, 3);
  inputs.push_back({.path = "kernels/k.cl", .digest = {}, .bytes = drawn(0, 1 << 20)});
  for (std::uint64_t i = 0; i < count; ++i) {
    Digest digest{};
    std::ranges::generate(digest, [] { return static_cast<std::byte>(drawn(0, 255)); });
    inputs.push_back({.path = "in " + std::to_string(i) + ".\xc3\xa4", .digest = digest, .bytes = drawn(1, 1 << 24)});
  }
  return inputs;
}

// The last dimension is `size`; a group divides every dimension.
inline Step any_step(std::uint64_t size, std::uint64_t unit, std::uint32_t dimensions) {
  Step step;
  step.kernel = "k" + std::to_string(drawn(0, 9));
  step.repeat = static_cast<std::uint32_t>(drawn(1, 50));
  for (std::uint32_t d = 0; d + 1 < dimensions; ++d) step.global_work_size.push_back(8 * drawn(1, 16));
  step.global_work_size.push_back(size);
  if (drawn(0, 1) == 1) {
    step.local_work_size.assign(dimensions, 4);
    step.local_work_size.back() = unit;
  }
  if (drawn(0, 1) == 1) step.global_work_offset.assign(dimensions, drawn(0, 1000));
  if (drawn(0, 1) == 1) step.chunk = unit * drawn(1, 10);
  return step;
}

inline Argument any_argument(const std::vector<Buffer>& buffers) {
  const auto bits = *rc::gen::arbitrary<std::uint64_t>();
  switch (drawn(0, 3)) {
    case 0: {
      BufferArgument argument;
      for (std::uint64_t i = drawn(1, 3); i > 0; --i) {
        argument.buffers.push_back(buffers[drawn(0, buffers.size() - 1)].name);
      }
      return argument;
    }
    case 1:
      return LocalArgument{drawn(1, kLocalBytesMax)};
    case 2:
      return IterationArgument{static_cast<std::int32_t>(drawn(0, 100)) - 50};
    default: {
      constexpr std::array<std::uint32_t, 10> kBits = {8, 8, 16, 16, 32, 32, 64, 64, 32, 64};
      const std::uint64_t type = drawn(0, 9);
      return ScalarArgument{static_cast<ScalarType>(type), bits >> (64 - kBits.at(type))};
    }
  }
}

inline void add_buffers(Job& job, std::uint64_t size) {
  for (std::size_t i = 0; i < job.inputs.size(); ++i) {
    const bool is_source = i == 0;
    Buffer buffer{.name = "b" + std::to_string(i), .bytes = size * drawn(1, 64)};
    if (!is_source) buffer.input = job.inputs[i].path;
    if (!is_source) buffer.bytes = ((job.inputs[i].bytes + size - 1) / size + drawn(0, 1)) * size;
    buffer.fill = static_cast<std::uint8_t>(drawn(0, 255));
    buffer.access = static_cast<BufferAccess>(drawn(0, 2));
    if (buffer.access != BufferAccess::read_only && drawn(0, 1) == 1) {
      buffer.output = "out/" + std::to_string(i);
      job.outputs.push_back({.path = *buffer.output, .max_bytes = buffer.bytes + drawn(0, 10)});
    }
    job.buffers.push_back(buffer);
  }
}

inline Resources any_resources() {
  Resources resources;
  resources.device_type = static_cast<DeviceType>(drawn(0, 3));
  resources.min_global_memory_bytes = drawn(0, 1 << 30);
  resources.min_opencl_version = static_cast<std::uint32_t>(100 * drawn(1, 3) + drawn(0, 2));
  if (drawn(0, 1) == 1) resources.extensions = {"cl_khr_fp64", "cl_khr_int64_base_atomics"};
  resources.cpu_cores = static_cast<std::uint32_t>(drawn(1, 64));
  resources.memory_bytes = drawn(1, 1ull << 40);
  resources.scratch_bytes = drawn(0, 1ull << 40);
  resources.walltime_ms = static_cast<std::uint32_t>(drawn(1, kWalltimeMaxMs));
  return resources;
}

inline Job any_job() {
  Job job;
  job.name = *rc::gen::element<std::string>("", "a", "with \"quotes\" and \\", "\xe2\x82\xac");
  if (drawn(0, 1) == 1) job.resources = any_resources();
  job.inputs = any_inputs();
  job.program = {.sources = {"kernels/k.cl"},
                 .build_options = *rc::gen::element<std::string>("", "-D N=4 -DM", "-cl-mad-enable -cl-std=CL1.2")};
  const std::uint64_t unit = drawn(1, 8);
  const std::uint64_t size = unit * drawn(1, 40);
  add_buffers(job, size);
  const auto dimensions = static_cast<std::uint32_t>(drawn(1, 3));
  for (std::uint64_t i = drawn(1, 3); i > 0; --i) {
    job.steps.push_back(any_step(size, unit, dimensions));
    for (std::uint64_t a = drawn(0, 4); a > 0; --a) job.steps.back().arguments.push_back(any_argument(job.buffers));
  }
  if (drawn(0, 1) == 1) job.work = Work{drawn(0, kWorkMax), drawn(0, 5), drawn(0, 5), drawn(0, kWorkMax)};
  job.shards.count = static_cast<std::uint32_t>(drawn(1, size / unit));
  if (drawn(0, 1) == 1) job.price.max_total = Credits{static_cast<std::int64_t>(drawn(0, 1'000'000'000'000))};
  if (drawn(0, 1) == 1) job.price.max_per_device_second = Credits{static_cast<std::int64_t>(drawn(0, 100))};
  return job;
}

}  // namespace quern::model
