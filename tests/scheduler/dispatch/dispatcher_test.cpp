#include "scheduler/dispatch/dispatcher.hpp"

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "scheduler/agreement/trail_file.hpp"
#include "tests/scheduler/dispatch/market_world.hpp"

namespace quern::dispatch {
namespace {

std::map<std::string, int> tasks_by_provider(const DispatchEnd& end) {
  std::map<std::string, int> tasks;
  for (const jobs::TaskRecord& task : end.tasks) {
    if (task.state == jobs::State::complete) ++tasks[task.attempts.back().provider];
  }
  return tasks;
}

// What the submitter has signed for is what the providers have receipts for.
void expect_ledgers_agree(const MarketWorld& market) {
  std::int64_t theirs = 0;
  std::set<runtime::Bytes> files;
  for (const auto& trails : market.closed) {
    for (const Trail& trail : trails) {
      theirs += trail.owed().micro;
      EXPECT_TRUE(files.insert(agreement::write_trail(trail)).second) << "an agreement was closed twice";
    }
  }
  std::int64_t ours = 0;
  for (const auto& [id, trail] : market.trails) {
    if (trail.stage() != Stage::closed) continue;
    ours += trail.owed().micro;
    EXPECT_TRUE(files.contains(agreement::write_trail(trail)));
  }
  EXPECT_EQ(ours, theirs);
}

// Cheap by the hour but slow; dear by the hour and fast; and one with too little memory.
std::vector<ProviderSpec> three() {
  return {{.gigaflops = 1, .micro_per_second = 600'000},
          {.gigaflops = 10, .micro_per_second = 3'000'000},
          {.gigaflops = 10, .micro_per_second = 1, .memory_bytes = 1024}};
}

TEST(Dispatcher, does_not_have_a_task_done_again_whose_output_it_has_no_room_for) {
  MarketWorld market(three());
  market.submitter_store.bytes_max = 1024;
  market.world.run_until(Time{} + 30min);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->state, jobs::State::system_error);
  EXPECT_EQ(market.end->why.reason, Reason::disk_full) << model::to_text(market.end->why);
  EXPECT_NE(market.end->why.detail.find("store.blob_bytes"), std::string::npos) << model::to_text(market.end->why);
  EXPECT_EQ(market.end->tasks[0].attempts.size(), 1u);
  EXPECT_EQ(market.end->amount, model::Credits{48'000'000}) << "the work was done";
  expect_ledgers_agree(market);
}

TEST(Dispatcher, sends_a_job_to_where_it_costs_least_and_not_to_the_cheapest_hour) {
  MarketWorld market(three());
  market.world.run_until(Time{} + 30min);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->state, jobs::State::complete) << model::to_text(market.end->why);
  EXPECT_EQ(tasks_by_provider(*market.end), (std::map<std::string, int>{{market.name_of(1), 1}}));
  EXPECT_EQ(market.end->amount, model::Credits{48'000'000}) << "sixteen seconds at three credits";
  ASSERT_EQ(market.quotes.size(), 3u);
  for (const QuoteRow& row : market.quotes) {
    const auto* why = std::get_if<model::Why>(&row.quote);
    EXPECT_EQ(why != nullptr, row.provider == market.name_of(2));
    if (why) EXPECT_EQ(why->reason, Reason::global_memory);
    if (row.provider == market.name_of(1)) {
      const auto& quote = std::get<market::Quote>(row.quote);
      EXPECT_LE(quote.low, market.end->amount);
      EXPECT_GE(quote.high, market.end->amount);
    }
  }
  expect_ledgers_agree(market);
}

TEST(Dispatcher, the_cost_of_a_job_at_work_is_what_was_signed_for_until_then) {
  MarketWorld market(three());
  market.world.run_until(Time{} + 30min);
  ASSERT_TRUE(market.end);
  ASSERT_FALSE(market.costs.empty());
  EXPECT_TRUE(std::ranges::is_sorted(market.costs));
  EXPECT_EQ(market.costs.back(), market.end->amount);
  const std::set<model::Credits> told(market.costs.begin(), market.costs.end());
  EXPECT_GE(told.size(), 10u) << "sixteen seconds with a note each";
}

// A quote is of the whole job: what it costs where all of it goes to that provider.
TEST(Dispatcher, quotes_all_tasks_of_a_job_in_shards_as_they_are_placed) {
  MarketWorld market({{.gigaflops = 10, .micro_per_second = 1'000'000}});
  market.job = MarketWorld::job_of(40, 4);
  market.job.resources.walltime_ms = 5'000;  // of one task; the job takes sixteen seconds
  market.world.run_until(Time{} + 30min);
  ASSERT_EQ(market.quotes.size(), 1u);
  const auto* quote = std::get_if<market::Quote>(&market.quotes[0].quote);
  ASSERT_NE(quote, nullptr) << model::to_text(std::get<model::Why>(market.quotes[0].quote));
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->state, jobs::State::complete) << model::to_text(market.end->why);
  model::Credits likely;
  for (const jobs::TaskRecord& task : market.end->tasks) likely.micro += task.attempts.back().predicted.likely.micro;
  EXPECT_EQ(quote->likely, likely);
  EXPECT_EQ(quote->usage[model::Dimension::setup], 4u);
  EXPECT_LE(quote->low, market.end->amount);
  EXPECT_GE(quote->high, market.end->amount);
}

