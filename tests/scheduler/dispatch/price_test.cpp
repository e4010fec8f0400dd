// What a job may cost at most, and who is paid in vain.
#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

#include "scheduler/market/quote.hpp"
#include "tests/scheduler/dispatch/market_world.hpp"

namespace quern::dispatch {
namespace {

using model::Credits;

std::size_t attempts_of(const DispatchEnd& end) {
  return std::accumulate(end.tasks.begin(), end.tasks.end(), std::size_t{0},
                         [](std::size_t sum, const jobs::TaskRecord& task) { return sum + task.attempts.size(); });
}

Credits owed_in(const std::vector<jobs::Attempt>& attempts) {
  Credits sum;
  for (const jobs::Attempt& attempt : attempts) sum.micro += attempt.amount.micro;
  return sum;
}

// "..., 12.5 would have been needed".
Credits named_as_needed(const DispatchEnd& end) {
  const std::string& detail = end.why.detail;
  const std::size_t to = detail.find(" would have been needed");
  if (to == std::string::npos) return {};
  const std::size_t from = detail.rfind(' ', to - 1) + 1;
  return model::credits_from_text(detail.substr(from, to - from)).value_or(Credits{});
}

std::vector<ProviderSpec> three_alike() {
  return {{.gigaflops = 10, .micro_per_second = 1'000'000},
          {.gigaflops = 10, .micro_per_second = 1'100'000},
          {.gigaflops = 10, .micro_per_second = 1'200'000}};
}

TEST(Price, a_job_that_has_used_up_its_limit_ends_by_that_name_and_is_not_paid_for_elsewhere) {
  MarketWorld market(three_alike());
  market.job.price.max_total = Credits{20'000'000};
  market.length = [](std::size_t, std::uint32_t) { return 500s; };
  market.world.run_until(Time{} + 1h);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->state, jobs::State::system_error);
  EXPECT_EQ(market.end->why.reason, Reason::budget_exceeded) << model::to_text(market.end->why);
  EXPECT_EQ(market.end->why.detail,
            "more than the 20 that were left of the 20 that the job may cost: 20 are spent, more than 20 would have "
            "been needed");
  EXPECT_EQ(attempts_of(*market.end), 1u);
  EXPECT_EQ(market.end->amount, Credits{20'000'000});
}

TEST(Price, a_job_that_understates_its_work_ends_by_that_name_and_is_not_paid_for_elsewhere) {
  for (const std::optional<Credits> most : {std::optional<Credits>(), std::optional(Credits{400'000'000})}) {
    MarketWorld market(three_alike());
    market.job.price.max_total = most;
    market.length = [](std::size_t, std::uint32_t) { return 500s; };  // at most 160 are expected, and a launch
    market.world.run_until(Time{} + 1h);
    ASSERT_TRUE(market.end);
    EXPECT_EQ(market.end->why.reason, Reason::budget_exceeded) << model::to_text(market.end->why);
    EXPECT_EQ(market.end->why.detail, "more than the 160.05 that its `work` comes to there at the most");
    EXPECT_EQ(attempts_of(*market.end), 1u);
    EXPECT_EQ(market.end->amount, Credits{160'050'000});
  }
}

// The provider is lost when ten of twenty credits are vouched for; sixteen are the likely cost of another try.
TEST(Price, what_an_attempt_has_cost_comes_off_what_the_next_one_may) {
  MarketWorld market(
      {{.gigaflops = 10, .micro_per_second = 1'000'000}, {.gigaflops = 10, .micro_per_second = 1'100'000}});
  market.job.price.max_total = Credits{20'000'000};
  market.world.run_until(Time{} + 12s);
  market.world.crash(market.providers[0], simulation::CrashKind::machine);
  market.world.run_until(Time{} + 1h);
  ASSERT_TRUE(market.end);
  const auto& attempts = market.end->tasks[0].attempts;
  ASSERT_EQ(attempts.size(), 2u);
  EXPECT_GT(attempts[0].amount, Credits{5'000'000});
  EXPECT_EQ(owed_in(attempts), Credits{20'000'000});
  EXPECT_EQ(market.end->why.reason, Reason::budget_exceeded) << model::to_text(market.end->why);
}

TEST(Price, a_task_for_which_too_little_is_left_is_not_tried_again_and_says_so) {
  MarketWorld market(
      {{.gigaflops = 10, .micro_per_second = 1'000'000}, {.gigaflops = 10, .micro_per_second = 1'100'000}});
  market.job.price.max_total = Credits{18'000'000};
  market.length = [](std::size_t, std::uint32_t) { return 500s; };
  market.world.run_until(Time{} + 17s);  // four are the least that it can cost
  market.world.crash(market.providers[0], simulation::CrashKind::machine);
  market.world.run_until(Time{} + 1h);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(attempts_of(*market.end), 1u);
  EXPECT_EQ(market.end->why.reason, Reason::budget_exceeded) << model::to_text(market.end->why);
  EXPECT_NE(market.end->why.detail.find(" more expected at the least, "), std::string::npos) << market.end->why.detail;
  EXPECT_GT(named_as_needed(*market.end), Credits{18'000'000}) << market.end->why.detail;
}

// Seven tasks of a tenth of a second, and the first on a device compiles for four more.
TEST(Price, a_first_launch_may_take_what_the_other_tasks_leave) {
  for (const std::int64_t limit : {1'110'000, 1'500'000, 2'800'000, 20'000'000}) {
    MarketWorld market({{.gigaflops = 1000, .micro_per_second = 1'000'000, .processor = true}});
    market.job = MarketWorld::job_of(175, 7);
    market.job.price.max_total = Credits{limit};
    bool compiled = false;
    market.length = [&](std::size_t, std::uint32_t) { return std::exchange(compiled, true) ? 100ms : 500ms; };
    market.world.run_until(Time{} + 30min);
    ASSERT_TRUE(market.end);
    EXPECT_EQ(market.end->state, jobs::State::complete) << limit << ": " << model::to_text(market.end->why);
    EXPECT_EQ(market.end->amount, Credits{1'100'000});
    EXPECT_EQ(attempts_of(*market.end), 7u) << "nothing was paid for in vain";
  }
}

// Seven tasks of which 0.3 seconds are likely, and the first takes 0.7: they were to leave 0.6 for it, and need 0.1
// each.
TEST(Price, a_task_that_went_ahead_in_vain_has_later_what_others_did_not_need) {
  MarketWorld market({{.gigaflops = 1000, .micro_per_second = 1'000'000, .processor = true}});
  market.job = MarketWorld::job_of(525, 7);
  market.job.price.max_total = Credits{2'400'000};
  market.length = [&](std::size_t, std::uint32_t shard) { return shard == 0 ? 700ms : 100ms; };
  market.world.run_until(Time{} + 30min);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->state, jobs::State::complete) << model::to_text(market.end->why);
  EXPECT_EQ(market.end->tasks[0].attempts.size(), 2u);
  EXPECT_LE(market.end->amount, Credits{2'400'000});
}

