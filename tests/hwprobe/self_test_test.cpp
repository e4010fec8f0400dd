#include "hwprobe/self_test.hpp"

#include <algorithm>
#include <cfenv>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace quern::hwprobe {
namespace {

using testing::SizeIs;

// Restores the rounding of floating point that the process had.
class Rounding {
 public:
  explicit Rounding(int mode) : before_(std::fegetround()) { std::fesetround(mode); }
  ~Rounding() { std::fesetround(before_); }
  Rounding(const Rounding&) = delete;
  Rounding& operator=(const Rounding&) = delete;

 private:
  int before_;
};

TEST(SelfTest, right_results_are_fit) {
  const auto expected = self_test_expected(64, true);
  EXPECT_EQ(judge_self_test(expected, expected), (Fitness{true, ""}));
}

TEST(SelfTest, wrong_item_is_named_with_what_it_gave_and_should_have) {
  std::vector<std::uint32_t> expected(32, 0x1234abcd);
  std::vector<std::uint32_t> got = expected;
  got[17] = 0xbeef;
  EXPECT_EQ(judge_self_test(got, expected),
            (Fitness{false, "self-test: work item 17 gave 0x0000beef, expected 0x1234abcd"}));
}

RC_GTEST_PROP(SelfTest, first_of_several_wrong_items_is_named, ()) {
  const std::vector<std::uint32_t> expected = self_test_expected(64, false);
  const auto wrong =
      *rc::gen::nonEmpty(rc::gen::container<std::set<std::uint32_t>>(rc::gen::inRange(0U, kSelfTestItems)));
  std::vector<std::uint32_t> got = expected;
  for (const std::uint32_t item : wrong) got[item] ^= 1U << (item % 32);
  const Fitness fitness = judge_self_test(got, expected);
  RC_ASSERT(!fitness.fit);
  RC_ASSERT(fitness.reason.starts_with("self-test: work item " + std::to_string(*wrong.begin()) + " gave 0x"));
}

TEST(SelfTest, too_few_and_too_many_results_are_unfit) {
  const std::vector<std::uint32_t> expected{1, 2, 3};
  EXPECT_EQ(judge_self_test(std::vector<std::uint32_t>{1, 2}, expected),
            (Fitness{false, "self-test: 2 results, expected 3"}));
  EXPECT_EQ(judge_self_test(std::vector<std::uint32_t>{1, 2, 3, 4}, expected),
            (Fitness{false, "self-test: 4 results, expected 3"}));
}

TEST(SelfTest, every_group_size_gives_one_result_an_item) {
  for (std::uint32_t group = 1; group <= kSelfTestItems; group *= 2) {
    EXPECT_THAT(self_test_expected(group, false), SizeIs(kSelfTestItems)) << group;
  }
}

// A device that mixes up lanes, groups or items must not pass: results have to tell them apart.
TEST(SelfTest, results_differ_between_items_groups_and_kinds) {
  const auto single = self_test_expected(64, false);
  EXPECT_GT(std::set<std::uint32_t>(single.begin(), single.end()).size(), kSelfTestItems - 8);
  const auto wide = self_test_expected(64, true);
  const auto grouped = self_test_expected(128, false);
  std::size_t like_wide = 0;
  std::size_t like_grouped = 0;
  for (std::size_t i = 0; i < single.size(); ++i) {
    like_wide += single[i] == wide[i] ? 1 : 0;
    like_grouped += single[i] == grouped[i] ? 1 : 0;
  }
  EXPECT_LE(like_wide, 8);
  EXPECT_LE(like_grouped, 8);
}

TEST(SelfTest, expected_results_do_not_depend_on_rounding) {
  const auto nearest = self_test_expected(64, true);
  for (const int mode : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
    const Rounding rounding(mode);
    EXPECT_EQ(self_test_expected(64, true), nearest) << mode;
  }
}

}  // namespace
}  // namespace quern::hwprobe
