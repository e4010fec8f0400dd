// The part of a job that one shard is, as a quote wants to know it.
#pragma once
#include <cstdint>
#include <vector>

#include "scheduler/market/quote.hpp"
#include "scheduler/model/job.hpp"

namespace quern::engagement {

// `shard` is below the job's shards.
market::Share share_of(const model::Job& job, std::uint32_t shard);
// All tasks of the job, like beside like, those like the first shard first. Shards are cut as equally as whole
// work-groups allow, so there are two kinds at most; this costs the same for any number of them.
std::vector<market::AlikeTasks> alike_tasks(const model::Job& job);
// Of each output of the shard, in the order of the manifest: as large it is, no less and no more.
std::vector<std::uint64_t> output_bytes_of(const model::Job& job, std::uint32_t shard);

}  // namespace quern::engagement
