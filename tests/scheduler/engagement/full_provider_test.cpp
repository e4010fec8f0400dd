// A provider without room: for its records, and for an input.
#include <gtest/gtest.h>

#include "tests/scheduler/engagement/two_parties.hpp"

namespace quern::engagement {
namespace {

TEST(FullProvider, ends_its_work_by_that_name_once_there_is_room) {
  TwoParties parties;
  parties.disk_full_after = 3s;
  parties.world.run_until(Time{} + 10min);
  expect_same_end(parties, Reason::disk_full);
  EXPECT_GT(parties.ends[0].owed, model::Credits{1'000'000});
  EXPECT_LT(parties.ends[0].owed, model::Credits{5'000'000});
}

// Nor does what it says to the submitter name a file of its machine.
TEST(FullProvider, without_room_for_an_input_says_so_and_does_the_next_order) {
  TwoParties parties;
  parties.other_input.resize(900 << 10);
  parties.meanwhile = [](Runtime& runtime, Provider&) -> Task<void> {
    EXPECT_TRUE(co_await runtime.disk().replace("hog", Bytes(300 << 10)));
  };
  std::string first_log;
  parties.change_order = [&](Order& made) {
    if (!parties.ends.empty()) {
      first_log = parties.logs[0];
      return;
    }
    model::Job job = sample_job();
    const model::Digest digest = blobs::digest_of(parties.other_input);
    job.inputs.push_back({.path = "large", .digest = digest, .bytes = parties.other_input.size()});
    job.program.sources.emplace_back("large");
    made.tasks[0].manifest = model::to_canonical_json(job);
    made.tasks[0].inputs.push_back(digest);
  };
  parties.orders_one_after_the_other = 2;
  parties.world.run_until(Time{} + 2min);
  ASSERT_EQ(parties.ends.size(), 2u);
  EXPECT_EQ(parties.ends[0].why.reason, Reason::disk_full) << model::to_text(parties.ends[0].why);
  EXPECT_TRUE(first_log.contains("disk_full: the disk is full (large: no space left)\n")) << first_log;
  ASSERT_EQ(parties.told_provider.size(), 1u);
  EXPECT_TRUE(parties.told_provider[0].detail().contains("part.")) << parties.told_provider[0].message();
  EXPECT_EQ(parties.ends[1].why.reason, Reason::completed) << model::to_text(parties.ends[1].why);
}

}  // namespace
}  // namespace quern::engagement
