#include "scheduler/market/trial.hpp"

#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "scheduler/market/quote.hpp"
#include "tests/scheduler/market/sample_offer.hpp"

namespace quern::market {
namespace {

using model::Reason;
using model::Why;

TrialCandidate candidate(std::string name, std::int64_t rate, std::uint64_t flops, std::uint64_t bandwidth) {
  return {.provider = std::move(name),
          .device = "gpu",
          .speed = {.fp32_flops = flops, .memory_bytes_per_second = bandwidth},
          .device_rate = rate};
}

TEST(Trial, is_made_where_each_kind_of_job_would_be_cheapest) {
  const std::vector<TrialCandidate> all{candidate("dear", 100, 100, 100), candidate("cheap", 1, 1, 1),
                                        candidate("arithmetic", 10, 1'000, 10), candidate("memory", 10, 10, 1'000)};
  EXPECT_EQ(devices_to_try(all, 3), (std::vector<std::size_t>{1, 2, 3}));
  EXPECT_EQ(devices_to_try(all, 1), (std::vector<std::size_t>{1})) << "a job of one task goes by the rate";
  EXPECT_EQ(devices_to_try(all, 9).size(), 4u);
  EXPECT_TRUE(devices_to_try({}, 3).empty());
}

TEST(Trial, is_not_made_where_it_is_known_what_the_job_takes) {
  std::vector<TrialCandidate> all{candidate("a", 1, 1, 1), candidate("b", 2, 1, 1), candidate("c", 3, 1, 1),
                                  candidate("d", 4, 1, 1)};
  all[0].known = all[2].known = true;
  EXPECT_EQ(devices_to_try(all, 3), (std::vector<std::size_t>{1}));
}

TEST(Trial, on_a_device_that_has_measured_nothing_comes_after_equals_that_have) {
  const std::vector<TrialCandidate> all{candidate("a", 1, 0, 0), candidate("b", 2, 1'000, 1'000)};
  EXPECT_EQ(devices_to_try(all, 2), (std::vector<std::size_t>{0, 1}));
}

RC_GTEST_PROP(Trial, is_of_unknown_devices_each_once_and_no_more_than_picks, ()) {
  std::vector<TrialCandidate> all;
  for (auto left = *rc::gen::inRange<int>(0, 12); left > 0; --left) {
    all.push_back(candidate(std::to_string(left), *rc::gen::inRange<std::int64_t>(0, 5),
                            *rc::gen::inRange<std::uint64_t>(0, 5), *rc::gen::arbitrary<std::uint64_t>()));
    all.back().known = *rc::gen::arbitrary<bool>();
  }
  const auto picks = *rc::gen::inRange<std::size_t>(0, 6);
  const auto chosen = devices_to_try(all, picks);
  RC_ASSERT(chosen.size() <= picks);
  RC_ASSERT(std::set(chosen.begin(), chosen.end()).size() == chosen.size());
  for (const std::size_t each : chosen) RC_ASSERT(!all[each].known);
}

model::Job unknown_job() {
  model::Job job;
  job.resources.walltime_ms = 10'000;
  return job;
}

constexpr Share kTenth{.units = 10, .units_of_job = 100, .input_bytes = 0, .output_bytes = 0};

TEST(TrialQuote, lies_between_a_set_up_and_all_the_time_that_the_job_asks_for) {
  model::Offer offer = sample_offer();
  offer.devices[0].rates[model::Dimension::setup] = 7;
  const auto quoted = std::get<Quote>(trial_quote(unknown_job(), kTenth, offer, offer.devices[0], kNow));
  EXPECT_TRUE(quoted.trial);
  EXPECT_FALSE(quoted.measured);
  EXPECT_EQ(quoted.low, model::Credits{7});
  EXPECT_EQ(quoted.high, model::Credits{30'007}) << "ten seconds at 3,000";
  EXPECT_EQ(quoted.likely, quoted.high);
}

TEST(TrialQuote, never_costs_more_than_the_job_may) {
  model::Job job = unknown_job();
  job.price.max_total = model::Credits{5'000};
  model::Offer offer = sample_offer();
  const auto quoted = std::get<Quote>(trial_quote(job, kTenth, offer, offer.devices[0], kNow));
  EXPECT_EQ(quoted.high, model::Credits{5'000});
  EXPECT_EQ(budget_of(job, quoted), model::Credits{5'000});
  offer.devices[0].rates[model::Dimension::setup] = 5'001;
  const auto refused = trial_quote(job, kTenth, offer, offer.devices[0], kNow);
  EXPECT_EQ(std::get<Why>(refused).reason, Reason::price_too_high);
  job.price = {.max_total = {}, .max_per_device_second = model::Credits{2'999}};
  EXPECT_EQ(std::get<Why>(trial_quote(job, kTenth, offer, offer.devices[0], kNow)).reason, Reason::price_too_high);
}

// As many as are made when all of a job goes to one device: what nobody knows is no reason to refuse it.
TEST(TrialQuote, of_all_shards_is_the_sum_of_theirs_up_to_what_the_job_may_cost) {
  model::Job job = unknown_job();
  job.shards.count = 10;
  model::Offer offer = sample_offer();
  offer.devices[0].rates[model::Dimension::setup] = 7;
  const std::vector<AlikeTasks> tasks{{.share = kTenth, .count = 10}};
  const auto all = [&] { return quote_all(job, tasks, offer, offer.devices[0], {}, kNow); };
  const auto quoted = std::get<Quote>(all());
  EXPECT_TRUE(quoted.trial);
  EXPECT_FALSE(quoted.measured);
  EXPECT_EQ(quoted.low, model::Credits{70});
  EXPECT_EQ(quoted.high, model::Credits{300'070});
  EXPECT_EQ(quoted.likely, quoted.high);
  job.price.max_total = model::Credits{70};
  EXPECT_EQ(std::get<Quote>(all()).high, model::Credits{70});
  job.price.max_total = model::Credits{69};
  EXPECT_EQ(std::get<Why>(all()).reason, Reason::price_too_high);
  job.price.max_total.reset();
  job.kind = model::JobKind::command;
  EXPECT_EQ(std::get<Why>(all()).reason, Reason::kind_not_offered);
}

TEST(TrialQuote, has_the_reasons_of_every_quote) {
  const model::Offer offer = sample_offer();
  model::Job job = unknown_job();
  job.kind = model::JobKind::command;
  EXPECT_EQ(std::get<Why>(trial_quote(job, kTenth, offer, offer.devices[0], kNow)).reason, Reason::kind_not_offered);
}

}  // namespace
}  // namespace quern::market
