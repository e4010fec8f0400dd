// Whether the sandbox of this machine holds, tried out at the daemon's start: a small program inside it attempts what
// must fail there. A kind of job that is not held is not offered; the reason is for the operator.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "overlay/runtime/runtime.hpp"
#include "scheduler/execution/sandbox.hpp"
#include "scheduler/execution/supervisor.hpp"

namespace quern::execution {

inline constexpr std::chrono::seconds kSelfTestDeadline{20};  // of one kind
inline constexpr std::size_t kSelfTestMemoryBytes = 64 << 20;
inline constexpr std::size_t kSelfTestProcesses = 24;

struct KindTest {
  SandboxKind kind = SandboxKind::kernel_job;
  bool held = false;
  // Held: nothing. Otherwise what is wrong and what to do about it: "bwrap is missing: install bubblewrap".
  std::string why;
};

struct SelfTest {
  CgroupTier tier = CgroupTier::none;
  std::string tier_note;  // why it is not a better one
  int landlock_abi = 0;
  std::vector<KindTest> kinds;  // each SandboxKind once

  bool holds(SandboxKind kind) const;
};

// What a machine says about itself that explains why no sandbox comes about; read by machine_limits().
struct MachineLimits {
  bool bwrap_there = true;
  bool namespaces_off = false;      // user.max_user_namespaces or kernel.unprivileged_userns_clone is 0
  bool apparmor_restricts = false;  // kernel.apparmor_restrict_unprivileged_userns
  bool in_chroot = false;           // where the kernel makes no user namespaces
};
MachineLimits machine_limits(const std::string& bwrap, const std::string& root = "/");

// Why a sandbox did not come about: bwrap's own words, and what they mean on this machine.
std::string explain(const MachineLimits& machine, std::string_view words);

// Runs the program of sandbox_exec as each kind of job. `identity`: as in SandboxPlan. Takes a tenth of a second where
// nothing else runs, kSelfTestDeadline a kind at most.
runtime::Task<SelfTest> self_test(Supervisor& supervisor, const SupervisorOptions& options,
                                  std::optional<HostIdentity> identity);

// Lines for `quern status`.
std::string to_text(const SelfTest& test);

}  // namespace quern::execution
