#include "tests/scheduler/daemon/node_world.hpp"

namespace quern::daemon {
namespace {

using simulation::NodeId;

// Five seconds after the job was submitted to the provider.
Task<void> is_at_work(Node& provider) {
  co_await provider.runtime().clock().sleep_for(NodeWorld::kSubmitted - Time{} + 5s);
  EXPECT_EQ(provider.provider().working(), 1u);
}

// That ends by itself after three seconds, or is ended then.
class NodeDrainEnds : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(NodeDrain, NodeDrainEnds, ::testing::Bool(),
                         [](const auto& hurried) { return hurried.param ? "by_hurry" : "by_itself"; });

TEST_P(NodeDrainEnds, hands_back_what_is_under_way_when_its_patience_ends) {
  const bool hurried = GetParam();
  NodeWorld world;
  world.work_length = 10min;
  runtime::Duration took{};
  std::size_t waiting = 1;
  world.with_node = [&](Node& node, NodeId number) -> Task<void> {
    if (number != NodeWorld::kProvider) co_return;
    co_await is_at_work(node);
    auto& clock = node.runtime().clock();
    const Time began = clock.now();
    co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
      const auto hurry = [&]() -> Task<void> {
        co_await clock.sleep_for(3s);
        node.hurry();
      };
      if (hurried) group.spawn(hurry());
      co_await node.drain(hurried ? 10min : 3s);
    });
    took = clock.now() - began;
    waiting = node.provider().not_over().size();
  };
  world.world.run_until(NodeWorld::kSubmitted + 20s);
  EXPECT_GE(took, 3s);
  EXPECT_LT(took, 3s + kHandBackPatience) << "its submitter was there to acknowledge";
  EXPECT_EQ(waiting, 0u);
  const NodeView provider = world.view(NodeWorld::kProvider);
  const NodeView submitter = world.view(NodeWorld::kSubmitter);
  ASSERT_EQ(submitter.jobs.size(), 1u);
  const auto& attempts = submitter.jobs[0].tasks[0].attempts;
  ASSERT_EQ(attempts.size(), 1u);
  EXPECT_EQ(attempts[0].why.reason, model::Reason::shutting_down);
  EXPECT_EQ(submitter.jobs[0].state, jobs::State::queued) << "it may come again, or another node";
  EXPECT_GT(provider.balance.earned.micro, 7'000'000) << "what was done is paid for";
  EXPECT_EQ(provider.balance.earned, submitter.balance.spent);
}

// A slow way, on which a receipt and its acknowledgement take a while.
TEST(NodeDrain, what_ends_meanwhile_is_waited_for_until_it_is_acknowledged) {
  NodeWorld world;
  world.work_length = 8s;
  runtime::Duration took{};
  std::size_t waiting = 1;
  world.with_node = [&](Node& node, NodeId number) -> Task<void> {
    if (number != NodeWorld::kProvider) co_return;
    co_await is_at_work(node);
    auto& clock = node.runtime().clock();
    world.world.links().set(NodeWorld::kProvider, NodeWorld::kSubmitter, {.latency = 400ms});
    const Time began = clock.now();
    co_await node.drain(30s);
    took = clock.now() - began;
    waiting = node.provider().not_over().size();
  };
  world.world.run_until(NodeWorld::kSubmitted + 30s);
  EXPECT_GT(took, 2s);
  EXPECT_LT(took, 10s);
  EXPECT_EQ(waiting, 0u) << "the submitter has the receipt and the outputs";
}

TEST(NodeDrain, work_of_a_peer_that_is_blocked_meanwhile_ends_by_that_name) {
  NodeWorld world;
  world.work_length = 10min;
  std::vector<model::Reason> ends;
  world.with_node = [&](Node& node, NodeId number) -> Task<void> {
    if (number != NodeWorld::kProvider) co_return;
    co_await is_at_work(node);
    auto& clock = node.runtime().clock();
    const auto changed = co_await node.change([](Preferences& preferences) -> std::expected<void, rpc::Failure> {
      preferences.blocked = {connection::test_peer(NodeWorld::kSubmitter + 1).text()};
      return {};
    });
    EXPECT_TRUE(changed);
    co_await clock.sleep_for(5s);
    for (const agreement::Trail* trail : node.provider().not_over()) {
      EXPECT_EQ(trail->stage(), agreement::Stage::ended);
      ends.push_back(trail->receipt().reason());
    }
  };
  world.world.run_until(NodeWorld::kSubmitted + 20s);
  EXPECT_EQ(ends, std::vector{model::Reason::submitter_denied});
}