std::map<std::string, Reason> refusals(const std::vector<QuoteRow>& rows) {
  std::map<std::string, Reason> refused;
  for (const QuoteRow& row : rows) {
    if (const auto* why = std::get_if<model::Why>(&row.quote)) refused.emplace(row.provider, why->reason);
  }
  return refused;
}

TEST(Dispatcher, a_node_that_is_its_own_only_provider_is_told_so_in_the_quote_and_at_the_job_s_end_at_once) {
  MarketWorld market({});
  market.own_offer = ProviderSpec{};
  market.world.run_until(Time{} + 10s);
  ASSERT_EQ(market.quotes.size(), 1u);
  EXPECT_EQ(refusals(market.quotes), (std::map{std::pair(market.quotes[0].provider, Reason::own_device)}));
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->state, jobs::State::system_error);
  EXPECT_EQ(market.end->why.reason, Reason::own_device) << model::to_text(market.end->why);
  EXPECT_EQ(market.end->amount, model::Credits{});
}

TEST(Dispatcher, a_node_that_offers_too_places_its_job_with_another_even_where_that_costs_more) {
  MarketWorld market({{.gigaflops = 10, .micro_per_second = 3'000'000}});
  market.own_offer = ProviderSpec{.gigaflops = 10, .micro_per_second = 1};
  market.world.run_until(Time{} + 30min);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->state, jobs::State::complete) << model::to_text(market.end->why);
  EXPECT_EQ(tasks_by_provider(*market.end), (std::map<std::string, int>{{market.name_of(0), 1}}));
}

TEST(Dispatcher, an_excluded_provider_is_named_so_in_the_quote_and_gets_nothing) {
  MarketWorld market(three());
  market.options.exclude = {market.name_of(0), market.name_of(1), market.name_of(2)};
  market.world.run_until(Time{} + 30min);
  for (const auto& [provider, reason] : refusals(market.quotes)) EXPECT_EQ(reason, Reason::peer_excluded) << provider;
  EXPECT_EQ(refusals(market.quotes).size(), 3u);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->why.reason, Reason::peer_excluded) << model::to_text(market.end->why);
}

TEST(Dispatcher, a_job_for_one_place_only_goes_there_even_where_that_costs_more) {
  MarketWorld market(three());
  market.options.only = {{market.name_of(0), "gpu"}};
  market.world.run_until(Time{} + 30min);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->state, jobs::State::complete) << model::to_text(market.end->why);
  EXPECT_EQ(tasks_by_provider(*market.end), (std::map<std::string, int>{{market.name_of(0), 1}}));
}

TEST(Dispatcher, a_provider_without_a_device_stands_for_all_of_its_devices) {
  MarketWorld market(three());
  market.options.only = {{market.name_of(0), ""}};
  market.world.run_until(Time{} + 30min);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(tasks_by_provider(*market.end), (std::map<std::string, int>{{market.name_of(0), 1}}));
}

TEST(Dispatcher, a_job_for_a_device_that_is_not_offered_is_told_that_the_others_are_excluded_and_costs_nothing) {
  MarketWorld market(three());
  market.options.only = {{market.name_of(0), "qd1-another"}};
  market.world.run_until(Time{} + 30min);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->why.reason, Reason::peer_excluded) << model::to_text(market.end->why);
  EXPECT_EQ(market.end->amount, model::Credits{});
}

