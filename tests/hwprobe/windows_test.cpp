#include "hwprobe/windows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace quern::hwprobe {
namespace {

using testing::Optional;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// A set whose windows have these rates.
WindowSet with_rates(const std::vector<double>& rates) {
  WindowSet set;
  set.method = "opencl-fma/1";
  set.variant = "float4";
  for (const double rate : rates) set.windows.push_back({rate * 0.5, 0.5});
  return set;
}

// The quantile by its definition: each sorted value stands at an equal step of the way from 0 to 1000.
double naive_quantile(std::vector<double> values, unsigned permille) {
  std::ranges::sort(values);
  for (std::size_t i = 0; i + 1 < values.size(); ++i) {
    const double left = 1000.0 * static_cast<double>(i) / static_cast<double>(values.size() - 1);
    const double right = 1000.0 * static_cast<double>(i + 1) / static_cast<double>(values.size() - 1);
    if (permille <= right) return std::lerp(values[i], values[i + 1], (permille - left) / (right - left));
  }
  return values.back();
}

RC_GTEST_PROP(Windows, quantile_agrees_with_its_definition, ()) {
  const auto numbers =
      *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(-1'000'000, 1'000'000)));
  const auto permille = *rc::gen::inRange(0U, 1001U);
  const std::vector<double> values(numbers.begin(), numbers.end());
  RC_ASSERT(std::abs(quantile(values, permille) - naive_quantile(values, permille)) < 1e-3);
}

RC_GTEST_PROP(Windows, median_is_half_of_the_values_away_from_either_end, ()) {
  const auto numbers = *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(-1000, 1000)));
  const std::vector<double> values(numbers.begin(), numbers.end());
  const double median = quantile(values, 500);
  const auto below = std::ranges::count_if(values, [&](double value) { return value < median; });
  const auto above = std::ranges::count_if(values, [&](double value) { return value > median; });
  RC_ASSERT(static_cast<std::size_t>(2 * std::max(below, above)) <= values.size());
}

TEST(Windows, quantile_interpolates_between_neighbours) {
  EXPECT_DOUBLE_EQ(quantile({4, 1, 3, 2}, 500), 2.5);
  EXPECT_DOUBLE_EQ(quantile({1, 2, 3}, 0), 1);
  EXPECT_DOUBLE_EQ(quantile({1, 2, 3}, 1000), 3);
  EXPECT_DOUBLE_EQ(quantile({1, 2, 3}, 4'000'000'000U), 3);
  EXPECT_DOUBLE_EQ(quantile({7}, 900), 7);
  EXPECT_DOUBLE_EQ(quantile({}, 500), 0);
}

TEST(Windows, figure_is_the_median_with_all_that_the_set_says) {
  WindowSet set = with_rates({100, 300, 200});
  set.quantity = Quantity::int32_ops;
  set.cpu_share_permille = 870;
  const Figure expected{.quantity = Quantity::int32_ops,
                        .value = 200,
                        .unit = "op/s",
                        .method = "opencl-fma/1",
                        .variant = "float4",
                        .taken_unix_ms = 12345,
                        .windows = 3,
                        .spread_permille = 800,  // (280 - 120) / 200
                        .cpu_share_permille = 870};
  EXPECT_THAT(figure_of(set, 12345), Optional(expected));
}

TEST(Windows, two_disturbed_windows_of_eleven_leave_the_figure_alone) {
  const auto figure = figure_of(with_rates({1000, 1001, 999, 1000, 3, 1000, 1002, 998, 5000, 1000, 1000}), 1);
  ASSERT_TRUE(figure);
  EXPECT_EQ(figure->value, 1000);
  EXPECT_LE(figure->spread_permille, 5);
}

TEST(Windows, equal_windows_have_no_spread) {
  const auto figure = figure_of(with_rates({42, 42, 42}), 1);
  ASSERT_TRUE(figure);
  EXPECT_EQ(figure->spread_permille, 0);
}

TEST(Windows, windows_without_work_or_time_are_not_counted) {
  WindowSet set = with_rates({100, 100});
  for (const Window window :
       {Window{0, 1}, Window{-5, 1}, Window{1, 0}, Window{1, -1}, Window{kNan, 1}, Window{1, kNan}}) {
    set.windows.push_back(window);
  }
  const auto figure = figure_of(set, 1);
  ASSERT_TRUE(figure);
  EXPECT_EQ(figure->value, 100);
  EXPECT_EQ(figure->windows, 2);
}

TEST(Windows, nothing_measured_gives_no_figure) {
  EXPECT_EQ(figure_of(with_rates({}), 1), std::nullopt);
  EXPECT_EQ(figure_of(with_rates({0, -1}), 1), std::nullopt);
  EXPECT_EQ(figure_of(with_rates({0.25}), 1), std::nullopt) << "rounds to nothing";
}

TEST(Windows, rates_beyond_any_machine_give_no_figure) {
  EXPECT_EQ(figure_of(with_rates({kInfinity}), 1), std::nullopt);
  EXPECT_EQ(figure_of(with_rates({1e300, 1e300, 1e300}), 1), std::nullopt);
  WindowSet set = with_rates({});
  set.windows = {{1e10, 1e-300}};
  EXPECT_EQ(figure_of(set, 1), std::nullopt);
}

TEST(Windows, spread_is_bounded_however_wild_the_windows) {
  const auto figure = figure_of(with_rates({1, 1, 1, 1e17, 1e17}), 1);
  ASSERT_TRUE(figure);
  EXPECT_EQ(figure->spread_permille, 1'000'000);
}

RC_GTEST_PROP(Windows, figure_lies_between_the_slowest_and_the_fastest_window, ()) {
  const auto numbers = *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 1'000'000)));
  const std::vector<double> rates(numbers.begin(), numbers.end());
  const auto figure = figure_of(with_rates(rates), 1);
  RC_ASSERT(figure.has_value());
  RC_ASSERT(figure->value >= static_cast<std::uint64_t>(std::ranges::min(numbers)));
  RC_ASSERT(figure->value <= static_cast<std::uint64_t>(std::ranges::max(numbers)));
  RC_ASSERT(figure->windows == numbers.size());
}

TEST(Windows, cpu_share_is_a_share_of_all_threads) {
  EXPECT_EQ(cpu_share_permille(1, 1, 1), 1000);
  EXPECT_EQ(cpu_share_permille(1, 1, 4), 250);
  EXPECT_EQ(cpu_share_permille(1.02, 0.5, 2), 1000) << "clocks differ by a little";
  EXPECT_EQ(cpu_share_permille(0, 1, 2), 0);
}

TEST(Windows, cpu_share_without_time_or_threads_is_nothing) {
  EXPECT_EQ(cpu_share_permille(1, 0, 2), 0);
  EXPECT_EQ(cpu_share_permille(1, -1, 2), 0);
  EXPECT_EQ(cpu_share_permille(1, kNan, 2), 0);
  EXPECT_EQ(cpu_share_permille(1, 1, 0), 0);
  EXPECT_EQ(cpu_share_permille(-1, 1, 1), 0);
}

TEST(Windows, every_quantity_has_its_unit) {
  EXPECT_EQ(unit_of(Quantity::fp32_flops), "FLOP/s");
  EXPECT_EQ(unit_of(Quantity::fp64_flops), "FLOP/s");
  EXPECT_EQ(unit_of(Quantity::int32_ops), "op/s");
  EXPECT_EQ(unit_of(Quantity::memory_bandwidth), "B/s");
}

}  // namespace
}  // namespace quern::hwprobe
