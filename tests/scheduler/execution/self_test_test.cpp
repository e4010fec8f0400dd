#include "scheduler/execution/self_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scheduler/execution/sandbox_world.hpp"

namespace quern::execution {
namespace {

using testing::HasSubstr;

SelfTest run_self_test(SupervisorOptions options, Cgroups cgroups = Cgroups::probe()) {
  SelfTest result;
  runtime::SystemRuntime system({.node = "test"});
  system.run([&](runtime::Runtime& runtime) -> runtime::Task<void> {
    Supervisor supervisor(runtime, options, cgroups);
    result = co_await self_test(supervisor, options, test_plan(SandboxKind::kernel_job).identity);
  });
  return result;
}

SupervisorOptions options() {
  return {.sandbox_exec = Programs::all().at("quern-sandbox-exec")};
}

TEST(SelfTest, both_kinds_are_held_on_this_machine) {
  const SelfTest test = run_self_test(options());
  EXPECT_TRUE(test.holds(SandboxKind::kernel_job)) << to_text(test);
  EXPECT_TRUE(test.holds(SandboxKind::command_job)) << to_text(test);
  EXPECT_THAT(to_text(test), HasSubstr("kernel jobs: the sandbox holds\n"));
}

TEST(SelfTest, without_control_groups_both_are_held_since_somebody_looks_at_what_processes_take_together) {
  const SelfTest test = run_self_test(options(), Cgroups());
  EXPECT_TRUE(test.holds(SandboxKind::kernel_job)) << to_text(test);
  EXPECT_TRUE(test.holds(SandboxKind::command_job)) << to_text(test);
  EXPECT_THAT(to_text(test), HasSubstr("limits: none, each process for itself"));
}

TEST(SelfTest, without_bwrap_nothing_is_held_and_the_text_says_what_to_install) {
  SupervisorOptions without = options();
  without.bwrap = "/no/such/bwrap";
  const SelfTest test = run_self_test(without);
  EXPECT_FALSE(test.holds(SandboxKind::kernel_job));
  EXPECT_THAT(to_text(test), HasSubstr("kernel jobs: not offered: bwrap is missing: install the package bubblewrap"));
}

// Something that runs the job without any wall.
TEST(SelfTest, a_sandbox_that_does_not_hold_is_found_out_and_the_holes_are_named) {
  const TemporaryFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  folder.write("bwrap", "#!/bin/sh\nprintf ready >&5\nexec 5>&-\nexec " + Programs::all().at("quern-sandbox-exec") +
                            " trial daemon=" + std::to_string(::getpid()) + " processes=4 memory_bytes=1000000\n");
  std::filesystem::permissions(folder.path() / "bwrap", std::filesystem::perms(0755));
  SupervisorOptions hollow = options();
  hollow.bwrap = (folder.path() / "bwrap").string();
  const SelfTest test = run_self_test(hollow);
  EXPECT_FALSE(test.holds(SandboxKind::kernel_job));
  EXPECT_FALSE(test.holds(SandboxKind::command_job));
  EXPECT_THAT(to_text(test), HasSubstr("not offered: the sandbox does not hold: "));
  EXPECT_THAT(to_text(test), HasSubstr("no list of system calls is in force"));
  EXPECT_THAT(to_text(test), HasSubstr("more processes can be started than are allowed"));
}

TEST(SelfTest, what_a_machine_forbids_is_explained) {
  const TemporaryFolder machine;
  const std::string root = machine.path().string();
  machine.write("proc/self/mountinfo", "1 0 0:1 / / rw - ext4 /dev/root rw\n");
  EXPECT_FALSE(machine_limits("/no/bwrap", root).bwrap_there);
  EXPECT_FALSE(machine_limits("/bin/sh", root).in_chroot);
  EXPECT_THAT(explain(machine_limits("/bin/sh", root), "bwrap: broke\n"), HasSubstr("bwrap: broke"));
  machine.write("proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n");
  EXPECT_THAT(explain(machine_limits("/bin/sh", root), "bwrap: setting up uid map: Permission denied"),
              HasSubstr("AppArmor"));
  machine.write("proc/sys/user/max_user_namespaces", "0\n");
  EXPECT_THAT(explain(machine_limits("/bin/sh", root), ""), HasSubstr("user.max_user_namespaces"));
  machine.write("proc/self/mountinfo", "1 0 0:1 / /proc rw - proc proc rw\n");
  EXPECT_THAT(explain(machine_limits("/bin/sh", root), ""), HasSubstr("chroot"));
}

}  // namespace
}  // namespace quern::execution