TEST(Dispatcher, an_own_device_is_named_so_also_where_the_job_is_for_it_only) {
  MarketWorld market(three());
  market.own_offer = ProviderSpec{};
  market.options.only = {{MarketWorld::own_name(), ""}};
  market.world.run_until(Time{} + 30min);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->why.reason, Reason::own_device) << model::to_text(market.end->why);
}

TEST(Dispatcher, spreads_shards_and_joins_their_outputs_in_order) {
  MarketWorld market(
      {{.gigaflops = 4, .micro_per_second = 1'000'000}, {.gigaflops = 10, .micro_per_second = 1'000'000}});
  market.job = MarketWorld::job_of(80, 8);
  market.options.strategy = placement::Strategy::fastest;
  market.world.run_until(Time{} + 30min);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->state, jobs::State::complete) << model::to_text(market.end->why);
  EXPECT_EQ(tasks_by_provider(*market.end),
            (std::map<std::string, int>{{market.name_of(0), 2}, {market.name_of(1), 6}}));
  std::string expected;
  for (std::uint32_t shard = 0; shard < 8; ++shard) expected += engagement::TimedRunner::output_of(market.job, shard);
  ASSERT_EQ(market.outputs.size(), 1u);
  EXPECT_EQ(runtime::text_of(market.outputs[0]), expected);
  expect_ledgers_agree(market);
}

TEST(Dispatcher, tries_elsewhere_what_a_provider_loses) {
  MarketWorld market(
      {{.gigaflops = 10, .micro_per_second = 1'000'000}, {.gigaflops = 10, .micro_per_second = 2'000'000}});
  market.world.run_until(Time{} + 5s);
  market.world.crash(market.providers[0], simulation::CrashKind::machine);
  market.world.run_until(Time{} + 30min);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->state, jobs::State::complete) << model::to_text(market.end->why);
  EXPECT_EQ(tasks_by_provider(*market.end), (std::map<std::string, int>{{market.name_of(1), 1}}));
  ASSERT_EQ(market.end->tasks[0].attempts.size(), 2u);
  EXPECT_EQ(market.end->tasks[0].attempts[0].why.reason, Reason::provider_lost);
}

TEST(Dispatcher, goes_on_with_its_only_provider_when_that_was_restarted) {
  MarketWorld market({{.gigaflops = 10, .micro_per_second = 1'000'000}});
  market.job = MarketWorld::job_of(80, 8);
  market.world.run_until(Time{} + 6s);
  market.world.crash(market.providers[0], simulation::CrashKind::process);
  market.world.run_for(2s);
  market.world.restart(market.providers[0]);
  market.world.run_until(Time{} + 30min);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->state, jobs::State::complete) << model::to_text(market.end->why);
  EXPECT_EQ(tasks_by_provider(*market.end), (std::map<std::string, int>{{market.name_of(0), 8}}));
  std::size_t attempts = 0;
  for (const jobs::TaskRecord& task : market.end->tasks) attempts += task.attempts.size();
  EXPECT_GT(attempts, 8u);
  expect_ledgers_agree(market);
}

TEST(Dispatcher, waits_no_longer_for_a_provider_it_has_lost_than_for_one_it_never_had) {
  MarketWorld market({{.gigaflops = 10, .micro_per_second = 1'000'000}});
  market.options.place_within = 3min;
  market.world.run_until(Time{} + 5s);
  market.world.crash(market.providers[0], simulation::CrashKind::machine);
  market.world.run_until(Time{} + 10min);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->why.reason, Reason::retries_exhausted);
  EXPECT_TRUE(market.end->why.detail.starts_with("the last: provider_lost: ")) << market.end->why.detail;
}

TEST(Dispatcher, that_nobody_is_left_to_try_names_what_ended_the_last_attempt) {
  MarketWorld market({{.gigaflops = 10, .micro_per_second = 1'000'000}});
  market.job.work.reset();
  market.job.resources.walltime_ms = 60'000;
  market.length = [](std::size_t, std::uint32_t) { return 500s; };  // paid for until its time is over
  market.world.run_until(Time{} + 30min);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->why.reason, Reason::retries_exhausted);
  const auto& attempts = market.end->tasks[0].attempts;
  ASSERT_EQ(attempts.size(), 1u);
  EXPECT_EQ(market.end->why.detail, "the last: " + model::to_text(attempts[0].why));
}

