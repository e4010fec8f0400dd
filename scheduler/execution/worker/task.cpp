#include "scheduler/execution/worker/task.hpp"

#include <algorithm>
#include <cstdio>
#include <new>
#include <tuple>
#include <utility>

#include "scheduler/execution/worker/files.hpp"
#include "scheduler/execution/worker/program.hpp"
#include "scheduler/execution/worker/stopwatch.hpp"
#include "scheduler/model/manifest.hpp"

namespace quern::worker {

namespace {

using enum model::Reason;
using execution::DeviceClock;
using execution::WorkerLog;
using execution::WorkerOutput;

std::uint64_t microseconds(std::chrono::nanoseconds time) {
  return static_cast<std::uint64_t>(std::max(time, std::chrono::nanoseconds(0)) / std::chrono::microseconds(1));
}

std::string above(std::uint64_t value, std::uint64_t limit) {
  return std::to_string(value) + " us, the limit is " + std::to_string(limit);
}

cl_mem_flags flags_of(model::BufferAccess access) {
  switch (access) {
    case model::BufferAccess::read_only:
      return CL_MEM_READ_ONLY;
    case model::BufferAccess::write_only:
      return CL_MEM_WRITE_ONLY;
    case model::BufferAccess::read_write:
      break;
  }
  return CL_MEM_READ_WRITE;
}

// Groups for a CPU device where the job leaves them to the driver: drivers take a whole row or more, which leaves
// processors idle, and compile anew for every size of a slice. Empty: a size that divides into small ones only.
constexpr std::size_t kGroupOfCpu = 64;
constexpr std::size_t kLeastGroupOfCpu = 8;
std::vector<std::size_t> group_of(const std::vector<std::size_t>& size) {
  std::size_t wide = kGroupOfCpu;
  while (size[0] % wide != 0) --wide;
  if (wide < kLeastGroupOfCpu) return {};
  std::vector<std::size_t> group(size.size(), 1);
  group[0] = wide;
  return group;
}

// The device's own clock, from the kernel's start to its end.
Outcome<std::chrono::nanoseconds> profiled(cl_event event) {
  cl_ulong start = 0;
  cl_ulong end = 0;
  cl_int error = clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_START, sizeof start, &start, nullptr);
  if (error == CL_SUCCESS) error = clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_END, sizeof end, &end, nullptr);
  if (error != CL_SUCCESS) return std::unexpected(why_of("clGetEventProfilingInfo", error, kernel_failed));
  return std::chrono::nanoseconds(end > start ? static_cast<std::int64_t>(end - start) : 0);
}

}  // namespace

TaskRun::TaskRun(const execution::WorkerTask& task, Control& control, Warm& warm, const ScratchFolders& scratch)
    : task_(&task), control_(&control), warm_(&warm), scratch_(&scratch), cpu_start_(process_cpu_time()) {}

execution::WorkerFinished TaskRun::run() {
  execution::WorkerFinished finished;
  Outcome<std::vector<WorkerOutput>> outputs;
  try {
    control_->begin(task_->limits.log_bytes);
    outputs = work();
  } catch (const std::bad_alloc&) {
    outputs = end_with(memory_exceeded, "the worker is out of memory");
  }
  finished.why = outputs ? model::Why{completed, {}} : outputs.error();
  // Compilers name what they could not write in many ways, or not at all.
  if (finished.why.reason == build_failed || finished.why.reason == kernel_failed) {
    if (const auto full = scratch_->full()) finished.why = {scratch_exceeded, *full + " is full"};
  }
  if (outputs) finished.outputs = *std::move(outputs);
  finished.device_time_us = device_time_to_tell();
  finished.cpu_time_us = microseconds(cpu_time());
  return finished;
}

bool TaskRun::has_used_much() const {
  std::uint64_t bytes = 0;
  for (const model::Buffer& buffer : job_.buffers) bytes += std::min(buffer.bytes, kMuchBytes);
  return built_ || bytes >= kMuchBytes;
}

Outcome<std::vector<WorkerOutput>> TaskRun::work() {
  if (auto done = read_job(); !done) return std::unexpected(std::move(done).error());
  if (auto done = open_device(); !done) return std::unexpected(std::move(done).error());
  const auto built = program();
  if (!built) return std::unexpected(built.error());
  if (auto done = make_kernels(*built); !done) return std::unexpected(std::move(done).error());
  if (auto done = make_buffers(); !done) return std::unexpected(std::move(done).error());
  if (auto done = launch_all(); !done) return std::unexpected(std::move(done).error());
  return keep_outputs();
}

