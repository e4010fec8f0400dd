// Does tasks one after the other on this machine's OpenCL devices.
//
// All on one thread but for the driver's own; that thread looks for cancels, for what kernels print and for the limits
// on time while kernels run. Compiling is one call of the driver that nothing interrupts.
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "scheduler/execution/process_tree.hpp"
#include "scheduler/execution/worker/completion.hpp"
#include "scheduler/execution/worker/control.hpp"
#include "scheduler/execution/worker/device.hpp"
#include "scheduler/execution/worker/kernel.hpp"
#include "scheduler/execution/worker/launches.hpp"
#include "scheduler/execution/worker/scratch_folders.hpp"
#include "scheduler/model/shard.hpp"

namespace quern::worker {

inline constexpr std::chrono::milliseconds kTick{50};             // between looks at the limits while kernels run
inline constexpr std::chrono::milliseconds kLookMax{200};         // between two looks; what is above it was a hold
inline constexpr std::chrono::milliseconds kReportInterval{250};  // at most between reports of progress
inline constexpr std::uint32_t kReportPermille = 100;             // as much progress is told at once
inline constexpr std::chrono::seconds kCompileTime{1};            // of a batch in flight, which a CPU's driver may need

inline constexpr std::uint64_t kMuchBytes = 1 << 20;  // of all buffers

// What later tasks of the same submitter reuse: an opened device, and the program compiled last.
struct Warm {
  struct At {
    std::uint32_t platform = 0;
    std::uint32_t device = 0;
    bool operator==(const At&) const = default;
  };
  At at;
  std::optional<Device> device;
  std::vector<std::string> sources;
  std::string options;
  ClProgram program;
};

// One task, from its request to the last report but `finished`.
class TaskRun {
 public:
  TaskRun(const execution::WorkerTask& task, Control& control, Warm& warm, const ScratchFolders& scratch);

  // What to report as finished.
  execution::WorkerFinished run();
  // Kernels may still be running: waiting for them could take for ever. The process is to end.
  bool is_stuck() const { return in_flight_; }
  // It has built a program, or its buffers are large: what the C library keeps of that is to be given back.
  bool has_used_much() const;

 private:
  using Nanoseconds = std::chrono::nanoseconds;

  Outcome<std::vector<execution::WorkerOutput>> work();
  Outcome<void> read_job();
  Outcome<void> open_device();
  Outcome<cl_program> program();
  Outcome<void> make_kernels(cl_program program);
  Outcome<void> make_buffers();
  Outcome<void> fill(const model::Buffer& buffer, cl_mem memory);
  Outcome<void> launch_all();
  Outcome<void> launch(const Batch& batch);
  Outcome<void> enqueue(StepKernel& kernel, const Launch& launch);
  Outcome<void> wait_for_batch();
  Outcome<void> add_device_time(Nanoseconds cpu_time);
  Outcome<void> look_around();  // cancel, printed text, limits; reports progress now and then
  Outcome<std::vector<execution::WorkerOutput>> keep_outputs();

  Nanoseconds cpu_time() const;         // of the task so far
  Nanoseconds device_time_now() const;  // with that of the batch in flight
  std::uint64_t device_time_to_tell();  // which never shrinks, though a batch may turn out to have been compiling
  execution::WorkerProgress progress();
  const Device& device() const { return *device_; }

  const execution::WorkerTask* task_;
  Control* control_;
  Warm* warm_;
  const ScratchFolders* scratch_;
  const Device* device_ = nullptr;  // warm_'s, once it is open
  Nanoseconds cpu_start_;
  model::Job job_;
  model::Shard shard_;
  Completion completion_;
  Buffers buffers_;
  std::vector<StepKernel> kernels_;  // one a step
  std::optional<LaunchPlan> plan_;
  std::vector<ClEvent> events_;  // of the batch in flight
  Nanoseconds device_time_{};    // of batches that are over
  Nanoseconds batch_start_{};
  Nanoseconds batch_cpu_start_{};
  Nanoseconds pending_{};  // of the batch in flight, as far as this process was let run
  Nanoseconds last_look_{};
  Nanoseconds last_report_{};
  std::uint32_t last_permille_ = 0;
  std::uint64_t told_device_us_ = 0;
  bool built_ = false;          // the program, for this task
  execution::Holdings before_;  // of this process, when it was
  bool in_flight_ = false;
};

}  // namespace quern::worker
