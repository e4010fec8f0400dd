// Nodes are killed at every instant at which something happens between the submission of a job and its end.
#include <vector>

#include "tests/scheduler/daemon/node_world.hpp"

namespace quern::daemon {
namespace {

using simulation::CrashKind;
using simulation::NodeId;

constexpr runtime::Duration kStep = 20us;

model::Job job_of(std::uint32_t shards) {
  model::Job job = engagement::sample_job();
  job.work->fp32_flop = shards * 100'000'000ULL;
  job.resources.walltime_ms = 10'000;
  job.shards.count = shards;
  return job;
}

// When something happens, from the submission until the job has ended.
std::vector<Time> instants(const model::Job& job) {
  NodeWorld world;
  world.jobs = {job};
  std::vector<Time> found;
  world.world.run_until(NodeWorld::kSubmitted);
  const Time end = NodeWorld::kSubmitted + 1s;
  while (world.world.now() < end) {
    if (world.world.run_for(kStep) > 0) found.push_back(world.world.now());
  }
  return found;
}

// What must hold when all is over.
void expect_settled(NodeWorld& world) {
  const NodeView submitter = world.view(NodeWorld::kSubmitter);
  const NodeView provider = world.view(NodeWorld::kProvider);
  EXPECT_EQ(submitter.balance.reserved, model::Credits{});
  EXPECT_TRUE(submitter.open.empty());
  EXPECT_EQ(submitter.balance.payable, provider.balance.receivable);
  EXPECT_EQ(submitter.balance.spent, provider.balance.earned);
  EXPECT_EQ(provider.working, 0);
  model::Credits amount;
  for (const JobRecord& job : submitter.jobs) {
    EXPECT_TRUE(job.ended_unix_ms);
    amount.micro += job.amount.micro;
    if (std::ranges::all_of(job.tasks, [](const auto& task) { return task.state == jobs::State::complete; })) {
      EXPECT_EQ(job.state, jobs::State::complete) << model::to_text(job.why);
      EXPECT_EQ(job.outputs.size(), 1u) << "all tasks are complete, and nothing is there";
    }
    if (job.why.reason != model::Reason::submitter_restarted) continue;
    model::Credits of_tasks;
    for (const jobs::TaskRecord& task : job.tasks)
      for (const jobs::Attempt& attempt : task.attempts) of_tasks.micro += attempt.amount.micro;
    EXPECT_EQ(of_tasks, job.amount) << "the tasks say another amount";
  }
  EXPECT_EQ(amount, submitter.balance.spent) << "the jobs say another amount";
  EXPECT_EQ(submitter.owed, submitter.balance.spent) << "the trails of the jobs say another amount";
}

TEST(NodeCrash, an_undisturbed_job_is_paid_for_and_reserves_nothing_afterwards) {
  NodeWorld world;
  world.jobs = {job_of(2)};
  world.world.run_until(Time{} + 30s);
  expect_settled(world);
  const NodeView submitter = world.view(NodeWorld::kSubmitter);
  ASSERT_EQ(submitter.jobs.size(), 1);
  EXPECT_EQ(submitter.jobs[0].state, jobs::State::complete) << submitter.jobs[0].why.detail;
  EXPECT_EQ(submitter.balance.spent.micro, 600'000);
}

// Like jobs, some of which share an agreement; which is whose nobody has written down when the node goes away.
TEST(NodeCrash, like_jobs_that_were_under_way_have_cost_together_what_was_paid) {
  const std::vector<model::Job> jobs(4, job_of(1));
  for (const bool apart : {false, true}) {
    for (auto after = 0ms; after < 1500ms && !testing::Test::HasFailure(); after += 70ms) {
      SCOPED_TRACE("killed after " + std::to_string(after / 1ms) + " ms");
      NodeWorld world;
      world.jobs = jobs;
      if (apart) world.work_length = 700ms;
      world.world.run_until(NodeWorld::kSubmitted + after);
      world.crash_and_restart(NodeWorld::kSubmitter, 10ms);
      world.world.run_for(4min);
      expect_settled(world);
    }
  }
}

// What one that has ended had of the agreements that it shared is written down, and not taken for the others'.
TEST(NodeCrash, like_jobs_that_share_agreements_with_one_that_has_ended_have_cost_together_what_was_paid) {
  for (auto after = 2500ms; after < 6500ms && !testing::Test::HasFailure(); after += 250ms) {
    SCOPED_TRACE("killed after " + std::to_string(after / 1ms) + " ms");
    NodeWorld world;
    world.jobs = std::vector<model::Job>(3, job_of(7));
    world.world.run_until(NodeWorld::kSubmitted + after);
    world.crash_and_restart(NodeWorld::kSubmitter, 10ms);
    world.world.run_for(4min);
    expect_settled(world);
  }
}

struct Kill {
  std::vector<NodeId> nodes;
  CrashKind kind = CrashKind::process;
  runtime::Duration away = 2s;
  bool twice = false;  // again, while it takes up what was left
};

void kill_at_every_instant(const Kill& kill) {
  const auto job = job_of(2);
  const auto moments = instants(job);
  ASSERT_GT(moments.size(), 100);
  for (std::size_t i = 0; i < moments.size() && !testing::Test::HasFailure(); ++i) {
    const auto& moment = moments[i];
    SCOPED_TRACE("killed at " + std::to_string((moment - Time{}) / 1us) + " us");
    NodeWorld world;
    world.jobs = {job};
    world.world.run_until(moment);
    for (const NodeId node : kill.nodes) world.crash_and_restart(node, kill.away, kill.kind);
    if (kill.twice) {
      world.world.run_for(kill.away + i % 31 * 1ms);
      for (const NodeId node : kill.nodes) world.crash_and_restart(node, kill.away, kill.kind);
    }
    world.world.run_until(moment + 4min);
    expect_settled(world);
  }
}

TEST(NodeCrash, a_submitter_may_be_killed_at_any_instant) {
  kill_at_every_instant({.nodes = {NodeWorld::kSubmitter}});
}

TEST(NodeCrash, a_submitter_that_is_back_at_once_finds_its_work_under_way) {
  kill_at_every_instant({.nodes = {NodeWorld::kSubmitter}, .away = 10ms});
}

TEST(NodeCrash, a_submitter_may_be_killed_again_while_it_takes_up_what_was_left) {
  kill_at_every_instant({.nodes = {NodeWorld::kSubmitter}, .away = 10ms, .twice = true});
}

TEST(NodeCrash, a_provider_may_be_killed_at_any_instant) {
  kill_at_every_instant({.nodes = {NodeWorld::kProvider}});
}

TEST(NodeCrash, a_provider_may_be_killed_again_while_it_takes_up_what_was_left) {
  kill_at_every_instant({.nodes = {NodeWorld::kProvider}, .away = 10ms, .twice = true});
}

TEST(NodeCrash, a_power_cut_at_any_instant_may_take_what_no_disk_has_confirmed) {
  kill_at_every_instant({.nodes = {NodeWorld::kProvider}, .kind = CrashKind::machine});
  kill_at_every_instant({.nodes = {NodeWorld::kSubmitter}, .kind = CrashKind::machine});
}

TEST(NodeCrash, both_may_be_killed_at_any_instant) {
  kill_at_every_instant({.nodes = {NodeWorld::kProvider, NodeWorld::kSubmitter}});
}

}  // namespace
}  // namespace quern::daemon