Outcome<void> TaskRun::read_job() {
  auto job = model::job_from_json(task_->job);
  if (!job) return end_with(manifest_invalid, job.error().detail());
  job_ = *std::move(job);
  if (task_->shard >= job_.shards.count) {
    return end_with(manifest_invalid,
                    "shard " + std::to_string(task_->shard) + " of " + std::to_string(job_.shards.count));
  }
  shard_ = model::shard_of(job_, task_->shard);
  std::uint64_t bytes = 0;
  for (const model::OutputSlice& output : shard_.outputs) bytes += output.bytes;
  if (bytes <= task_->limits.output_bytes) return {};
  return end_with(output_exceeded, std::to_string(bytes) + " bytes of outputs, the limit is " +
                                       std::to_string(task_->limits.output_bytes));
}

Outcome<void> TaskRun::open_device() {
  const Warm::At at{task_->platform, task_->device};
  auto& warm = warm_->device;
  if (warm && warm_->at == at && (task_->device_name.empty() || task_->device_name == warm->facts().name)) {
    device_ = &*warm;
  } else {
    *warm_ = Warm{};
    auto opened = Device::open(at.platform, at.device, task_->device_name);
    if (!opened) return std::unexpected(std::move(opened).error());
    warm_->at = at;
    device_ = &warm.emplace(*std::move(opened));
  }
  control_->send(execution::WorkerStarted{
      .device_name = device().facts().name,
      .compute_units = std::min(device().facts().compute_units, execution::kComputeUnitsMax),
      .device_clock = device().is_cpu() ? DeviceClock::process_cpu_time : DeviceClock::profiling_events,
      .threads = count_threads()});
  if (auto fault = fault_of(device().facts(), job_)) return std::unexpected(*std::move(fault));
  return {};
}

Outcome<cl_program> TaskRun::program() {
  std::vector<std::string> sources;
  sources.reserve(job_.program.sources.size());
  for (const std::string& path : job_.program.sources) {
    std::string& text = sources.emplace_back();
    const auto input = std::ranges::find(job_.inputs, path, &model::Input::path);
    const auto read = read_input(task_->input_folder, *input, [&](std::span<const std::byte> piece, std::uint64_t) {
      text += runtime::text_of(piece);
      return Outcome<void>();
    });
    if (!read) return std::unexpected(read.error());
  }
  if (warm_->program && warm_->sources == sources && warm_->options == job_.program.build_options) {
    return warm_->program.get();
  }
  warm_->program.reset();
  control_->flush();  // a compiler takes its time
  Build built = build(device(), sources, job_.program.build_options);
  built.log.resize(std::min(built.log.size(), execution::kBuildLogBytesMax));
  control_->send_log(WorkerLog::Source::compiler, built.log);
  if (!built.program) return std::unexpected(std::move(built.program).error());
  warm_->program = *std::move(built.program);
  built_ = true;
  before_ = execution::holdings_of("self");
  before_.descriptors -= std::min(before_.descriptors, Completion::kDescriptors);  // those go with the task
  warm_->sources = std::move(sources);
  warm_->options = job_.program.build_options;
  return warm_->program.get();
}

Outcome<void> TaskRun::make_kernels(cl_program program) {
  kernels_.reserve(job_.steps.size());
  for (const model::Step& step : job_.steps) {
    auto kernel = StepKernel::create(device(), program, step);
    if (!kernel) return std::unexpected(std::move(kernel).error());
    kernels_.push_back(*std::move(kernel));
  }
  return {};
}

Outcome<void> TaskRun::make_buffers() {
  for (const model::Buffer& buffer : job_.buffers) {
    cl_int error = CL_SUCCESS;
    ClBuffer memory(clCreateBuffer(device().context(), flags_of(buffer.access), buffer.bytes, nullptr, &error));
    const std::string what = "buffer " + buffer.name + " of " + std::to_string(buffer.bytes) + " bytes";
    if (!memory) return std::unexpected(why_of(what, error, global_memory));
    if (auto filled = fill(buffer, memory.get()); !filled) return filled;
    buffers_.emplace(buffer.name, std::move(memory));
  }
  return {};
}

