// Runs sandboxed jobs for the daemon and watches over them until nothing of them is left.
//
// One thread waits on the pipes and process descriptors of all children; it never decides and reads no clock. Deadlines
// are the injected clock's, on the executor; so are handles and all their functions. Nothing here waits on the executor
// for a child: a process that does not even die of SIGKILL is given up after kKillPatience, reported, and reaped if it
// ends after all. When the daemon dies in any way, the kernel kills the job with it: bwrap asks to die with its parent,
// which is the supervisor's thread, and its first process takes the whole process namespace along.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "overlay/runtime/runtime.hpp"
#include "scheduler/execution/cgroup.hpp"
#include "scheduler/execution/outcome.hpp"
#include "scheduler/execution/process_tree.hpp"
#include "scheduler/execution/sandbox.hpp"

namespace quern::execution {

inline constexpr std::size_t kChildrenMax = 256;
inline constexpr std::size_t kLogBytesMax = 16 << 20;        // more cannot be allowed to one child
inline constexpr std::size_t kMessageBytesQueued = 1 << 20;  // each way; a child that writes more waits
inline constexpr std::size_t kStatusBytesMax = 4096;         // of the sandbox's own words
inline constexpr std::uint64_t kSandboxTasks = 2;            // processes of the sandbox beside the job's: bwrap, twice
inline constexpr std::chrono::seconds kKillPatience{5};
inline constexpr std::chrono::milliseconds kWatchInterval{100};  // between looks at the scratch space
// Between looks at what all processes of a child hold, where no control group limits that. Above its limit twice in a
// row the child is killed: it can have had more for as long.
inline constexpr std::chrono::milliseconds kMemoryWatchInterval{20};

enum class SupervisorErrc {
  too_many = 1,   // kChildrenMax run
  not_started,    // a program of the sandbox could not be run: the detail names it
  no_more_input,  // the child, or this side, has closed its messages
};
std::error_code make_error_code(SupervisorErrc code);

struct ChildLimits {
  runtime::Duration walltime = std::chrono::seconds(60);
  std::size_t log_bytes = 1 << 20;                    // standard output and error together; above: log_exceeded
  runtime::Duration grace = std::chrono::seconds(2);  // between cancel() and SIGKILL
};

struct LogChunk {
  bool error = false;  // of standard error
  std::string bytes;
};

// One running job. Destroying the handle kills what still runs.
class SandboxedChild {
 public:
  ~SandboxedChild();
  SandboxedChild(const SandboxedChild&) = delete;
  SandboxedChild& operator=(const SandboxedChild&) = delete;

  // Bytes that the job wrote to kMessageOutDescriptor: at least one. runtime::Errc::end_of_stream when it has closed it
  // or ended. One reader at a time, here and in read_log().
  runtime::Task<runtime::Result<std::size_t>> read_message(std::span<std::byte> out);
  // To the job's kMessageInDescriptor: waits while kMessageBytesQueued are on the way. Written is not read.
  runtime::Task<runtime::Result<void>> write_message(std::span<const std::byte> bytes);

  // The next piece of the job's log; nullopt at its end. What is not read is kept: ChildLimits::log_bytes at most.
  runtime::Task<std::optional<LogChunk>> read_log();

  // As read_log(), of what is there now.
  std::optional<LogChunk> take_log();

  // Stops all its processes where they are, or lets them run on: done soon, in the order of the calls. Time goes on:
  // so does the wall time, and what is written to it waits.
  void hold();
  void let_run();
  // Processor time of all its processes until now; 0 where no cgroup tells, and once it is over. Reads a file of the
  // kernel.
  std::uint64_t cpu_time_us() const;
  // What all its processes hold of memory now, with their files in memory; nothing where no cgroup tells. Reads a file
  // of the kernel.
  std::optional<std::uint64_t> memory_bytes() const;
  // Processes and threads now: the job's, and kSandboxTasks. Nothing where that cannot be told, and once it is over.
  // Reads files of the kernel: one, or without a cgroup a few of each process.
  std::optional<std::uint64_t> tasks() const;
  // What its own process holds, as far as that can be told. Reads files of the kernel: about 10 us.
  Holdings holdings() const;
  // Memory that its processes hold and the kernel cannot take back: files on disks do not count. Reads a few files of
  // the kernel.
  std::uint64_t held_bytes() const;
  // Whether anything is found in its folders in memory, or a quarter of one's space is taken by what nobody finds.
  // False where that cannot be seen. A few system calls for each folder.
  bool has_files() const;
  // What limits have refused until now counts no more in how it ends: it is for a task that has ended.
  void forget_refusals();
  // All its processes are gone, or were given up: wait() returns at once.
  bool is_over() const;

  // Asks the job to end (its messages end, and its program gets SIGTERM); after ChildLimits::grace all of it is killed.
  // The first reason stays.
  void cancel(model::Why why);
  // At once.
  void kill(model::Why why);
  // Returns when all its processes are gone, or were given up.
  runtime::Task<ChildOutcome> wait();

 private:
  friend class Supervisor;
  struct State;
  explicit SandboxedChild(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

struct SupervisorOptions {
  std::string bwrap = "/usr/bin/bwrap";
  std::string sandbox_exec;  // the program quern-sandbox-exec
};

// Owner: the daemon. All children's handles go first.
class Supervisor {
 public:
  // Cleans what a killed daemon left, then starts the thread. Throws std::system_error when the system gives no epoll
  // or event descriptor.
  Supervisor(runtime::Runtime& runtime, SupervisorOptions options, Cgroups cgroups);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  // Checks the plan and starts the job. That its walls stand is known later: see Reason::sandbox_unavailable.
  runtime::Task<runtime::Result<std::unique_ptr<SandboxedChild>>> start(SandboxPlan plan,
                                                                        std::vector<std::string> command,
                                                                        ChildLimits limits);

  CgroupTier tier() const;
  const std::string& tier_note() const;
  std::size_t running() const;
  std::size_t abandoned() const;  // given up, and not dead yet
  runtime::Runtime& runtime() const;

  struct Parts;

 private:
  std::unique_ptr<Parts> parts_;
};

}  // namespace quern::execution

template <>
struct std::is_error_code_enum<quern::execution::SupervisorErrc> : std::true_type {};