TEST(Dispatcher, ends_what_nobody_can_take_by_its_reason_and_costs_nothing) {
  MarketWorld market({{.gigaflops = 1, .micro_per_second = 1, .memory_bytes = 1024}});
  market.world.run_until(Time{} + 30min);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->state, jobs::State::system_error);
  EXPECT_EQ(market.end->why.reason, Reason::global_memory);
  EXPECT_EQ(market.end->amount, model::Credits{0});
}

TEST(Dispatcher, waits_for_the_first_offer_as_for_a_provider_out_of_reach) {
  MarketWorld market({{.gigaflops = 10, .micro_per_second = 1'000'000}});
  market.offers_after = 30s;
  market.world.run_until(Time{} + 30min);
  EXPECT_TRUE(market.quotes.empty());
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->state, jobs::State::complete) << model::to_text(market.end->why);
}

TEST(Dispatcher, ends_a_job_for_which_no_offer_ever_comes_in_time_and_says_so) {
  MarketWorld market({});
  market.options.place_within = 3min;
  market.world.run_until(Time{} + 2min);
  EXPECT_FALSE(market.end);
  market.world.run_until(Time{} + 5min);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->state, jobs::State::system_error);
  EXPECT_EQ(market.end->why.reason, Reason::no_offer) << model::to_text(market.end->why);
}

TEST(Dispatcher, that_is_canceled_pays_what_was_done_and_no_more) {
  MarketWorld market(three());
  market.cancel_after = 5s;
  market.world.run_until(Time{} + 30min);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->state, jobs::State::canceled) << model::to_text(market.end->why);
  EXPECT_GT(market.end->amount, model::Credits{6'000'000});
  EXPECT_LT(market.end->amount, model::Credits{18'000'000});
  expect_ledgers_agree(market);
}

TEST(Dispatcher, puts_small_tasks_for_a_device_under_one_agreement) {
  MarketWorld market({{.gigaflops = 1000, .micro_per_second = 1'000'000}});
  market.job = MarketWorld::job_of(100, 50);  // of 8 ms each
  market.world.run_until(Time{} + 5min);
  ASSERT_TRUE(market.end);
  ASSERT_EQ(market.end->state, jobs::State::complete) << model::to_text(market.end->why);
  EXPECT_LE(market.trails.size(), 2u);
  std::size_t tasks = 0;
  for (const auto& [id, trail] : market.trails) tasks += trail.demand().tasks.size();
  EXPECT_EQ(tasks, 50u);
  expect_ledgers_agree(market);
  model::Credits sum;
  for (const auto& [id, trail] : market.trails) sum.micro += trail.owed().micro;
  EXPECT_EQ(sum, market.end->amount);
}

TEST(Dispatcher, puts_small_tasks_of_several_jobs_under_one_agreement) {
  MarketWorld market({{.gigaflops = 1000, .micro_per_second = 1'000'000}});
  market.job = MarketWorld::job_of(2, 1);
  for (int i = 0; i < 20; ++i) {
    market.jobs_beside.push_back(MarketWorld::job_of(2, 1));
    market.jobs_beside.back().name = "job " + std::to_string(i);
  }
  market.world.run_until(Time{} + 5min);
  ASSERT_EQ(market.ends_beside.size(), 20u);
  std::int64_t sum = market.end->amount.micro;
  for (const DispatchEnd& end : market.ends_beside) {
    EXPECT_EQ(end.state, jobs::State::complete) << model::to_text(end.why);
    EXPECT_EQ(end.amount, market.end->amount) << "they take the same";
    sum += end.amount.micro;
  }
  EXPECT_LE(market.trails.size(), 4u);
  std::int64_t owed = 0;
  for (const auto& [id, trail] : market.trails) owed += trail.owed().micro;
  EXPECT_EQ(owed, sum);
}