Outcome<void> TaskRun::fill(const model::Buffer& buffer, cl_mem memory) {
  const std::string what = "filling buffer " + buffer.name;
  std::uint64_t from = 0;
  if (buffer.input) {
    const auto input = std::ranges::find(job_.inputs, *buffer.input, &model::Input::path);
    from = input->bytes;
    const auto write = [&](std::span<const std::byte> piece, std::uint64_t at) -> Outcome<void> {
      const cl_int error =
          clEnqueueWriteBuffer(device().queue(), memory, CL_TRUE, at, piece.size(), piece.data(), 0, nullptr, nullptr);
      if (error != CL_SUCCESS) return std::unexpected(why_of(what, error, global_memory));
      return {};
    };
    if (auto read = read_input(task_->input_folder, *input, write); !read) return read;
  }
  if (from == buffer.bytes) return {};
  cl_int error = clEnqueueFillBuffer(device().queue(), memory, &buffer.fill, sizeof buffer.fill, from,
                                     buffer.bytes - from, 0, nullptr, nullptr);
  if (error == CL_SUCCESS) error = clFinish(device().queue());
  if (error != CL_SUCCESS) return std::unexpected(why_of(what, error, global_memory));
  return {};
}

Outcome<void> TaskRun::launch_all() {
  plan_.emplace(job_, shard_);
  end_by_name_when_full(scratch_);  // some compile a kernel when it is launched
  last_report_ = steady_time();
  if (built_) {
    // Said before any code of the job runs, which could say that it was never built.
    execution::WorkerProgress before = progress();
    before.holdings = before_;
    control_->send(before);
    control_->flush();
  }
  while (const auto batch = plan_->next()) {
    if (auto looked = look_around(); !looked) return looked;
    if (auto launched = launch(*batch); !launched) return launched;
    plan_->took(*batch, steady_time() - batch_start_);
  }
  std::ignore = std::fflush(stdout);  // some drivers print through the C library
  if (auto looked = look_around(); !looked) return looked;
  control_->send(progress());
  return {};
}

Outcome<void> TaskRun::launch(const Batch& batch) {
  events_.clear();
  batch_start_ = steady_time();
  batch_cpu_start_ = process_cpu_time();
  pending_ = Nanoseconds(0);
  last_look_ = batch_start_;
  in_flight_ = true;
  for (const Launch& each : batch.launches) {
    if (auto enqueued = enqueue(kernels_[batch.step], each); !enqueued) return enqueued;
  }
  if (auto waited = wait_for_batch(); !waited) return waited;
  const Nanoseconds cpu_time = process_cpu_time() - batch_cpu_start_;
  in_flight_ = false;
  return add_device_time(cpu_time);
}

Outcome<void> TaskRun::enqueue(StepKernel& kernel, const Launch& launch) {
  if (auto set = kernel.set_arguments(launch.iteration, buffers_); !set) return set;
  const model::Step& step = kernel.step();
  const std::size_t last = step.global_work_size.size() - 1;
  std::vector<std::size_t> size(step.global_work_size.begin(), step.global_work_size.end());
  std::vector<std::size_t> offset(size.size());
  std::ranges::copy(step.global_work_offset, offset.begin());
  size[last] = launch.count;
  offset[last] += launch.first;
  std::vector<std::size_t> local(step.local_work_size.begin(), step.local_work_size.end());
  if (local.empty() && device().is_cpu()) local = group_of(size);
  cl_event event = nullptr;
  const cl_int error =
      clEnqueueNDRangeKernel(device().queue(), kernel.get(), static_cast<cl_uint>(size.size()), offset.data(),
                             size.data(), local.empty() ? nullptr : local.data(), 0, nullptr, &event);
  if (error == CL_SUCCESS) {
    events_.emplace_back(event);
    return {};
  }
  return std::unexpected(
      why_of("kernel " + step.kernel, error, error == CL_INVALID_KERNEL_ARGS ? kernel_arguments : kernel_failed));
}

Outcome<void> TaskRun::wait_for_batch() {
  cl_event last = events_.back().get();
  const bool watched = completion_.watch(last);
  cl_int error = clFlush(device().queue());
  if (error == CL_SUCCESS && !watched) {
    control_->flush();
    error = clWaitForEvents(1, &last);
  }
  if (error != CL_SUCCESS) return std::unexpected(why_of("waiting for a kernel", error, kernel_failed));
  while (watched && !completion_.take()) {
    control_->wait(completion_.readable(), kTick);
    if (auto looked = look_around(); !looked) return looked;
  }
  return {};
}

