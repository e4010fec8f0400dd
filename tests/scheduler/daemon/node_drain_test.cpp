#include "tests/scheduler/daemon/node_world.hpp"

namespace quern::daemon {
namespace {

using simulation::NodeId;

TEST(NodeDrain, hands_back_what_is_under_way_when_its_patience_ends) {
  NodeWorld world;
  world.work_length = 10min;
  runtime::Duration took{};
  std::size_t waiting = 1;
  world.with_node = [&](Node& node, NodeId number) -> Task<void> {
    if (number != NodeWorld::kProvider) co_return;
    auto& clock = node.runtime().clock();
    co_await clock.sleep_for(NodeWorld::kSubmitted - Time{} + 5s);
    EXPECT_EQ(node.provider().working(), 1u);
    const Time began = clock.now();
    co_await node.drain(3s);
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

TEST(NodeDrain, work_of_a_peer_that_is_blocked_meanwhile_ends_by_that_name) {
  NodeWorld world;
  world.work_length = 10min;
  std::vector<model::Reason> ends;
  world.with_node = [&](Node& node, NodeId number) -> Task<void> {
    if (number != NodeWorld::kProvider) co_return;
    auto& clock = node.runtime().clock();
    co_await clock.sleep_for(NodeWorld::kSubmitted - Time{} + 5s);
    EXPECT_EQ(node.provider().working(), 1u);
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

}  // namespace
}  // namespace quern::daemon
