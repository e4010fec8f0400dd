// One sandboxed job on the supervisor's thread: starts it, moves bytes between its pipes and what it shares with the
// executor, and notices its end.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>

#include <sys/types.h>

#include "overlay/runtime/result.hpp"
#include "scheduler/execution/cgroup.hpp"
#include "scheduler/execution/descriptor.hpp"
#include "scheduler/execution/outcome.hpp"
#include "scheduler/execution/supervisor.hpp"

namespace quern::execution::detail {

// What the thread and the executor share of one child, under `mutex`.
struct ChildShared {
  std::mutex mutex;
  std::string incoming;  // from the child; at most kMessageBytesQueued
  bool incoming_over = false;
  std::string outgoing;  // to the child; at most kMessageBytesQueued
  bool outgoing_closed = false;
  std::deque<LogChunk> log;
  std::size_t log_bytes = 0;  // ever
  std::size_t log_bytes_max = 0;
  bool log_over = false;
  bool log_exceeded = false;
  std::string memory_exceeded;                   // what was measured, in words
  std::string scratch_exceeded;                  // likewise
  std::optional<runtime::Result<void>> started;  // whether its first program could be run
  std::optional<ChildEnd> end;
  Cgroup cgroup;                                      // to be read only
  pid_t outer = 0;                                    // bwrap
  pid_t first = 0;                                    // process 1 of the sandbox, once it is known
  CgroupEvents refused_before;                        // what is no longer counted
  bool told = false;                                  // the executor will look, and has not yet
  std::shared_ptr<const std::function<void()>> tell;  // from any thread
};
// Under the lock: changes something. Sees to it that the executor looks, unless `change` returns false: nobody waits
// for that.
template <class Change>
void change_and_tell(ChildShared& shared, Change change) {
  std::shared_ptr<const std::function<void()>> tell;
  {
    const std::scoped_lock lock(shared.mutex);
    bool news = true;
    if constexpr (std::is_void_v<std::invoke_result_t<Change>>) {
      change();
    } else {
      news = change();
    }
    if (news && !shared.told) tell = shared.tell;
    shared.told = shared.told || tell != nullptr;
  }
  if (tell) (*tell)();  // without the lock, that the executor would run into
}

struct StartOrder {
  SandboxPlan plan;
  std::vector<std::string> command;
  std::shared_ptr<ChildShared> shared;
};

// Which descriptor of a child an event is about.
enum class Part : std::uint8_t { outer, inner, status, info, output, errors, from, to };
inline constexpr std::size_t kParts = 8;

// The thread's epoll.
class Events {
 public:
  virtual ~Events() = default;
  // Waits for `events` of a descriptor from now on, or with 0 for nothing.
  virtual void set(int descriptor, std::uint64_t child, Part part, std::uint32_t events) = 0;
};

class SandboxProcess {
 public:
  // Makes the group, the pipes and the first process. An error leaves nothing behind.
  static runtime::Result<std::unique_ptr<SandboxProcess>> start(std::uint64_t id, StartOrder order,
                                                                const SupervisorOptions& options,
                                                                const Cgroups& cgroups, Events& events);

  // An event of epoll about one of its descriptors.
  void handle(Part part);
  // There is something to send, or the sending is over.
  void feed();
  // There is room again for what it says.
  void resume();
  void ask_to_end();
  void kill();
  // Stops all its processes, or lets them run on.
  void hold();
  void let_run();
  void measure_memory();
  void measure_scratch();
  // Nobody waits for its end any more: reports it as stuck.
  void abandon();

  // All its processes are gone, and all they said was taken.
  bool gone() const { return gone_; }
  bool abandoned() const { return abandoned_; }
  Cgroup take_cgroup() { return std::move(cgroup_); }

 private:
  SandboxProcess(std::uint64_t id, StartOrder order, Events& events);
  runtime::Result<void> spawn(const SupervisorOptions& options);
  void watch(Part part, std::uint32_t events);
  void close(Part part);
  Descriptor& at(Part part) { return descriptors_[static_cast<std::size_t>(part)]; }

  void read_words(Part part, std::string& into);
  void read_log(Part part);
  void read_messages();
  void find_first_process();
  void reap();
  void finish_if_gone();
  void report(bool stuck);

  std::uint64_t id_;
  StartOrder order_;
  Events& events_;
  Cgroup cgroup_;
  pid_t pid_ = -1;
  pid_t first_ = -1;  // process 1 of the sandbox, as seen from here
  std::array<Descriptor, kParts> descriptors_;
  std::array<std::uint32_t, kParts> watched_{};  // events
  std::string status_;
  std::string info_;
  std::string words_;  // the beginning of standard error, for when the sandbox does not come about
  int code_ = 0;
  bool reaped_ = false;
  bool killed_ = false;
  bool gone_ = false;
  bool above_memory_ = false;  // at the last look
  bool abandoned_ = false;
};

}  // namespace quern::execution::detail
