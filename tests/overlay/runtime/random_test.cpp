#include "overlay/runtime/random.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace quern::runtime {
namespace {

// Reference values from the authors' C code for xoshiro256** seeded by splitmix64(0).
TEST(Random, gives_the_published_numbers_for_seed_zero) {
  Random random(0);
  EXPECT_EQ(random.next(), 0x99ec5f36cb75f2b4u);
  EXPECT_EQ(random.next(), 0xbf6e1f784956452au);
  EXPECT_EQ(random.next(), 0x1a5f849d4933e6e0u);
}

TEST(Random, below_stays_below_its_bound_and_reaches_all_values) {
  Random random(7);
  std::map<std::uint64_t, int> seen;
  for (int i = 0; i < 6000; ++i) ++seen[random.below(6)];
  ASSERT_EQ(seen.size(), 6u);
  EXPECT_EQ(seen.rbegin()->first, 5u);
  for (const auto& [value, count] : seen) EXPECT_NEAR(count, 1000, 150) << value;  // five standard deviations
}

TEST(Random, below_is_exact_for_bounds_that_do_not_divide_two_to_the_64) {
  // With bound 3 * 2^62 a multiply-shift without rejection would give the multiples of 3 twice as often.
  Random random(11);
  const std::uint64_t bound = std::uint64_t{3} << 62;
  int third = 0;
  for (int i = 0; i < 30'000; ++i) third += random.below(bound) % 3 == 0;
  EXPECT_NEAR(third, 10'000, 420);
}

TEST(Random, between_covers_the_whole_range_of_signed_numbers) {
  Random random(3);
  for (int i = 0; i < 100; ++i) {
    const auto value = random.between(-2, 2);
    EXPECT_GE(value, -2);
    EXPECT_LE(value, 2);
  }
  EXPECT_EQ(random.between(5, 5), 5);
  bool negative = false;
  bool positive = false;
  for (int i = 0; i < 100; ++i) {
    const auto value = random.between(INT64_MIN, INT64_MAX);
    negative |= value < 0;
    positive |= value > 0;
  }
  EXPECT_TRUE(negative && positive);
}

TEST(Random, chance_of_zero_never_and_of_a_million_always_happens) {
  Random random(5);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(random.chance_ppm(0));
    EXPECT_TRUE(random.chance_ppm(1'000'000));
  }
}

TEST(Random, a_chance_of_zero_draws_nothing) {
  Random drawing(9);
  Random other(9);
  (void)drawing.chance_ppm(0);
  EXPECT_EQ(drawing.next(), other.next());
}

TEST(Random, fill_reaches_every_byte_of_odd_lengths) {
  Random random(13);
  std::vector<std::byte> any(37, std::byte{0});
  for (int round = 0; round < 16; ++round) {
    std::vector<std::byte> bytes(37);
    random.fill(bytes);
    for (std::size_t i = 0; i < bytes.size(); ++i) any[i] |= bytes[i];
  }
  EXPECT_EQ(std::ranges::count(any, std::byte{0}), 0);
}

TEST(Random, shuffle_keeps_the_elements) {
  Random random(17);
  std::vector<int> numbers(100);
  std::iota(numbers.begin(), numbers.end(), 0);
  auto shuffled = numbers;
  random.shuffle(shuffled);
  EXPECT_NE(shuffled, numbers);
  std::ranges::sort(shuffled);
  EXPECT_EQ(shuffled, numbers);
}

TEST(Random, a_fork_does_not_shift_with_its_siblings_draws) {
  Random parent(19);
  Random first = parent.fork();
  Random second = parent.fork();
  const auto expected = second.next();
  Random again(19);
  Random greedy = again.fork();
  Random same = again.fork();
  for (int i = 0; i < 100; ++i) (void)greedy.next();
  EXPECT_EQ(same.next(), expected);
  EXPECT_NE(first.next(), expected);
}

}  // namespace
}  // namespace quern::runtime
