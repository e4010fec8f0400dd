#include "scheduler/model/credits.hpp"

#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace quern::model {
namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

TEST(Credits, are_written_without_what_says_nothing) {
  EXPECT_EQ(to_text({0}), "0");
  EXPECT_EQ(to_text({12'000'000}), "12");
  EXPECT_EQ(to_text({500'000}), "0.5");
  EXPECT_EQ(to_text({-3'000'001}), "-3.000001");
  EXPECT_EQ(to_text({kMin}), "-9223372036854.775808");
  EXPECT_EQ(to_text({kMax}), "9223372036854.775807");
}

RC_GTEST_PROP(Credits, what_is_written_is_read_back, (std::int64_t micro)) {
  RC_ASSERT(credits_from_text(to_text({micro})) == Credits{micro});
}

TEST(Credits, take_zeros_at_either_end_and_nothing_else) {
  EXPECT_EQ(credits_from_text("007.5000000"), Credits{7'500'000});
  EXPECT_EQ(credits_from_text("-9223372036854.775808"), Credits{kMin});
  for (const char* text : {"", "-", ".5", "5.", "1.0000001", "+1", "1e3", " 1", "1 ", "--1", "0x1", "1,5",
                           "9223372036854.775808", "-9223372036854.775809", "99999999999999999999", "1.-5"}) {
    EXPECT_EQ(credits_from_text(text), std::nullopt) << text;
  }
}

RC_GTEST_PROP(Credits, sums_and_differences_undo_each_other_or_do_not_fit, (std::int64_t a, std::int64_t b)) {
  if (const auto sum = add({a}, {b})) RC_ASSERT(subtract(*sum, {b}) == Credits{a});
  if (const auto difference = subtract({a}, {b})) RC_ASSERT(add(*difference, {b}) == Credits{a});
}

TEST(Credits, never_wrap_around) {
  EXPECT_EQ(add({kMax}, {1}), std::nullopt);
  EXPECT_EQ(subtract({kMin}, {1}), std::nullopt);
  EXPECT_EQ(subtract({0}, {kMin}), std::nullopt);
}

}  // namespace
}  // namespace quern::model
