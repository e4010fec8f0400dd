#include "scheduler/execution/supervisor.hpp"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scheduler/execution/sandbox_world.hpp"

namespace quern::execution {
namespace {

using model::Reason;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

JobRun run_shell(const std::string& script, ChildLimits limits = {}) {
  return run_alone(test_plan(SandboxKind::command_job), {"/bin/sh", "-c", script}, limits);
}

TEST(Supervisor, a_program_that_succeeds_is_completed) {
  const JobRun run = run_shell("echo out; echo err >&2");
  EXPECT_EQ(run.outcome.why.reason, Reason::completed) << to_text(run.outcome.why) << run.errors;
  EXPECT_EQ(run.output, "out\n");
  EXPECT_EQ(run.errors, "err\n");
}

TEST(Supervisor, a_status_other_than_zero_is_named) {
  const JobRun run = run_shell("exit 7");
  EXPECT_EQ(run.outcome.why.reason, Reason::command_failed);
  EXPECT_EQ(run.outcome.why.detail, "exit status 7");
  EXPECT_EQ(run.outcome.code, 7);
}

TEST(Supervisor, a_program_that_is_not_there_is_the_jobs_fault) {
  const JobRun run = run_alone(test_plan(SandboxKind::command_job), {"/usr/bin/no-such-program"});
  EXPECT_EQ(run.outcome.why.reason, Reason::command_failed);
  EXPECT_THAT(run.outcome.why.detail, HasSubstr("/usr/bin/no-such-program: No such file"));
}

TEST(Supervisor, a_sandbox_that_cannot_be_made_is_the_providers_fault_with_its_words) {
  SandboxPlan plan = test_plan(SandboxKind::command_job);
  plan.binds.push_back({.host = "/no/such/folder", .inside = "/data"});
  const JobRun run = run_alone(plan, {"/bin/true"});
  EXPECT_EQ(run.outcome.why.reason, Reason::sandbox_unavailable);
  EXPECT_THAT(run.outcome.why.detail, HasSubstr("/no/such/folder"));
}

TEST(Supervisor, the_wall_time_ends_a_job_and_all_it_started) {
  const JobRun run = run_shell("sleep 1000 & sleep 1000", {.walltime = milliseconds(300)});
  EXPECT_EQ(run.outcome.why.reason, Reason::walltime_exceeded);
  EXPECT_FALSE(run.outcome.stuck);
}

TEST(Supervisor, a_crash_is_named_by_its_signal) {
  const JobRun run = run_shell("kill -SEGV $$");
  EXPECT_EQ(run.outcome.why.reason, Reason::worker_crashed);
  EXPECT_EQ(run.outcome.why.detail, "SIGSEGV");
}

TEST(Supervisor, messages_go_both_ways) {
  with_supervisor([](Supervisor& supervisor) -> runtime::Task<void> {
    auto child = co_await supervisor.start(test_plan(SandboxKind::command_job),
                                           {"/bin/sh", "-c", "read line <&3; echo \"got $line\" >&4"}, {});
    EXPECT_TRUE(child) << child.error().message();
    if (!child) co_return;
    const std::string text = "hello\n";
    EXPECT_TRUE(co_await (*child)->write_message(std::as_bytes(std::span(text))));
    std::vector<std::byte> buffer(100);
    const auto size = co_await (*child)->read_message(buffer);
    EXPECT_TRUE(size);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(buffer.data()), size.value_or(0)), "got hello\n");
    const ChildOutcome outcome = co_await (*child)->wait();
    EXPECT_EQ(outcome.why.reason, Reason::completed) << to_text(outcome.why);
    const auto rest = co_await (*child)->read_message(buffer);
    EXPECT_FALSE(rest);
    EXPECT_FALSE(co_await (*child)->write_message(std::as_bytes(std::span(text))));
  });
}

TEST(Supervisor, more_messages_than_the_bound_wait_and_none_is_lost) {
  static constexpr std::size_t total = 8 << 20;
  with_supervisor([](Supervisor& supervisor) -> runtime::Task<void> {
    auto child =
        co_await supervisor.start(test_plan(SandboxKind::command_job),
                                  {"/bin/sh", "-c", "head -c " + std::to_string(total) + " /dev/zero >&4"}, {});
    EXPECT_TRUE(child);
    if (!child) co_return;
    std::vector<std::byte> buffer(1000);
    std::size_t received = 0;
    while (const auto size = co_await (*child)->read_message(buffer)) received += *size;
    EXPECT_EQ(received, std::size_t{total});
  });
}

