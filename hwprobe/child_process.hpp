// A program that may hang, crash, flood its outputs or leave processes behind, run so that none of it reaches the
// caller.
//
// A child gets /dev/null as standard input and output, a pipe as standard error, and one pipe as descriptor
// kReplyDescriptor for its answer; no other descriptor of the caller. It leads a process group of its own, which is
// killed as soon as the child has ended or its deadline has passed. Only the children started here are ever waited for.
// Safe to use in a program with threads (posix_spawn).
#pragma once
#include <chrono>
#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "hwprobe/descriptor.hpp"

namespace quern::hwprobe {

inline constexpr int kReplyDescriptor = 3;                      // where a child writes its answer
inline constexpr std::size_t kLastWordsBytesMax = 4096;         // of standard error that are kept: the last ones
inline constexpr std::chrono::milliseconds kReapPatience{900};  // for a killed child to die before it is abandoned

struct ChildCommand {
  std::filesystem::path program;
  std::vector<std::string> arguments;    // without the program's name
  std::vector<std::string> environment;  // all of it, as "NAME=value"
  std::size_t reply_bytes_max = 0;
};

struct ChildOutcome {
  enum class End {
    exited,     // by itself; `code` is its exit status
    signalled,  // `code` is the signal
    hung,       // alive at its deadline, then killed
    flooding,   // killed because its reply was longer than reply_bytes_max
    stuck,  // alive kReapPatience after it was killed: uninterruptible in the kernel, or held by a debugger. Abandoned.
  };
  End end = End::exited;
  int code = 0;
  std::string reply;
  std::string last_words;  // the end of its standard error
  std::chrono::milliseconds elapsed{};
};

// One running child. Owner: whoever started it. Not thread-safe.
// The thread that starts a child must outlive it when the child asked to die with its parent (PR_SET_PDEATHSIG means
// that thread).
class ChildProcess {
 public:
  // The error says in words why it could not be started.
  static std::expected<ChildProcess, std::string> start(const ChildCommand& command);
  ~ChildProcess();  // kills and reaps, or abandons, what still runs
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) = delete;
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }

 private:
  friend class ChildWatch;
  ChildProcess() = default;

  pid_t pid_ = -1;
  Descriptor exit_;  // a pidfd, readable once the child has ended; none where the kernel has no such thing (before 5.3)
  Descriptor reply_;
  Descriptor errors_;
  std::size_t reply_bytes_max_ = 0;
  std::chrono::nanoseconds started_{};
};

// Collects the outcome of every child; at `deadline` after its own start a child is killed. One that has used the
// processor meanwhile is slow, on a machine that has other work, and gets it again, up to `deadlines_at_work` in all.
// Takes at most those of the last one started and kReapPatience. `elapsed` is counted until the end was seen here: a
// child that ended before this call seems to have taken until the call.
std::vector<ChildOutcome> wait_for_children(std::vector<ChildProcess> children, std::chrono::milliseconds deadline,
                                            int deadlines_at_work = 1);

// Reaps abandoned children that have died since, as every start() does. Returns how many are still not dead.
std::size_t reap_abandoned_children();

}  // namespace quern::hwprobe
