// Landlock, the kernel's second opinion on what a process may touch: works without privileges and cannot be taken off.
// Feature-detected; what the kernel does not know yet is left out. Constants are written here because the headers of
// Debian 12 are older than its kernels.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace quern::execution {

// The version of the interface that this kernel has; 0: none.
int landlock_abi();

enum class LandlockAccess : std::uint8_t {
  list,    // names of what is in folders
  read,    // files and folders below, and running them
  change,  // everything below, but running what lies there
  all,     // everything below
  device,  // read, write and ioctl
};
struct LandlockRule {
  const char* path;
  LandlockAccess access = LandlockAccess::read;
};

// From here on this process and its children reach only what the rules name (paths that do not exist are skipped),
// bind and connect no TCP socket (ABI 4), and signal or reach by abstract socket nobody outside (ABI 6). Needs
// no_new_privs. The error is an errno value with the call that gave it; nothing when there is no Landlock.
struct LandlockError {
  const char* call;
  int number;
};
std::optional<LandlockError> restrict_to(std::span<const LandlockRule> rules);

}  // namespace quern::execution
