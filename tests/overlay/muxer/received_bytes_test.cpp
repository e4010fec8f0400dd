#include "overlay/muxer/received_bytes.hpp"

#include <deque>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "overlay/runtime/random.hpp"

namespace quern::muxer {
namespace {

using runtime::Bytes;

TEST(MemoryBudget, a_part_takes_from_the_whole_and_gives_back_when_it_goes) {
  const auto whole = std::make_shared<MemoryBudget>(100);
  {
    MemoryBudget part(80, whole);
    EXPECT_TRUE(part.take(80));
    EXPECT_FALSE(part.take(1));
    MemoryBudget other(80, whole);
    EXPECT_FALSE(other.take(21));
    EXPECT_EQ(other.used(), 0u);
    EXPECT_TRUE(other.take(20));
    part.give(30);
    EXPECT_EQ(whole->used(), 70u);
  }
  EXPECT_EQ(whole->used(), 0u);
}

TEST(ReceivedBytes, takes_all_or_nothing_when_the_budget_ends) {
  const auto budget = std::make_shared<MemoryBudget>(10'000);
  ReceivedBytes bytes(budget);
  EXPECT_TRUE(bytes.push(Bytes(9'000)));
  const std::size_t used = budget->used();
  EXPECT_FALSE(bytes.push(Bytes(2'000)));
  EXPECT_EQ(bytes.size(), 9'000u);
  EXPECT_EQ(budget->used(), used);
  bytes.clear();
  EXPECT_EQ(budget->used(), 0u);
  EXPECT_TRUE(bytes.push(Bytes(2'000)));
}

TEST(ReceivedBytes, a_byte_at_a_time_does_not_cost_a_block_each) {
  const auto budget = std::make_shared<MemoryBudget>(1 << 20);
  ReceivedBytes bytes(budget);
  for (int i = 0; i < 100'000; ++i) ASSERT_TRUE(bytes.push(Bytes(1)));
  EXPECT_LT(budget->used(), 150'000u);
}

// The twin is a plain queue of bytes.
RC_GTEST_PROP(ReceivedBytes, come_out_as_they_went_in, (std::uint64_t seed)) {
  runtime::Random random(seed);
  const auto budget = std::make_shared<MemoryBudget>(200'000);
  ReceivedBytes bytes(budget);
  std::deque<std::byte> twin;
  for (int step = 0; step < 300; ++step) {
    Bytes piece(1 + random.below(step % 5 == 0 ? 40'000 : 700));
    if (random.below(2) == 0) {
      random.fill(piece);
      if (bytes.push(piece)) twin.insert(twin.end(), piece.begin(), piece.end());
    } else {
      const std::size_t size = bytes.pop(piece);
      RC_ASSERT(size == std::min(piece.size(), twin.size()));
      for (std::size_t i = 0; i < size; ++i) {
        RC_ASSERT(piece[i] == twin.front());
        twin.pop_front();
      }
    }
    RC_ASSERT(bytes.size() == twin.size());
    RC_ASSERT(budget->used() >= bytes.size());
    RC_ASSERT(!bytes.empty() || budget->used() == 0u);
  }
}

}  // namespace
}  // namespace quern::muxer