TEST(Price, who_ends_a_task_for_its_part_and_has_used_little_of_it_does_not_have_it_again) {
  MarketWorld market(three_alike());
  market.job.price.max_total = Credits{100'000'000};
  market.claims_too_dear = 0;
  market.world.run_until(Time{} + 1h);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->state, jobs::State::complete) << model::to_text(market.end->why);
  const auto& attempts = market.end->tasks[0].attempts;
  ASSERT_EQ(attempts.size(), 2u);
  EXPECT_EQ(attempts[0].provider, market.name_of(0));
  EXPECT_EQ(attempts[0].why.reason, Reason::budget_exceeded);
  EXPECT_EQ(attempts[1].provider, market.name_of(1));
}

// The fifth of eight needs four times what the others do, which nobody could know.
TEST(Price, a_task_that_comes_to_more_than_its_part_has_what_others_leave) {
  for (const auto strategy : {placement::Strategy::cheapest, placement::Strategy::spread}) {
    MarketWorld market(three_alike());
    market.job = MarketWorld::job_of(80, 8);  // four seconds each
    market.job.price.max_total = Credits{70'000'000};
    market.options.strategy = strategy;
    market.length = [](std::size_t, std::uint32_t shard) { return shard == 4 ? 20s : 4s; };
    market.world.run_until(Time{} + 1h);
    ASSERT_TRUE(market.end);
    EXPECT_EQ(market.end->state, jobs::State::complete) << model::to_text(market.end->why);
    EXPECT_LE(market.end->amount, Credits{70'000'000});
    EXPECT_GT(market.end->tasks[4].attempts.size(), 1u);
    EXPECT_EQ(market.end->tasks[4].attempts.front().why.reason, Reason::budget_exceeded);
  }
}

TEST(Price, a_task_that_nothing_would_be_left_for_ends_the_job_at_once_and_says_what_is_missing) {
  MarketWorld market({{.gigaflops = 10, .micro_per_second = 1'000'000}});
  market.job = MarketWorld::job_of(80, 8);
  market.job.price.max_total = Credits{40'000'000};
  market.length = [](std::size_t, std::uint32_t shard) -> runtime::Duration { return shard == 2 ? 1h : 4s; };
  market.world.run_until(Time{} + 1h);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->why.reason, Reason::budget_exceeded) << model::to_text(market.end->why);
  EXPECT_LE(market.end->amount, Credits{40'000'000});
  EXPECT_GE(named_as_needed(*market.end), Credits{40'000'000}) << market.end->why.detail;
  EXPECT_NE(market.end->why.detail.find("of the 40 that the job may cost: "), std::string::npos);
}

