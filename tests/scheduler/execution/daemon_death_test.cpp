// What is left of the jobs of a daemon that is killed: nothing. And the whole for a daemon without privileges.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include "scheduler/execution/supervisor.hpp"
#include "tests/scheduler/execution/attack_targets.hpp"
#include "tests/scheduler/execution/sandbox_world.hpp"

namespace quern::execution {
namespace {

// Runs a job that leaves a process in a session of its own, which holds a lock, and says when that is so. Never
// returns.
[[noreturn]] void be_a_daemon(const std::string& folder, const Descriptor& ready) {
  SandboxPlan plan = test_plan(SandboxKind::command_job);
  plan.binds.push_back({.host = Programs::all().at("hostile_program"), .inside = "/run/attack"});
  plan.binds.push_back({.host = folder, .inside = "/job", .writable = true});
  with_supervisor([&](Supervisor& supervisor) -> runtime::Task<void> {
    auto child = co_await supervisor.start(
        plan, {"/bin/sh", "-c", "/run/attack outlive /job/lock && echo on && exec /run/attack spin 1000"}, {});
    if (child && co_await (*child)->read_log() && ::write(ready.get(), "x", 1) == 1) co_await (*child)->wait();
  });
  ::_exit(1);
}

TEST(DaemonDeath, kill_leaves_no_process_and_no_group) {
  const JobFolder folder;
  std::ignore = Programs::all();
  auto ready = make_pipe();
  ASSERT_TRUE(ready);
  const pid_t daemon = ::fork();
  if (daemon == 0) be_a_daemon(folder.path(), ready->write);
  ready->write.reset();
  char byte = 0;
  ASSERT_EQ(::read(ready->read.get(), &byte, 1), 1) << "the daemon's job did not start";
  const Descriptor lock(::open((folder.path() + "/lock").c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_NE(::flock(lock.get(), LOCK_EX | LOCK_NB), 0) << "nothing holds the lock";
  ::kill(daemon, SIGKILL);
  ::waitpid(daemon, nullptr, 0);
  // Returns when the last of its processes is gone; the test's own deadline is the limit.
  EXPECT_EQ(::flock(lock.get(), LOCK_EX), 0);
  const Cgroups cgroups = Cgroups::probe();
  EXPECT_EQ(cgroups.clean_leftovers(), cgroups.tier() == CgroupTier::none ? 0 : 1);
  while (cgroups.clean_leftovers() > 0) {  // a process lets go of its lock before it leaves its group
  }
}

TEST(DaemonDeath, a_supervisor_that_ends_takes_its_jobs_with_it) {
  const JobFolder folder;
  SandboxPlan plan = test_plan(SandboxKind::command_job);
  plan.binds.push_back({.host = Programs::all().at("hostile_program"), .inside = "/run/attack"});
  plan.binds.push_back({.host = folder.path(), .inside = "/job", .writable = true});
  with_supervisor([&](Supervisor& supervisor) -> runtime::Task<void> {
    auto child = co_await supervisor.start(
        plan, {"/bin/sh", "-c", "/run/attack outlive /job/lock && echo on && exec /run/attack spin 1000"}, {});
    EXPECT_TRUE(child);
    if (child) EXPECT_TRUE(co_await (*child)->read_log());
  });
  const Descriptor lock(::open((folder.path() + "/lock").c_str(), O_RDWR | O_CLOEXEC));
  EXPECT_EQ(::flock(lock.get(), LOCK_EX | LOCK_NB), 0);
}

TEST(Unprivileged, the_sandbox_holds_for_a_daemon_that_is_nobody_special) {
  if (::geteuid() != 0) return;  // then all tests here have shown it
  const std::filesystem::path& folder = Programs::all().path();
  std::filesystem::copy_file("/proc/self/exe", folder / "tests");
  const BareRun run =
      run_bare({"/usr/bin/env", std::string(kProgramsVariable) + "=" + folder.string(), (folder / "tests").string(),
                "--gtest_filter=Supervisor.*:SelfTest.*:SandboxPlan.*:DaemonDeath.kill*:"
                "HostileKernels.an_honest_kernel_runs:Sandbox/Attacks.*without_groups"
                "-*memory*:*many_empty*:*endless*:*scratch*"});
  EXPECT_EQ(run.code, 0) << run.output;
  EXPECT_THAT(run.output, testing::HasSubstr("[  PASSED  ]"));
}

}  // namespace
}  // namespace quern::execution
