#include "scheduler/execution/worker/launches.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace quern::worker {

namespace {

// Work items of one index of the last dimension.
std::uint64_t items_of_index(const model::Step& step) {
  std::uint64_t items = 1;
  for (std::size_t d = 0; d + 1 < step.global_work_size.size(); ++d) items *= step.global_work_size[d];
  return items;
}

}  // namespace

LaunchPlan::LaunchPlan(const model::Job& job, const model::Shard& shard) : job_(&job), shard_(shard) {
  for (; step_ < job.steps.size(); ++step_) {
    const model::Step& step = job.steps[step_];
    items_all_ += items_of_index(step) * range().count * step.repeat;  // at most 2^60: kWorkItemsMax x kLaunchesMax
  }
  step_ = 0;
}

LaunchPlan::Range LaunchPlan::range() const {
  if (shard_.count != 0) return {shard_.first, shard_.count};
  return {0, job_->steps[step_].global_work_size.back()};
}

std::uint64_t LaunchPlan::fitting() const {
  const double target = std::chrono::duration<double, std::nano>(kBatchTarget).count();
  const double most = static_cast<double>(std::max<std::uint64_t>(last_slice_, 1) * kGrowthMax);
  return static_cast<std::uint64_t>(std::clamp(target / nanoseconds_per_index_, 1.0, most));
}

std::uint64_t LaunchPlan::slice() const {
  const model::Step& step = job_->steps[step_];
  const std::uint64_t rest = range().count - done_;
  if (step.chunk) return std::min(*step.chunk, rest);
  std::uint64_t wanted =
      nanoseconds_per_index_ > 0 ? fitting() : std::max<std::uint64_t>(range().count / kFirstSlices, 1);
  if (wanted >= rest) return rest;
  // Whole groups; where the driver chooses them, a size that can be halved often.
  const std::uint64_t unit = step.local_work_size.empty() ? std::bit_floor(wanted) : step.local_work_size.back();
  wanted = std::max(wanted / unit, std::uint64_t{1}) * unit;
  return std::min(wanted, rest);
}

Launch LaunchPlan::cut() {
  const Range whole = range();
  const Launch launch{.iteration = iteration_, .first = whole.first + done_, .count = slice()};
  done_ += launch.count;
  if (done_ < whole.count) return launch;
  done_ = 0;
  ++iteration_;
  return launch;
}

std::optional<Batch> LaunchPlan::next() {
  while (step_ < job_->steps.size() && iteration_ == job_->steps[step_].repeat) {
    ++step_;
    iteration_ = 0;
    nanoseconds_per_index_ = 0;
    last_slice_ = 0;
  }
  if (step_ == job_->steps.size()) return std::nullopt;
  Batch batch{.step = step_, .launches = {}};
  const std::uint64_t budget = nanoseconds_per_index_ > 0 ? fitting() : 1;
  std::uint64_t indices = 0;
  while (batch.launches.size() < kBatchLaunchesMax && iteration_ < job_->steps[step_].repeat) {
    if (!batch.launches.empty() && indices + slice() > budget) break;
    batch.launches.push_back(cut());
    indices += batch.launches.back().count;
  }
  return batch;
}

void LaunchPlan::took(const Batch& batch, std::chrono::nanoseconds time) {
  std::uint64_t indices = 0;
  for (const Launch& launch : batch.launches) indices += launch.count;
  last_slice_ = indices;
  nanoseconds_per_index_ =
      std::max(std::chrono::duration<double, std::nano>(time).count(), 1.0) / static_cast<double>(indices);
  items_done_ += indices * items_of_index(job_->steps[batch.step]);
}

std::uint32_t LaunchPlan::permille() const {
  if (items_all_ == 0) return 1000;
  return static_cast<std::uint32_t>(static_cast<unsigned __int128>(items_done_) * 1000 / items_all_);
}

}  // namespace quern::worker
