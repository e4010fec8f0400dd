#include "scheduler/dispatch/trials.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "scheduler/engagement/share.hpp"
#include "tests/scheduler/dispatch/market_world.hpp"

namespace quern::dispatch {
namespace {

model::Job unknown_job(std::uint32_t shards) {
  model::Job job = MarketWorld::job_of(1, shards);
  job.work.reset();
  return job;
}

std::set<std::string> tried_at(const DispatchEnd& end) {
  std::set<std::string> providers;
  for (const jobs::TaskRecord& task : end.tasks) {
    for (const jobs::Attempt& attempt : task.attempts) {
      if (!attempt.predicted.measured) providers.insert(attempt.provider);
    }
  }
  return providers;
}

int measured_tasks(const DispatchEnd& end) {
  int count = 0;
  for (const jobs::TaskRecord& task : end.tasks) count += task.attempts.back().predicted.measured ? 1 : 0;
  return count;
}

void expect_within_bounds(const jobs::Attempt& attempt) {
  EXPECT_LE(attempt.predicted.low, attempt.amount);
  EXPECT_GE(attempt.predicted.high, attempt.amount);
}

// What each provider really is: advertised figures are wrong by a factor, and no two runs take the same.
struct TrueSpeeds {
  std::vector<ProviderSpec> advertised;
  std::vector<runtime::Duration> unit;  // of a unit of work, by provider
  std::vector<int> shard_permille;      // of the mean, by shard: within a tenth

