#include "scheduler/placement/plan.hpp"

#include <map>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace quern::placement {
namespace {

using market::Quote;
using model::Credits;
using runtime::Random;

Quote quote_of(std::int64_t micro, std::uint64_t ms) {
  Quote quote;
  quote.low = {micro / 2};
  quote.likely = {micro};
  quote.high = {micro * 2};
  quote.total_ms = {ms / 2, ms, ms * 2};
  return quote;
}

Candidate candidate_of(const std::string& provider, std::int64_t micro, std::uint64_t ms, std::size_t tasks) {
  return {.provider = provider, .device = "device", .quotes = std::vector<Quote>(tasks, quote_of(micro, ms))};
}

std::map<std::string, int> tasks_by_provider(const Plan& plan, std::span<const Candidate> candidates) {
  std::map<std::string, int> tasks;
  for (const Placement& placed : plan.placements) ++tasks[candidates[placed.candidate].provider];
  return tasks;
}

std::optional<Plan> plan_of(Strategy strategy, std::size_t tasks, std::span<const Candidate> candidates,
                            std::uint64_t seed = 1) {
  Random random(seed);
  return plan(strategy, tasks, candidates, random);
}

TEST(Plan, of_each_strategy_is_what_its_name_says) {
  const std::vector<Candidate> candidates{candidate_of("cheap", 100, 1000, 6), candidate_of("quick", 300, 200, 6),
                                          candidate_of("middle", 150, 500, 6)};
  using Tasks = std::map<std::string, int>;
  const auto tasks = [&](Strategy strategy) {
    return tasks_by_provider(*plan_of(strategy, 6, candidates), candidates);
  };
  EXPECT_EQ(tasks(Strategy::cheapest), (Tasks{{"cheap", 6}}));
  EXPECT_EQ(tasks(Strategy::fastest), (Tasks{{"quick", 4}, {"middle", 1}, {"cheap", 1}}));
  EXPECT_EQ(tasks(Strategy::spread), (Tasks{{"quick", 2}, {"middle", 2}, {"cheap", 2}}));
  EXPECT_EQ(tasks(Strategy::round_robin), (Tasks{{"quick", 2}, {"middle", 2}, {"cheap", 2}}));
  EXPECT_EQ(tasks(Strategy::balanced).begin()->first, "cheap");
  EXPECT_EQ(tasks(Strategy::balanced).size(), 3u);
}

TEST(Plan, by_chance_takes_what_costs_twice_as_much_half_as_often) {
  const std::vector<Candidate> candidates{candidate_of("a", 100, 10, 30'000), candidate_of("b", 200, 10, 30'000)};
  const auto tasks = tasks_by_provider(*plan_of(Strategy::weighted_random, 30'000, candidates), candidates);
  EXPECT_NEAR(tasks.at("a"), 20'000, 400);
  EXPECT_NEAR(tasks.at("b"), 10'000, 400);
}

TEST(Plan, gives_a_device_one_task_at_a_time) {
  const std::vector<Candidate> candidates{candidate_of("a", 100, 10, 3)};
  const auto planned = plan_of(Strategy::cheapest, 3, candidates);
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->placements, (std::vector<Placement>{{0, 0, 10}, {0, 10, 20}, {0, 20, 30}}));
  EXPECT_EQ(planned->end_ms, 30u);
  EXPECT_EQ(planned->likely, Credits{300});
  EXPECT_EQ(planned->low, Credits{150});
  EXPECT_EQ(planned->high, Credits{600});
}

TEST(Plan, without_a_candidate_or_beyond_all_amounts_is_none) {
  EXPECT_FALSE(plan_of(Strategy::cheapest, 1, {}));
  const std::vector<Candidate> dear{candidate_of("a", INT64_MAX / 2, 10, 3)};
  EXPECT_FALSE(plan_of(Strategy::cheapest, 3, dear));
}

std::vector<Candidate> any_candidates(std::size_t tasks) {
  std::vector<Candidate> candidates;
  const auto count = *rc::gen::inRange<std::size_t>(1, 6);
  for (std::size_t i = 0; i < count; ++i) {
    Candidate candidate{.provider = std::string(1, static_cast<char>('a' + *rc::gen::inRange(0, 3))),
                        .device = std::to_string(i),
                        .quotes = {}};
    for (std::size_t task = 0; task < tasks; ++task) {
      candidate.quotes.push_back(
          quote_of(*rc::gen::inRange<std::int64_t>(0, 50), *rc::gen::inRange<std::uint64_t>(0, 50)));
    }
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

RC_GTEST_PROP(Plan, cheapest_costs_the_sum_of_the_least, ()) {
  const auto tasks = *rc::gen::inRange<std::size_t>(0, 12);
  const auto candidates = any_candidates(tasks);
  Credits least;
  for (std::size_t task = 0; task < tasks; ++task) {
    std::int64_t best = INT64_MAX;
    for (const Candidate& candidate : candidates) best = std::min(best, candidate.quotes[task].likely.micro);
    least.micro += best;
  }
  const auto planned = plan_of(Strategy::cheapest, tasks, candidates);
  RC_ASSERT(planned && planned->likely == least);
}

// Greedy in the given order: no more than the sum of all on the best single device.
RC_GTEST_PROP(Plan, fastest_ends_no_later_than_all_on_one_device, ()) {
  const auto tasks = *rc::gen::inRange<std::size_t>(0, 12);
  const auto candidates = any_candidates(tasks);
  const auto planned = plan_of(Strategy::fastest, tasks, candidates);
  RC_ASSERT(planned.has_value());
  for (const Candidate& candidate : candidates) {
    std::uint64_t alone = 0;
    for (const Quote& quote : candidate.quotes) alone += quote.total_ms.likely;
    RC_ASSERT(planned->end_ms <= alone);
  }
}

RC_GTEST_PROP(Plan, does_not_depend_on_the_order_of_candidates_and_repeats, ()) {
  const auto tasks = *rc::gen::inRange<std::size_t>(0, 12);
  auto candidates = any_candidates(tasks);
  const auto strategy = *rc::gen::elementOf(std::vector<Strategy>(strategies().begin(), strategies().end()));
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const auto names = [&](const Plan& planned) {
    std::vector<std::string> found;
    for (const Placement& placed : planned.placements) {
      found.push_back(candidates[placed.candidate].provider + candidates[placed.candidate].device);
    }
    return found;
  };
  const auto first = names(*plan_of(strategy, tasks, candidates, seed));
  RC_ASSERT(names(*plan_of(strategy, tasks, candidates, seed)) == first);
  Random(seed).shuffle(candidates);
  RC_ASSERT(names(*plan_of(strategy, tasks, candidates, seed)) == first);
}

RC_GTEST_PROP(Plan, never_lets_tasks_of_a_device_overlap_and_sums_up, ()) {
  const auto tasks = *rc::gen::inRange<std::size_t>(0, 12);
  const auto candidates = any_candidates(tasks);
  const auto strategy = *rc::gen::elementOf(std::vector<Strategy>(strategies().begin(), strategies().end()));
  const auto planned = plan_of(strategy, tasks, candidates);
  RC_ASSERT(planned && planned->placements.size() == tasks);
  std::map<std::size_t, std::uint64_t> busy_until;
  Credits sum;
  for (std::size_t task = 0; task < tasks; ++task) {
    const Placement& placed = planned->placements[task];
    const Quote& quote = candidates[placed.candidate].quotes[task];
    RC_ASSERT(placed.begin_ms == busy_until[placed.candidate]);
    RC_ASSERT(placed.end_ms == placed.begin_ms + quote.total_ms.likely);
    RC_ASSERT(placed.end_ms <= planned->end_ms);
    busy_until[placed.candidate] = placed.end_ms;
    sum.micro += quote.likely.micro;
  }
  RC_ASSERT(sum == planned->likely);
}

TEST(Strategy, is_called_by_its_name) {
  std::set<std::string_view> names;
  for (const Strategy strategy : strategies()) {
    EXPECT_TRUE(names.insert(name_of(strategy)).second);
    EXPECT_EQ(strategy_from_name(name_of(strategy)), strategy);
  }
  EXPECT_EQ(strategy_from_name("dearest"), std::nullopt);
}

}  // namespace
}  // namespace quern::placement
