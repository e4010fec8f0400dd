#include "scheduler/model/shard.hpp"

#include <numeric>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/scheduler/model/any_job.hpp"

namespace quern::model {
namespace {

RC_GTEST_PROP(Shard, the_shards_of_a_job_tile_its_steps_and_its_outputs, ()) {
  const Job job = any_job();
  RC_PRE(job.shards.count > 1);
  RC_ASSERT(fault_of_shards(job) == std::nullopt);
  const std::uint64_t size = job.steps.front().global_work_size.back();
  std::uint64_t next = 0;
  std::vector<std::uint64_t> next_byte(job.outputs.size());
  for (std::uint32_t index = 0; index < job.shards.count; ++index) {
    const Shard shard = shard_of(job, index);
    RC_ASSERT(shard.first == next);
    RC_ASSERT(shard.count > 0);
    next += shard.count;
    for (const Step& step : job.steps) {
      if (!step.local_work_size.empty()) RC_ASSERT(shard.count % step.local_work_size.back() == 0);
    }
    RC_ASSERT(shard.outputs.size() == job.outputs.size());
    for (std::size_t i = 0; i < shard.outputs.size(); ++i) {
      RC_ASSERT(shard.outputs[i].path == job.outputs[i].path);
      RC_ASSERT(shard.outputs[i].offset == next_byte[i]);
      next_byte[i] += shard.outputs[i].bytes;
    }
  }
  RC_ASSERT(next == size);
  for (std::size_t i = 0; i < job.outputs.size(); ++i) {
    const auto writer = std::ranges::find(job.buffers, job.outputs[i].path, &Buffer::output);
    RC_ASSERT(next_byte[i] == writer->bytes);
  }
}

RC_GTEST_PROP(Shard, the_shards_differ_by_one_work_group_at_most, ()) {
  const Job job = any_job();
  RC_PRE(job.shards.count > 1);
  std::uint64_t unit = 1;
  for (const Step& step : job.steps) {
    if (!step.local_work_size.empty()) unit = std::lcm(unit, step.local_work_size.back());
  }
  std::uint64_t least = UINT64_MAX;
  std::uint64_t most = 0;
  for (std::uint32_t index = 0; index < job.shards.count; ++index) {
    const std::uint64_t count = shard_of(job, index).count;
    least = std::min(least, count);
    most = std::max(most, count);
  }
  RC_ASSERT(most - least <= unit);
}

Job job_of(std::vector<Step> steps, std::uint64_t bytes, std::uint32_t shards) {
  Job job;
  job.steps = std::move(steps);
  job.buffers = {{.name = "b", .bytes = bytes, .output = "o"}};
  job.outputs = {{.path = "o", .max_bytes = bytes}};
  job.shards.count = shards;
  return job;
}

TEST(Shard, a_job_of_one_shard_is_whole_whatever_its_steps) {
  const Job job = job_of({{.kernel = "a", .global_work_size = {7}}, {.kernel = "b", .global_work_size = {3}}}, 5, 1);
  EXPECT_EQ(fault_of_shards(job), std::nullopt);
  const Shard shard = shard_of(job, 0);
  EXPECT_EQ(shard.count, 0);
  EXPECT_EQ(shard.outputs, std::vector<OutputSlice>({{"o", "b", 0, 5}}));
}

TEST(Shard, a_job_that_cannot_be_cut_says_why) {
  EXPECT_EQ(fault_of_shards(job_of({{.global_work_size = {7}}, {.global_work_size = {3}}}, 21, 2)),
            "steps have 7 and 3 indices in the last dimension: they must be the same to be cut");
  EXPECT_EQ(fault_of_shards(job_of({{.global_work_size = {8}, .local_work_size = {4}}}, 8, 3)),
            "3 shards are too many for the 2 work-groups of the last dimension: write at most 2, or make the "
            "work-groups smaller");
  EXPECT_EQ(fault_of_shards(job_of({{.global_work_size = {8}}}, 9, 2)),
            "the output \"o\" has 9 bytes, no multiple of the 8 indices of the last dimension");
}

TEST(Shard, the_largest_sizes_do_not_overflow) {
  Job job = job_of({{.global_work_size = {kWorkItemsMax}}}, kBufferBytesMax, kShardsMax);
  ASSERT_EQ(fault_of_shards(job), std::nullopt);
  const Shard last = shard_of(job, kShardsMax - 1);
  EXPECT_EQ(last.first + last.count, kWorkItemsMax);
  EXPECT_EQ(last.outputs[0].offset + last.outputs[0].bytes, kBufferBytesMax);
}

}  // namespace
}  // namespace quern::model
