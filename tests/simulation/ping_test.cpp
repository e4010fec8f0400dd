#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "tests/simulation/ping_scenario.hpp"

namespace quern::simulation {
namespace {

constexpr std::uint64_t kSeeds = 1000;

std::string how_to_repeat(std::uint64_t seed, const char* flags = "") {
  return "seed " + std::to_string(seed) + "; repeat it with: ping_run --seed " + std::to_string(seed) + flags;
}

TEST(PingScenario, a_thousand_seeds_keep_their_promises_and_repeat_bit_for_bit) {
  PingOutcome total;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const PingOutcome first = run_ping_scenario(seed);
    ASSERT_FALSE(first.violation) << *first.violation << "\n" << how_to_repeat(seed);
    ASSERT_EQ(first, run_ping_scenario(seed)) << how_to_repeat(seed);
    total.answered += first.answered;
    total.timed_out += first.timed_out;
    total.crashes += first.crashes;
    total.partitions += first.partitions;
  }
  // The faults were there.
  EXPECT_GT(total.answered, kSeeds * 50);
  EXPECT_GT(total.timed_out, kSeeds);
  EXPECT_GT(total.crashes, kSeeds);
  EXPECT_GT(total.partitions, kSeeds);
}

TEST(PingScenario, different_seeds_are_different_runs) {
  EXPECT_NE(run_ping_scenario(1).trace_hash, run_ping_scenario(2).trace_hash);
}

TEST(PingScenario, a_planted_ordering_bug_is_found_and_its_seed_reproduces_it) {
  const PingOptions planted{.accept_any_reply = true};
  std::uint64_t found = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds && found == 0; ++seed) {
    if (run_ping_scenario(seed, planted).violation) found = seed;
  }
  ASSERT_NE(found, 0u) << "no seed of " << kSeeds << " shows the bug";
  const PingOutcome again = run_ping_scenario(found, planted);
  ASSERT_TRUE(again.violation);
  EXPECT_NE(again.violation->find("took the reply to ping"), std::string::npos) << *again.violation;
  EXPECT_EQ(again, run_ping_scenario(found, planted));
  EXPECT_FALSE(run_ping_scenario(found).violation) << "the right protocol fails on the same seed";
  std::printf("planted bug found: %s\n  %s\n", again.violation->c_str(),
              how_to_repeat(found, " --planted-bug").c_str());
}

}  // namespace
}  // namespace quern::simulation