  TrueSpeeds(std::uint64_t seed, std::size_t providers, std::uint32_t shards) {
    simulation::World draws({.seed = seed});
    runtime::Random& random = draws.random();
    for (std::size_t i = 0; i < providers; ++i) {
      advertised.push_back({.gigaflops = static_cast<std::uint64_t>(random.between(1, 20)),
                            .micro_per_second = random.between(100'000, 4'000'000)});
      const auto factor_permille = random.between(250, 4'000);
      unit.push_back(1ms * (1'000'000 / advertised.back().gigaflops / factor_permille + 50));
    }
    for (std::uint32_t i = 0; i < shards; ++i) {
      shard_permille.push_back(static_cast<int>(random.between(905, 1'095)));
    }
  }

  runtime::Duration length(const model::Job& job, std::size_t provider, std::uint32_t shard) const {
    return unit[provider] * engagement::share_of(job, shard).units * shard_permille[shard] / 1'000;
  }
  // Micro-credits for a unit.
  std::int64_t cost(std::size_t provider) const { return unit[provider] / 1ms * advertised[provider].micro_per_second; }
};

TEST(Trials, tell_what_the_rest_costs_and_where_it_is_cheapest) {
  constexpr std::uint32_t kShards = 12;
  int clear_cases = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const TrueSpeeds speeds(seed, 5, kShards);
    MarketWorld market(speeds.advertised, seed);
    market.job = unknown_job(kShards);
    market.job.resources.walltime_ms = 3'600'000;
    market.length = [&](std::size_t provider, std::uint32_t shard) {
      return speeds.length(market.job, provider, shard);
    };
    market.world.run_until(Time{} + 23h);
    ASSERT_TRUE(market.end);
    EXPECT_EQ(market.end->state, jobs::State::complete) << model::to_text(market.end->why);
    for (const QuoteRow& row : market.quotes) EXPECT_TRUE(std::get<market::Quote>(row.quote).trial);

    const auto tried = tried_at(*market.end);
    EXPECT_EQ(tried.size(), market::kTrialDevicesMax);
    EXPECT_EQ(measured_tasks(*market.end), kShards - market::kTrialDevicesMax);
    std::map<std::int64_t, std::size_t> by_cost;
    for (std::size_t i = 0; i < speeds.advertised.size(); ++i) {
      if (tried.contains(market.name_of(i))) by_cost[speeds.cost(i)] = i;
    }
    const auto cheapest = by_cost.begin();
    // Further apart than two runs of one device, and not so slow that the rest did not wait for it.
    const bool clear = std::next(cheapest)->first > cheapest->first * 5 / 4 &&
                       speeds.unit[cheapest->second] < *std::ranges::min_element(speeds.unit) * kTrialPatience;
    clear_cases += clear ? 1 : 0;
    for (const jobs::TaskRecord& task : market.end->tasks) {
      expect_within_bounds(task.attempts.back());
      EXPECT_EQ(task.attempts.size(), 1u);
      if (clear && task.attempts.back().predicted.measured) {
        EXPECT_EQ(task.attempts.back().provider, market.name_of(cheapest->second));
      }
    }
    const auto told = [](const QuoteRow& row) { return std::get<market::Quote>(row.quote).measured; };
    EXPECT_EQ(std::ranges::count_if(market.quotes_after, told), static_cast<int>(market::kTrialDevicesMax));
  }
  EXPECT_GE(clear_cases, 3);
}

TEST(Trials, of_a_job_of_one_task_are_the_job_on_the_cheapest_second_that_fits) {
  MarketWorld market({{.gigaflops = 1, .micro_per_second = 600'000},
                      {.gigaflops = 10, .micro_per_second = 3'000'000},
                      {.gigaflops = 10, .micro_per_second = 1, .memory_bytes = 1024}});
  market.job = unknown_job(1);
  market.job.price.max_total = model::Credits{20'000'000};
  market.length = [](std::size_t, std::uint32_t) { return 20s; };
  market.world.run_until(Time{} + 1h);
  ASSERT_TRUE(market.end);
  ASSERT_EQ(market.end->state, jobs::State::complete) << model::to_text(market.end->why);
  const jobs::Attempt& attempt = market.end->tasks[0].attempts.back();
  EXPECT_EQ(attempt.provider, market.name_of(0));
  EXPECT_EQ(attempt.amount, model::Credits{12'000'000});
  EXPECT_EQ(attempt.predicted.high, model::Credits{20'000'000}) << "all that may be paid";
  EXPECT_FALSE(attempt.predicted.measured);
  ASSERT_EQ(market.quotes.size(), 3u);
  for (const QuoteRow& row : market.quotes) {
    const auto* quote = std::get_if<market::Quote>(&row.quote);
    EXPECT_EQ(quote == nullptr, row.provider == market.name_of(2)) << "too little memory for a trial, too";
    if (!quote) continue;
    EXPECT_TRUE(quote->trial);
    EXPECT_EQ(quote->high, model::Credits{20'000'000});
    if (row.provider == attempt.provider) EXPECT_EQ(quote->low, attempt.predicted.low);
  }
  ASSERT_EQ(market.trails.size(), 1u);
  EXPECT_EQ(market.trails.begin()->second.bid().max_total, model::Credits{20'000'000});
  for (const QuoteRow& row : market.quotes_after) {
    const auto* quote = std::get_if<market::Quote>(&row.quote);
    if (quote) EXPECT_EQ(quote->measured, row.provider == market.name_of(0)) << "it is known now";
  }
}

// Of 20 Tflop a device of 1 Gflop/s would take hours; what was measured there is two seconds.
TEST(Trials, are_believed_by_the_provider_too_where_the_work_that_a_job_says_would_be_too_much) {
  MarketWorld market({{.gigaflops = 1, .micro_per_second = 600'000}});
  market.job = unknown_job(1);
  model::Job too_long = MarketWorld::job_of(20'000, 1);
  model::Job too_dear = too_long;
  too_long.resources.walltime_ms = 60'000;
  too_dear.price.max_total = model::Credits{5'000'000};
  market.jobs_after = {too_long, too_dear};
  market.length = [](std::size_t, std::uint32_t) { return 2s; };
  market.world.run_until(Time{} + 1h);
  ASSERT_EQ(market.ends_after.size(), 2u);
  for (const DispatchEnd& end : market.ends_after) {
    ASSERT_EQ(end.state, jobs::State::complete) << model::to_text(end.why);
    EXPECT_TRUE(end.tasks[0].attempts.back().predicted.measured);
  }
}

TEST(Trials, are_not_made_where_not_even_a_set_up_is_paid_for) {
  MarketWorld market({{.gigaflops = 1, .micro_per_second = 600'000}});
  market.job = unknown_job(4);
  market.job.price.max_per_device_second = model::Credits{599'999};
  market.world.run_until(Time{} + 1h);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->state, jobs::State::system_error);
  EXPECT_EQ(market.end->why.reason, Reason::price_too_high);
  EXPECT_TRUE(market.trails.empty());
  ASSERT_EQ(market.quotes.size(), 1u);
  EXPECT_EQ(std::get<model::Why>(market.quotes[0].quote), market.end->why) << "the quote says what the run does";
}

TEST(Trials, do_not_end_a_job_whose_shards_differ_more_than_was_measured) {
  MarketWorld market({{.gigaflops = 1, .micro_per_second = 600'000}, {.gigaflops = 2, .micro_per_second = 600'000}});
  market.job = unknown_job(8);
  market.length = [](std::size_t, std::uint32_t shard) { return 2s + shard * 1s; };
  market.world.run_until(Time{} + 1h);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->state, jobs::State::complete) << model::to_text(market.end->why);
  for (const jobs::TaskRecord& task : market.end->tasks) EXPECT_EQ(task.attempts.size(), 1u);
}

// Who says that a trial took no time is given the rest for next to nothing, and has to end it for that.
TEST(Trials, hold_a_provider_to_what_it_claimed) {
  MarketWorld market({{.gigaflops = 1, .micro_per_second = 600'000}, {.gigaflops = 1, .micro_per_second = 900'000}});
  market.job = unknown_job(4);
  std::set<std::uint32_t> done;
  market.length = [&](std::size_t provider, std::uint32_t shard) {
    const bool lies = provider == 0 && done.empty();
    done.insert(shard);
    return lies ? 0s : 5s;
  };
  market.world.run_until(Time{} + 2h);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->state, jobs::State::complete) << model::to_text(market.end->why);
  std::int64_t to_liar = 0;
  for (const jobs::TaskRecord& task : market.end->tasks) {
    for (const jobs::Attempt& attempt : task.attempts) {
      if (attempt.provider == market.name_of(0)) to_liar += attempt.amount.micro;
    }
  }
  EXPECT_LE(to_liar, 3 * 60 * 10) << "a tenth of a second for each of the others, at the most";
}

TEST(Trials, that_a_provider_takes_away_with_it_are_made_elsewhere) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    MarketWorld market(std::vector<ProviderSpec>(4, {.gigaflops = 1, .micro_per_second = 600'000}), seed);
    market.job = unknown_job(6);
    market.length = [](std::size_t, std::uint32_t) { return 20s; };
    for (int kill = 0; kill < 3; ++kill) {
      const auto node = market.providers[market.world.random().below(market.providers.size())];
      const auto at = std::chrono::milliseconds(market.world.random().between(1'500, 60'000));
      market.world.at(Time{} + at, [&market, node] {
        if (market.world.running(node)) market.world.crash(node, simulation::CrashKind::process);
      });
      market.world.at(Time{} + at + 15s, [&market, node] {
        if (!market.world.running(node)) market.world.restart(node);
      });
    }
    market.world.run_until(Time{} + 3h);
    ASSERT_TRUE(market.end);
    EXPECT_TRUE(jobs::is_end(market.end->state));
    for (const jobs::TaskRecord& task : market.end->tasks) EXPECT_TRUE(jobs::is_end(task.state));
    for (const auto& [id, trail] : market.trails) EXPECT_LE(trail.owed(), trail.bid().max_total);
  }
}

market::TrialCandidate device(std::string name, std::int64_t rate) {
  return {.provider = std::move(name), .device = "gpu", .speed = {}, .device_rate = rate};
}

TEST(TrialShards, leave_one_of_several_tasks_for_the_cheapest) {
  Trials trials;
  const std::vector<std::size_t> tasks{7, 3, 5};
  const std::vector<market::TrialCandidate> devices{device("a", 1), device("b", 2), device("c", 3)};
  const auto begun = trials.begin(tasks, devices, Time{});
  ASSERT_EQ(begun.size(), 2u);
  EXPECT_EQ(begun[0].task, 7u);
  EXPECT_EQ(begun[0].where.provider, "a");
  EXPECT_EQ(begun[1].task, 3u);
  EXPECT_EQ(trials.release(), (std::vector<std::size_t>{5}));
}

TEST(TrialShards, wait_for_the_first_that_completes_and_a_little_longer) {
  Trials trials;
  const std::vector<std::size_t> tasks{0, 1, 2, 3};
  const std::vector<market::TrialCandidate> devices{device("a", 1), device("b", 2), device("c", 3)};
  std::ignore = trials.begin(tasks, devices, Time{} + 10s);
  EXPECT_FALSE(trials.ended({"other", "gpu"}, true, Time{} + 11s)) << "no trial";
  EXPECT_FALSE(trials.ended({"a", "gpu"}, false, Time{} + 11s)) << "tells nothing";
  EXPECT_EQ(trials.ended({"b", "gpu"}, true, Time{} + 12s), runtime::Duration(2s * kTrialPatience));
  EXPECT_EQ(trials.ended({"c", "gpu"}, false, Time{} + 13s), runtime::Duration(0));
  EXPECT_FALSE(trials.under_way());
}

TEST(TrialShards, are_not_made_twice_on_one_device_at_once) {
  Trials trials;
  const std::vector<market::TrialCandidate> devices{device("a", 1)};
  EXPECT_EQ(trials.begin(std::vector<std::size_t>{0}, devices, Time{}).size(), 1u);
  EXPECT_TRUE(trials.begin(std::vector<std::size_t>{1}, devices, Time{}).empty());
  EXPECT_EQ(trials.release(), (std::vector<std::size_t>{1}));
  Trials none;
  EXPECT_TRUE(none.begin(std::vector<std::size_t>{0}, {}, Time{}).empty());
  EXPECT_FALSE(none.under_way());
  EXPECT_TRUE(none.release().empty()) << "nothing waits for what does not come";
}

}  // namespace
}  // namespace quern::dispatch
