// In which launches a shard is done: every NDRange in slices along its last dimension, each short enough that progress
// is told, a cancel is heard and nobody else at the device waits long. Pure: told what a launch took, it chooses the
// next.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "scheduler/model/job.hpp"
#include "scheduler/model/shard.hpp"

namespace quern::worker {

inline constexpr std::chrono::milliseconds kBatchTarget{100};  // between looks at what else there is
inline constexpr std::size_t kBatchLaunchesMax = 64;
inline constexpr std::uint64_t kFirstSlices = 64;  // of a step that was not measured yet
inline constexpr std::uint64_t kGrowthMax = 8;     // of a slice over the one before: work is not even

// A part of a step's last dimension.
struct Launch {
  std::uint32_t iteration = 0;
  std::uint64_t first = 0;  // counted from the step's own offset
  std::uint64_t count = 0;
  bool operator==(const Launch&) const = default;
};

// Launches of one step in a row, waited for together.
struct Batch {
  std::size_t step = 0;
  std::vector<Launch> launches;
};

class LaunchPlan {
 public:
  // `job` must outlive it.
  LaunchPlan(const model::Job& job, const model::Shard& shard);

  // Nullopt when all is done. Every batch is followed by took() before the next.
  std::optional<Batch> next();
  // What the batch took from its start to its end.
  void took(const Batch& batch, std::chrono::nanoseconds time);
  // Of the work items, those whose batch is over.
  std::uint32_t permille() const;

 private:
  struct Range {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
  };
  Range range() const;            // of the last dimension of the step under way
  std::uint64_t slice() const;    // indices for the next launch
  std::uint64_t fitting() const;  // indices that take kBatchTarget
  Launch cut();

  const model::Job* job_;
  model::Shard shard_;
  std::size_t step_ = 0;
  std::uint32_t iteration_ = 0;
  std::uint64_t done_ = 0;            // indices of this iteration
  double nanoseconds_per_index_ = 0;  // of this step; 0: not measured
  std::uint64_t last_slice_ = 0;
  std::uint64_t items_done_ = 0;
  std::uint64_t items_all_ = 0;
};

}  // namespace quern::worker
