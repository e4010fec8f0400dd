#include "scheduler/model/shard.hpp"

#include <algorithm>
#include <numeric>

#include "overlay/runtime/assertion.hpp"

namespace quern::model {

namespace {

// Of the last dimension: shards begin at multiples of it.
std::uint64_t unit_of(const Job& job) {
  std::uint64_t unit = 1;
  for (const Step& step : job.steps) {
    // Both divide the same last dimension, so their multiple does, and fits.
    if (!step.local_work_size.empty()) unit = std::lcm(unit, step.local_work_size.back());
  }
  return unit;
}

// floor(a * b / c) for a <= c: fits 64 bits.
std::uint64_t part(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  return static_cast<std::uint64_t>(static_cast<unsigned __int128>(a) * b / c);
}

const Buffer& writer_of(const Job& job, const Output& output) {
  const auto found = std::ranges::find_if(job.buffers, [&](const Buffer& each) { return each.output == output.path; });
  QUERN_ASSERT(found != job.buffers.end(), "an output that no buffer writes");
  return *found;
}

}  // namespace

std::optional<std::string> fault_of_shards(const Job& job) {
  if (job.shards.count <= 1) return std::nullopt;
  const std::uint64_t size = job.steps.front().global_work_size.back();
  for (const Step& step : job.steps) {
    if (step.global_work_size.back() == size) continue;
    return "steps have " + std::to_string(size) + " and " + std::to_string(step.global_work_size.back()) +
           " indices in the last dimension: they must be the same to be cut";
  }
  const std::uint64_t groups = size / unit_of(job);
  if (job.shards.count > groups) {
    return std::to_string(job.shards.count) + " shards are too many for the " + std::to_string(groups) +
           " work-groups of the last dimension: write at most " + std::to_string(groups) +
           ", or make the work-groups smaller";
  }
  for (const Output& output : job.outputs) {
    const std::uint64_t bytes = writer_of(job, output).bytes;
    if (bytes % size == 0) continue;
    return "the output \"" + output.path + "\" has " + std::to_string(bytes) + " bytes, no multiple of the " +
           std::to_string(size) + " indices of the last dimension";
  }
  return std::nullopt;
}

Shard shard_of(const Job& job, std::uint32_t index) {
  QUERN_ASSERT(index < job.shards.count, "a shard beyond the last");
  Shard shard;
  shard.outputs.reserve(job.outputs.size());
  if (job.shards.count == 1) {
    for (const Output& output : job.outputs) {
      const Buffer& buffer = writer_of(job, output);
      shard.outputs.push_back({output.path, buffer.name, 0, buffer.bytes});
    }
    return shard;
  }
  const std::uint64_t size = job.steps.front().global_work_size.back();
  const std::uint64_t unit = unit_of(job);
  const std::uint64_t end = part(index + 1, size / unit, job.shards.count) * unit;
  shard.first = part(index, size / unit, job.shards.count) * unit;
  shard.count = end - shard.first;
  for (const Output& output : job.outputs) {
    const Buffer& buffer = writer_of(job, output);
    const std::uint64_t bytes = buffer.bytes / size;
    shard.outputs.push_back({output.path, buffer.name, shard.first * bytes, shard.count * bytes});
  }
  return shard;
}

}  // namespace quern::model
