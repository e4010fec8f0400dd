// A submitter without room: for the outputs that its provider has made, and for the records that it answers.
#include <gtest/gtest.h>

#include "scheduler/agreement/trail_file.hpp"
#include "tests/scheduler/engagement/two_parties.hpp"

namespace quern::engagement {
namespace {

// The provider has done its work and has it in writing; the submitter knows where there was no room.
void expect_paid_without_outputs(const TwoParties& parties, std::string_view named) {
  ASSERT_EQ(parties.ends.size(), 1u);
  const OrderEnd& end = parties.ends[0];
  EXPECT_EQ(end.why.reason, Reason::disk_full) << model::to_text(end.why);
  EXPECT_NE(end.why.detail.find(named), std::string::npos) << model::to_text(end.why);
  EXPECT_NE(end.why.detail.find("4096 bytes"), std::string::npos) << model::to_text(end.why);
  EXPECT_EQ(end.owed, model::Credits{8'000'000});
  ASSERT_EQ(end.tasks.size(), 1u);
  EXPECT_EQ(end.tasks[0].why, end.why);
  EXPECT_EQ(end.tasks[0].owed, end.owed);
  EXPECT_TRUE(end.tasks[0].outputs.empty());
  EXPECT_TRUE(end.tasks[0].no_room_here);
  ASSERT_EQ(parties.closed.size(), 1u);
  EXPECT_EQ(parties.closed[0].receipt().reason(), Reason::completed);
  EXPECT_EQ(agreement::write_trail(end.trail), agreement::write_trail(parties.closed[0]));
}

TEST(FullSubmitter, whose_store_takes_no_output_pays_for_it_and_names_the_setting_at_once) {
  TwoParties parties;
  parties.submitter_store.bytes_max = 1024;
  parties.world.run_until(Time{} + 15s);
  expect_paid_without_outputs(parties, "store.blob_bytes");
}

TEST(FullSubmitter, whose_disk_takes_no_output_pays_for_it_and_names_the_disk_at_once) {
  TwoParties parties;
  parties.submitter_disk_full_after = 7500ms;
  parties.submitter_disk_left = 4000;
  parties.world.run_until(Time{} + 15s);
  ASSERT_EQ(parties.closed.size(), 1u) << "what was left was for its records";
  parties.world.run_until(Time{} + 2min);
  expect_paid_without_outputs(parties, "disk of this node's data directory");
}

TEST(FullSubmitter, keeps_the_outputs_of_those_tasks_that_it_has_room_for) {
  TwoParties parties;
  parties.change_order = [](Order& order) {
    model::Job job = sample_job();
    job.name = "small";
    job.outputs[0].max_bytes = job.buffers[0].bytes = 16;
    order.tasks.push_back(order.tasks[0]);
    order.tasks[1].manifest = model::to_canonical_json(job);
    order.tasks[1].output_bytes = output_bytes_of(job, 0);
    order.usage_max[model::Dimension::setup] = 2;
  };
  parties.submitter_store.bytes_max = 1024;
  parties.world.run_until(Time{} + 1min);
  ASSERT_EQ(parties.ends.size(), 1u);
  const OrderEnd& end = parties.ends[0];
  EXPECT_EQ(end.why.reason, Reason::disk_full) << model::to_text(end.why);
  EXPECT_EQ(end.trail.stage(), Stage::closed);
  ASSERT_EQ(end.tasks.size(), 2u);
  EXPECT_EQ(end.tasks[0].why.reason, Reason::disk_full);
  EXPECT_EQ(end.tasks[1].why.reason, Reason::completed);
  EXPECT_EQ(end.tasks[1].outputs.size(), 1u);
  EXPECT_FALSE(end.tasks[1].no_room_here);
}

}  // namespace
}  // namespace quern::engagement
