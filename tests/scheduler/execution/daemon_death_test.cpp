// What is left of the jobs of a daemon that is killed: nothing. And the whole for a daemon without privileges.
#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/syscall.h>

#include "scheduler/execution/orphans.hpp"
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

// The state in which a killed bwrap leaves a sandbox that was not ready: its first process waits for ever.
TEST(DaemonDeath, a_sandbox_whose_maker_was_killed_too_early_is_ended_at_the_next_start) {
  auto never = make_pipe();
  auto info = make_pipe();
  ASSERT_TRUE(never && info);
  const pid_t maker = ::fork();
  if (maker == 0) {
    if (::dup2(never->read.get(), 80) < 0 || ::dup2(info->write.get(), 81) < 0) ::_exit(1);
    become_job_user();
    ::execl("/usr/bin/bwrap", "bwrap", "--unshare-all", "--unshare-user", "--die-with-parent", "--userns-block-fd",
            "80", "--info-fd", "81", "--", std::string(kStageInside).c_str(), "inside", nullptr);
    ::_exit(1);
  }
  info->write.reset();
  std::array<char, 4096> buffer{};
  ASSERT_GT(::read(info->read.get(), buffer.data(), buffer.size() - 1), 0);
  const std::string said(buffer.data());
  const std::string first = std::to_string(std::stol(said.substr(said.find("child-pid") + 12)));
  EXPECT_EQ(end_orphans(), 0) << "its maker lives";
  ::kill(maker, SIGKILL);
  ::waitpid(maker, nullptr, 0);
  ASSERT_TRUE(std::filesystem::exists("/proc/" + first));
  const Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, std::stol(first), 0)));
  EXPECT_EQ(end_orphans(), 1);
  pollfd end{process.get(), POLLIN, 0};
  EXPECT_EQ(::poll(&end, 1, 60'000), 1);
}

TEST(Supervisor, a_job_that_is_ended_while_its_sandbox_is_made_leaves_nothing) {
  with_supervisor(
      [](Supervisor& supervisor) -> runtime::Task<void> {
        for (int after_us = 0; after_us < 20'000; after_us += 500) {
          const JobRun run = co_await run_job(supervisor, test_plan(SandboxKind::command_job), {"/bin/sleep", "1000"},
                                              {.walltime = std::chrono::microseconds(after_us)});
          EXPECT_EQ(run.outcome.why.reason, model::Reason::walltime_exceeded) << to_text(run.outcome.why);
        }
      },
      Cgroups());
  EXPECT_EQ(end_orphans(), 0);
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
