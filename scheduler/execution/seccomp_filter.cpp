#include "scheduler/execution/seccomp_filter.hpp"

#include <array>
#include <cerrno>
#include <memory>
#include <span>

#include <linux/sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "scheduler/execution/descriptor.hpp"

namespace quern::execution {

using runtime::Errc;
using runtime::fail;
using runtime::Result;

namespace {

using Names = std::span<const char* const>;

// What PoCL, its compiler and linker, the loader and sandbox_exec use.
constexpr auto kDriver = std::to_array<const char*>({"access",
                                                     "arch_prctl",
                                                     "brk",
                                                     "chmod",
                                                     "clock_getres",
                                                     "clock_gettime",
                                                     "clock_nanosleep",
                                                     "close",
                                                     "close_range",
                                                     "dup",
                                                     "dup2",
                                                     "dup3",
                                                     "epoll_create1",
                                                     "epoll_ctl",
                                                     "epoll_wait",
                                                     "eventfd2",
                                                     "execve",
                                                     "exit",
                                                     "exit_group",
                                                     "faccessat",
                                                     "faccessat2",
                                                     "fadvise64",
                                                     "fchmod",
                                                     "fchmodat",
                                                     "fcntl",
                                                     "fdatasync",
                                                     "fstat",
                                                     "fstatfs",
                                                     "fsync",
                                                     "ftruncate",
                                                     "futex",
                                                     "getcpu",
                                                     "getcwd",
                                                     "getdents64",
                                                     "getegid",
                                                     "geteuid",
                                                     "getgid",
                                                     "getgroups",
                                                     "getpid",
                                                     "getppid",
                                                     "getrandom",
                                                     "getrlimit",
                                                     "getrusage",
                                                     "gettid",
                                                     "gettimeofday",
                                                     "getuid",
                                                     "kill",
                                                     "landlock_add_rule",
                                                     "landlock_create_ruleset",
                                                     "landlock_restrict_self",
                                                     "lseek",
                                                     "lstat",
                                                     "madvise",
                                                     "membarrier",
                                                     "mkdir",
                                                     "mkdirat",
                                                     "mmap",
                                                     "mprotect",
                                                     "mremap",
                                                     "munmap",
                                                     "nanosleep",
                                                     "newfstatat",
                                                     "open",
                                                     "openat",
                                                     "pipe",
                                                     "pipe2",
                                                     "poll",
                                                     "ppoll",
                                                     "prctl",
                                                     "pread64",
                                                     "prlimit64",
                                                     "pwrite64",
                                                     "read",
                                                     "readlink",
                                                     "readlinkat",
                                                     "readv",
                                                     "recvmsg",
                                                     "rename",
                                                     "renameat",
                                                     "renameat2",
                                                     "restart_syscall",
                                                     "rmdir",
                                                     "rseq",
                                                     "rt_sigaction",
                                                     "rt_sigpending",
                                                     "rt_sigprocmask",
                                                     "rt_sigreturn",
                                                     "rt_sigsuspend",
                                                     "rt_sigtimedwait",
                                                     "sched_getaffinity",
                                                     "sched_setaffinity",
                                                     "sched_yield",
                                                     "seccomp",
                                                     "sendmsg",
                                                     "set_robust_list",
                                                     "set_tid_address",
                                                     "setrlimit",
                                                     "sigaltstack",
                                                     "stat",
                                                     "statfs",
                                                     "statx",
                                                     "sysinfo",
                                                     "tgkill",
                                                     "umask",
                                                     "uname",
                                                     "unlink",
                                                     "unlinkat",
                                                     "utimensat",
                                                     "vfork",
                                                     "wait4",
                                                     "waitid",
                                                     "write",
                                                     "writev"});
// Further ones of drivers with device nodes.
constexpr auto kDeviceDriver = std::to_array<const char*>({"fallocate",
                                                           "flock",
                                                           "get_mempolicy",
                                                           "getpriority",
                                                           "mbind",
                                                           "memfd_create",
                                                           "mlock",
                                                           "mlock2",
                                                           "msync",
                                                           "munlock",
                                                           "sched_getparam",
                                                           "sched_getscheduler",
                                                           "sched_get_priority_max",
                                                           "sched_get_priority_min",
                                                           "sched_setscheduler",
                                                           "set_mempolicy",
                                                           "signalfd4",
                                                           "socketpair",
                                                           "timerfd_create",
                                                           "timerfd_gettime",
                                                           "timerfd_settime"});
// What only an attack makes.
constexpr auto kHostile = std::to_array<const char*>({"acct",
                                                      "add_key",
                                                      "adjtimex",
                                                      "bpf",
                                                      "chroot",
                                                      "clock_adjtime",
                                                      "clock_settime",
                                                      "create_module",
                                                      "delete_module",
                                                      "fanotify_init",
                                                      "finit_module",
                                                      "fsconfig",
                                                      "fsmount",
                                                      "fsopen",
                                                      "fspick",
                                                      "init_module",
                                                      "io_uring_enter",
                                                      "io_uring_register",
                                                      "io_uring_setup",
                                                      "ioperm",
                                                      "iopl",
                                                      "kexec_file_load",
                                                      "kexec_load",
                                                      "keyctl",
                                                      "lookup_dcookie",
                                                      "mount",
                                                      "mount_setattr",
                                                      "move_mount",
                                                      "name_to_handle_at",
                                                      "nfsservctl",
                                                      "open_by_handle_at",
                                                      "open_tree",
                                                      "perf_event_open",
                                                      "pidfd_getfd",
                                                      "pivot_root",
                                                      "process_madvise",
                                                      "process_vm_readv",
                                                      "process_vm_writev",
                                                      "ptrace",
                                                      "quotactl",
                                                      "quotactl_fd",
                                                      "reboot",
                                                      "request_key",
                                                      "setdomainname",
                                                      "sethostname",
                                                      "setns",
                                                      "settimeofday",
                                                      "swapoff",
                                                      "swapon",
                                                      "syslog",
                                                      "umount2",
                                                      "unshare",
                                                      "uselib",
                                                      "userfaultfd",
                                                      "vhangup"});
// For a command job, further ones that programs may try for a good reason.
constexpr auto kUnneeded = std::to_array<const char*>(
    {"kcmp", "mbind", "migrate_pages", "modify_ldt", "move_pages", "personality", "set_mempolicy", "vm86", "vm86old"});
// Of these, programs such as shells, debuggers and runtimes may try some: they are told no.
constexpr auto kRefusedToCommands = std::to_array<const char*>(
    {"io_uring_setup", "keyctl", "add_key", "request_key", "unshare", "ptrace", "chroot", "perf_event_open", "syslog",
     "userfaultfd", "name_to_handle_at", "process_madvise", "mount", "umount2", "setns", "bpf"});

constexpr std::uint32_t kRefuse = SCMP_ACT_ERRNO(EPERM);
constexpr std::uint64_t kNewNamespaces =
    CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
// What an ioctl request says it is for, in its second byte: NVIDIA (two), AMD's kfd, DRM, dma-buf and its fences. The
// letter T is the terminals', into which one could type.
constexpr auto kDriverRequests = std::to_array<std::uint64_t>({0, 'F', 'K', 'd', 'b', '>'});
constexpr std::uint64_t kRequestType = 0xFF00;
constexpr std::uint64_t kLow32 = 0xFFFFFFFF;
constexpr std::uint64_t kTiocLinux = 0x541C;
constexpr int kFamilyUnix = 1;
constexpr int kFamilyInternet = 2;
constexpr int kFamilyInternet6 = 10;
constexpr int kFamilyNetlink = 16;

scmp_arg_cmp equals(unsigned argument, std::uint64_t value) {
  return {.arg = argument, .op = SCMP_CMP_EQ, .datum_a = value, .datum_b = 0};
}
scmp_arg_cmp at_least(unsigned argument, std::uint64_t value) {
  return {.arg = argument, .op = SCMP_CMP_GE, .datum_a = value, .datum_b = 0};
}
scmp_arg_cmp masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
  return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}

// Collects rules; remembers the first failure. Names that this machine's kernel never had are left out.
class Filter {
 public:
  explicit Filter(std::uint32_t otherwise) : context_(::seccomp_init(otherwise), &::seccomp_release) {}
  explicit operator bool() const { return context_ != nullptr && error_ == 0; }
  int error() const { return error_; }

