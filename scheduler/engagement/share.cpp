#include "scheduler/engagement/share.hpp"

#include <algorithm>

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

std::vector<market::AlikeTasks> alike_tasks(const model::Job& job) {
  const std::uint32_t count = std::max<std::uint32_t>(job.shards.count, 1);
  const market::Share least = share_of(job, 0);
  // Parts end where rounding down says: the first is of the smallest, and the last of the largest.
  const market::Share most = share_of(job, count - 1);
  if (most.units == least.units) return {{.share = least, .count = count}};
  const std::uint64_t over = least.units_of_job - least.units * count;
  const auto larger = static_cast<std::uint32_t>(over / (most.units - least.units));
  return {{.share = least, .count = count - larger}, {.share = most, .count = larger}};
}

std::vector<std::uint64_t> output_bytes_of(const model::Job& job, std::uint32_t shard) {
  const model::Shard part = model::shard_of(job, shard);
  std::vector<std::uint64_t> bytes;
  bytes.reserve(part.outputs.size());
  for (const model::OutputSlice& slice : part.outputs) bytes.push_back(slice.bytes);
  return bytes;
}

}  // namespace quern::engagement
