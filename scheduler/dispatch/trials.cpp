#include "scheduler/dispatch/trials.hpp"

#include <algorithm>
#include <utility>

namespace quern::dispatch {

std::vector<Trials::Trial> Trials::begin(std::span<const std::size_t> tasks,
                                         std::span<const market::TrialCandidate> candidates, runtime::Time now) {
  std::vector<market::TrialCandidate> free(candidates.begin(), candidates.end());
  std::erase_if(free, [this](const auto& each) { return under_way_.contains({each.provider, each.device}); });
  const std::size_t picks = std::clamp<std::size_t>(tasks.size() - 1, 1, market::kTrialDevicesMax);
  const auto chosen = market::devices_to_try(free, picks);
  std::vector<Trial> trials;
  if (chosen.empty() && under_way_.empty()) return trials;
  made_ = true;
  if (under_way_.empty()) begun_ = now;
  trials.reserve(chosen.size());
  for (const std::size_t device : chosen) {
    trials.push_back({.task = tasks[trials.size()], .where = {free[device].provider, free[device].device}});
    under_way_.insert(trials.back().where);
  }
  waiting_.insert(waiting_.end(), tasks.begin() + static_cast<std::ptrdiff_t>(trials.size()), tasks.end());
  return trials;
}

std::optional<runtime::Duration> Trials::ended(const Place& where, bool completed, runtime::Time now) {
  if (under_way_.erase(where) == 0) return std::nullopt;
  if (under_way_.empty()) return runtime::Duration(0);
  if (!completed) return std::nullopt;
  return kTrialPatience * (now - begun_);
}

std::vector<std::size_t> Trials::release() {
  return std::exchange(waiting_, {});
}

}  // namespace quern::dispatch