  void add(std::uint32_t action, Names names) {
    for (const char* name : names) add(action, name);
  }
  template <class... Compare>
  void add(std::uint32_t action, const char* name, Compare... compare) {
    const int number = ::seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR || number < 0) return;
    const int failed = ::seccomp_rule_add(context_.get(), action, number, sizeof...(compare), compare...);
    if (failed != 0 && failed != -EEXIST && error_ == 0) error_ = -failed;
  }
  int export_to(int file) const { return ::seccomp_export_bpf(context_.get(), file); }

 private:
  std::unique_ptr<void, decltype(&::seccomp_release)> context_;
  int error_ = 0;
};

template <std::size_t N>
bool contains(const std::array<const char*, N>& names, std::string_view name) {
  for (const char* one : names) {
    if (one == name) return true;
  }
  return false;
}

void add_kernel_rules(Filter& filter, bool devices) {
  filter.add(SCMP_ACT_ALLOW, kDriver);
  filter.add(SCMP_ACT_KILL_PROCESS, kHostile);
  filter.add(SCMP_ACT_ALLOW, "clone", masked(0, kNewNamespaces, 0));
  // Libraries look for local services with these two: no. Nothing in a driver speaks to the internet.
  for (const int family : {kFamilyInternet, kFamilyInternet6}) {
    filter.add(SCMP_ACT_KILL_PROCESS, "socket", equals(0, static_cast<std::uint64_t>(family)));
  }
  for (const std::uint64_t request : {TCGETS, TIOCGWINSZ, FIONREAD}) {
    filter.add(SCMP_ACT_ALLOW, "ioctl", equals(1, request));
  }
  if (!devices) return;
  filter.add(SCMP_ACT_ALLOW, kDeviceDriver);
  for (const std::uint64_t type : kDriverRequests)
    filter.add(SCMP_ACT_ALLOW, "ioctl", masked(1, kRequestType, type << 8));
}

