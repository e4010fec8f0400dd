#include "scheduler/engagement/share.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/scheduler/engagement/timed_work.hpp"

namespace quern::engagement {
namespace {

model::Job job_of(std::uint32_t shards, std::uint64_t size, std::uint64_t group) {
  model::Job job = sample_job();
  job.steps[0].global_work_size = {4, size};
  job.steps[0].local_work_size = {1, group};
  job.buffers[0].bytes = size * 16;
  job.shards.count = shards;
  return job;
}

TEST(AlikeTasks, are_all_shards_of_the_job_and_no_more_than_two_kinds) {
  for (const std::uint64_t group : {1u, 3u}) {
    for (std::uint64_t groups = 1; groups <= 24; ++groups) {
      for (std::uint32_t shards = 1; shards <= groups; ++shards) {
        const model::Job job = job_of(shards, groups * group, group);
        const auto alike = alike_tasks(job);
        ASSERT_LE(alike.size(), 2u);
        EXPECT_EQ(alike.front().share, share_of(job, 0));
        std::vector<std::uint32_t> counts(alike.size());
        for (std::uint32_t shard = 0; shard < shards; ++shard) {
          const auto kind = std::ranges::find(alike, share_of(job, shard), &market::AlikeTasks::share);
          ASSERT_NE(kind, alike.end()) << shard << " of " << shards << " of " << groups;
          ++counts[static_cast<std::size_t>(kind - alike.begin())];
        }
        for (std::size_t i = 0; i < alike.size(); ++i) EXPECT_EQ(alike[i].count, counts[i]);
      }
    }
  }
}

}  // namespace
}  // namespace quern::engagement
