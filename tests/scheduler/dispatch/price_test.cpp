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
  EXPECT_EQ(market.end->why.detail, "more than the 20 that the job may still cost");
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
  EXPECT_NE(market.end->why.detail.find("left of what the job may cost"), std::string::npos);
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
    for (std::size_t task = 0; task < shards; ++task) {
      const auto& attempts = market.end->tasks[task].attempts;
      again += attempts.size() > 1 ? 1 : 0;
      const auto share = engagement::share_of(market.job, static_cast<std::uint32_t>(task));
      EXPECT_LE(owed_in(attempts), market::price_part(market.job, share));
    }
  }
  EXPECT_GT(again, 5u);
  EXPECT_GT(ends[Reason::completed], 0);
  EXPECT_GT(ends[Reason::budget_exceeded], 0);
}

}  // namespace
}  // namespace quern::dispatch
