#include "scheduler/model/usage.hpp"

#include <limits>
#include <set>

#include <boost/multiprecision/cpp_int.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace quern::model {
namespace {

using boost::multiprecision::cpp_int;
using boost::multiprecision::cpp_rational;

rc::Gen<Usage> any_usage() {
  return rc::gen::map(
      rc::gen::container<std::array<std::uint64_t, kDimensions>>(rc::gen::oneOf(
          rc::gen::inRange<std::uint64_t>(0, 5'000'000), rc::gen::inRange<std::uint64_t>(0, kQuantityMax + 1))),
      [](const auto& quantity) { return Usage{quantity}; });
}
rc::Gen<RateCard> any_rates() {
  return rc::gen::map(
      rc::gen::container<std::array<std::int64_t, kDimensions>>(rc::gen::oneOf(
          rc::gen::inRange<std::int64_t>(0, 5'000'000), rc::gen::inRange<std::int64_t>(0, kRateMax + 1))),
      [](const auto& rate) { return RateCard{rate}; });
}

// With numbers of any length: floor(sum + 1/2).
cpp_int exact(const RateCard& rates, const Usage& usage) {
  cpp_rational sum(1, 2);
  for (std::size_t i = 0; i < kDimensions; ++i) {
    sum += cpp_rational(cpp_int(rates.rate[i]) * usage.quantity[i], text_of(static_cast<Dimension>(i)).per);
  }
  return numerator(sum) / denominator(sum);
}

RC_GTEST_PROP(Cost, is_the_exact_sum_rounded_once_half_up, ()) {
  const auto rates = *any_rates();
  const auto usage = *any_usage();
  const cpp_int expected = exact(rates, usage);
  const auto found = cost(rates, usage);
  if (expected > std::numeric_limits<std::int64_t>::max()) {
    RC_ASSERT(!found);
  } else {
    RC_ASSERT(found.has_value());
    RC_ASSERT(cpp_int(found->micro) == expected);
  }
}

TEST(Cost, of_the_largest_quantities_at_the_largest_rates_does_not_fit_and_does_not_wrap) {
  RateCard rates;
  Usage usage;
  rates.rate.fill(kRateMax);
  usage.quantity.fill(kQuantityMax);
  EXPECT_TRUE(is_possible(rates) && is_possible(usage));
  EXPECT_EQ(cost(rates, usage), std::nullopt);
}

TEST(Cost, rounds_half_up_and_not_each_dimension_by_itself) {
  RateCard rates;
  Usage usage;
  rates[Dimension::device_time] = 1;
  usage[Dimension::device_time] = 499'999;
  EXPECT_EQ(cost(rates, usage), Credits{0});
  usage[Dimension::device_time] = 500'000;
  EXPECT_EQ(cost(rates, usage), Credits{1});
  rates[Dimension::cpu_time] = 1;
  usage[Dimension::cpu_time] = 500'000;
  EXPECT_EQ(cost(rates, usage), Credits{1}) << "two halves are one";
}

TEST(Cost, of_a_second_of_each_is_what_the_card_says) {
  RateCard rates;
  Usage usage;
  rates[Dimension::setup] = 2;
  rates[Dimension::device_time] = 30;
  rates[Dimension::memory_time] = 500;
  rates[Dimension::bytes_in] = 7'000;
  usage[Dimension::setup] = 1;
  usage[Dimension::device_time] = 1'000'000;
  usage[Dimension::memory_time] = 1024 * 1000;
  usage[Dimension::bytes_in] = 1u << 30;
  EXPECT_EQ(cost(rates, usage), Credits{7'532});
}

RC_GTEST_PROP(Cost, grows_with_usage, ()) {
  const auto rates = *any_rates();
  const auto earlier = *any_usage();
  Usage later = earlier;
  const auto at = *rc::gen::inRange<std::size_t>(0, kDimensions);
  later.quantity[at] = *rc::gen::inRange<std::uint64_t>(earlier.quantity[at], kQuantityMax + 1);
  RC_ASSERT(has_grown(earlier, later));
  RC_ASSERT(earlier == later || !has_grown(later, earlier));
  if (const auto more = cost(rates, later)) RC_ASSERT(cost(rates, earlier) <= *more);
}

TEST(Dimension, has_names_of_its_own) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kDimensions; ++i) {
    const auto& text = text_of(static_cast<Dimension>(i));
    EXPECT_TRUE(names.insert(text.name).second);
    EXPECT_TRUE(i == 0 || names.insert(text.rate_name).second) << "setup's rate is called setup";
  }
}

TEST(Usage, of_memory_is_in_whole_mebibytes_and_milliseconds_and_never_too_much) {
  EXPECT_EQ(memory_time(0, 5'000), 0u);
  EXPECT_EQ(memory_time(1 << 20, 0), 0u);
  EXPECT_EQ(memory_time(3 << 20, 7'000), 21u);
  EXPECT_EQ(memory_time((3 << 20) + 1, 7'001), 32u);
  EXPECT_EQ(memory_time(UINT64_MAX, UINT64_MAX), kQuantityMax);
}

}  // namespace
}  // namespace quern::model
