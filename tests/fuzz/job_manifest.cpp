// A manifest is any bytes: what is accepted has one canonical form that is read back as the same job, and its shards
// tile it.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "scheduler/model/manifest.hpp"
#include "scheduler/model/shard.hpp"

namespace {

using namespace quern::model;

void check_shards(const Job& job) {
  std::uint64_t next = 0;
  for (std::uint32_t index = 0; index < job.shards.count; ++index) {
    const Shard shard = shard_of(job, index);
    if (shard.first != next) std::abort();
    next += shard.count;
  }
  if (job.shards.count > 1 && next != job.steps.front().global_work_size.back()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto job = job_from_json({reinterpret_cast<const char*>(data), size});
  if (!job) {
    if (job.error().detail().find(": ") == std::string::npos) std::abort();
    return 0;
  }
  const std::string text = to_canonical_json(*job);
  const auto again = job_from_json(text);
  if (text.size() <= kManifestBytesMax && (!again || *again != *job || to_canonical_json(*again) != text)) std::abort();
  check_shards(*job);
  return 0;
}
