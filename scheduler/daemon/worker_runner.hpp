// Runs the work of agreements: by quern-worker, in the sandbox, on this machine's OpenCL devices.
//
// A work's way: its inputs are copied from the blob store into the folder of a worker, which gets the task; its reports
// become usage (worker_bill.hpp says what of them is believed) and log; its outputs come in reports, too, are hashed
// and kept in the blob store. What the worker says of outputs is only compared. No byte of a job is on this machine's
// disk but what the daemon puts there.
//
// Holding. While Meter::used() does not return, the worker's processes are stopped (SandboxedChild::hold) after
// kHoldAfter, whether they want it or not: they do not work on, and the time of it is no wall time and is not billed.
// What a GPU was given before it works off, a batch of about 100 ms.
//
// How a work ends, in the order in which it is looked for:
//   the meter says stop                 canceled
//   wall time is over                   walltime_exceeded: counted from when the worker has the task, without holds
//   the worker died                     what the supervisor judges from outside; worker_crashed where that is nothing
//   it says what cannot be              worker_crashed, or log_exceeded
//   it says it has finished             as it says. Once the job's own code may have run in it (a processor's kernels
//                                       are such), ends that only a provider can be guilty of are worker_crashed.
//   outputs are not as agreed           worker_crashed: one is not whole, or the worker's digest is another;
//                                       disk_full where the store has no room
// After an end that shows nothing bad of it (completed, a program that does not compile...) the worker waits for the
// submitter's next task; after any other it is killed.
#pragma once
#include <cstddef>
#include <memory>
#include <vector>

#include "overlay/runtime/result.hpp"
#include "scheduler/blobs/blob_store.hpp"
#include "scheduler/daemon/worker_pool.hpp"
#include "scheduler/engagement/runner.hpp"

namespace quern::daemon {

inline constexpr std::chrono::milliseconds kHoldAfter{20};   // of waiting for the meter
inline constexpr std::chrono::milliseconds kMeterTick{250};  // at most between looks at what is used

struct RunnerOptions {
  PoolOptions pool;
  std::vector<WorkerDevice> devices;
  std::uint64_t log_bytes = 1 << 20;  // that a task's kernels may print
};

// Owner: the daemon. On the supervisor's executor. The supervisor and the store outlive it.
class WorkerRunner final : public engagement::Runner {
 public:
  // Removes what an earlier life left in the scratch root: the supervisor, which ends that life's processes, is there
  // before. Blocks. Fails when the root cannot be made or cleaned.
  static runtime::Result<std::unique_ptr<WorkerRunner>> make(execution::Supervisor& supervisor, blobs::BlobStore& store,
                                                             RunnerOptions options);

  runtime::Task<engagement::Finished> run(engagement::Work work, engagement::Meter& meter) override;
  // Ends the workers that wait. All works have ended; before the destructor.
  runtime::Task<void> stop() { return pool_.stop(); }

  const WorkerPool& pool() const { return pool_; }

 private:
  WorkerRunner(execution::Supervisor& supervisor, blobs::BlobStore& store, RunnerOptions options);

  blobs::BlobStore& store_;
  std::vector<WorkerDevice> devices_;
  std::uint64_t log_bytes_;
  WorkerPool pool_;
};

}  // namespace quern::daemon
