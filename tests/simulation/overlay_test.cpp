#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <malloc.h>

#include "tests/simulation/overlay_scenario.hpp"

namespace quern::simulation {
namespace {

using namespace std::chrono_literals;

std::string how_to_repeat(std::uint64_t seed) {
  return "seed " + std::to_string(seed);
}

// A smaller world than overlay_run's, so that several pass in the time of a test.
OverlayOptions small_world() {
  return {.hosts = 40, .hostile = 8, .length = 15min, .pause = 90s};
}

TEST(OverlayScenario, some_seeds_keep_their_promises_and_repeat_bit_for_bit) {
  OverlayOutcome total;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const OverlayOutcome first = run_overlay_scenario(seed, small_world());
    ASSERT_FALSE(first.tally.violation) << *first.tally.violation << "\n" << how_to_repeat(seed);
    ASSERT_EQ(first, run_overlay_scenario(seed, small_world())) << how_to_repeat(seed);
    total.crashes += first.crashes;
    total.partitions += first.partitions;
    total.tally.connected += first.tally.connected;
    total.tally.connect_failed += first.tally.connect_failed;
    total.tally.exchanges += first.tally.exchanges;
    total.tally.inbound_refused += first.tally.inbound_refused;
    for (const auto& [reason, count] : first.tally.closed) total.tally.closed[reason] += count;
  }
  // The faults were there, and so was work.
  EXPECT_GT(total.crashes, 4u);
  EXPECT_GT(total.partitions, 2u);
  EXPECT_GT(total.tally.connected, 1000u);
  EXPECT_GT(total.tally.connect_failed, 10u);
  EXPECT_GT(total.tally.exchanges, 1000u);
  EXPECT_GT(total.tally.inbound_refused, 100u);
  for (const char* reason : {"local_closed", "remote_closed", "remote_reset", "peer_silent", "trimmed", "host_stopped",
                             "protocol_violation"})
    EXPECT_GT(total.tally.closed[reason], 0u) << reason;
}

TEST(OverlayScenario, one_of_full_size_keeps_its_promises) {
  const OverlayOutcome outcome = run_overlay_scenario(7);
  EXPECT_FALSE(outcome.tally.violation) << *outcome.tally.violation << "\nrepeat it with: overlay_run --seed 7";
  EXPECT_GT(outcome.tally.connected, 1000u);
}

TEST(OverlayScenario, a_planted_leak_is_found) {
  OverlayOptions options = small_world();
  options.planted_leak = true;
  options.length = 3min;
  const OverlayOutcome outcome = run_overlay_scenario(1, options);
  ASSERT_TRUE(outcome.tally.violation);
  EXPECT_NE(outcome.tally.violation->find("units of limits are left"), std::string::npos) << *outcome.tally.violation;
}

class Attacks : public testing::TestWithParam<Attack> {};

std::string name_of_attack(const testing::TestParamInfo<Attack>& info) {
  const std::vector<std::string> names{"never_reads", "endless_streams", "one_byte_a_second", "handshake_flood"};
  return names.at(static_cast<std::size_t>(info.param));
}
INSTANTIATE_TEST_SUITE_P(Hostile, Attacks,
                         testing::Values(Attack::never_reads, Attack::endless_streams, Attack::one_byte_a_second,
                                         Attack::handshake_flood),
                         name_of_attack);

std::size_t heap_bytes() {
  return ::mallinfo2().uordblks;
}

// Two hosts against twelve attackers, without other faults: what they cost stays within what was configured, in the
// books and on the heap, and the hosts go on serving each other.
TEST_P(Attacks, cost_no_more_than_the_limits_and_keep_nobody_from_work) {
  constexpr std::size_t kHosts = 2;
  constexpr std::size_t kAttackers = 12;
  // A host's budget; and of each attacker its unsent output here, what is in the simulated wire both ways, and 400 KiB
  // for streams and tasks. The never reading ones alone offer 8 MB each.
  constexpr std::size_t kHeapMax = kHosts * (4 << 20) + kAttackers * ((256 << 10) + 2 * (256 << 10) + (400 << 10));
  std::size_t before = 0;
  std::size_t peak = 0;
  const OverlayOptions options{.hosts = kHosts + kAttackers,
                               .hostile = kAttackers,
                               .only = GetParam(),
                               .length = 10min,
                               .pause = 10s,
                               .faults = false,
                               .each_second = [&] {
                                 if (before == 0) before = heap_bytes();
                                 peak = std::max(peak, heap_bytes() - std::min(heap_bytes(), before));
                               }};
  const OverlayOutcome outcome = run_overlay_scenario(3, options);
  EXPECT_FALSE(outcome.tally.violation) << *outcome.tally.violation;
  EXPECT_LE(peak, kHeapMax);
  EXPECT_GT(outcome.tally.exchanges, 10u);
  EXPECT_LT(outcome.tally.exchanges_failed * 20, outcome.tally.exchanges);
  std::printf("heap %zu KiB of %zu, books %zu KiB, %zu refused\n", peak >> 10, kHeapMax >> 10,
              static_cast<std::size_t>(outcome.tally.memory_peak >> 10),
              static_cast<std::size_t>(outcome.tally.inbound_refused));
}

}  // namespace
}  // namespace quern::simulation
