#include "tests/contract/samples.hpp"

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace quern::contract {
namespace {

TEST(Samples, quartiles_lie_between_samples) {
  const Summary summary = summarize({4, 1, 3, 2});
  EXPECT_DOUBLE_EQ(summary.q1, 1.75);
  EXPECT_DOUBLE_EQ(summary.median, 2.5);
  EXPECT_DOUBLE_EQ(summary.q3, 3.25);
  EXPECT_DOUBLE_EQ(summary.least, 1);
  EXPECT_DOUBLE_EQ(summary.greatest, 4);
  EXPECT_TRUE(summary.outliers.empty());
  EXPECT_EQ(summary.samples, (std::vector<double>{1, 2, 3, 4}));
}

TEST(Samples, outliers_are_told_and_left_out_of_least_and_greatest) {
  const Summary summary = summarize({10, 11, 12, 13, 14, 100, -100});
  EXPECT_EQ(summary.outliers, (std::vector<double>{-100, 100}));
  EXPECT_DOUBLE_EQ(summary.least, 10);
  EXPECT_DOUBLE_EQ(summary.greatest, 14);
}

RC_GTEST_PROP(Samples, are_in_order_and_lose_nothing, ()) {
  const auto samples = *rc::gen::nonEmpty(rc::gen::container<std::vector<double>>(
      rc::gen::map(rc::gen::inRange(0, 1'000'000), [](int value) { return value / 7.0; })));
  const Summary summary = summarize(samples);
  RC_ASSERT(std::ranges::is_sorted(summary.samples));
  RC_ASSERT(std::ranges::is_permutation(summary.samples, samples));
  RC_ASSERT(summary.samples.front() <= summary.least && summary.greatest <= summary.samples.back());
  RC_ASSERT(summary.q1 <= summary.median && summary.median <= summary.q3);
  const auto outside = [&](double value) { return value < summary.least || value > summary.greatest; };
  RC_ASSERT(std::ranges::count_if(samples, outside) == std::ssize(summary.outliers));
}

TEST(Samples, yaml_is_as_the_suite_reads_it) {
  EXPECT_EQ(to_yaml("upload", summarize({1, 2, 3}), "Gbps"),
            "upload:\n"
            "  iterations: 3\n"
            "  min: 1.0000\n"
            "  q1: 1.5000\n"
            "  median: 2.0000\n"
            "  q3: 2.5000\n"
            "  max: 3.0000\n"
            "  outliers: []\n"
            "  samples: [1.0000, 2.0000, 3.0000]\n"
            "  unit: Gbps\n");
}

}  // namespace
}  // namespace quern::contract
