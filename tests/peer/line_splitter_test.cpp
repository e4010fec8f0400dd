#include "tests/peer/line_splitter.hpp"

#include <gtest/gtest.h>

namespace quern::peer {
namespace {

std::vector<std::string> texts(const std::vector<Line>& lines) {
  std::vector<std::string> out;
  for (const Line& line : lines) out.push_back(line.too_long ? "(too long)" : line.text);
  return out;
}

TEST(LineSplitter, lines_are_the_same_however_the_bytes_are_cut) {
  const std::string bytes = "first\n\nthird\r\nfourth";
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    LineSplitter splitter;
    std::vector<Line> lines;
    for (std::size_t at = 0; at < bytes.size(); at += step)
      splitter.feed(std::string_view(bytes).substr(at, step), lines);
    EXPECT_EQ(texts(lines), (std::vector<std::string>{"first", "", "third"}));
    const auto rest = splitter.finish();
    ASSERT_TRUE(rest);
    EXPECT_EQ(rest->text, "fourth");
    EXPECT_FALSE(splitter.finish());
  }
}

TEST(LineSplitter, longest_line_is_taken_and_one_byte_more_is_not) {
  LineSplitter splitter;
  std::vector<Line> lines;
  splitter.feed(std::string(kLineBytesMax, 'a') + "\n", lines);
  splitter.feed(std::string(kLineBytesMax + 1, 'a') + "\nnext\n", lines);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].text.size(), kLineBytesMax);
  EXPECT_TRUE(lines[1].too_long);
  EXPECT_TRUE(lines[1].text.empty());
  EXPECT_EQ(lines[2].text, "next");
}

TEST(LineSplitter, line_without_end_that_is_too_long_is_told_once) {
  LineSplitter splitter;
  std::vector<Line> lines;
  for (int i = 0; i < 10; ++i) splitter.feed(std::string(kLineBytesMax / 4, 'a'), lines);
  EXPECT_TRUE(lines.empty());
  const auto rest = splitter.finish();
  ASSERT_TRUE(rest);
  EXPECT_TRUE(rest->too_long);
  EXPECT_FALSE(splitter.finish());
}

}  // namespace
}  // namespace quern::peer
