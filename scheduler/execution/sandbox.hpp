// What a job may see and use, as a value, and the command line of bubblewrap that makes it so. Pure: nothing is read or
// started here (supervisor.hpp does that).
//
// The walls, from the outside in: namespaces of their own for users, processes, files, network, IPC and host name;
// an empty file tree in which only what the plan names is mounted; no capability; a list of system calls
// (seccomp_filter.hpp); Landlock over the same paths where the kernel has it (landlock.hpp); resource limits set inside
// the user namespace, where they count the job's processes only. Compiling is inside: an OpenCL kernel is native code,
// and its compiler reads any file it is told to include.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "overlay/runtime/result.hpp"
#include "scheduler/execution/cgroup.hpp"

namespace quern::execution {

// Which system calls there are.
enum class SandboxKind : std::uint8_t {
  kernel_job,   // an OpenCL driver and its compiler: a list of what is allowed
  command_job,  // any program: a list of what is not
};
std::string_view name_of(SandboxKind kind);

enum class SandboxErrc {
  path_invalid = 1,  // not absolute, or with "..", "//" or a zero byte: the detail names it
  variable_invalid,  // an environment variable without a name, or with '=' in it, or with a zero byte
  too_many,          // above a bound below
  program_invalid,   // no program to run
};
std::error_code make_error_code(SandboxErrc code);

inline constexpr std::size_t kScratchEntriesMax = 10'000;
inline constexpr std::size_t kBindsMax = 128;
inline constexpr std::size_t kDevicesMax = 16;
inline constexpr std::size_t kVariablesMax = 128;
inline constexpr std::size_t kArgumentsBytesMax = 64 << 10;  // of the job's command, all together

// A file or folder of the host at `inside`.
struct Bind {
  std::string host;
  std::string inside;
  bool writable = false;
  bool needed = true;  // false: left out when the host does not have it
  bool operator==(const Bind&) const = default;
};
// A folder in memory, writable, empty at first, at most `bytes`. Charged to the job's memory where there is a cgroup.
struct MemoryFolder {
  std::string inside;
  std::uint64_t bytes = 0;
  bool operator==(const MemoryFolder&) const = default;
};
struct Link {
  std::string inside;
  std::string target;
  bool operator==(const Link&) const = default;
};

// Who the job's processes are for the host when the daemon is root; otherwise they are the daemon's user. All files of
// the plan must be within this user's reach.
struct HostIdentity {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // those of the device nodes
  bool operator==(const HostIdentity&) const = default;
};

// Of the processes inside, by setrlimit(2); 0: not limited. Those of all processes together are the cgroup's.
struct InnerLimits {
  std::uint64_t processes = 128;  // processes and threads of the sandbox
  std::uint64_t open_files = 1024;
  std::uint64_t file_bytes = 1ull << 30;  // of one file
  std::uint64_t cpu_seconds = 0;          // of one process
  // Of one process: only where no cgroup limits memory, and never for a GPU (its driver reserves far more than it
  // uses).
  std::uint64_t address_space_bytes = 0;
  bool operator==(const InnerLimits&) const = default;
};

struct SandboxPlan {
  SandboxKind kind = SandboxKind::kernel_job;
  std::vector<Link> links;
  std::vector<Bind> binds;
  std::vector<MemoryFolder> memory_folders;
  std::vector<std::string> devices;  // nodes of the rented device only; they keep their place
  std::vector<std::pair<std::string, std::string>> environment;  // all of it
  std::string work_folder = "/tmp";
  CgroupLimits limits;
  InnerLimits inner;
  std::uint64_t scratch_bytes_max = 0;                   // of what is below writable binds, together; 0: not watched
  std::size_t scratch_entries_max = kScratchEntriesMax;  // files and folders there
  std::optional<HostIdentity> identity;
  bool operator==(const SandboxPlan&) const = default;
};

// The top of the host's file tree, as plan_for() needs it; see read_host_layout().
struct HostLayout {
  std::vector<Link> links;           // "/bin" -> "usr/bin"
  std::vector<std::string> folders;  // of /bin, /sbin, /lib*: those that are folders of their own
};
// Of the real host, or of a tree that stands for it.
HostLayout read_host_layout(const std::string& root = "/");

inline constexpr std::uint64_t kScratchBytes = 64 << 20;  // of /tmp and of /cache, when nothing else is said

// The view every job gets, writable parts in memory: /usr and what its loader and drivers need of /etc and /sys, /tmp,
// /dev/shm, and /cache for compiled programs, which no other job ever sees (whoever writes into it runs in whoever
// reads it). The caller adds the job's files, devices and the limits that were agreed.
SandboxPlan plan_for(SandboxKind kind, const HostLayout& layout, std::uint64_t scratch_bytes = kScratchBytes);

runtime::Result<void> check(const SandboxPlan& plan, std::span<const std::string> command);

// Where things are for the processes of a sandbox; the descriptors from kStatusDescriptor on are closed before the job
// starts.
inline constexpr int kMessageInDescriptor = 3;   // what the daemon sends
inline constexpr int kMessageOutDescriptor = 4;  // what the daemon reads
inline constexpr int kStatusDescriptor = 5;      // sandbox_exec's words: why it failed, or that it did not
inline constexpr int kSeccompDescriptor = 6;
inline constexpr int kInfoDescriptor = 7;
inline constexpr int kPasswdDescriptor = 8;
inline constexpr int kStageDescriptor = 9;  // the program quern-sandbox-exec itself
inline constexpr std::string_view kStageInside = "/run/quern/sandbox-exec";
inline constexpr std::string_view kReadyStatus = "ready";
inline constexpr uid_t kUidInside = 1000;

// The content of /etc/passwd inside: some programs crash without one.
std::string passwd_inside();
// Arguments of quern-sandbox-exec that puts up the inner walls and becomes the job.
std::vector<std::string> inner_arguments(const SandboxPlan& plan, std::span<const std::string> command);
// Arguments of bwrap, without its name.
std::vector<std::string> bwrap_arguments(const SandboxPlan& plan, std::span<const std::string> command);
// Arguments of quern-sandbox-exec that enters the cgroup (its files that take a process number), becomes plan.identity
// and then bwrap. `daemon` is the process whose end ends it.
std::vector<std::string> outer_arguments(const SandboxPlan& plan, std::span<const std::string> command,
                                         std::span<const std::string> cgroup_files, const std::string& bwrap,
                                         pid_t daemon);

}  // namespace quern::execution

template <>
struct std::is_error_code_enum<quern::execution::SandboxErrc> : std::true_type {};
