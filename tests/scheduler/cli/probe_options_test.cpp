#include "scheduler/cli/probe_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quern::scheduler::cli {
namespace {

using std::chrono::milliseconds;

std::string error_of(const ProbeWords& words) {
  const auto options = check(words);
  return options ? "accepted" : options.error();
}

ProbeWords words(auto change) {
  ProbeWords result;
  change(result);
  return result;
}

TEST(ProbeOptions, nothing_said_means_all_parts_but_measurements) {
  const auto options = check({});
  ASSERT_TRUE(options);
  EXPECT_TRUE(options->parts.identity && options->parts.topology && options->parts.pci && options->parts.opencl &&
              options->parts.sensors);
  EXPECT_FALSE(options->parts.measurements);
  EXPECT_FALSE(options->watch);
  EXPECT_EQ(options->driver_deadline, milliseconds(10'000));
}

TEST(ProbeOptions, parts_are_only_those_named) {
  const auto options = check(words([](auto& w) { w.parts = "sensors,identity"; }));
  ASSERT_TRUE(options);
  EXPECT_TRUE(options->parts.sensors && options->parts.identity);
  EXPECT_FALSE(options->parts.topology || options->parts.pci || options->parts.opencl);
}

TEST(ProbeOptions, measuring_needs_opencl) {
  const auto options = check(words([](auto& w) { w.parts = "identity", w.measure = true; }));
  ASSERT_TRUE(options);
  EXPECT_TRUE(options->parts.opencl && options->parts.measurements);
}

TEST(ProbeOptions, an_unknown_part_is_named_with_those_there_are) {
  EXPECT_EQ(error_of(words([](auto& w) { w.parts = "gpu"; })),
            "--parts: there is no part \"gpu\"; choose any of identity, topology, pci, opencl, sensors");
}

TEST(ProbeOptions, a_part_without_a_name_is_unknown) {
  EXPECT_THAT(error_of(words([](auto& w) { w.parts = "identity,"; })), testing::HasSubstr("there is no part \"\""));
  EXPECT_THAT(error_of(words([](auto& w) { w.parts = ""; })), testing::HasSubstr("there is no part \"\""));
}

TEST(ProbeOptions, spans_outside_their_limits_name_value_and_limits) {
  EXPECT_EQ(error_of(words([](auto& w) { w.watch = "0"; })), "--watch 0: must be 0.1 to 3600 seconds");
  EXPECT_EQ(error_of(words([](auto& w) { w.watch = "3600.001"; })), "--watch 3600.001: must be 0.1 to 3600 seconds");
  EXPECT_EQ(error_of(words([](auto& w) { w.driver_deadline = "x"; })),
            "--driver-deadline x: must be 0.1 to 600 seconds");
}

TEST(ProbeOptions, seconds_are_decimal_with_thousandths) {
  const auto parse = [](std::string_view text) {
    return parse_seconds(text, kWatchMin, kWatchMax).value_or(milliseconds(-1));
  };
  EXPECT_EQ(parse("1"), milliseconds(1000));
  EXPECT_EQ(parse("0.1"), milliseconds(100));
  EXPECT_EQ(parse(".25"), milliseconds(250));
  EXPECT_EQ(parse("2."), milliseconds(2000));
  EXPECT_EQ(parse("3600"), milliseconds(3'600'000));
  for (const std::string_view bad :
       {"", ".", "-1", "+1", " 1", "1e3", "0x10", "nan", "inf", "1.0000", "0.099", "1,5", "99999999999999999999"}) {
    EXPECT_EQ(parse(bad), milliseconds(-1)) << bad;
  }
}

TEST(ProbeOptions, options_that_exclude_each_other_say_which_to_leave_out) {
  EXPECT_THAT(error_of(words([](auto& w) { w.replay = "a", w.root = "b"; })), testing::HasSubstr("choose one"));
  EXPECT_THAT(error_of(words([](auto& w) { w.replay = "a", w.measure = true; })), testing::HasSubstr("leave"));
  EXPECT_THAT(error_of(words([](auto& w) { w.replay = "a", w.record = "b"; })), testing::HasSubstr("leave"));
  EXPECT_THAT(error_of(words([](auto& w) { w.root = "a", w.measure = true; })), testing::HasSubstr("leave"));
  EXPECT_THAT(error_of(words([](auto& w) { w.root = "a", w.parts = "opencl"; })), testing::HasSubstr("leave"));
  EXPECT_THAT(error_of(words([](auto& w) { w.watch = "", w.measure = true; })), testing::HasSubstr("leave"));
  EXPECT_THAT(error_of(words([](auto& w) { w.watch = "", w.replay = "a"; })), testing::HasSubstr("leave"));
  EXPECT_THAT(error_of(words([](auto& w) { w.watch = "", w.record = "a"; })), testing::HasSubstr("leave"));
  EXPECT_THAT(error_of(words([](auto& w) { w.watch = "", w.parts = "pci"; })), testing::HasSubstr("leave"));
  EXPECT_EQ(error_of(words([](auto& w) { w.watch = "", w.parts = "sensors"; })), "accepted");
}

TEST(ProbeOptions, another_root_runs_no_drivers) {
  const auto options = check(words([](auto& w) { w.root = "/tmp"; }));
  ASSERT_TRUE(options);
  EXPECT_FALSE(options->parts.opencl);
}

TEST(ProbeOptions, colours_are_a_choice_of_three) {
  EXPECT_EQ(error_of(words([](auto& w) { w.colour = "blue\x1b"; })), "--color blue?: must be auto, always or never");
  EXPECT_EQ(check(words([](auto& w) { w.colour = "never"; }))->colour, ColourChoice::never);
}

TEST(Nearest, finds_what_was_probably_meant) {
  const std::vector<std::string> known{"probe", "--json", "--watch"};
  EXPECT_EQ(nearest("prob", known), "probe");
  EXPECT_EQ(nearest("porbe", known), "probe");
  EXPECT_EQ(nearest("--jsno", known), "--json");
  EXPECT_EQ(nearest("elephant", known), "");
  EXPECT_EQ(nearest("", known), "");
}

}  // namespace
}  // namespace quern::scheduler::cli
