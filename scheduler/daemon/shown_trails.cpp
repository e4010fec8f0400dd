#include "scheduler/daemon/shown_trails.hpp"

#include <utility>

namespace quern::daemon {

using agreement::Trail;

ShownTrails::Turn ShownTrails::turn_of(const Trail& trail) {
  return {trail.stage() != agreement::Stage::closed, trail.demand().made_unix_ms, trail.demand().id};
}

void ShownTrails::keep(Trail trail) {
  const jobs::DemandId demand = trail.demand().id;
  erase(demand);
  turns_.insert(turn_of(trail));
  trails_.emplace(demand, std::move(trail));
  if (trails_.size() > max_) erase(std::get<jobs::DemandId>(*turns_.begin()));
}

void ShownTrails::erase(const jobs::DemandId& demand) {
  const auto found = trails_.find(demand);
  if (found == trails_.end()) return;
  turns_.erase(turn_of(found->second));
  trails_.erase(found);
}

const Trail* ShownTrails::find(const jobs::DemandId& demand) const {
  const auto found = trails_.find(demand);
  return found == trails_.end() ? nullptr : &found->second;
}

}  // namespace quern::daemon
