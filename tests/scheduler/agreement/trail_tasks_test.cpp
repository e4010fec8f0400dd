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
  demand.tasks = {{.job = digest_of(1), .max_total = credits(3'000'000)},
                  {.job = digest_of(2), .max_total = credits(2'000'000)},
                  {.job = digest_of(2), .shard = 1, .shards = 2, .max_total = credits(7'000'000)}};
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

TEST(Trail, a_task_that_has_used_more_than_its_own_price_is_paid_up_to_it_and_no_further) {
  ExampleTrail example = with_three_tasks();
  std::vector<TaskEnd> ends = three_ends();
  ends[1] = {.reason = Reason::completed, .usage = usage_of(4'000'000)};
  const Receipt receipt = draft_receipt(example.trail, ends, kNow);
  EXPECT_EQ(receipt.amount, credits(1'500'000 + 2'000'000 + 2'500'000)) << "the second is for two credits";
  Receipt dear = receipt;
  for (const std::int64_t more : {1, 2'500'000}) {
    dear.amount.micro = receipt.amount.micro + more;
    const Outcome outcome = example.trail.take(example.sealed(dear), kNow);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().reason, Reason::overcharged);
    EXPECT_EQ(outcome.error().detail, "task 1 for 4.5 credits, agreed are at most 2 credits for it");
  }
  dear.amount.micro = receipt.amount.micro - 1;
  EXPECT_EQ(example.offer(dear), "amount_wrong") << "all of them were completed";
  example.add(receipt);
  example.closed();
  EXPECT_EQ(example.trail.owed_by_task(),
            (std::vector<model::Credits>{credits(1'500'000), credits(2'000'000), credits(2'500'000)}));
}

// Nobody knows any more which task has used what: the first were the first to run.
TEST(Trail, a_receipt_after_a_restart_has_what_was_billed_of_the_first_tasks_as_far_as_their_prices_go) {
  ExampleTrail example = with_three_tasks();
  example.add(draft_usage_note(example.trail, usage_of(7'500'000, 3), kNow));
  const std::vector<TaskEnd> ends(3, {.reason = Reason::provider_restarted});
  const Receipt receipt = draft_receipt(example.trail, ends, kNow);
  EXPECT_EQ(receipt.usage, usage_of(7'500'000, 3));
  EXPECT_EQ(receipt.amount, credits(9'000'000)) << "two more than the last may cost";
  example.add(receipt);
  example.closed();
  for (std::size_t task = 0; task < 3; ++task)
    EXPECT_LE(example.trail.owed_by_task()[task], example.trail.demand().tasks[task].max_total);
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

// The receipt can be no less, and which task it was is not known.
TEST(Trail, what_notes_have_told_may_stand_at_a_task_that_has_not_begun) {
  ExampleTrail example = with_three_tasks();
  example.note(5'000'000).voucher();
  std::vector<TaskEnd> ends = three_ends();
  ends[2] = {.reason = Reason::input_missing, .usage = {}};
  const Receipt receipt = draft_receipt(example.trail, ends, kNow);
  EXPECT_EQ(receipt.usage, usage_of(5'000'000, 2));
  EXPECT_NE(receipt.tasks[2].usage, model::Usage{});
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

// However it was metered: what tasks owe adds up to what is owed, and none of it is below zero or above
// the task's own price.
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
  const auto parts = example.trail.owed_by_task();
  for (std::size_t task = 0; task < parts.size(); ++task) {
    RC_ASSERT(parts[task] >= model::Credits{});
    RC_ASSERT(parts[task] <= example.trail.demand().tasks[task].max_total);
    sum.micro += parts[task].micro;
  }
  RC_ASSERT(sum == example.trail.owed());
}

// A provider bills by this: never less than before, and no more than is paid for.
RC_GTEST_PROP(Trail, usage_within_a_price_lies_between_and_costs_no_more, ()) {
  const auto rates = example_bid({}).rates;
  const auto any = [](std::uint64_t most) { return *rc::gen::inRange<std::uint64_t>(0, most); };
  const model::Usage from = usage_of(any(5'000'000), any(3));
  const model::Usage to = usage_of(any(model::kQuantityMax), any(3));
  const model::Credits before = model::cost(rates, from).value_or(credits(0));
  const model::Credits most = credits(before.micro + static_cast<std::int64_t>(any(20'000'000)));
  const model::Usage within = usage_within(rates, from, to, most);
  RC_ASSERT(model::cost(rates, within) <= most);
  for (std::size_t i = 0; i < model::kDimensions; ++i) {
    RC_ASSERT(within.quantity[i] >= from.quantity[i]);
    RC_ASSERT(within.quantity[i] <= std::max(from.quantity[i], to.quantity[i]));
  }
}

}  // namespace
}  // namespace quern::agreement
