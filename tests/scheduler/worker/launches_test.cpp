#include "scheduler/execution/worker/launches.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/scheduler/model/any_job.hpp"

namespace quern::worker {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

RC_GTEST_PROP(LaunchPlan, does_every_index_of_every_iteration_once_and_in_order, ()) {
  const model::Job job = model::any_job();
  const auto index = static_cast<std::uint32_t>(model::drawn(0, job.shards.count - 1));
  const model::Shard shard = model::shard_of(job, index);
  LaunchPlan plan(job, shard);
  std::uint32_t permille = 0;
  std::size_t step = 0;
  std::uint32_t iteration = 0;
  std::uint64_t next = shard.first;
  while (const auto batch = plan.next()) {
    RC_ASSERT(!batch->launches.empty());
    RC_ASSERT(batch->launches.size() <= kBatchLaunchesMax);
    for (const Launch& launch : batch->launches) {
      if (step != batch->step) {
        RC_ASSERT(iteration == job.steps[step].repeat);
        RC_ASSERT(batch->step == step + 1);
        step = batch->step;
        iteration = 0;
      }
      const model::Step& of = job.steps[step];
      const std::uint64_t end = shard.count == 0 ? of.global_work_size.back() : shard.first + shard.count;
      RC_ASSERT(launch.iteration == iteration);
      RC_ASSERT(launch.first == next);
      RC_ASSERT(launch.count > 0);
      RC_ASSERT(launch.first + launch.count <= end);
      if (!of.local_work_size.empty()) RC_ASSERT(launch.count % of.local_work_size.back() == 0);
      if (of.chunk) RC_ASSERT(launch.count == std::min(*of.chunk, end - launch.first));
      next += launch.count;
      if (next == end) {
        next = shard.first;
        ++iteration;
      }
    }
    plan.took(*batch, nanoseconds(model::drawn(0, 500'000'000)));
    RC_ASSERT(plan.permille() >= permille);
    permille = plan.permille();
  }
  RC_ASSERT(step + 1 == job.steps.size());
  RC_ASSERT(iteration == job.steps[step].repeat);
  RC_ASSERT(plan.permille() == 1000);
}

// The times of all batches of a step whose indices take `each`.
std::vector<nanoseconds> batch_times(model::Step step, nanoseconds each) {
  model::Job job;
  job.steps = {std::move(step)};
  LaunchPlan plan(job, {});
  std::vector<nanoseconds> times;
  while (const auto batch = plan.next()) {
    nanoseconds time{};
    for (const Launch& launch : batch->launches) time += each * launch.count;
    times.push_back(time);
    plan.took(*batch, time);
  }
  return times;
}

TEST(LaunchPlan, a_long_step_is_cut_into_slices_near_the_target) {
  const auto times = batch_times({.global_work_size = {1 << 20}, .local_work_size = {64}}, nanoseconds(10'000));
  ASSERT_GT(times.size(), 50);
  for (std::size_t i = 2; i + 1 < times.size(); ++i) {
    EXPECT_GE(times[i], milliseconds(50)) << i;
    EXPECT_LE(times[i], milliseconds(250)) << i;
  }
}

TEST(LaunchPlan, short_launches_are_waited_for_together) {
  const auto times = batch_times({.repeat = 1000, .global_work_size = {64}}, nanoseconds(1'000));
  EXPECT_LT(times.size(), 100) << "batches of 1000 launches of 64 us";
  for (const nanoseconds time : times) EXPECT_LE(time, milliseconds(250));
}

TEST(LaunchPlan, a_step_that_gets_slower_is_cut_finer) {
  model::Job job;
  job.steps = {{.global_work_size = {1 << 16}}};
  LaunchPlan plan(job, {});
  std::uint64_t last = 0;
  for (int i = 0; i < 6; ++i) {
    const auto batch = plan.next();
    ASSERT_TRUE(batch);
    last = batch->launches.front().count;
    plan.took(*batch, std::chrono::seconds(1));
  }
  EXPECT_EQ(last, 1);
}

}  // namespace
}  // namespace quern::worker
