#include "scheduler/jobs/job_machine.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace quern::jobs {
namespace {

using model::Credits;
using model::Reason;
using model::Why;
using Kind = Action::Kind;

Why because(Reason reason) {
  return {.reason = reason, .detail = {}};
}

std::vector<Kind> kinds(const Outcome& outcome) {
  std::vector<Kind> found;
  for (const Action& action : outcome.actions) found.push_back(action.kind);
  return found;
}

TEST(JobMachine, goes_through_the_states_of_a_job_that_succeeds) {
  JobMachine job(2);
  EXPECT_EQ(job.state(), State::queued);
  EXPECT_EQ(kinds(job.begin()), (std::vector<Kind>{Kind::place, Kind::place}));
  EXPECT_TRUE(job.placed(0, "a", "gpu").taken);
  EXPECT_EQ(job.state(), State::initializing);
  EXPECT_TRUE(job.started(0).taken);
  EXPECT_EQ(job.state(), State::running);
  EXPECT_TRUE(job.progressed(0, 500).taken);
  EXPECT_EQ(job.progress_permille(), 250u);
  EXPECT_TRUE(job.ended(0, because(Reason::completed), {70}).actions.empty());
  EXPECT_TRUE(job.placed(1, "b", "gpu").taken);
  EXPECT_TRUE(job.started(1).taken);
  EXPECT_EQ(kinds(job.ended(1, because(Reason::completed), {30})), (std::vector<Kind>{Kind::finish}));
  EXPECT_EQ(job.state(), State::complete);
  EXPECT_EQ(job.why().reason, Reason::completed);
  EXPECT_EQ(job.amount(), Credits{100});
  EXPECT_EQ(job.progress_permille(), 1000u);
}

TEST(JobMachine, costs_what_was_signed_for_so_far_and_what_its_receipt_says_in_the_end) {
  JobMachine job(2);
  job.begin();
  EXPECT_FALSE(job.billed(0, {5}).taken) << "nobody has it";
  EXPECT_FALSE(job.billed(7, {5}).taken) << "there is no such task";
  job.placed(0, "a", "gpu");
  job.started(0);
  EXPECT_TRUE(job.billed(0, {40}).taken);
  EXPECT_EQ(job.amount(), Credits{40});
  EXPECT_FALSE(job.billed(0, {40}).taken);
  EXPECT_FALSE(job.billed(0, {30}).taken) << "a voucher that comes late";
  EXPECT_EQ(job.amount(), Credits{40});
  const auto again = JobMachine::restore(job.tasks(), false, kAttemptsMax);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->amount(), Credits{40});
  job.ended(0, because(Reason::completed), {70});
  EXPECT_FALSE(job.billed(0, {90}).taken) << "it has ended";
  EXPECT_EQ(job.amount(), Credits{70});
}

TEST(JobMachine, tries_again_elsewhere_when_it_was_not_the_jobs_fault) {
  JobMachine job(1, 3);
  job.begin();
  for (const char* provider : {"a", "b"}) {
    EXPECT_TRUE(job.placed(0, provider, "gpu").taken);
    const Outcome outcome = job.ended(0, because(Reason::provider_lost), {5});
    ASSERT_EQ(kinds(outcome), (std::vector<Kind>{Kind::place}));
    EXPECT_TRUE(outcome.actions[0].excluded.contains(provider));
    EXPECT_EQ(job.state(), State::queued);
  }
  EXPECT_TRUE(job.placed(0, "c", "gpu").taken);
  EXPECT_EQ(kinds(job.ended(0, because(Reason::device_lost), {5})), (std::vector<Kind>{Kind::finish}));
  EXPECT_EQ(job.state(), State::system_error);
  EXPECT_EQ(job.why().reason, Reason::retries_exhausted);
  EXPECT_NE(job.why().detail.find("device_lost"), std::string::npos);
  EXPECT_EQ(job.amount(), Credits{15});
}

TEST(JobMachine, does_not_try_again_what_would_be_paid_for_in_vain_and_names_why) {
  JobMachine job(2);
  job.begin();
  job.placed(0, "a", "gpu");
  const Why why{.reason = Reason::budget_exceeded, .detail = "more than it may cost"};
  EXPECT_EQ(kinds(job.ended(0, why, {9}, true)), (std::vector<Kind>{Kind::finish}));
  EXPECT_EQ(job.state(), State::system_error);
  EXPECT_EQ(job.why(), why);
  JobMachine tried(1);
  tried.begin();
  tried.placed(0, "a", "gpu");
  tried.ended(0, because(Reason::device_lost), {9});
  EXPECT_EQ(kinds(tried.unaffordable(0, why)), (std::vector<Kind>{Kind::finish}));
  EXPECT_EQ(tried.why(), why) << "and not that every node has failed";
}

