#include "scheduler/market/recent_median.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace quern::market {
namespace {

RC_GTEST_PROP(RecentMedian, is_the_middle_of_the_latest_values, (const std::vector<std::uint64_t>& values)) {
  RecentMedian median;
  for (const std::uint64_t value : values) median.add(value);
  std::vector<std::uint64_t> latest(values.end() - static_cast<std::ptrdiff_t>(std::min(values.size(), kRecentMax)),
                                    values.end());
  std::ranges::sort(latest);
  const auto found = median.value();
  RC_ASSERT(found.has_value() == !latest.empty());
  if (found) RC_ASSERT(*found == latest[(latest.size() - 1) / 2]);
}

TEST(RecentMedian, makes_an_offer_outdated_when_it_is_a_quarter_away) {
  EXPECT_FALSE(is_outdated(0, std::nullopt));
  EXPECT_FALSE(is_outdated(100, std::nullopt)) << "nothing is known better";
  EXPECT_TRUE(is_outdated(0, 1));
  EXPECT_FALSE(is_outdated(100, 125));
  EXPECT_TRUE(is_outdated(100, 126));
  EXPECT_FALSE(is_outdated(100, 75));
  EXPECT_TRUE(is_outdated(100, 74));
}

}  // namespace
}  // namespace quern::market
