#include "overlay/protocols/token_bucket.hpp"

#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace quern::protocols {
namespace {

using namespace std::chrono_literals;
using runtime::Duration;
using runtime::Time;

// The obvious bucket: a number of tokens, and one more at each tick since it was last full.
class CountingBucket {
 public:
  explicit CountingBucket(Rate rate) : rate_(rate), tokens_(rate.burst) {}
  bool take(Time now) {
    if (rate_.per_second == 0) return false;
    const std::int64_t interval = (1'000'000'000 + rate_.per_second - 1) / rate_.per_second;
    while (tokens_ < rate_.burst && ticked_.ns + interval <= now.ns) {
      ticked_.ns += interval;
      ++tokens_;
    }
    if (tokens_ == rate_.burst) ticked_ = now;
    if (tokens_ == 0) return false;
    --tokens_;
    return true;
  }

 private:
  Rate rate_;
  std::uint32_t tokens_;
  Time ticked_;
};

RC_GTEST_PROP(TokenBucket, agrees_with_a_bucket_that_counts_tokens, ()) {
  const Rate rate{.per_second = *rc::gen::inRange<std::uint32_t>(0, 2000),
                  .burst = *rc::gen::inRange<std::uint32_t>(0, 20)};
  const auto steps = *rc::gen::container<std::vector<std::int64_t>>(
      rc::gen::oneOf(rc::gen::just<std::int64_t>(0), rc::gen::inRange<std::int64_t>(0, 2'000'000),
                     rc::gen::inRange<std::int64_t>(0, 3'000'000'000)));
  Time now;
  TokenBucket bucket(rate, now);
  CountingBucket twin(rate);
  for (const std::int64_t step : steps) {
    now.ns += step;
    RC_ASSERT(bucket.take(now) == twin.take(now));
  }
}

TEST(TokenBucket, gives_its_burst_at_once_and_then_one_each_interval) {
  const Time start{5'000'000'000};
  TokenBucket bucket({.per_second = 10, .burst = 3}, start);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(start));
  EXPECT_FALSE(bucket.take(start));
  EXPECT_FALSE(bucket.take(start + 99ms));
  EXPECT_TRUE(bucket.take(start + 100ms));
  EXPECT_FALSE(bucket.take(start + 199ms));
  EXPECT_TRUE(bucket.take(start + 200ms));
}

TEST(TokenBucket, is_full_again_when_all_that_was_taken_has_come_back) {
  TokenBucket bucket({.per_second = 10, .burst = 3}, Time{});
  EXPECT_TRUE(bucket.full(Time{}));
  EXPECT_TRUE(bucket.take(Time{}));
  EXPECT_TRUE(bucket.take(Time{}));
  EXPECT_FALSE(bucket.full(Time{} + 199ms));
  EXPECT_TRUE(bucket.full(Time{} + 200ms));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(Time{} + 1h));
  EXPECT_FALSE(bucket.take(Time{} + 1h));
}

TEST(TokenBucket, a_zero_in_its_rate_allows_nothing) {
  TokenBucket no_rate({.per_second = 0, .burst = 5}, Time{});
  TokenBucket no_burst({.per_second = 5, .burst = 0}, Time{});
  EXPECT_FALSE(no_rate.take(Time{} + 1h));
  EXPECT_FALSE(no_burst.take(Time{} + 1h));
}

TEST(TokenBucket, holds_with_the_largest_numbers) {
  constexpr std::uint32_t kMost = UINT32_MAX;
  TokenBucket fast({.per_second = kMost, .burst = kMost}, Time{});
  TokenBucket slow({.per_second = 1, .burst = kMost}, Time{});
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(fast.take(Time{}));
    EXPECT_TRUE(slow.take(Time{}));
  }
  EXPECT_FALSE(slow.full(Time{} + 999s));
  EXPECT_TRUE(slow.full(Time{} + 1000s));
}

}  // namespace
}  // namespace quern::protocols
