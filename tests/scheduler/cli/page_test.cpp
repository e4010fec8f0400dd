#include "scheduler/cli/page.hpp"

#include <gtest/gtest.h>

namespace quern::scheduler::cli {
namespace {

TEST(Page, rows_of_a_depth_begin_in_one_column) {
  Page page({});
  page.section("FIRST");
  page.row("Label", "value");
  page.row("", "below it");
  page.section("SECOND");
  page.row("deeper", "value", 2);
  EXPECT_EQ(page.text(),
            "FIRST\n"
            "  Label        value\n"
            "               below it\n"
            "\n"
            "SECOND\n"
            "    deeper       value\n");
}

TEST(Page, long_values_are_wrapped_below_themselves) {
  Page page({.columns = 30});
  page.row("Label", "one two three four");
  page.row("Label", "averyveryverylongwordthatdoesnotfit");
  EXPECT_EQ(page.text(),
            "  Label        one two three\n"
            "               four\n"
            "  Label        averyveryverylongwordthatdoesnotfit\n");
}

TEST(Page, a_number_is_not_parted_from_its_unit) {
  Page page({.columns = 24});
  page.row("Label", "at some 2.5 GHz");
  EXPECT_EQ(page.text(),
            "  Label        at some\n"
            "               2.5 GHz\n");
}

TEST(Page, colours_take_no_columns_and_appear_only_when_wanted) {
  const Style plain{};
  const Style coloured{.colour = true};
  EXPECT_EQ(paint(plain, Tone::good, "fit"), "fit");
  EXPECT_EQ(paint(coloured, Tone::good, "fit"), "\x1b[32mfit\x1b[0m");
  EXPECT_EQ(display_width(paint(coloured, Tone::bad, "unfit")), 5);
  EXPECT_EQ(padded(paint(coloured, Tone::good, "fit"), 5), "\x1b[32mfit\x1b[0m  ");
}

TEST(Page, without_utf8_everything_is_ascii) {
  Page page({.unicode = false});
  page.line("└─ 45.1 °C × 2 ● █▁… 日本");
  EXPECT_EQ(page.text(), "  `- 45.1 C x 2 * #0.. ??\n");
}

TEST(Page, width_counts_wide_and_combining_characters) {
  EXPECT_EQ(display_width("GPU"), 3);
  EXPECT_EQ(display_width("日本"), 4);
  EXPECT_EQ(display_width("e\u0301"), 1);
  EXPECT_EQ(display_width("°…"), 2);
}

TEST(Page, clipping_marks_the_cut_and_ends_the_colour) {
  EXPECT_EQ(clipped("abcdef", 6), "abcdef");
  EXPECT_EQ(clipped("abcdefg", 6), "abcde…");
  EXPECT_EQ(clipped("日本語", 4), "日…");
  EXPECT_EQ(clipped("\x1b[32mabcdef\x1b[0m", 3), "\x1b[32mab…\x1b[0m");
  EXPECT_EQ(clipped("abc", 0), "");
}

TEST(Visible, foreign_text_cannot_steer_the_terminal) {
  EXPECT_EQ(visible("plain 日本 name"), "plain 日本 name");
  EXPECT_EQ(visible("\x1b[2Jgone\r\n\a"), "?[2Jgone???");
  EXPECT_EQ(visible("\xc2\x9b"
                    "31m"),
            "?31m");
  EXPECT_EQ(visible("a\u202eb\u2066c"), "a?b?c");
  EXPECT_EQ(visible("\xff\xfe\xe6\x97"), "????");
  EXPECT_EQ(visible(std::string_view("\0x", 2)), "?x");
}

}  // namespace
}  // namespace quern::scheduler::cli
