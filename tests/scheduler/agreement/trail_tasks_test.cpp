// Trails of agreements for several tasks.
#include <optional>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/scheduler/agreement/example_trail.hpp"

namespace quern::agreement {
namespace {

using model::Reason;

// Three tasks under the example's terms.
ExampleTrail with_three_tasks() {
  ExampleTrail example;
  Demand demand = example_demand();
  demand.tasks = {{.job = digest_of(1)}, {.job = digest_of(2)}, {.job = digest_of(2), .shard = 1, .shards = 2}};
  demand.usage_max = usage_of(20'000'000, 3);
  example.add(demand);
  example.add(example_bid(example.trail.newest(RecordKind::demand)));
  example.add(draft_agreement(example.trail, kNow));
  example.add(draft_acceptance(example.trail, kNow));
  return example;
}

std::vector<TaskEnd> three_ends() {
  return {{.reason = Reason::completed, .usage = usage_of(1'000'000)},
          {.reason = Reason::build_failed, .usage = usage_of(0)},
          {.reason = Reason::completed, .usage = usage_of(2'000'000)}};
}

TEST(Trail, of_several_tasks_says_what_became_of_each_and_what_it_costs) {
  ExampleTrail example = with_three_tasks();
  example.note(1'500'000).voucher();
  const Receipt receipt = draft_receipt(example.trail, three_ends(), kNow);
  EXPECT_EQ(receipt.reason(), Reason::build_failed) << "of the first that was not completed";
  EXPECT_EQ(receipt.usage, usage_of(3'000'000, 3));
  example.add(receipt);
  EXPECT_EQ(example.trail.owed_by_task(), (std::vector<model::Credits>{credits(2'000'000), {}, {}}))
      << "of the vouchers";
  example.closed();
  EXPECT_EQ(example.trail.owed_by_task(),
            (std::vector<model::Credits>{credits(1'500'000), credits(500'000), credits(2'500'000)}));
}

TEST(Trail, a_receipt_is_of_the_tasks_that_were_agreed) {
  ExampleTrail example = with_three_tasks();
  Receipt receipt = draft_receipt(example.trail, three_ends(), kNow);
  receipt.tasks.push_back({.reason = Reason::completed});
  EXPECT_EQ(example.offer(receipt), "terms_differ");
  receipt.tasks.resize(3);
  EXPECT_EQ(example.offer(receipt), "");
}

// As a liar would write it: what the draft leaves out is in again.
Receipt with_usage(Receipt receipt, std::size_t task, const model::Usage& usage, const Bid& bid) {
  receipt.tasks[task].usage = model::sum(receipt.tasks[task].usage, usage);
  receipt.usage = model::sum(receipt.usage, usage);
  receipt.amount = amount_due(bid, receipt.usage);
  return receipt;
}

TEST(Trail, a_receipt_asks_for_nothing_of_a_task_that_has_not_begun) {
  for (const Reason reason : {Reason::input_missing, Reason::input_corrupt, Reason::busy, Reason::draining,
                              Reason::manifest_invalid, Reason::kind_not_offered}) {
    ExampleTrail example = with_three_tasks();
    example.note(500'000).voucher();
    std::vector<TaskEnd> ends = three_ends();
    ends[2] = {.reason = reason, .usage = usage_of(3'000'000)};
    const Receipt honest = draft_receipt(example.trail, ends, kNow);
    EXPECT_EQ(honest.tasks[2].usage, model::Usage{}) << model::text_of(reason).name;
    EXPECT_EQ(example.offer(with_usage(honest, 2, usage_of(1, 0), example.trail.bid())), "overcharged");
    EXPECT_EQ(example.offer(with_usage(honest, 2, usage_of(0, 1), example.trail.bid())), "overcharged");
    EXPECT_EQ(example.offer(honest), "") << model::text_of(reason).name;
  }
}

// The receipt can be no less, and which task it was is not known: the last one has it.
TEST(Trail, what_notes_have_told_may_stand_at_a_last_task_that_has_not_begun) {
  ExampleTrail example = with_three_tasks();
  example.note(5'000'000).voucher();
  std::vector<TaskEnd> ends = three_ends();
  ends[2] = {.reason = Reason::input_missing, .usage = {}};
  const Receipt receipt = draft_receipt(example.trail, ends, kNow);
  EXPECT_EQ(receipt.tasks[2].usage, usage_of(4'000'000, 0));
  EXPECT_EQ(example.offer(receipt), "");
}

TEST(Trail, a_receipt_asks_for_the_setup_alone_of_a_program_that_does_not_compile) {
  ExampleTrail example = with_three_tasks();
  std::vector<TaskEnd> ends = three_ends();
  ends[1].usage = usage_of(4'000'000);
  const Receipt honest = draft_receipt(example.trail, ends, kNow);
  EXPECT_EQ(honest.usage, usage_of(7'000'000, 3)) << "what was used is told";
  EXPECT_EQ(honest.amount, credits(4'500'000)) << "three times set up, and the other two tasks";
  Receipt dear = honest;
  ++dear.amount.micro;
  EXPECT_EQ(example.offer(dear), "amount_wrong");
  EXPECT_EQ(example.offer(honest), "");
}

// However it was metered: what tasks owe adds up to what is owed, and none of it is below zero.
RC_GTEST_PROP(Trail, owed_by_task_adds_up_to_owed, ()) {
  ExampleTrail example = with_three_tasks();
  const auto micro = [](std::uint64_t most) { return *rc::gen::inRange<std::uint64_t>(0, most); };
  if (*rc::gen::arbitrary<bool>()) example.note(micro(9'000'000)).voucher();
  std::vector<TaskEnd> ends = three_ends();
  for (TaskEnd& end : ends) end.usage = usage_of(micro(12'000'000), micro(3));
  ends[0].reason = *rc::gen::element(Reason::completed, Reason::preempted);
  ends[1].reason = Reason::completed;
  const std::optional<model::Credits> less = credits(static_cast<std::int64_t>(micro(9'000'000)));
  example.add(draft_receipt(example.trail, ends, kNow, *rc::gen::arbitrary<bool>() ? less : std::nullopt));
  if (*rc::gen::arbitrary<bool>()) example.closed();
  model::Credits sum;
  for (const model::Credits part : example.trail.owed_by_task()) {
    RC_ASSERT(part >= model::Credits{});
    sum.micro += part.micro;
  }
  RC_ASSERT(sum == example.trail.owed());
}

}  // namespace
}  // namespace quern::agreement