// A CPU device is not the job's alone, so that the clock on the wall would bill others' work: the time is that of its
// processors. But no more than the kernels had from their start to their end: drivers finish compiling them when they
// are first launched.
Outcome<void> TaskRun::add_device_time(Nanoseconds cpu_time) {
  Nanoseconds running(0);
  for (const ClEvent& event : events_) {
    cl_int status = CL_COMPLETE;
    clGetEventInfo(event.get(), CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof status, &status, nullptr);
    if (status < 0) return std::unexpected(why_of("kernel", status, kernel_failed));
    const auto time = profiled(event.get());
    if (!time) return std::unexpected(time.error());
    running += *time;
  }
  device_time_ += device().is_cpu() ? std::min(cpu_time / device().facts().compute_units, running) : running;
  return {};
}

Outcome<void> TaskRun::look_around() {
  control_->wait(-1, std::chrono::milliseconds(0));
  if (const auto& ended = control_->ended()) return std::unexpected(*ended);
  const execution::WorkerLimits& limits = task_->limits;
  const std::uint64_t cpu_us = microseconds(cpu_time());
  const Nanoseconds now = steady_time();
  // Of another device than a CPU it is not known what the batch in flight has taken: no more than there was time.
  if (in_flight_ && !device().is_cpu()) pending_ += std::min<Nanoseconds>(now - last_look_, kLookMax);
  last_look_ = now;
  const std::uint64_t device_us = microseconds(device_time_now() + (in_flight_ ? pending_ : Nanoseconds(0)));
  if (device_us > limits.device_time_us) {
    return end_with(device_time_exceeded, above(device_us, limits.device_time_us));
  }
  if (cpu_us > limits.cpu_time_us) return end_with(cpu_time_exceeded, above(cpu_us, limits.cpu_time_us));
  const execution::WorkerProgress totals = progress();
  if (now - last_report_ < kReportInterval && totals.permille < last_permille_ + kReportPermille) return {};
  last_report_ = now;
  last_permille_ = totals.permille;
  control_->send(totals);
  return {};
}

Outcome<std::vector<WorkerOutput>> TaskRun::keep_outputs() {
  std::vector<WorkerOutput> outputs;
  outputs.reserve(shard_.outputs.size());
  const bool reported = execution::outputs_are_reported(shard_);
  for (const model::OutputSlice& slice : shard_.outputs) {
    const cl_mem memory = buffers_.at(slice.buffer).get();
    const auto read = [&](std::span<std::byte> piece, std::uint64_t at) -> Outcome<void> {
      const cl_int error = clEnqueueReadBuffer(device().queue(), memory, CL_TRUE, slice.offset + at, piece.size(),
                                               piece.data(), 0, nullptr, nullptr);
      if (error != CL_SUCCESS) return std::unexpected(why_of("reading output " + slice.path, error, kernel_failed));
      return {};
    };
    const auto send = [this, number = static_cast<std::uint32_t>(outputs.size())](std::span<const std::byte> piece) {
      control_->send_output(number, piece);
    };
    auto output =
        reported ? report_output(slice.path, slice.bytes, read) : send_output(slice.path, slice.bytes, read, send);
    if (!output) return std::unexpected(std::move(output).error());
    outputs.push_back(*std::move(output));
  }
  return outputs;
}

std::chrono::nanoseconds TaskRun::cpu_time() const {
  return process_cpu_time() - cpu_start_;
}

std::chrono::nanoseconds TaskRun::device_time_now() const {
  if (!in_flight_ || !device().is_cpu()) return device_time_;
  const Nanoseconds beyond = process_cpu_time() - batch_cpu_start_ - kCompileTime;
  return device_time_ + std::max(beyond, Nanoseconds(0)) / device().facts().compute_units;
}

std::uint64_t TaskRun::device_time_to_tell() {
  told_device_us_ = std::max(told_device_us_, microseconds(device_time_now()));
  return told_device_us_;
}

execution::WorkerProgress TaskRun::progress() {
  const auto& plan = plan_;
  return {.permille = plan ? plan->permille() : 0,
          .device_time_us = device_time_to_tell(),
          .cpu_time_us = microseconds(cpu_time())};
}

}  // namespace quern::worker
