#include "tests/contract/samples.hpp"

#include <gmock/gmock.h>

namespace quern::contract {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ContractSamples, quartiles_are_interpolated) {
  const auto summary = summarize({4, 1, 3, 2});
  EXPECT_DOUBLE_EQ(summary.min, 1);
  EXPECT_DOUBLE_EQ(summary.q1, 1.75);
  EXPECT_DOUBLE_EQ(summary.median, 2.5);
  EXPECT_DOUBLE_EQ(summary.q3, 3.25);
  EXPECT_DOUBLE_EQ(summary.max, 4);
  EXPECT_THAT(summary.outliers, IsEmpty());
  EXPECT_THAT(summary.samples, ElementsAre(1, 2, 3, 4));
}

TEST(ContractSamples, what_lies_far_out_is_named) {
  EXPECT_THAT(summarize({-50, 10, 11, 12, 13, 14, 100}).outliers, ElementsAre(-50, 100));
}

TEST(ContractSamples, one_sample_is_its_own_quartiles) {
  const auto summary = summarize({7});
  EXPECT_DOUBLE_EQ(summary.q1, 7);
  EXPECT_DOUBLE_EQ(summary.q3, 7);
}

TEST(ContractSamples, results_are_written_as_the_suite_reads_them) {
  EXPECT_EQ(summary_yaml("upload", summarize({2.0, 2.4}), 2, "Gbps"),
            "upload:\n  iterations: 2\n  min: 2.00\n  q1: 2.10\n  median: 2.20\n  q3: 2.30\n  max: 2.40\n"
            "  outliers: []\n  samples: [2.00, 2.40]\n  unit: Gbps\n");
  EXPECT_EQ(latency_yaml(5.0113, 0.5991), "latency:\n  handshake_plus_one_rtt: 5.011\n  ping_rtt: 0.599\n  unit: ms\n");
}

}  // namespace
}  // namespace quern::contract