// Each task for itself under an agreement, as each takes seconds.
model::Job job_of(std::uint32_t shards) {
  model::Job job = engagement::sample_job();
  job.work->fp32_flop = shards * 5'000'000'000ULL;
  job.shards.count = shards;
  return job;
}

struct Drained {
  bool begun = false;
  runtime::Duration took{};
};

// Has the submitter drain five seconds after it submitted a job, in its first life.
void drain_submitter(NodeWorld& world, std::uint32_t shards, runtime::Duration patience, Drained& drained) {
  world.work_length = 10s;
  world.submits = false;
  world.with_node = [shards, patience, &drained](Node& node, NodeId number) -> Task<void> {
    if (number != NodeWorld::kSubmitter || std::exchange(drained.begun, true)) co_return;
    auto& clock = node.runtime().clock();
    EXPECT_TRUE(co_await node.blobs().add(runtime::copy_of(runtime::bytes_of("source"))));
    co_await clock.sleep_for(NodeWorld::kSubmitted - Time{});
    EXPECT_TRUE(co_await node.jobs().submit(job_of(shards), placement::Strategy::cheapest, {}));
    co_await clock.sleep_for(5s);
    const Time began = clock.now();
    co_await node.drain(patience);
    drained.took = clock.now() - began;
  };
  world.world.run_until(NodeWorld::kSubmitted + 5s + patience + 1s);
}

NodeView view_after_restart(NodeWorld& world) {
  world.crash_and_restart(NodeWorld::kSubmitter, 1s);
  world.world.run_for(5s);
  return world.view(NodeWorld::kSubmitter);
}

TEST(NodeDrain, an_own_job_all_of_which_is_under_way_completes_and_is_waited_for_no_longer) {
  Drained drained;  // outlives the world
  NodeWorld world;
  drain_submitter(world, 1, 30s, drained);
  EXPECT_GT(drained.took, 4s);
  EXPECT_LT(drained.took, 6s);
  const NodeView submitter = view_after_restart(world);
  ASSERT_EQ(submitter.jobs.size(), 1u);
  EXPECT_EQ(submitter.jobs[0].state, jobs::State::complete) << "and it is on the disk";
}

TEST(NodeDrain, own_tasks_that_wait_are_not_placed_any_more) {
  Drained drained;  // outlives the world
  NodeWorld world;
  drain_submitter(world, 5, 60s, drained);
  EXPECT_GT(drained.took, 4s);
  EXPECT_LT(drained.took, 20s) << "one is at work, and the next is agreed on";
  const NodeView submitter = view_after_restart(world);
  ASSERT_EQ(submitter.jobs.size(), 1u);
  const JobRecord& job = submitter.jobs[0];
  EXPECT_EQ(job.why.reason, model::Reason::submitter_restarted);
  const auto tried = [](const jobs::TaskRecord& task) { return !task.attempts.empty(); };
  EXPECT_EQ(std::ranges::count_if(job.tasks, tried), 2);
  EXPECT_EQ(std::ranges::count(job.tasks, jobs::State::complete, &jobs::TaskRecord::state), 2);
  EXPECT_EQ(submitter.balance.reserved, model::Credits{});
  EXPECT_EQ(submitter.balance.spent, job.amount);
}

TEST(NodeDrain, own_tasks_are_waited_for_no_longer_than_the_patience) {
  Drained drained;  // outlives the world
  NodeWorld world;
  drain_submitter(world, 1, 2s, drained);
  EXPECT_GE(drained.took, 2s);
  EXPECT_LT(drained.took, 3s);
}

}  // namespace
}  // namespace quern::daemon
