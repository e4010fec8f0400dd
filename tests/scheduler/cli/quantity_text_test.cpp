#include "scheduler/cli/quantity_text.hpp"

#include <array>
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

namespace quern::scheduler::cli {
namespace {

TEST(QuantityText, sizes_have_three_significant_digits) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(1023), "1023 B");
  EXPECT_EQ(bytes_text(1024), "1 KiB");
  EXPECT_EQ(bytes_text(48 << 10), "48 KiB");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(bytes_text(25'393'692'672), "23.6 GiB");
  EXPECT_EQ(bytes_text(503'316'480), "480 MiB");
  EXPECT_EQ(bytes_text(UINT64_MAX), "16 EiB");
}

TEST(QuantityText, rounding_up_moves_to_the_next_prefix) {
  EXPECT_EQ(bytes_text((1ULL << 20) - 1), "1 MiB");
  EXPECT_EQ(rate_text(999'999, "B/s"), "1 MB/s");
  EXPECT_EQ(rate_text(999'499, "B/s"), "999 kB/s");
  EXPECT_EQ(rate_text(999, "B/s"), "999 B/s");
  EXPECT_EQ(rate_text(9'999, "B/s"), "10 kB/s");
}

TEST(QuantityText, rates_take_decimal_prefixes) {
  EXPECT_EQ(rate_text(82'580'000'000'000, "FLOP/s"), "82.6 TFLOP/s");
  EXPECT_EQ(rate_text(72'400'000'000, "B/s"), "72.4 GB/s");
  EXPECT_EQ(rate_text(0, "op/s"), "0 op/s");
  EXPECT_EQ(rate_text(UINT64_MAX, "op/s"), "18.4 Eop/s");
}

// Every text of a size is within half a unit of its last digit of the size.
TEST(QuantityText, is_never_further_from_the_number_than_its_last_digit_allows) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t value = random() >> (random() % 64);
    const std::string text = rate_text(value, "");
    const long double factor =
        std::array{1.0L, 1e3L, 1e6L, 1e9L, 1e12L, 1e15L, 1e18L}[std::string(" kMGTPE").find(text.back())];
    const long double shown = std::strtold(text.c_str(), nullptr) * factor;
    EXPECT_LE(std::abs(shown - static_cast<long double>(value)), static_cast<long double>(value) * 0.00501L)
        << value << " is " << text;
    EXPECT_LT(shown / factor, factor == 1 ? 1000 : factor == 1e18L ? 20 : 1000) << text;
  }
}

TEST(QuantityText, clocks_and_links) {
  EXPECT_EQ(mhz_text(850), "850 MHz");
  EXPECT_EQ(mhz_text(2520), "2.52 GHz");
  EXPECT_EQ(mhz_text(10'501), "10.5 GHz");
  EXPECT_EQ(transfers_text(2500), "2.5 GT/s");
  EXPECT_EQ(transfers_text(16'000), "16 GT/s");
}

TEST(QuantityText, shares_temperatures_and_power) {
  EXPECT_EQ(permille_text(375), "37.5 %");
  EXPECT_EQ(permille_text(1000), "100 %");
  EXPECT_EQ(permille_text(1), "0.1 %");
  EXPECT_EQ(millicelsius_text(45'125), "45.1 °C");
  EXPECT_EQ(millicelsius_text(-5'900), "-5.9 °C");
  EXPECT_EQ(millicelsius_text(-40), "0.0 °C");
  EXPECT_EQ(milliwatts_text(312'500), "312.5 W");
  EXPECT_EQ(milliwatts_text(950), "950 mW");
  EXPECT_EQ(milliseconds_text(999), "999 ms");
  EXPECT_EQ(milliseconds_text(10'012), "10.0 s");
  EXPECT_EQ(milli_text(1'005), "1.01");
  EXPECT_EQ(milli_text(60), "0.06");
}

TEST(QuantityText, counts_have_a_plural) {
  EXPECT_EQ(count_text(1, "core"), "1 core");
  EXPECT_EQ(count_text(0, "core"), "0 cores");
}

TEST(QuantityText, moments_are_in_utc) {
  EXPECT_EQ(utc_text(1'767'225'600'123), "2026-01-01 00:00:00 UTC");
  EXPECT_EQ(utc_text(0), "1970-01-01 00:00:00 UTC");
  EXPECT_EQ(utc_text(-1), "1969-12-31 23:59:59 UTC");
  EXPECT_EQ(utc_text(INT64_MAX), "9223372036854775807 ms since 1970");
  EXPECT_EQ(utc_text(INT64_MIN), "-9223372036854775808 ms since 1970");
}

TEST(QuantityText, runs_of_numbers_are_joined) {
  EXPECT_EQ(number_list_text(std::array<std::uint32_t, 5>{0, 1, 2, 5, 7}), "0-2,5,7");
  EXPECT_EQ(number_list_text({}), "");
  EXPECT_EQ(number_list_text(std::array<std::uint32_t, 1>{9}), "9");
}

TEST(QuantityText, durations_have_two_units_at_most) {
  EXPECT_EQ(duration_text(0), "0 ms");
  EXPECT_EQ(duration_text(59'900), "59.9 s");
  EXPECT_EQ(duration_text(60'000), "1 min");
  EXPECT_EQ(duration_text(90'499), "1 min 30 s");
  EXPECT_EQ(duration_text(7'500'000), "2 h 5 min");
  EXPECT_EQ(duration_text(86'400'000ull * 3 + 3'600'000), "3 d 1 h");
  EXPECT_EQ(duration_text(UINT64_MAX), "213503982334 d 14 h");
}

}  // namespace
}  // namespace quern::scheduler::cli