TEST(JobMachine, does_not_try_again_what_cannot_work_and_stops_the_rest) {
  JobMachine job(3);
  job.begin();
  job.placed(0, "a", "gpu");
  job.placed(1, "b", "gpu");
  const Outcome outcome = job.ended(0, because(Reason::build_failed), {1});
  EXPECT_EQ(kinds(outcome), (std::vector<Kind>{Kind::stop})) << "task 1 is stopped, task 2 never begins";
  EXPECT_EQ(job.state(), State::canceling);
  EXPECT_EQ(kinds(job.ended(1, because(Reason::canceled), {1})), (std::vector<Kind>{Kind::finish}));
  EXPECT_EQ(job.state(), State::executor_error);
  EXPECT_EQ(job.why().reason, Reason::build_failed);
}

TEST(JobMachine, the_rest_of_a_job_that_failed_names_the_task_that_did) {
  JobMachine job(3);
  job.begin();
  job.placed(1, "a", "gpu");
  EXPECT_TRUE(job.unplaceable(0, because(Reason::price_too_high), true).taken);
  const Why rest{.reason = Reason::job_failed, .detail = "task 0: price_too_high"};
  EXPECT_EQ(job.tasks()[2].why, rest);
  EXPECT_EQ(job.tasks()[2].state, State::canceled);
  auto again = JobMachine::restore(job.tasks(), job.cancel_asked(), kAttemptsMax);
  ASSERT_TRUE(again);
  for (JobMachine* machine : {&job, &*again}) {
    EXPECT_TRUE(machine->ended(1, because(Reason::canceled), {3}).taken) << "as its provider's receipt has it";
    EXPECT_EQ(machine->tasks()[1].why, rest);
    EXPECT_EQ(machine->tasks()[1].attempts[0].why, rest);
    EXPECT_EQ(machine->tasks()[1].attempts[0].state, State::canceled);
    EXPECT_EQ(machine->state(), State::system_error);
    EXPECT_EQ(machine->why().reason, Reason::price_too_high);
  }
}

TEST(JobMachine, that_the_submitter_canceled_says_so_though_a_task_fails_meanwhile) {
  JobMachine job(3);
  job.begin();
  job.placed(0, "a", "gpu");
  job.placed(1, "b", "gpu");
  job.cancel();
  job.ended(0, because(Reason::build_failed), {});
  job.ended(1, because(Reason::canceled), {});
  EXPECT_EQ(job.tasks()[1].why, because(Reason::canceled));
  EXPECT_EQ(job.tasks()[2].why, because(Reason::canceled));
}

TEST(JobMachine, that_is_canceled_ends_when_its_attempts_have) {
  JobMachine job(2);
  job.begin();
  job.placed(0, "a", "gpu");
  EXPECT_EQ(kinds(job.cancel()), (std::vector<Kind>{Kind::stop}));
  EXPECT_FALSE(job.cancel().taken);
  EXPECT_EQ(kinds(job.ended(0, because(Reason::provider_lost), {})), (std::vector<Kind>{Kind::finish}));
  EXPECT_EQ(job.state(), State::canceled);
  JobMachine waiting(2);
  waiting.begin();
  EXPECT_EQ(kinds(waiting.cancel()), (std::vector<Kind>{Kind::finish}));
}

TEST(JobMachine, lists_what_was_agreed_on_when_its_task_had_been_canceled_and_ends_as_it_has) {
  for (const Reason end : {Reason::canceled, Reason::completed, Reason::provider_lost}) {
    JobMachine job(1);
    job.begin();
    EXPECT_EQ(kinds(job.cancel()), (std::vector<Kind>{Kind::finish}));
    const Outcome placed = job.placed(0, "a", "gpu");
    EXPECT_TRUE(placed.taken && placed.actions.empty());
    EXPECT_FALSE(job.placed(0, "b", "gpu").taken) << "one at a time";
    EXPECT_FALSE(job.started(0).taken);
    ASSERT_EQ(job.tasks()[0].attempts.size(), 1u);
    EXPECT_EQ(job.tasks()[0].attempts[0].state, State::canceling);
    const Outcome ended = job.ended(0, because(end), {7});
    EXPECT_TRUE(ended.taken && ended.actions.empty());
    EXPECT_FALSE(job.ended(0, because(end), {7}).taken);
    EXPECT_EQ(job.tasks()[0].attempts[0].why, because(end));
    EXPECT_EQ(job.tasks()[0].attempts[0].state, state_of_end(end));
    EXPECT_EQ(job.amount(), Credits{7});
    EXPECT_EQ(job.state(), State::canceled);
    EXPECT_EQ(job.why(), because(Reason::canceled));
  }
}

