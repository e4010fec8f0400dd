// A process and those below it, as /proc shows them now: what ends or starts meanwhile is met or not.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace quern::execution {

inline constexpr int kTreeDepthMax = 64;  // below it nothing is looked at

// The parent of a process; 0 when it is gone.
pid_t parent_of(pid_t pid);
// The processes that a process's threads have started.
std::vector<pid_t> children_of(pid_t pid);
// What a process and all below it hold of memory that is no file's on a disk. What two of them share counts twice.
std::uint64_t memory_of_tree(pid_t pid, int depth = 0);
// What one process holds; 0 where that cannot be told. Any user may look, but for descriptors before Linux 6.2.
struct Holdings {
  std::uint64_t descriptors = 0;   // open
  std::uint64_t mapped_bytes = 0;  // of address space, whether anything is there or not
  std::uint64_t memory_bytes = 0;  // of its own: neither a file's nor shared
  bool operator==(const Holdings&) const = default;
};
// `process`: a number, or "self", which is then seen with a descriptor more before Linux 6.2. Two system calls, and an
// opened file.
Holdings holdings_of(const std::string& process);
// Processes and threads: its own and those of all below it.
std::uint64_t tasks_of_tree(pid_t pid, int depth = 0);

}  // namespace quern::execution
