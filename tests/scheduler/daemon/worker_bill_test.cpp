#include "scheduler/daemon/worker_bill.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace quern::daemon {
namespace {

using model::Dimension;
using model::Usage;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

BillTerms terms() {
  return {.is_processor = true,
          .compute_units = 4,
          .cores = 4,
          .memory_bytes = 512 << 20,
          .bytes_in = 1000,
          .bytes_out_max = 2000,
          .setup_cpu_time_us = setup_allowance(true, std::nullopt),
          .walltime = seconds(60)};
}

TEST(WorkerBill, an_honest_claim_is_billed_as_it_is) {
  const Usage usage = bill(terms(), {.device_time_us = 900'000, .cpu_time_us = 3'500'000},
                           {.elapsed = seconds(1), .cpu_time_us = 3'700'000}, {});
  EXPECT_EQ(usage[Dimension::setup], 1);
  EXPECT_EQ(usage[Dimension::device_time], 900'000);
  EXPECT_EQ(usage[Dimension::cpu_time], 3'700'000);
  EXPECT_EQ(usage[Dimension::memory_time], 512 * 1000);
  EXPECT_EQ(usage[Dimension::bytes_in], 1000);
  EXPECT_EQ(usage[Dimension::bytes_out], 0);
}

TEST(WorkerBill, more_device_time_than_has_passed_is_cut_to_it) {
  const Usage usage =
      bill(terms(), {.device_time_us = 5'000'000, .cpu_time_us = 0}, {.elapsed = seconds(2), .cpu_time_us = 10}, {});
  EXPECT_EQ(usage[Dimension::device_time], 2'000'000);
}

TEST(WorkerBill, less_device_time_than_the_processor_worked_is_lifted_but_for_what_setting_up_may_take) {
  const Measured measured{.elapsed = seconds(30), .cpu_time_us = 100'000'000};
  const Usage usage = bill(terms(), {}, measured, {});
  EXPECT_EQ(usage[Dimension::device_time], (100'000'000 - kSetupCpuTimeUs - kSetupCpuTimeUsPerMib) / 4);
  BillTerms graphics = terms();
  graphics.is_processor = false;
  EXPECT_EQ(bill(graphics, {}, measured, {})[Dimension::device_time], 0);
}

TEST(WorkerBill, setting_up_is_no_device_time) {
  const Usage usage = bill(terms(), {}, {.elapsed = seconds(3), .cpu_time_us = kSetupCpuTimeUs}, {});
  EXPECT_EQ(usage[Dimension::device_time], 0);
  EXPECT_EQ(usage[Dimension::cpu_time], kSetupCpuTimeUs);
}

TEST(WorkerBill, setting_up_is_allowed_for_once_a_worker_and_no_longer_than_it_took) {
  EXPECT_EQ(setup_allowance(true, std::nullopt), kSetupCpuTimeUs);
  EXPECT_EQ(setup_allowance(true, 200'000), 200'000 + kTaskCpuTimeUs);
  EXPECT_EQ(setup_allowance(true, UINT64_MAX), kSetupCpuTimeUs);
  EXPECT_EQ(setup_allowance(false, std::nullopt), kTaskCpuTimeUs);
  EXPECT_EQ(setup_allowance(false, 200'000), kTaskCpuTimeUs);
}

// As much as 64 tasks of one agreement could once hide: 5 s each.
TEST(WorkerBill, a_task_of_a_warm_worker_that_claims_nothing_is_billed_what_it_used) {
  BillTerms warm = terms();
  warm.setup_cpu_time_us = setup_allowance(false, std::nullopt);
  warm.bytes_in = warm.bytes_out_max = 0;
  const Usage usage = bill(warm, {}, {.elapsed = seconds(6), .cpu_time_us = 4'900'000}, {});
  EXPECT_EQ(usage[Dimension::device_time], (4'900'000 - kTaskCpuTimeUs) / 4);
}

TEST(WorkerBill, launching_is_no_device_time_of_a_claim_that_is_nearly_all) {
  BillTerms warm = terms();
  warm.setup_cpu_time_us = setup_allowance(false, std::nullopt);
  const Usage usage = bill(warm, {.device_time_us = 1'000'000}, {.elapsed = seconds(2), .cpu_time_us = 4'400'000}, {});
  EXPECT_EQ(usage[Dimension::device_time], 1'000'000);
}

TEST(WorkerBill, without_a_cgroup_the_claim_counts_up_to_all_cores) {
  const Measured measured{.elapsed = seconds(1), .cpu_time_us = std::nullopt};
  EXPECT_EQ(bill(terms(), {.device_time_us = 0, .cpu_time_us = 123}, measured, {})[Dimension::cpu_time], 123);
  EXPECT_EQ(bill(terms(), {.device_time_us = 0, .cpu_time_us = 9'000'000}, measured, {})[Dimension::cpu_time],
            4'000'000);
}

// Whatever is claimed and measured: no total shrinks, and none is above what a demand allows for the wall time.
RC_GTEST_PROP(WorkerBill, totals_grow_and_stay_within_the_wall_time, ()) {
  BillTerms some = terms();
  some.is_processor = *rc::gen::arbitrary<bool>();
  some.compute_units = *rc::gen::inRange(0U, 200U);
  some.cores = *rc::gen::inRange(1U, 200U);
  some.walltime = milliseconds(*rc::gen::inRange(1, 1'000'000));
  Usage before;
  for (int i = 0; i < 5; ++i) {
    const Claimed claimed{.device_time_us = *rc::gen::arbitrary<std::uint64_t>(),
                          .cpu_time_us = *rc::gen::arbitrary<std::uint64_t>()};
    Measured measured{.elapsed = microseconds(*rc::gen::inRange<std::int64_t>(-1000, 2'000'000'000)),
                      .cpu_time_us = std::nullopt};
    if (*rc::gen::arbitrary<bool>()) measured.cpu_time_us = *rc::gen::arbitrary<std::uint64_t>();
    const Usage now = bill(some, claimed, measured, before);
    RC_ASSERT(has_grown(before, now));
    RC_ASSERT(is_possible(now));
    const auto walltime_us = static_cast<std::uint64_t>(some.walltime / microseconds(1));
    RC_ASSERT(now[Dimension::device_time] <= walltime_us);
    RC_ASSERT(now[Dimension::cpu_time] <= walltime_us * some.cores);
    RC_ASSERT(now[Dimension::memory_time] <= 512 * (walltime_us / 1000));
    RC_ASSERT(now[Dimension::bytes_in] == some.bytes_in);
    before = now;
  }
}

}  // namespace
}  // namespace quern::daemon
