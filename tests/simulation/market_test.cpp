#include <string>

#include <gtest/gtest.h>

#include "tests/simulation/market_scenario.hpp"

namespace quern::simulation {
namespace {

// A smaller world than market_run's, so that several pass in the time of a test.
MarketOptions small_market() {
  return {.nodes = 16, .hostile = 7, .vanishing = 1};
}

TEST(MarketScenario, some_seeds_end_every_job_once_with_ledgers_that_agree_and_repeat_bit_for_bit) {
  MarketOutcome total;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const MarketOutcome first = run_market_scenario(seed, small_market());
    ASSERT_FALSE(first.tally.violation) << *first.tally.violation << "\nseed " << seed;
    ASSERT_EQ(first, run_market_scenario(seed, small_market())) << "seed " << seed;
    total.crashes += first.crashes;
    total.totals.closed_on_both_sides += first.totals.closed_on_both_sides;
    total.tally.agreements += first.tally.agreements;
    for (const auto& [how, count] : first.tally.job_ends) total.tally.job_ends[how] += count;
    for (const auto& [reason, count] : first.tally.orders_refused) total.tally.orders_refused[reason] += count;
    for (const auto& [reason, count] : first.tally.attempt_ends) total.tally.attempt_ends[reason] += count;
    total.tally.offers_refused += first.tally.offers_refused;
  }
  // The faults were there, and so was work.
  EXPECT_GT(total.crashes, 20u);
  EXPECT_GT(total.totals.closed_on_both_sides, 100u);
  EXPECT_GT(total.tally.agreements, 100u);
  EXPECT_GT(total.tally.job_ends["COMPLETE completed"], 20u);
  EXPECT_GT(total.tally.orders_refused["terms_differ"], 0u);
  EXPECT_GT(total.tally.attempt_ends["output_wrong"], 0u);
  EXPECT_GT(total.tally.attempt_ends["provider_lost"], 0u);
  EXPECT_EQ(total.tally.attempt_ends["unspecified"], 0u);
  EXPECT_GT(total.tally.offers_refused, 0u);
}

// In this world the tasks of a job are kept back in turns: whenever one is, another is being agreed on.
TEST(MarketScenario, a_job_for_which_the_budget_of_its_node_never_has_room_ends) {
  const MarketOutcome outcome = run_market_scenario(9146, {});
  EXPECT_FALSE(outcome.tally.violation) << *outcome.tally.violation;
  EXPECT_GT(outcome.tally.orders_kept_back, 100u);
}

TEST(MarketScenario, ledgers_that_lack_entries_are_found) {
  MarketOptions options = small_market();
  options.planted_loss = true;
  const MarketOutcome outcome = run_market_scenario(1, options);
  ASSERT_TRUE(outcome.tally.violation);
  EXPECT_NE(outcome.tally.violation->find("spent what nobody has earned"), std::string::npos)
      << *outcome.tally.violation;
}

}  // namespace
}  // namespace quern::simulation
