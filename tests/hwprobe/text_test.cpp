#include "hwprobe/text.hpp"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "hwprobe/machine.hpp"

namespace quern::hwprobe {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

TEST(Text, trimmed_takes_white_space_and_nuls_from_both_ends) {
  EXPECT_EQ(trimmed(std::string_view("\0 \t a b\r\n\0", 10)), "a b");
  EXPECT_EQ(trimmed(" \n"), "");
  EXPECT_EQ(trimmed(""), "");
}

TEST(Text, parse_number_takes_a_whole_number_only) {
  EXPECT_EQ(parse_number<int>(" 42\n"), 42);
  EXPECT_EQ(parse_number<int>("-1"), -1);
  for (const char* bad : {"", " ", "4 2", "42a", "a42", "+42", "4.2", "0x42", "99999999999"}) {
    EXPECT_EQ(parse_number<int>(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(parse_number<unsigned>("-1"), std::nullopt);
}

TEST(Text, parse_number_takes_hexadecimal_with_and_without_its_prefix) {
  EXPECT_EQ(parse_number<std::uint16_t>("0x10de\n", 16), 0x10de);
  EXPECT_EQ(parse_number<std::uint16_t>("10DE", 16), 0x10de);
  EXPECT_EQ(parse_number<std::uint16_t>("0x10de0", 16), std::nullopt);
  EXPECT_EQ(parse_number<int>("0x", 16), std::nullopt);
  EXPECT_EQ(parse_number<int>("0x-5", 16), std::nullopt);
}

RC_GTEST_PROP(Text, parse_number_reads_back_every_number, (std::int64_t number)) {
  RC_ASSERT(parse_number<std::int64_t>(std::to_string(number)) == number);
}

TEST(Text, parse_number_list_takes_the_kernels_lists) {
  EXPECT_THAT(parse_number_list("0-3,8,10-11\n"), Optional(ElementsAre(0, 1, 2, 3, 8, 10, 11)));
  EXPECT_THAT(parse_number_list("5,1,1-2"), Optional(ElementsAre(1, 2, 5)));
  EXPECT_THAT(parse_number_list("\n"), Optional(IsEmpty()));
}

TEST(Text, parse_number_list_refuses_malformed_and_endless_lists) {
  for (const char* bad : {"a", "1,", ",1", "3-1", "1-", "-1", "1--2", "0-4294967295", "1;2", "0-3:1/2"}) {
    EXPECT_EQ(parse_number_list(bad), std::nullopt) << bad;
  }
  EXPECT_TRUE(parse_number_list("0-9", 10));
  EXPECT_FALSE(parse_number_list("0-10", 10));
  EXPECT_THAT(parse_number_list("4294967295"), Optional(ElementsAre(4294967295u)));
}

RC_GTEST_PROP(Text, parse_number_list_agrees_with_a_set_of_its_ranges, ()) {
  const auto ranges = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::pair<std::uint32_t, std::uint32_t>>>(
      rc::gen::pair(rc::gen::inRange<std::uint32_t>(0, 500), rc::gen::inRange<std::uint32_t>(0, 20))));
  std::string text;
  std::set<std::uint32_t> twin;
  for (const auto& [first, more] : ranges) {
    if (!text.empty()) text += ',';
    text += std::to_string(first);
    if (more > 0) text += '-' + std::to_string(first + more);
    for (std::uint32_t n = first; n <= first + more; ++n) twin.insert(n);
  }
  RC_ASSERT(parse_number_list(text) == std::vector(twin.begin(), twin.end()));
}

TEST(Text, clean_name_collapses_white_space_and_drops_control_characters) {
  EXPECT_EQ(clean_name("  Intel(R)\t Xeon \n"), "Intel(R) Xeon");
  EXPECT_EQ(clean_name("a\x1b[31mb\x7f"), "a?[31mb?");
  EXPECT_EQ(clean_name("caf\xc3\xa9 \xe2\x82\xac"), "caf\xc3\xa9 \xe2\x82\xac");
  EXPECT_EQ(clean_name("\xc2\x9b"
                       "x\xff\xc3"),
            "?x??");
  EXPECT_EQ(clean_name("\xed\xa0\x80"), "???");  // a surrogate
}

TEST(Text, clean_name_cuts_between_characters) {
  const std::string long_name = std::string(kNameBytesMax - 1, 'a') + "\xc3\xa9";
  EXPECT_EQ(clean_name(long_name), std::string(kNameBytesMax - 1, 'a'));
  EXPECT_EQ(clean_name(std::string(kNameBytesMax - 1, 'a') + " b"), std::string(kNameBytesMax - 1, 'a'));
}

RC_GTEST_PROP(Text, clean_name_is_bounded_and_stays_as_it_is, ()) {
  const auto text = *rc::gen::scale(8, rc::gen::arbitrary<std::string>());
  const std::string name = clean_name(text);
  RC_ASSERT(name.size() <= kNameBytesMax);
  RC_ASSERT(clean_name(name) == name);
  RC_ASSERT(std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
}

TEST(Text, split_keeps_empty_pieces) {
  EXPECT_THAT(split("a,,b,", ','), ElementsAre("a", "", "b", ""));
  EXPECT_THAT(split("", ','), ElementsAre(""));
}

TEST(Text, lower_case_changes_ascii_letters_only) {
  EXPECT_EQ(lower_case("AZaz09@[\xc3\x84"), "azaz09@[\xc3\x84");
}

TEST(Text, lower_hexadecimal_is_digits_and_small_letters) {
  EXPECT_TRUE(is_lower_hexadecimal("09af"));
  EXPECT_FALSE(is_lower_hexadecimal(""));
  EXPECT_FALSE(is_lower_hexadecimal("0F"));
  EXPECT_FALSE(is_lower_hexadecimal("0g"));
}

}  // namespace
}  // namespace quern::hwprobe
