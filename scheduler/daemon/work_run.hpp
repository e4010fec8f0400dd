// One work in one worker: from its inputs to its outputs. The worker is kept for the next where it is as it was after
// its set-up, as far as can be seen from outside. What ends it in which way says worker_runner.hpp.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scheduler/blobs/blob_store.hpp"
#include "scheduler/daemon/worker_bill.hpp"
#include "scheduler/daemon/worker_pool.hpp"
#include "scheduler/engagement/runner.hpp"
#include "scheduler/model/shard.hpp"

namespace quern::daemon {

// What a worker may hold more after a task than before anything of a job has run in it, to do another: memory, mapped
// address space. PoCL keeps 10 MiB and 4 MiB more after 100 tasks, for 96 kernels that it has compiled meanwhile, and
// no descriptor.
inline constexpr std::uint64_t kMemoryMoreMax = 64 << 20;
inline constexpr std::uint64_t kMappedMoreMax = 64 << 20;
inline constexpr std::uint64_t kMappedMoreOfThreadMax = 64 << 20;  // the C library reserves as much for a thread
// Where it holds more, it is looked at again, each time after twice as long: on a busy machine the driver's threads are
// late to give back what the task had.
inline constexpr std::chrono::milliseconds kLookAgainAfter{5};
inline constexpr std::chrono::milliseconds kLookAgainMost{20};

// Why a work cannot even begin: its kind, its shard, outputs larger than can be kept.
std::optional<model::Why> fault_of(const engagement::Work& work);

// Whether a worker that ends a task for this may do another.
bool may_go_on(model::Reason reason);
// What is believed of a worker's end of its task. `native`: the job's own code may have run in the worker.
model::Why believed(const model::Why& claimed, bool native);

class WorkRun {
 public:
  // fault_of(work) has found nothing. What is referred to outlives it.
  WorkRun(WorkerPool& pool, blobs::BlobStore& store, const WorkerDevice& device, engagement::Work work,
          engagement::Meter& meter, std::uint64_t log_bytes);

  runtime::Task<engagement::Finished> to_end();
  // Gives the worker back or ends it. Always the last call, also after a cancelled to_end().
  runtime::Task<void> leave();

 private:
  using Outputs = std::vector<agreement::OutputDigest>;

  runtime::Task<model::Why> work(Outputs& outputs);
  runtime::Task<Outcome<void>> get_worker();
  runtime::Task<Outcome<void>> put_inputs();
  runtime::Task<Outcome<std::vector<execution::WorkerOutput>>> follow();  // until it has completed
  runtime::Task<Outcome<void>> read_more();
  runtime::Task<Outcome<void>> take(execution::WorkerReport report);
  runtime::Task<Outcome<void>> take_piece(execution::WorkerOutputPiece piece);
  runtime::Task<Outcome<void>> tell();  // the meter; holds the worker while that takes long
  runtime::Task<void> hold_soon();
  runtime::Task<Outcome<Outputs>> keep_outputs(std::vector<execution::WorkerOutput> said);
  // `why`, of an error that is for the log of this machine as it is.
  model::Why told(const runtime::Error& error, model::Why why) const;
  // Ends the worker, or sees how it has ended.
  runtime::Task<model::Why> kill(model::Why why);
  runtime::Task<model::Why> end_of_worker();

  execution::WorkerLimits limits() const;
  runtime::Duration walltime() const { return bill_terms_.walltime; }
  void pass_on_words();
  void measure();  // brings usage_ up to date
  // The worker has no more threads than after it was set up, no files, and holds about as much.
  runtime::Task<bool> is_as_before();
  bool holds_more() const;
  bool is_free(const model::Usage& used) const;
  runtime::Runtime& runtime() const { return pool_.runtime(); }

  WorkerPool& pool_;
  blobs::BlobStore& store_;
  const WorkerDevice& device_;
  engagement::Work work_;
  engagement::Meter& meter_;
  std::uint64_t log_bytes_;
  model::Shard shard_;
  BillTerms bill_terms_;
  std::shared_ptr<WorkerPool::Start> start_;  // while the worker is on its way
  WorkerPtr worker_;
  std::uint64_t task_ = 0;                          // its number in the worker
  std::uint64_t inputs_at_ = 0;                     // the number of its folder
  bool keep_ = false;                               // the worker may do another
  bool started_ = false;                            // the worker has said so
  bool launched_ = false;                           // it has told of progress: the program was built
  bool setup_seen_ = false;                         // bill_terms_ has what setting up took
  bool stopped_ = false;                            // it did not come to an end by itself
  runtime::Bytes arriving_;                         // of the output that comes in pieces
  std::map<std::uint32_t, model::Digest> arrived_;  // those that are whole and in the store, by their place
  std::optional<execution::WorkerFinished> finished_;
  runtime::Time begun_;  // the worker was given the task
  bool under_way_ = false;
  std::optional<runtime::Time> held_since_;
  runtime::Duration held_{};
  runtime::Time told_;   // the meter
  bool untold_ = false;  // there was progress since
  std::uint64_t cpu_before_us_ = 0;
  std::uint64_t cpu_seen_us_ = 0;
  std::uint32_t permille_ = 0;
  Claimed claimed_;
  model::Usage usage_;
};

}  // namespace quern::daemon
