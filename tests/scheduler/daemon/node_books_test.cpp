#include "tests/scheduler/daemon/node_world.hpp"

namespace quern::daemon {
namespace {

using simulation::NodeId;

TEST(NodeBooks, a_reservation_whose_trail_the_disk_has_lost_is_released_and_named) {
  NodeWorld world;
  world.work_length = 10s;
  world.world.run_until(NodeWorld::kSubmitted + 5s);
  ASSERT_EQ(world.view(NodeWorld::kSubmitter).open.size(), 1);
  world.crash(NodeWorld::kSubmitter);
  world.before_start = [](Runtime& runtime, NodeId /*number*/) -> Task<void> {
    const auto files = co_await runtime.disk().list();
    for (const std::string& file : *files) {
      if (file.starts_with("trail.")) EXPECT_TRUE(co_await runtime.disk().remove(file));
    }
  };
  world.world.restart(NodeWorld::kSubmitter);
  world.world.run_for(10s);
  const NodeView after = world.view(NodeWorld::kSubmitter);
  EXPECT_TRUE(after.open.empty());
  EXPECT_EQ(after.balance.reserved, model::Credits{});
  EXPECT_TRUE(world.has_logged(NodeWorld::kSubmitter, "reservation_without_trail"));
}

TEST(NodeBooks, an_end_that_the_ledger_cannot_take_is_entered_once_it_can) {
  NodeWorld world;
  world.work_length = 3s;
  world.world.run_until(NodeWorld::kSubmitted + 2s);
  ASSERT_EQ(world.view(NodeWorld::kSubmitter).open.size(), 1);
  world.files(NodeWorld::kSubmitter).fill_after(0);
  world.world.run_for(20s);
  EXPECT_TRUE(world.has_logged(NodeWorld::kSubmitter, "not_posted"));
  EXPECT_EQ(world.view(NodeWorld::kSubmitter).open.size(), 1);
  world.files(NodeWorld::kSubmitter).make_room();
  world.world.run_for(10s);
  const NodeView after = world.view(NodeWorld::kSubmitter);
  EXPECT_TRUE(after.open.empty());
  EXPECT_EQ(after.balance.spent, world.view(NodeWorld::kProvider).balance.earned);
  EXPECT_EQ(after.balance.spent.micro, 3'000'000);
}

}  // namespace
}  // namespace quern::daemon
