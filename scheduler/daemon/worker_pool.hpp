// Workers: started in the sandbox, kept warm for a while, ended with all they leave.
//
// A worker that has done a task may wait for the next of the same terms (worker_plan.hpp: one submitter, one device,
// one set of limits, one program), never for another's. One in which a task has left threads, files, descriptors or
// more memory than a driver keeps is ended at once (work_run.hpp). While it waits for longer than kHoldIdleAfter
// it is stopped: what a job has left running in it does not run on unpaid. At most `idle_max` wait, each for
// `idle_time`, and all of them together hold no more than `idle_bytes_max` of this machine's memory. Where there are
// too many, one goes of the submitter that has the most, the longest waiting first: nobody's workers are pushed out by
// one who varies its limits.
#pragma once
#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "overlay/runtime/runtime.hpp"
#include "overlay/runtime/task_group.hpp"
#include "overlay/runtime/waiter.hpp"
#include "scheduler/daemon/job_folder.hpp"
#include "scheduler/daemon/worker_plan.hpp"
#include "scheduler/execution/supervisor.hpp"
#include "scheduler/execution/worker_reports.hpp"
#include "scheduler/model/job.hpp"
#include "scheduler/model/reason.hpp"

namespace quern::daemon {

template <class T>
using Outcome = std::expected<T, model::Why>;

inline constexpr std::uint64_t kIdleBytesMax = 1ull << 30;  // nobody pays for it: about as many as idle_max of PoCL

struct PoolOptions {
  // Within the reach of `owner`, as is `worker_program`. Jobs can learn its name (/proc/self/mountinfo): it should say
  // nothing of whose machine it is.
  std::filesystem::path scratch_root;
  std::string worker_program;  // quern-worker
  JobOwner owner;              // needed when the daemon is root
  std::size_t idle_max = 8;
  std::uint64_t idle_bytes_max = kIdleBytesMax;
  runtime::Duration idle_time = std::chrono::seconds(30);
  // Told why a work could not be done here: names of files of this machine, which are not for its submitter.
  std::function<void(const runtime::Error&)> on_failure = [](const runtime::Error&) {};
};

inline constexpr std::chrono::milliseconds kHoldIdleAfter{20};
inline constexpr std::size_t kWorkerWordsMax = 1 << 20;  // on its standard error, in its life; then it is killed
inline constexpr std::uint64_t kTasksOfWorkerMax = 10'000;

// One worker. Given from hand to hand; whoever has it gives it back to the pool or ends it there.
struct Worker {
  WorkerTerms terms;
  JobFolder folder;
  std::unique_ptr<execution::SandboxedChild> child;
  execution::ReportReader reader;
  std::uint64_t tasks = 0;                      // that it was given
  std::uint64_t threads = 0;                    // with its driver open, before any job's code has run
  std::optional<execution::Holdings> holdings;  // with its program built, likewise
  std::size_t words = 0;                        // bytes of its standard error that were read
  // What lies in its folder: the inputs of the task before, by the number of their folder. The next may have the same.
  std::vector<model::Input> inputs;
  std::optional<std::uint64_t> inputs_at;
  runtime::Time idle_since;
  std::uint64_t idle_bytes = 0;  // that it holds of memory; what it was granted where nothing tells
  bool held = false;
};
using WorkerPtr = std::unique_ptr<Worker>;

struct PoolFigures {
  std::uint64_t started = 0;
  std::uint64_t reused = 0;
  std::uint64_t ended = 0;
};

class WorkerPool {
 public:
  // A worker on its way. It comes about or not whether anybody waits or not.
  struct Start {
    bool over = false;
    Outcome<WorkerPtr> worker;  // once it is over
    runtime::WaitQueue ended;
  };

  WorkerPool(execution::Supervisor& supervisor, PoolOptions options);
  ~WorkerPool() = default;
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // A waiting worker of these terms; nothing where there is none.
  WorkerPtr take(const WorkerTerms& terms);
  // Fails with sandbox_unavailable, busy, disk_full or internal.
  std::shared_ptr<Start> start(WorkerTerms terms, const WorkerDevice& device);
  // Lets it wait for the next task. Its child runs.
  void give_back(WorkerPtr worker);
  // Kills it and returns when nothing of it is left: no process (but one that does not die: see supervisor.hpp), no
  // folder.
  runtime::Task<void> end(WorkerPtr worker);
  // Ends those that wait. Last of all calls, and before the destructor.
  runtime::Task<void> stop();

  const PoolFigures& figures() const { return figures_; }
  std::size_t idle() const { return idle_.size(); }
  std::uint64_t idle_bytes() const;
  runtime::Runtime& runtime() const { return runtime_; }
  const PoolOptions& options() const { return options_; }

 private:
  runtime::Task<void> start_into(std::shared_ptr<Start> start, WorkerTerms terms, WorkerDevice device);
  runtime::Task<Outcome<WorkerPtr>> start_worker(WorkerTerms terms, const WorkerDevice& device);
  void end_soon(WorkerPtr worker);
  void look_at_idle();
  void measure(Worker& worker) const;
  void end_what_is_too_much();
  std::deque<WorkerPtr>::iterator next_to_go();
  void arm();

  execution::Supervisor& supervisor_;
  runtime::Runtime& runtime_;
  PoolOptions options_;
  execution::HostLayout layout_;
  std::uint64_t next_number_ = 0;
  std::deque<WorkerPtr> idle_;  // the longest first
  PoolFigures figures_;
  runtime::Timer timer_;
  runtime::TaskGroup group_;
};

}  // namespace quern::daemon
