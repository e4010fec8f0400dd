// The trial shards of one job under way: while they run, the tasks whose price they are to tell wait. Pure.
#pragma once
#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "overlay/runtime/time.hpp"
#include "scheduler/dispatch/place.hpp"
#include "scheduler/market/trial.hpp"

namespace quern::dispatch {

// How much longer than the first that ends the other trials are waited for, in times of what that one took.
inline constexpr int kTrialPatience = 3;

class Trials {
 public:
  struct Trial {
    std::size_t task = 0;
    Place where;
  };

  // Whether tasks are to be tried: where nothing is known of any device, or, before the job's first trials, where there
  // are `several` tasks, so that others gain by it, and the job does not say its work.
  bool wanted(bool any_known, bool several, bool says_work) const {
    return !any_known || (several && !says_work && !made_);
  }
  // The first of the tasks, which are in the order of their sizes, each on a device of its own; the rest waits. Of
  // several tasks at least one does, so that the cheapest device can have it. Empty, and nothing waits, when no device
  // is to be tried. Devices under trial are not tried twice: while there are any, all tasks wait.
  std::vector<Trial> begin(std::span<const std::size_t> tasks, std::span<const market::TrialCandidate> candidates,
                           runtime::Time now);
  // A task is over at that device, or was refused by it. Tells how much longer the tasks that wait may do so: nothing
  // when no trial is under way any more; nullopt when this was no trial, or none was over before and this failed.
  std::optional<runtime::Duration> ended(const Place& where, bool completed, runtime::Time now);
  bool under_way() const { return !under_way_.empty(); }
  // Those that wait, which then do not any more.
  std::vector<std::size_t> release();

 private:
  std::set<Place> under_way_;
  std::vector<std::size_t> waiting_;
  runtime::Time begun_;
  bool made_ = false;
};

}  // namespace quern::dispatch
