#include "scheduler/daemon/deliveries.hpp"

#include <utility>

namespace quern::daemon {

using agreement::Trail;
using runtime::Task;

bool Deliveries::add(Trail trail) {
  if (outdated(trail)) return true;
  if (waiting() == kDeliveriesMax) return false;
  if (!demands_.insert(trail.demand().id).second) return true;
  const identity::PeerId provider = trail.demand().provider;
  auto& trails = by_provider_[provider];
  trails.push_back(std::move(trail));
  if (trails.size() == 1) tasks_.spawn(hand_over(provider));
  return true;
}

bool Deliveries::outdated(const Trail& trail) const {
  return runtime_.clock().wall_now().unix_ms - trail.closed_unix_ms().value_or(0) >= kReceiptWaitsMs;
}

Task<void> Deliveries::hand_over(identity::PeerId provider) {
  auto& trails = by_provider_[provider];  // nobody else removes it
  while (!trails.empty()) {
    Trail trail = std::move(trails.front());
    const bool done = outdated(trail) || co_await deliver_(trail);
    trails.pop_front();
    if (done) {
      demands_.erase(trail.demand().id);
    } else {
      trails.push_back(std::move(trail));  // so that none keeps back the others
      co_await runtime_.clock().sleep_for(kDeliverAgain);
    }
  }
  by_provider_.erase(provider);
}

}  // namespace quern::daemon
