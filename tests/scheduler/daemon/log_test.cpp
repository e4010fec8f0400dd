#include "scheduler/daemon/log.hpp"

#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "overlay/runtime/clock.hpp"

namespace quern::daemon {
namespace {

class StillClock final : public runtime::Clock {
 public:
  runtime::Time now() const override { return time; }
  runtime::WallTime wall_now() const override { return {1'795'253'400'125}; }
  void add(runtime::TimerNode&, runtime::Time) override {}
  void remove(runtime::TimerNode&) noexcept override {}
  runtime::Time time;
};

class LogTest : public ::testing::Test {
 protected:
  Log log(LogFormat format = LogFormat::text) {
    return {clock, LogLevel::info, format, [this](std::string_view line) { lines.emplace_back(line); }};
  }
  StillClock clock;
  std::vector<std::string> lines;
};

TEST_F(LogTest, a_record_is_one_line_of_key_and_value) {
  log().write(LogLevel::warning, "job_ended",
              {{"job", "j1"}, {"cost", -3}, {"ok", true}, {"text", "a b\n\"c\""}, {"empty", ""}});
  ASSERT_EQ(lines.size(), 1);
  EXPECT_EQ(lines[0],
            "time=2026-11-21T09:30:00.125Z level=warning event=job_ended job=j1 cost=-3 ok=true "
            "text=\"a b\\n\\\"c\\\"\" empty=\"\"\n");
}

TEST_F(LogTest, a_record_for_programs_is_json_whatever_its_bytes_are) {
  const std::string bytes("\xff\x00 \xe2\x82\xac \xe2\x82", 9);
  log(LogFormat::json).write(LogLevel::error, "odd", {{"text", bytes}, {"n", std::uint64_t{18446744073709551615ULL}}});
  ASSERT_EQ(lines.size(), 1);
  const auto record = boost::json::parse(lines[0]);
  EXPECT_EQ(record.at("level"), "error");
  EXPECT_EQ(record.at("n"), 18446744073709551615ULL);
  EXPECT_EQ(record.at("text").as_string(), boost::json::string_view("?\0 \xe2\x82\xac ??", 9));
}

TEST_F(LogTest, no_name_stands_twice_in_a_record) {
  log(LogFormat::json)
      .write(LogLevel::error, "odd", {{"event", "a"}, {"n", 1}, {"n", 2}, {"event", "b"}, {"cut", "c"}});
  ASSERT_EQ(lines.size(), 1);
  EXPECT_TRUE(lines[0].ends_with(R"("event":"odd","event_":"a","n":1,"n_":2,"event__":"b","cut_":"c"})"
                                 "\n"))
      << lines[0];
}

TEST_F(LogTest, nothing_is_said_below_the_least_level) {
  log().write(LogLevel::debug, "detail");
  EXPECT_TRUE(lines.empty());
}

TEST_F(LogTest, a_secret_stands_as_stars) {
  const Secret token("hunter2");
  log().write(LogLevel::info, "token_made", {{"token", token}});
  ASSERT_EQ(lines.size(), 1);
  EXPECT_TRUE(lines[0].ends_with("token=***\n"));
  EXPECT_EQ(token.reveal(), "hunter2");
}

TEST_F(LogTest, a_line_is_never_longer_than_its_bound) {
  const std::string text(100'000, '\n');
  for (const LogFormat format : {LogFormat::text, LogFormat::json}) {
    lines.clear();
    log(format).write(LogLevel::info, "long", {{"a", text}, {"b", text}, {"c", text}, {"d", text}, {"e", "short"}});
    ASSERT_EQ(lines.size(), 1);
    EXPECT_LE(lines[0].size(), kLogLineBytesMax);
    EXPECT_NE(lines[0].find("short"), std::string::npos);
    EXPECT_NE(lines[0].find("cut"), std::string::npos);
    EXPECT_EQ(lines[0].find('\n'), lines[0].size() - 1);
  }
}

TEST_F(LogTest, repeats_are_counted_and_other_events_still_said) {
  Log repeating = log();
  for (int i = 0; i < 100; ++i) repeating.write(LogLevel::info, "refused");
  EXPECT_EQ(lines.size(), kRepeatsMax);
  repeating.write(LogLevel::info, "other");
  EXPECT_EQ(lines.size(), kRepeatsMax + 1);
  clock.time = clock.time + kRepeatsTime;
  repeating.write(LogLevel::info, "refused");
  EXPECT_NE(lines.back().find("event=refused left_out=80"), std::string::npos);
}

TEST_F(LogTest, events_that_are_told_apart_are_bounded) {
  Log many = log();
  for (std::size_t i = 0; i < 2 * kEventsMax; ++i) many.write(LogLevel::info, "event_" + std::to_string(i));
  EXPECT_EQ(lines.size(), kEventsMax + kRepeatsMax);
}

}  // namespace
}  // namespace quern::daemon