TEST(Supervisor, endless_output_ends_with_a_reason_and_a_bounded_log) {
  const JobRun run = run_shell("yes", {.log_bytes = 100'000});
  EXPECT_EQ(run.outcome.why.reason, Reason::log_exceeded);
  EXPECT_EQ(run.output.size(), 100'000);
}

TEST(Supervisor, a_job_that_is_cancelled_may_end_by_itself) {
  with_supervisor([](Supervisor& supervisor) -> runtime::Task<void> {
    auto child = co_await supervisor.start(
        test_plan(SandboxKind::command_job),
        {"/bin/sh", "-c", "trap 'echo bye; exit 0' TERM; echo on; while :; do sleep 0.01; done"},
        {.grace = seconds(60)});
    EXPECT_TRUE(child);
    if (!child) co_return;
    const auto first = co_await (*child)->read_log();
    EXPECT_TRUE(first);
    (*child)->cancel({Reason::canceled, "by the test"});
    JobRun run;
    co_await read_all(**child, run);
    run.outcome = co_await (*child)->wait();
    EXPECT_EQ(run.outcome.why.reason, Reason::canceled);
    EXPECT_EQ(run.outcome.why.detail, "by the test");
    EXPECT_EQ(run.output, "bye\n");
  });
}

TEST(Supervisor, a_job_that_ignores_its_cancellation_is_killed_after_the_grace) {
  with_supervisor([](Supervisor& supervisor) -> runtime::Task<void> {
    auto child = co_await supervisor.start(test_plan(SandboxKind::command_job),
                                           {"/bin/sh", "-c", "trap '' TERM; echo on; while :; do sleep 1; done"},
                                           {.grace = milliseconds(100)});
    EXPECT_TRUE(child);
    if (!child) co_return;
    const auto first = co_await (*child)->read_log();
    EXPECT_TRUE(first);
    (*child)->cancel({Reason::canceled, ""});
    const ChildOutcome outcome = co_await (*child)->wait();
    EXPECT_EQ(outcome.why.reason, Reason::canceled);
    EXPECT_EQ(outcome.code, 137);
  });
}

// What a job that counts as fast as it can uses of a processor while it is held, and after.
void expect_to_stand_still(Cgroups cgroups) {
  with_supervisor(
      [](Supervisor& supervisor) -> runtime::Task<void> {
        auto child = co_await supervisor.start(
            test_plan(SandboxKind::command_job),
            {"/bin/sh", "-c", "(while :; do echo inner; done) & while :; do echo outer; done"},
            {.walltime = seconds(60), .log_bytes = kLogBytesMax});
        EXPECT_TRUE(child);
        if (!child) co_return;
        const auto first = co_await (*child)->read_log();
        EXPECT_TRUE(first);
        (*child)->hold();
        co_await supervisor.runtime().clock().sleep_for(milliseconds(100));
        while ((*child)->take_log()) {
        }
        co_await supervisor.runtime().clock().sleep_for(milliseconds(300));
        EXPECT_FALSE((*child)->take_log());
        (*child)->let_run();
        const auto again = co_await (*child)->read_log();
        EXPECT_TRUE(again);
        (*child)->hold();
        (*child)->kill({Reason::canceled, ""});
        const ChildOutcome outcome = co_await (*child)->wait();
        EXPECT_EQ(outcome.why.reason, Reason::canceled) << to_text(outcome.why);
        EXPECT_FALSE(outcome.stuck);
        EXPECT_TRUE((*child)->is_over());
      },
      std::move(cgroups));
}

TEST(Supervisor, a_job_that_is_held_stands_still_and_goes_on_and_can_be_killed) {
  expect_to_stand_still(Cgroups::probe());
}

TEST(Supervisor, without_cgroups_a_job_is_held_all_the_same) {
  expect_to_stand_still(Cgroups());
}

TEST(Supervisor, many_jobs_run_beside_each_other) {
  with_supervisor([](Supervisor& supervisor) -> runtime::Task<void> {
    std::vector<std::unique_ptr<SandboxedChild>> children;
    for (int i = 0; i < 12; ++i) {
      auto child = co_await supervisor.start(test_plan(SandboxKind::command_job),
                                             {"/bin/sh", "-c", "exit " + std::to_string(i)}, {});
      EXPECT_TRUE(child);
      if (child) children.push_back(std::move(*child));
    }
    int code = 0;
    for (const auto& child : children) EXPECT_EQ((co_await child->wait()).code, code++);
    EXPECT_EQ(supervisor.running(), 0);
    EXPECT_EQ(supervisor.abandoned(), 0);
  });
}

}  // namespace
}  // namespace quern::execution
