#include "scheduler/execution/outcome.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace quern::execution {
namespace {

using model::Reason;

Reason reason_of(const ChildEnd& end) {
  return judge(end).reason;
}
ChildEnd ran(int code, CgroupEvents events = {}) {
  return {.kind = SandboxKind::command_job, .stage = ChildEnd::Stage::ran, .code = code, .events = events};
}

TEST(Outcome, an_exit_status_and_a_signal_are_told_apart) {
  EXPECT_EQ(reason_of(ran(0)), Reason::completed);
  EXPECT_EQ(reason_of(ran(1)), Reason::command_failed);
  EXPECT_EQ(reason_of(ran(128 + SIGSEGV)), Reason::worker_crashed);
  EXPECT_EQ(reason_of(ran(128 + SIGSYS)), Reason::call_forbidden);
  EXPECT_EQ(reason_of(ran(128 + SIGXCPU)), Reason::cpu_time_exceeded);
  EXPECT_EQ(reason_of(ran(128 + SIGXFSZ)), Reason::scratch_exceeded);
  ChildEnd worker = ran(1);
  worker.kind = SandboxKind::kernel_job;
  EXPECT_EQ(reason_of(worker), Reason::worker_crashed);
}

TEST(Outcome, a_limit_that_struck_says_more_than_how_the_program_took_it) {
  EXPECT_EQ(reason_of(ran(137, {.oom_kills = 1})), Reason::memory_exceeded);
  EXPECT_EQ(reason_of(ran(1, {.process_refusals = 3})), Reason::processes_exceeded);
  EXPECT_EQ(reason_of(ran(134, {.process_refusals = 3})), Reason::processes_exceeded);
  EXPECT_EQ(reason_of(ran(0, {.oom_kills = 1, .process_refusals = 3})), Reason::completed);
}

TEST(Outcome, a_fork_bomb_that_waits_for_its_deadline_is_named_as_one) {
  ChildEnd end = ran(137, {.process_refusals = 9});
  end.ended_for = model::Why{Reason::walltime_exceeded, ""};
  EXPECT_EQ(reason_of(end), Reason::processes_exceeded);
}

RC_GTEST_PROP(Outcome, why_the_supervisor_ended_a_job_stays_the_reason, (int code, std::uint8_t oom_kills)) {
  ChildEnd end = ran(code, {.oom_kills = oom_kills});
  end.ended_for = model::Why{Reason::preempted, "the owner is back"};
  RC_ASSERT(judge(end) == *end.ended_for);
  end.stuck = true;
  RC_ASSERT(judge(end).reason == Reason::device_unresponsive);
}

RC_GTEST_PROP(Outcome, every_end_has_a_reason, (std::uint8_t code, bool kernel, std::uint8_t stage)) {
  ChildEnd end = ran(code);
  end.kind = kernel ? SandboxKind::kernel_job : SandboxKind::command_job;
  end.stage = static_cast<ChildEnd::Stage>(stage % 3);
  RC_ASSERT(reason_of(end) != Reason::unspecified);
  RC_ASSERT((reason_of(end) == Reason::completed) == (code == 0 && end.stage == ChildEnd::Stage::ran));
}

}  // namespace
}  // namespace quern::execution
