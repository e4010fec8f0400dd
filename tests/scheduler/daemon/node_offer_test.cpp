#include "tests/scheduler/daemon/node_world.hpp"

namespace quern::daemon {
namespace {

constexpr std::uint64_t kLink = 1'000'000;  // bytes a second

TEST(NodeOffer, says_what_was_measured_and_nothing_before) {
  NodeWorld world;
  world.setup_length = 700ms;
  world.data = std::string(2 << 20, 'd');
  world.jobs[0].inputs.push_back(
      {.path = "data.bin", .digest = blobs::digest_of(runtime::bytes_of(world.data)), .bytes = world.data.size()});
  model::Buffer buffer;
  buffer.name = "data";
  buffer.bytes = world.data.size();
  buffer.input = "data.bin";
  world.jobs[0].buffers.push_back(buffer);
  world.world.links().set(NodeWorld::kProvider, NodeWorld::kSubmitter, {.bytes_per_second = kLink});
  world.world.run_until(Time{} + 3s);
  const auto before = world.view(NodeWorld::kProvider).offer;
  ASSERT_TRUE(before);
  EXPECT_EQ(before->setup_ms, 0);
  EXPECT_EQ(before->link_bytes_per_second, 0);
  world.world.run_until(NodeWorld::kSubmitted + 1min);
  const NodeView submitter = world.view(NodeWorld::kSubmitter);
  ASSERT_EQ(submitter.jobs.size(), 1);
  ASSERT_EQ(submitter.jobs[0].why.reason, model::Reason::completed) << model::to_text(submitter.jobs[0].why);
  const auto after = world.view(NodeWorld::kProvider).offer;
  ASSERT_TRUE(after);
  EXPECT_NEAR(after->setup_ms, 700, 10);
  EXPECT_NEAR(static_cast<double>(after->link_bytes_per_second), kLink, kLink / 5.0);
  EXPECT_GT(after->sequence, before->sequence);
  // What it says does not change while the same is measured.
  world.world.run_for(2min);
  EXPECT_EQ(world.view(NodeWorld::kProvider).offer->sequence, after->sequence);
}

}  // namespace
}  // namespace quern::daemon
