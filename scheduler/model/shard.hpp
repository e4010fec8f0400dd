// How a job is cut into shards: tasks that run independently and whose outputs, joined in order, are the job's.
//
// Every step is cut along the last dimension of its NDRange; the shards' parts follow each other and are as equal as
// whole work-groups allow. An output is cut alike: of a last dimension of N indices each owns bytes / N bytes of the
// buffer, at its own place. A shard has all buffers in full, so kernels address them as in the whole job.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scheduler/model/job.hpp"

namespace quern::model {

// A part of a buffer that is kept as an output.
struct OutputSlice {
  std::string path;
  std::string buffer;
  std::uint64_t offset = 0;  // in the buffer
  std::uint64_t bytes = 0;
  bool operator==(const OutputSlice&) const = default;
};

struct Shard {
  std::uint64_t first = 0;           // of the last dimension, counted from the step's own offset
  std::uint64_t count = 0;           // 0 for a job of one shard: every step is whole
  std::vector<OutputSlice> outputs;  // in the order of the job's
  bool operator==(const Shard&) const = default;
};

// Why a job cannot be cut into its shards, as a clause; nullopt when it can, or is to run in one. The steps must have
// the same size in the last dimension, at least one work-group a shard, and every output's bytes must be a multiple of
// that size. That one shard needs nothing of another is for the submitter to know.
std::optional<std::string> fault_of_shards(const Job& job);

// `job` is one that job_from_json() accepts, `index` below its shards.count.
Shard shard_of(const Job& job, std::uint32_t index);

}  // namespace quern::model
