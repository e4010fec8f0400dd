#include "scheduler/cli/table.hpp"

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "hwprobe/text.hpp"

namespace quern::scheduler::cli {
namespace {

std::string shown(const Table& table, std::size_t columns) {
  Page page({.columns = columns});
  table.write(page, 0);
  return page.text();
}

TEST(Table, numbers_stand_at_the_right_and_points_below_each_other) {
  Table table({{"NAME"}, {"COUNT", Align::right}, {"COST", Align::point}, {"END"}});
  table.add({"a", "7", "0.125", "x"});
  table.add({"longer", "1234", "10", "y"});
  table.add({"no more"});
  EXPECT_EQ(shown(table, 80),
            "NAME     COUNT    COST  END\n"
            "a            7   0.125  x\n"
            "longer    1234  10      y\n"
            "no more\n");
}

TEST(Table, the_widest_column_that_may_gives_way) {
  Table table({{"DEVICE", Align::left, 6}, {"ID"}, {"PLACE", Align::left, 4}});
  table.add({"a very long name of a device", "0123456789", "here"});
  EXPECT_EQ(shown(table, 30),
            "DEVICE       ID          PLACE\n"
            "a very lon…  0123456789  here\n");
  EXPECT_EQ(shown(table, 22),
            "DEVICE  ID          P…\n"
            "a ver…  0123456789  h…\n");
}

TEST(Table, a_text_takes_the_remaining_columns_and_is_wrapped_below_itself) {
  Table table({{"PROVIDER"}, {"COST", Align::point}, {"TIME", Align::right}});
  table.add({"aaaa", "1.5", "3 s"});
  table.add_text({"bbbb"}, "draining: the provider takes no new jobs now");
  EXPECT_EQ(shown(table, 40),
            "PROVIDER  COST  TIME\n"
            "aaaa       1.5   3 s\n"
            "bbbb      draining: the provider takes\n"
            "          no new jobs now\n");
}

TEST(Table, a_text_without_room_stands_below_its_cells) {
  Table table({{"PROVIDER"}, {"DEVICE"}, {"COST"}});
  table.add_text({"12345678", "some device"}, "busy: try later");
  EXPECT_EQ(shown(table, 32),
            "PROVIDER  DEVICE       COST\n"
            "12345678  some device\n"
            "  busy: try later\n");
}

TEST(Table, colours_take_no_columns) {
  Table table({{"STATE"}, {"N", Align::right}});
  table.add({paint({.colour = true}, Tone::good, "COMPLETE"), "1"});
  table.add({"RUNNING", "2"});
  Page page({});
  table.write(page, 0);
  EXPECT_EQ(page.text(), "STATE     N\n\x1b[32mCOMPLETE\x1b[0m  1\nRUNNING   2\n");
}

RC_GTEST_PROP(Table, no_line_is_wider_than_the_page, ()) {
  const auto columns = *rc::gen::inRange<std::size_t>(20, 200);
  Table table({{"FIRST", Align::left, 4}, {"SECOND", Align::point}, {"THIRD", Align::right, 3}, {"LAST"}});
  const auto text = [] { return visible(*rc::gen::arbitrary<std::string>()); };
  const auto rows = *rc::gen::inRange(0, 6);
  for (int row = 0; row < rows; ++row) {
    if (*rc::gen::arbitrary<bool>()) {
      table.add({text(), text(), text(), text()});
    } else {
      table.add_text({text(), text()}, text() + ' ' + text());
    }
  }
  const std::string page = shown(table, columns);
  for (const std::string_view line : hwprobe::split(page, '\n')) RC_ASSERT(display_width(line) <= columns);
}

}  // namespace
}  // namespace quern::scheduler::cli
