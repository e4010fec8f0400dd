// The part of a job that one shard is, as a quote wants to know it.
#pragma once
#include <cstdint>
#include <vector>

#include "scheduler/market/quote.hpp"
#include "scheduler/model/job.hpp"

namespace quern::engagement {

// `shard` is below the job's shards.
market::Share share_of(const model::Job& job, std::uint32_t shard);
// Of each output of the shard, in the order of the manifest: as large it is, no less and no more.
std::vector<std::uint64_t> output_bytes_of(const model::Job& job, std::uint32_t shard);

}  // namespace quern::engagement
