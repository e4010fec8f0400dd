#include "overlay/connection/trim.hpp"

#include <algorithm>
#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace quern::connection {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr WaterMarks kMarks{.low = 1, .high = 2, .grace = 20s};
constexpr runtime::Time kNow{runtime::Duration(1h).count()};

TEST(Trim, nothing_goes_up_to_the_high_water_mark) {
  EXPECT_THAT(choose_trimmed({{.connection = 1}, {.connection = 2}}, kMarks, kNow), IsEmpty());
}

TEST(Trim, above_it_the_worst_go_down_to_the_low_water_mark) {
  EXPECT_THAT(
      choose_trimmed({{.connection = 1, .worth = 5}, {.connection = 2, .worth = -1}, {.connection = 3}}, kMarks, kNow),
      ElementsAre(2, 3));
}

TEST(Trim, protected_and_young_connections_stay) {
  const runtime::Time young = kNow + -19s;
  EXPECT_THAT(choose_trimmed({{.connection = 1, .is_protected = true},
                              {.connection = 2, .opened = young},
                              {.connection = 3, .opened = kNow + -20s}},
                             kMarks, kNow),
              ElementsAre(3));
}

TEST(Trim, goes_by_worth_then_streams_then_direction_then_age) {
  const WaterMarks all{.low = 0, .high = 0, .grace = 0s};
  EXPECT_THAT(choose_trimmed({{.connection = 1, .opened = {}, .worth = 0, .streams = 0, .inbound = false},
                              {.connection = 2, .opened = {}, .worth = 0, .streams = 0, .inbound = true},
                              {.connection = 3, .opened = {1}, .worth = 0, .streams = 0, .inbound = true},
                              {.connection = 4, .opened = {}, .worth = 0, .streams = 1, .inbound = true},
                              {.connection = 5, .opened = {}, .worth = -1, .streams = 9, .inbound = false}},
                             all, kNow),
              ElementsAre(5, 3, 2, 1, 4));
}

RC_GTEST_PROP(Trim, never_below_the_low_mark_and_never_a_protected_or_young_one, ()) {
  std::vector<TrimCandidate> candidates;
  const auto count = *rc::gen::inRange(0, 40);
  for (int i = 0; i < count; ++i) {
    candidates.push_back({.connection = static_cast<std::uint64_t>(i),
                          .opened = {*rc::gen::inRange<std::int64_t>(0, 40)},
                          .worth = *rc::gen::inRange<std::int64_t>(-3, 3),
                          .is_protected = *rc::gen::arbitrary<bool>(),
                          .streams = *rc::gen::inRange<std::size_t>(0, 3),
                          .inbound = *rc::gen::arbitrary<bool>()});
  }
  const WaterMarks marks{
      .low = *rc::gen::inRange<std::size_t>(0, 20), .high = *rc::gen::inRange<std::size_t>(0, 40), .grace = 10ns};
  const auto chosen = choose_trimmed(candidates, marks, {40});
  RC_ASSERT(chosen.empty() || (candidates.size() > marks.high && candidates.size() - chosen.size() >= marks.low));
  for (const auto id : chosen) {
    RC_ASSERT(!candidates[id].is_protected);
    RC_ASSERT(candidates[id].opened.ns <= 30);
    RC_ASSERT(std::ranges::count(chosen, id) == 1);
  }
}

}  // namespace
}  // namespace quern::connection
