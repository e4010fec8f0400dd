#include "scheduler/cli/donation_commands.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace quern::scheduler::cli {
namespace {

TEST(Length, is_a_number_and_a_unit) {
  EXPECT_EQ(parse_length("90s"), 90'000);
  EXPECT_EQ(parse_length("30m"), 1'800'000);
  EXPECT_EQ(parse_length("3h"), 10'800'000);
  EXPECT_EQ(parse_length("366d"), 366LL * 86'400'000);
}

TEST(Length, that_is_none_is_refused_with_what_would_do) {
  for (const std::string_view text :
       {"", "m", "30", "30 m", "30min", "0s", "-1h", "1.5h", "367d", "9999999999999999999s", "5y", "tomorrow"}) {
    const auto length = parse_length(text);
    ASSERT_FALSE(length) << text;
    EXPECT_NE(length.error().find("a number and s, m, h or d"), std::string::npos) << length.error();
  }
}

RC_GTEST_PROP(Length, is_within_its_bounds_whatever_is_written, (const std::string& text)) {
  const auto length = parse_length(text);
  RC_ASSERT(!length || (*length >= 1000 && *length <= 366LL * 86'400'000));
}

TEST(Donation, is_told_with_its_end_its_reason_and_what_goes_on) {
  EXPECT_EQ(donation_text({.state = "donating", .until_unix_ms = {}, .detail = {}, .working = 2}), "donating");
  EXPECT_EQ(donation_text({.state = "paused", .until_unix_ms = 1'767'225'600'000, .detail = {}, .working = 1}),
            "paused until 2026-01-01 00:00:00 UTC; 1 task goes on");
  EXPECT_EQ(
      donation_text({.state = "off", .until_unix_ms = {}, .detail = "provider.enabled is \x1b[31mfalse", .working = 0}),
      "off: provider.enabled is ?[31mfalse");
}

}  // namespace
}  // namespace quern::scheduler::cli