// Small tasks share an agreement: what one of them may cost is its own.
TEST(Price, a_task_without_end_does_not_spend_what_others_of_its_agreement_may_cost) {
  MarketWorld market({{.gigaflops = 1000, .micro_per_second = 1'000'000}});
  market.job = MarketWorld::job_of(4, 2);  // of eight milliseconds each
  market.job.price.max_total = Credits{600'000};
  for (int i = 0; i < 10; ++i) {
    market.jobs_beside.push_back(MarketWorld::job_of(200, 1));
    market.jobs_beside.back().name = "job " + std::to_string(i);
  }
  market.length = [](std::size_t, std::uint32_t shard) -> runtime::Duration { return shard == 1 ? 1h : 100ms; };
  market.world.run_until(Time{} + 30min);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->why.reason, Reason::budget_exceeded) << model::to_text(market.end->why);
  EXPECT_LE(market.end->amount, Credits{600'000});
  EXPECT_LE(market.end->tasks[1].attempts.at(0).amount, Credits{300'000});
  ASSERT_EQ(market.ends_beside.size(), 10u);
  for (const DispatchEnd& end : market.ends_beside) {
    EXPECT_EQ(end.state, jobs::State::complete) << model::to_text(end.why);
    EXPECT_EQ(end.amount, Credits{100'000});
  }
  EXPECT_LT(market.trails.size(), 11u) << "some went together";
}

// Whatever the prices, however long tasks take and whoever is lost: a job never owes more than its limit.
TEST(Price, all_attempts_of_a_job_together_never_cost_more_than_its_limit) {
  std::map<Reason, int> ends;
  std::size_t again = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::vector<ProviderSpec> specs;
    for (int i = 0; i < 4; ++i) specs.push_back({.gigaflops = 5ull + i, .micro_per_second = 1'000'000 + 100'000 * i});
    MarketWorld market(specs, seed);
    auto& random = market.world.random();
    const auto shards = static_cast<std::uint32_t>(random.between(1, 6));
    market.job = MarketWorld::job_of(20 * shards, shards);
    market.job.price.max_total = Credits{static_cast<std::int64_t>(random.between(12, 60)) * 1'000'000 * shards};
    if (random.below(2) == 0) market.options.strategy = placement::Strategy::spread;
    std::vector<runtime::Duration> lengths;
    for (int i = 0; i < 6; ++i) lengths.push_back(std::chrono::milliseconds(random.between(5'000, 60'000)));
    market.length = [&lengths](std::size_t provider, std::uint32_t shard) { return lengths[(provider + shard) % 6]; };
    market.kill_providers(4);
    market.world.run_until(Time{} + 4h);
    ASSERT_TRUE(market.end);
    ++ends[market.end->why.reason];
    EXPECT_LE(market.end->amount, *market.job.price.max_total);
    if (market.end->why.reason == Reason::budget_exceeded) {
      EXPECT_GE(named_as_needed(*market.end), *market.job.price.max_total) << market.end->why.detail;
    }
    Credits sum;
    for (std::size_t task = 0; task < shards; ++task) {
      const auto& attempts = market.end->tasks[task].attempts;
      again += attempts.size() > 1 ? 1 : 0;
      sum.micro += owed_in(attempts).micro;
    }
    EXPECT_LE(sum, *market.job.price.max_total);
  }
  EXPECT_GT(again, 5u);
  EXPECT_GT(ends[Reason::completed], 0);
  EXPECT_GT(ends[Reason::budget_exceeded], 0);
}

// However unlike its tasks are, and whatever drivers compile: a limit of twice what a job costs is enough.
TEST(Price, a_limit_of_twice_what_a_job_costs_does_not_end_it) {
  std::size_t again = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const bool processor = seed % 2 == 0;
    MarketWorld market(std::vector<ProviderSpec>(3, {.gigaflops = 100, .processor = processor}), seed);
    auto& random = market.world.random();
    const auto shards = static_cast<std::uint32_t>(random.between(2, 12));
    const std::uint64_t each_ms = random.between(1, 5) * (processor ? 100 : 1'000);
    market.job = MarketWorld::job_of(each_ms / 40 * shards, shards);
    if (random.below(4) == 0) market.job.work.reset();
    if (random.below(2) == 0) market.options.strategy = placement::Strategy::spread;
    std::vector<std::uint64_t> lengths_ms;
    for (std::uint32_t shard = 0; shard < shards; ++shard) lengths_ms.push_back(each_ms * random.between(2, 16) / 4);
    const std::uint64_t whole_ms = std::accumulate(lengths_ms.begin(), lengths_ms.end(), std::uint64_t{0});
    const std::uint64_t compiling_ms = processor ? random.between(0, 5) * 100 : 0;
    std::set<std::size_t> compiled;
    market.length = [&](std::size_t provider, std::uint32_t shard) -> runtime::Duration {
      const bool first = compiled.insert(provider).second;
      return std::chrono::milliseconds(lengths_ms.at(shard) + (first ? compiling_ms : 0));
    };
    const Credits limit{static_cast<std::int64_t>(2 * (whole_ms + 3 * compiling_ms)) * 1'000};
    market.job.price.max_total = limit;
    market.world.run_until(Time{} + 4h);
    ASSERT_TRUE(market.end);
    EXPECT_EQ(market.end->state, jobs::State::complete) << model::to_text(market.end->why);
    EXPECT_LE(market.end->amount, limit);
    again += attempts_of(*market.end) - shards;
  }
  EXPECT_GT(again, 0u);
}

}  // namespace
}  // namespace quern::dispatch