TEST(JobMachine, that_completes_while_it_is_canceled_has_completed) {
  JobMachine job(1);
  job.begin();
  job.placed(0, "a", "gpu");
  job.cancel();
  EXPECT_EQ(kinds(job.ended(0, because(Reason::completed), {9})), (std::vector<Kind>{Kind::finish}));
  EXPECT_EQ(job.state(), State::complete);
}

TEST(JobMachine, waits_when_nobody_takes_it_now_and_ends_when_nobody_ever_will) {
  JobMachine job(1);
  job.begin();
  EXPECT_TRUE(job.unplaceable(0, because(Reason::busy), false).actions.empty());
  EXPECT_EQ(job.state(), State::queued);
  EXPECT_EQ(kinds(job.retry(0)), (std::vector<Kind>{Kind::place}));
  EXPECT_EQ(kinds(job.unplaceable(0, because(Reason::extension_missing), true)), (std::vector<Kind>{Kind::finish}));
  EXPECT_EQ(job.state(), State::system_error);
  EXPECT_EQ(job.why().reason, Reason::extension_missing);
}

TEST(JobMachine, that_was_tried_waits_for_who_may_take_it_again_and_for_no_other) {
  JobMachine job(1, 3);
  job.begin();
  job.placed(0, "a", "gpu");
  job.ended(0, because(Reason::device_lost), {});
  job.placed(0, "b", "gpu");
  const Outcome lost = job.ended(0, because(Reason::provider_restarted), {});
  EXPECT_EQ(lost.actions.at(0).excluded, (std::set<std::string>{"a", "b"})) << "elsewhere first";
  EXPECT_TRUE(job.unplaceable(0, because(Reason::provider_restarted), false).actions.empty());
  EXPECT_EQ(job.state(), State::queued);
  EXPECT_EQ(job.retry(0).actions.at(0).excluded, (std::set<std::string>{"a"}));
  EXPECT_EQ(kinds(job.unplaceable(0, because(Reason::provider_restarted), true)), (std::vector<Kind>{Kind::finish}));
  EXPECT_EQ(job.why(),
            (Why{Reason::retries_exhausted, "the last: " + model::to_text(because(Reason::provider_restarted))}));
}

TEST(JobMachine, that_was_tried_ends_by_the_last_attempt_where_nobody_is_left) {
  JobMachine job(1);
  job.begin();
  job.placed(0, "a", "gpu");
  job.ended(0, {.reason = Reason::budget_exceeded, .detail = "2 of 1"}, {});
  EXPECT_EQ(kinds(job.unplaceable(0, because(Reason::no_device), false)), (std::vector<Kind>{Kind::finish}));
  EXPECT_EQ(job.why(), (Why{Reason::retries_exhausted,
                            "the last: " + model::to_text({.reason = Reason::budget_exceeded, .detail = "2 of 1"})}));
}

TEST(JobMachine, whose_attempt_ends_for_no_reason_goes_on_by_a_name) {
  JobMachine job(1);
  job.begin();
  job.placed(0, "a", "gpu");
  EXPECT_EQ(kinds(job.ended(0, because(Reason::unspecified), {})), (std::vector<Kind>{Kind::place}));
  EXPECT_EQ(job.tasks()[0].attempts[0].why.reason, Reason::internal);
  EXPECT_EQ(job.tasks()[0].state, State::queued);
}

TEST(JobMachine, that_was_stored_goes_on_where_it_was) {
  JobMachine job(3);
  job.begin();
  job.placed(0, "a", "gpu");
  job.ended(0, because(Reason::completed), {4});
  job.placed(1, "b", "gpu");
  job.started(1);
  auto again = JobMachine::restore(job.tasks(), job.cancel_asked(), kAttemptsMax);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->state(), job.state());
  const Outcome outcome = again->begin();
  ASSERT_EQ(kinds(outcome), (std::vector<Kind>{Kind::place}));
  EXPECT_EQ(outcome.actions[0].task, 2u);
  EXPECT_EQ(kinds(again->ended(1, because(Reason::submitter_restarted), {})), (std::vector<Kind>{Kind::place}));
  std::vector<TaskRecord> impossible = job.tasks();
  impossible[2].state = State::running;
  EXPECT_FALSE(JobMachine::restore(impossible, false, kAttemptsMax));
  EXPECT_FALSE(JobMachine::restore({}, false, kAttemptsMax));
}