// The books of this node set aside what one task can cost, and no more.
TEST(Dispatcher, asks_for_tasks_alone_that_were_too_much_together) {
  MarketWorld market({{.gigaflops = 1000, .micro_per_second = 1'000'000}});
  market.job = MarketWorld::job_of(20, 10);
  std::size_t kept_back = 0;
  market.agreeing = [&](const Trail& trail) -> std::expected<void, model::Why> {
    if (trail.demand().tasks.size() == 1) return {};
    ++kept_back;
    return std::unexpected(model::Why{Reason::budget_exceeded, {}});
  };
  market.world.run_until(Time{} + 5min);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->state, jobs::State::complete) << model::to_text(market.end->why);
  EXPECT_EQ(market.trails.size(), 10u);
  EXPECT_GE(kept_back, 1u);
  EXPECT_LE(kept_back, 2u);
}

TEST(Dispatcher, leaves_long_tasks_an_agreement_each) {
  MarketWorld market({{.gigaflops = 1, .micro_per_second = 1'000'000}});
  market.job = MarketWorld::job_of(4, 4);  // of four seconds each
  market.world.run_until(Time{} + 5min);
  ASSERT_TRUE(market.end);
  ASSERT_EQ(market.end->state, jobs::State::complete) << model::to_text(market.end->why);
  EXPECT_EQ(market.trails.size(), 4u);
}

// At whatever moment of its making it is canceled: no agreement is left behind that binds and that nobody follows.
TEST(Dispatcher, that_is_canceled_while_it_agrees_leaves_no_work_behind) {
  int agreed = 0;
  for (int moment = 1; moment <= 40; ++moment) {
    MarketWorld market({{.gigaflops = 1, .micro_per_second = 1'000'000}});
    market.job = MarketWorld::job_of(100, 1);
    market.cancel_after = moment * 5ms;
    market.world.run_until(Time{} + 5min);
    ASSERT_TRUE(market.end);
    EXPECT_EQ(market.end->state, jobs::State::canceled);
    agreed += static_cast<int>(market.trails.size());
    expect_ledgers_agree(market);
    model::Credits listed;
    for (const jobs::Attempt& attempt : market.end->tasks[0].attempts) listed.micro += attempt.amount.micro;
    EXPECT_EQ(listed, market.end->amount) << moment;
    EXPECT_EQ(market.end->tasks[0].attempts.size(), market.trails.size()) << moment;
    market.world.crash(market.providers[0], simulation::CrashKind::process);
    market.world.restart(market.providers[0]);
    market.world.run_for(1min);
    EXPECT_EQ(market.left_running, 0u) << moment;
  }
  EXPECT_GT(agreed, 5);
  EXPECT_LT(agreed, 40);
}

TEST(Dispatcher, gives_a_provider_more_tasks_one_after_the_other_than_it_holds_at_once) {
  MarketWorld market({{.gigaflops = 10, .micro_per_second = 1'000'000}});
  market.job = MarketWorld::job_of(80, 80);
  market.world.run_until(Time{} + 30min);
  ASSERT_TRUE(market.end);
  EXPECT_EQ(market.end->state, jobs::State::complete) << model::to_text(market.end->why);
  std::size_t tasks = 0;
  for (const Trail& trail : market.closed[0]) tasks += trail.demand().tasks.size();
  EXPECT_EQ(tasks, 80u);
}

// Providers are killed and started again at moments drawn from the seed: every job ends once, and all ledgers agree.
TEST(Dispatcher, ends_every_job_once_while_providers_are_killed) {
  std::map<jobs::State, int> states;
  int attempts = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::vector<ProviderSpec> specs;
    for (int i = 0; i < 6; ++i) specs.push_back({.gigaflops = 5ull + i, .micro_per_second = 1'000'000 + 100'000 * i});
    MarketWorld market(specs, seed);
    market.job = MarketWorld::job_of(120, 12);
    market.options.strategy = placement::Strategy::spread;
    market.kill_providers(4);
    market.world.run_until(Time{} + 2h);
    ASSERT_TRUE(market.end) << "seed " << seed;
    ++states[market.end->state];
    for (const jobs::TaskRecord& task : market.end->tasks) attempts += static_cast<int>(task.attempts.size());
    for (const auto& [id, trail] : market.trails) EXPECT_LE(trail.owed(), trail.bid().max_total);
    SCOPED_TRACE("seed " + std::to_string(seed));
    expect_ledgers_agree(market);
  }
  EXPECT_GT(states[jobs::State::complete], 15);
  EXPECT_GT(attempts, 20 * 12) << "some were tried again";
}

}  // namespace
}  // namespace quern::dispatch
