#include "scheduler/engagement/pace.hpp"

#include <gtest/gtest.h>

namespace quern::engagement {
namespace {

using namespace std::chrono_literals;
using model::Dimension;
using model::Usage;

Usage usage_of(std::uint64_t device_us, std::uint64_t cpu_us, std::uint64_t mib_ms) {
  Usage usage;
  usage[Dimension::device_time] = device_us;
  usage[Dimension::cpu_time] = cpu_us;
  usage[Dimension::memory_time] = mib_ms;
  return usage;
}

// Four cores and 256 MiB for a minute, one core and 1 GiB for ten.
Usage pace_of_two() {
  Usage pace;
  raise_pace(pace, usage_of(60'000'000, 240'000'000, 256 * 60'000));
  raise_pace(pace, usage_of(600'000'000, 600'000'000, 1024 * 600'000));
  return pace;
}

TEST(Pace, of_several_tasks_is_that_of_the_one_that_can_use_most) {
  EXPECT_EQ(pace_of_two(), usage_of(0, 4 * 1000, 1024));
}

TEST(Pace, is_held_against_the_clock_that_has_gone_farther) {
  const Instant since{.steady = runtime::Time{} + 5s, .wall = {1'000'000}};
  const auto passed = [&](runtime::Duration steady, std::int64_t wall_ms) {
    return passed_between(since, {.steady = since.steady + steady, .wall = {since.wall.unix_ms + wall_ms}});
  };
  EXPECT_EQ(passed(2s, 2'000), 2s);
  EXPECT_EQ(passed(2s, 3'600'000), 1h) << "the machine was suspended";
  EXPECT_EQ(passed(2s, -3'600'000), 2s) << "the clock was set back";
}

TEST(Pace, grants_what_one_device_and_its_cores_can_use_in_the_time_and_a_second) {
  const Usage pace = pace_of_two();
  // Ten seconds, a second, and a 64th of ten.
  EXPECT_FALSE(fault_of_usage(usage_of(10'000'000, 40'000'000, 10'000 * 1024), pace, 10s));
  EXPECT_FALSE(fault_of_usage(usage_of(11'156'000, 44'624'000, 11'156 * 1024), pace, 10s));
  for (const Usage& more :
       {usage_of(11'156'001, 0, 0), usage_of(0, 44'624'001, 0), usage_of(0, 0, 11'156 * 1024 + 1)}) {
    const auto fault = fault_of_usage(more, pace, 10s);
    ASSERT_TRUE(fault.has_value());
    EXPECT_EQ(fault->reason, model::Reason::overcharged);
  }
  EXPECT_TRUE(fault_of_usage(usage_of(2'000'000, 0, 0), pace, 0s));
}

TEST(Pace, bounds_the_device_alone_where_nothing_else_is_known) {
  EXPECT_FALSE(fault_of_usage(usage_of(0, model::kQuantityMax, model::kQuantityMax), {}, 1s));
  EXPECT_TRUE(fault_of_usage(usage_of(model::kQuantityMax, 0, 0), {}, 1s));
}

TEST(Pace, of_the_largest_demands_overflows_nothing) {
  Usage pace;
  raise_pace(pace, usage_of(0, model::kQuantityMax, 1));
  EXPECT_EQ(pace, usage_of(0, model::kQuantityMax, 1));
  EXPECT_FALSE(fault_of_usage(usage_of(0, model::kQuantityMax, 0), pace, 24h * 365));
}

}  // namespace
}  // namespace quern::engagement
