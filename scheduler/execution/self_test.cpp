#include "scheduler/execution/self_test.hpp"

#include <algorithm>
#include <sstream>

#include <unistd.h>

#include "scheduler/execution/landlock.hpp"
#include "scheduler/execution/text_file.hpp"

namespace quern::execution {

using model::Reason;
using runtime::Task;

namespace {

constexpr std::string_view kHeld = "held\n";

// A file of the kernel that holds one number.
bool says(const std::string& root, const std::string& file, char number) {
  const std::string text = text_of_file(root + file);
  return !text.empty() && text[0] == number && (text.size() == 1 || text[1] == '\n');
}

// Where the root of this process is no mount, it is a folder that was made to look like one.
bool root_is_mounted(const std::string& mounts) {
  std::istringstream lines(mounts);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string place;
    for (int i = 0; i < 5; ++i) words >> place;
    if (place == "/") return true;
  }
  return mounts.empty();
}

SandboxPlan trial_plan(SandboxKind kind, CgroupTier tier, const std::optional<HostIdentity>& identity) {
  SandboxPlan plan = plan_for(kind, read_host_layout(), 1 << 20);
  plan.limits = {.memory_bytes = kSelfTestMemoryBytes, .processes = kSelfTestProcesses};
  plan.inner.processes = kSelfTestProcesses;
  if (tier == CgroupTier::none) plan.inner.address_space_bytes = kSelfTestMemoryBytes;
  plan.identity = identity;
  return plan;
}

std::string one_line(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  std::ranges::replace(text, '\n', ';');
  return text;
}

// What the trial has found, beside that it held until then.
std::string holes_in(std::string said) {
  if (said.starts_with(kHeld)) said.erase(0, kHeld.size());
  return one_line(std::move(said));
}

Task<KindTest> test_kind(Supervisor& supervisor, const SupervisorOptions& options,
                         const std::optional<HostIdentity>& identity, SandboxKind kind) {
  KindTest result{.kind = kind};
  auto child = co_await supervisor.start(
      trial_plan(kind, supervisor.tier(), identity),
      {std::string(kStageInside), "trial", "daemon=" + std::to_string(::getpid()),
       "processes=" + std::to_string(kSelfTestProcesses), "memory_bytes=" + std::to_string(kSelfTestMemoryBytes)},
      {.walltime = kSelfTestDeadline, .log_bytes = 1 << 16});
  if (!child) {
    result.why = explain(machine_limits(options.bwrap), child.error().message());
    co_return result;
  }
  std::string said;
  while (const auto chunk = co_await (*child)->read_log()) {
    if (!chunk->error) said += chunk->bytes;
  }
  const model::Why why = (co_await (*child)->wait()).why;
  if (why.reason == Reason::sandbox_unavailable) {
    result.why = explain(machine_limits(options.bwrap), why.detail);
  } else if (said == kHeld && (why.reason == Reason::completed || why.reason == Reason::memory_exceeded)) {
    result.held = true;
  } else {
    result.why = "the sandbox does not hold: " + (said.empty() ? model::to_text(why) : holes_in(said));
  }
  co_return result;
}

}  // namespace

bool SelfTest::holds(SandboxKind kind) const {
  const auto found = std::ranges::find(kinds, kind, &KindTest::kind);
  return found != kinds.end() && found->held;
}

MachineLimits machine_limits(const std::string& bwrap, const std::string& root) {
  return {.bwrap_there = ::access(bwrap.c_str(), X_OK) == 0,
          .namespaces_off = says(root, "/proc/sys/user/max_user_namespaces", '0') ||
                            says(root, "/proc/sys/kernel/unprivileged_userns_clone", '0'),
          .apparmor_restricts = says(root, "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", '1'),
          .in_chroot = !root_is_mounted(text_of_file(root + "/proc/self/mountinfo"))};
}

std::string explain(const MachineLimits& machine, std::string_view words) {
  const std::string said = one_line(std::string(words));
  if (!machine.bwrap_there) return "bwrap is missing: install the package bubblewrap";
  if (machine.in_chroot) {
    return "the daemon runs in a chroot, where the kernel makes no user namespaces: start it outside (" + said + ")";
  }
  if (machine.namespaces_off) {
    return "this machine allows no user namespaces: set user.max_user_namespaces above 0 and "
           "kernel.unprivileged_userns_clone to 1 with sysctl (" +
           said + ")";
  }
  if (machine.apparmor_restricts) {
    return "AppArmor keeps user namespaces from programs without a profile: install one for bwrap with the rule "
           "\"userns,\" in /etc/apparmor.d (" +
           said + ")";
  }
  return "the sandbox cannot be made: " + said;
}

Task<SelfTest> self_test(Supervisor& supervisor, const SupervisorOptions& options,
                         std::optional<HostIdentity> identity) {
  SelfTest result{.tier = supervisor.tier(), .tier_note = supervisor.tier_note(), .landlock_abi = landlock_abi()};
  for (const SandboxKind kind : {SandboxKind::kernel_job, SandboxKind::command_job}) {
    result.kinds.push_back(co_await test_kind(supervisor, options, identity, kind));
  }
  co_return result;
}

std::string to_text(const SelfTest& test) {
  std::string text = "limits: " + std::string(name_of(test.tier));
  if (test.tier == CgroupTier::none) text += ", each process for itself; what all hold is watched";
  if (!test.tier_note.empty()) text += " (" + test.tier_note + ")";
  text += "\nLandlock: " + (test.landlock_abi > 0 ? "ABI " + std::to_string(test.landlock_abi) : "not in this kernel");
  for (const KindTest& kind : test.kinds) {
    text += "\n" + std::string(name_of(kind.kind)) +
            " jobs: " + (kind.held ? "the sandbox holds" : "not offered: " + kind.why);
  }
  return text + "\n";
}

}  // namespace quern::execution
