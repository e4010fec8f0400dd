#include "tests/scheduler/daemon/node_world.hpp"

namespace quern::daemon {
namespace {

constexpr std::uint64_t kOutputBytes = 4'096;  // of a sample job

model::Job named(char letter) {
  model::Job job = engagement::sample_job();
  job.name = std::string(6, letter);
  return job;
}

class NodeBlobs : public testing::Test {
 protected:
  // Three jobs, one after the other, at a submitter that has room for the source and two of their outputs.
  void run(NodeWorld& world, std::uint32_t keep_hours, bool fetch) {
    world.jobs = {named('a')};
    world.config(NodeWorld::kSubmitter).store.blob_bytes = 6 + 2 * kOutputBytes;
    world.config(NodeWorld::kSubmitter).store.keep_outputs_hours = keep_hours;
    world.with_node = [&, fetch](Node& node, simulation::NodeId number) -> Task<void> {
      if (number != NodeWorld::kSubmitter) co_return;
      EXPECT_TRUE(co_await node.blobs().add(runtime::copy_of(runtime::bytes_of("source"))));
      co_await node.runtime().clock().sleep_for(NodeWorld::kSubmitted - Time{});
      for (const char letter : {'a', 'b', 'c'}) {
        const auto id = *co_await node.jobs().submit(named(letter), placement::Strategy::cheapest, {});
        co_await node.jobs().wait_ended(id);
        const JobRecord& record = node.jobs().find(id)->record;
        ends.push_back(record.why.reason);
        for (const JobOutput& output : record.outputs) {
          if (fetch) node.jobs().fetched(output.digest);
        }
        co_await node.runtime().clock().sleep_for(2h);
      }
      for (const SubmittedJob* job : node.jobs().newest(3)) {
        for (const JobOutput& output : job->record.outputs) there.push_back(node.blobs().has(output.digest));
      }
      source = node.blobs().has(blobs::digest_of(runtime::bytes_of("source")));
    };
    world.submits = false;
    world.world.run_until(NodeWorld::kSubmitted + 8h);
  }

  std::vector<model::Reason> ends;
  std::vector<bool> there;  // outputs, of the newest first
  bool source = false;
};

TEST_F(NodeBlobs, outputs_that_were_fetched_make_room) {
  NodeWorld world;
  run(world, 100, true);
  EXPECT_EQ(ends, std::vector(3, model::Reason::completed));
  EXPECT_EQ(there, (std::vector{true, true, false}));
  EXPECT_TRUE(source) << "it was used later";
  EXPECT_FALSE(world.has_logged(NodeWorld::kSubmitter, "output_removed"));
}

TEST_F(NodeBlobs, outputs_that_nobody_has_fetched_stay_and_new_work_ends_by_name) {
  NodeWorld world;
  run(world, 100, false);
  ASSERT_EQ(ends.size(), 3);
  EXPECT_EQ(ends[1], model::Reason::completed);
  EXPECT_NE(ends[2], model::Reason::completed);
  EXPECT_EQ(there, (std::vector{true, true}));
}

TEST_F(NodeBlobs, outputs_that_nobody_fetches_for_too_long_make_room_and_are_named) {
  NodeWorld world;
  run(world, 1, false);
  EXPECT_EQ(ends, std::vector(3, model::Reason::completed));
  EXPECT_EQ(there, (std::vector{true, true, false}));
  EXPECT_TRUE(world.has_logged(NodeWorld::kSubmitter, "output_removed"));
}

}  // namespace
}  // namespace quern::daemon