void add_command_rules(Filter& filter) {
  for (const char* name : kHostile) {
    filter.add(contains(kRefusedToCommands, name) ? kRefuse : SCMP_ACT_KILL_PROCESS, name);
  }
  filter.add(kRefuse, kUnneeded);
  for (const std::uint64_t flag :
       {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP}) {
    filter.add(kRefuse, "clone", masked(0, flag, flag));
  }
  for (const std::uint64_t request : {static_cast<std::uint64_t>(TIOCSTI), kTiocLinux}) {
    filter.add(kRefuse, "ioctl", masked(1, kLow32, request));
  }
  // Rare families are where the holes of kernels are.
  const auto refuse_family = [&filter](int low, int high) {
    for (int family = low; family < high; ++family) {
      filter.add(SCMP_ACT_ERRNO(EAFNOSUPPORT), "socket", equals(0, static_cast<std::uint64_t>(family)));
    }
  };
  refuse_family(0, kFamilyUnix);
  refuse_family(kFamilyInternet + 1, kFamilyInternet6);
  refuse_family(kFamilyInternet6 + 1, kFamilyNetlink);
  filter.add(SCMP_ACT_ERRNO(EAFNOSUPPORT), "socket", at_least(0, static_cast<std::uint64_t>(kFamilyNetlink) + 1));
}

Result<std::string> compile(SandboxKind kind, bool devices) {
  Filter filter(kind == SandboxKind::kernel_job ? kRefuse : SCMP_ACT_ALLOW);
  if (!filter) return fail(Errc::system, "libseccomp knows nothing of this machine");
  // Its flags are in memory, where a filter cannot see them: programs fall back to clone().
  filter.add(SCMP_ACT_ERRNO(ENOSYS), "clone3");
  if (kind == SandboxKind::kernel_job) {
    add_kernel_rules(filter, devices);
  } else {
    add_command_rules(filter);
  }
  if (!filter) return fail(Errc::system, errno_text("a rule for system calls was refused", filter.error()));
  auto file = memory_file("");
  if (!file) return std::unexpected(std::move(file).error());
  if (const int failed = filter.export_to(file->get()); failed != 0) {
    return fail(Errc::system, errno_text("the rules for system calls could not be compiled", -failed));
  }
  std::string program(static_cast<std::size_t>(::lseek(file->get(), 0, SEEK_CUR)), '\0');
  if (::pread(file->get(), program.data(), program.size(), 0) != static_cast<ssize_t>(program.size())) {
    return fail(Errc::system, errno_text("the rules for system calls could not be read", errno));
  }
  return program;
}

}  // namespace

const Result<std::string>& seccomp_program(SandboxKind kind, bool devices) {
  static const std::array<Result<std::string>, 4> programs = {
      compile(SandboxKind::kernel_job, false), compile(SandboxKind::kernel_job, true),
      compile(SandboxKind::command_job, false), compile(SandboxKind::command_job, true)};
  return programs.at((kind == SandboxKind::command_job ? 2 : 0) + (devices ? 1 : 0));
}

}  // namespace quern::execution