TEST(JobMachine, who_has_lied_of_one_task_is_to_have_none_of_the_job) {
  for (const Reason lie : {Reason::overcharged, Reason::amount_wrong, Reason::usage_shrank, Reason::output_wrong}) {
    JobMachine job(2);
    job.begin();
    job.placed(0, "a", "gpu");
    job.started(0);
    EXPECT_TRUE(job.excluded(1, true).empty());
    job.ended(0, because(lie), {});
    EXPECT_TRUE(job.has_lied("a"));
    EXPECT_EQ(job.excluded(1, true), (std::set<std::string>{"a"})) << "not even for want of another";
    const auto again = JobMachine::restore(job.tasks(), false, kAttemptsMax);
    ASSERT_TRUE(again.has_value());
    EXPECT_TRUE(again->has_lied("a"));
  }
}

// Any events in any order, crashes between them: the job ends once, or has not ended, and a task has one attempt under
// way at most.
RC_GTEST_PROP(JobMachine, ends_exactly_once_whatever_happens, ()) {
  const auto count = *rc::gen::inRange<std::size_t>(1, 5);
  JobMachine job(count, *rc::gen::inRange<std::uint32_t>(1, 4));
  int finished = 0;
  const auto take = [&](const Outcome& outcome) {
    RC_ASSERT(outcome.taken || outcome.actions.empty());
    for (const Action& action : outcome.actions) finished += action.kind == Kind::finish ? 1 : 0;
  };
  take(job.begin());
  const std::vector<Reason> reasons{Reason::completed, Reason::completed, Reason::provider_lost,   Reason::build_failed,
                                    Reason::canceled,  Reason::preempted, Reason::voucher_missing, Reason::unspecified};
  const auto steps = *rc::gen::inRange(0, 80);
  for (int step = 0; step < steps; ++step) {
    const auto task = *rc::gen::inRange<std::size_t>(0, count + 1);
    switch (*rc::gen::inRange(0, 16)) {
      case 0:
        take(job.cancel());
        break;
      case 1:
        take(job.unplaceable(task, because(Reason::busy), *rc::gen::arbitrary<bool>()));
        break;
      case 2: {
        auto again = JobMachine::restore(job.tasks(), job.cancel_asked(), kAttemptsLimit);
        RC_ASSERT(again.has_value());
        RC_ASSERT(again->state() == job.state());
        job = *std::move(again);
        take(job.begin());
        break;
      }
      case 3:
      case 4:
      case 5:
        take(job.started(task));
        break;
      case 6:
        take(job.progressed(task, *rc::gen::inRange<std::uint32_t>(0, 1100)));
        take(job.billed(task, {*rc::gen::inRange(0, 3)}));
        break;
      case 7:
      case 8:
      case 9:
        take(job.ended(task, because(*rc::gen::elementOf(reasons)), {1}));
        break;
      default:
        take(job.placed(task, "p" + std::to_string(step), "d"));
    }
    RC_ASSERT(finished == (is_end(job.state()) ? 1 : 0));
    RC_ASSERT((job.why().reason != Reason::unspecified) == is_end(job.state()));
    RC_ASSERT(job.progress_permille() <= 1000u);
    if (!is_end(job.state())) continue;
    RC_ASSERT(!job.cancel().taken);
    const Outcome late = job.placed(task, "late", "d");
    RC_ASSERT(late.actions.empty());
    if (late.taken) RC_ASSERT(job.tasks()[task].state == State::canceled);
  }
}

TEST(State, is_called_by_its_name) {
  for (const char* name :
       {"QUEUED", "INITIALIZING", "RUNNING", "COMPLETE", "EXECUTOR_ERROR", "SYSTEM_ERROR", "CANCELING", "CANCELED"}) {
    const auto state = state_from_name(name);
    ASSERT_TRUE(state) << name;
    EXPECT_EQ(name_of(*state), name);
  }
  EXPECT_EQ(state_from_name("DONE"), std::nullopt);
}

}  // namespace
}  // namespace quern::jobs
