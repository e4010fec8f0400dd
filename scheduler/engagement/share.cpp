#include "scheduler/engagement/share.hpp"

#include "scheduler/model/shard.hpp"

namespace quern::engagement {

market::Share share_of(const model::Job& job, std::uint32_t shard) {
  market::Share share = market::whole(job);
  if (job.shards.count <= 1) return share;
  const model::Shard part = model::shard_of(job, shard);
  if (part.count != 0) share.units = part.count;
  share.output_bytes = 0;
  for (const model::OutputSlice& slice : part.outputs) share.output_bytes += slice.bytes;
  return share;
}

std::vector<std::uint64_t> output_bytes_of(const model::Job& job, std::uint32_t shard) {
  const model::Shard part = model::shard_of(job, shard);
  std::vector<std::uint64_t> bytes;
  bytes.reserve(part.outputs.size());
  for (const model::OutputSlice& slice : part.outputs) bytes.push_back(slice.bytes);
  return bytes;
}

}  // namespace quern::engagement
