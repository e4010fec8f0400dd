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

// One end for both, of one amount, and nothing on either side that the other has not.
void expect_one_end(const TwoParties& parties, const std::string& when) {
  ASSERT_EQ(parties.ends.size(), 1u) << when;
  const OrderEnd& end = parties.ends[0];
  ASSERT_EQ(end.trail.stage(), Stage::closed) << when << ": " << model::to_text(end.why);
  ASSERT_EQ(parties.closed.size(), 1u) << when;
  EXPECT_EQ(agreement::write_trail(end.trail), agreement::write_trail(parties.closed[0])) << when;
  EXPECT_EQ(end.owed, parties.closed[0].owed()) << when;
  EXPECT_TRUE(parties.damaged.empty()) << when;
}

TEST(FullSubmitter, whose_disk_takes_no_record_has_the_work_ended_and_settles_it_once_there_is_room) {
  TwoParties parties;
  parties.work_length = 5min;
  parties.submitter_disk_full_after = 3s;
  parties.submitter_disk_full_for = 30min;
  parties.world.run_until(Time{} + 6s);
  ASSERT_TRUE(parties.working);
  EXPECT_EQ(parties.working(), 0u) << "nobody can promise to pay for it";
  EXPECT_TRUE(parties.logs[0].contains("disk_full: the disk of this node's data directory has no room"))
      << parties.logs[0];
  parties.world.run_until(Time{} + 29min);
  EXPECT_TRUE(parties.ends.empty()) << "what it owes is not in writing yet";
  parties.world.run_until(Time{} + 32min);
  expect_one_end(parties, "in half an hour");
  if (HasFatalFailure()) return;
  const OrderEnd& end = parties.ends[0];
  EXPECT_EQ(end.why.reason, Reason::disk_full) << model::to_text(end.why);
  EXPECT_TRUE(end.tasks[0].no_room_here);
  EXPECT_EQ(end.trail.receipt().reason(), Reason::canceled);
  EXPECT_GT(end.owed, model::Credits{1'000'000});
  EXPECT_LT(end.owed, model::Credits{5'000'000});
}

TEST(FullSubmitter, that_has_canceled_itself_says_so) {
  TwoParties parties;
  parties.work_length = 5min;
  parties.submitter_disk_full_after = 3s;
  parties.cancel_after = 20s;
  parties.world.run_until(Time{} + 5min);
  expect_one_end(parties, "canceled");
  if (HasFatalFailure()) return;
  EXPECT_EQ(parties.ends[0].why.reason, Reason::canceled) << model::to_text(parties.ends[0].why);
}

// Whichever record it is that has no room: the acceptance, a note, a voucher, the receipt, or its acknowledgement.
TEST(FullSubmitter, comes_to_one_end_whenever_its_disk_is_full) {
  std::map<Reason, int> reasons;
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    TwoParties parties(seed);
    runtime::Random& random = parties.world.random();
    parties.submitter_disk_full_after = std::chrono::milliseconds(random.between(0, 9'000));
    parties.submitter_disk_full_for = std::chrono::seconds(random.between(1, 20 * 60));
    parties.submitter_disk_left = static_cast<std::size_t>(random.between(0, 1'500));
    if (seed % 2 == 0) parties.submitter_disk_full_for = 10s;
    parties.deliver_after = 1s;
    parties.world.run_until(Time{} + 30min);
    ASSERT_EQ(parties.ends.size(), 1u) << "seed " << seed;
    const OrderEnd& end = parties.ends[0];
    ++reasons[end.why.reason];
    if (end.kept_back) continue;  // there was no room for the first record, and nothing was sent
    expect_one_end(parties, "seed " + std::to_string(seed));
    const bool known = end.why.reason == Reason::completed || end.why.reason == Reason::disk_full;
    EXPECT_TRUE(known) << "seed " << seed << ": " << model::to_text(end.why);
  }
  EXPECT_GT(reasons[Reason::disk_full], 20);
  EXPECT_GT(reasons[Reason::completed], 5);
}

}  // namespace
}  // namespace quern::engagement
