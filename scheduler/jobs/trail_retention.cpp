#include "scheduler/jobs/trail_retention.hpp"

namespace quern::jobs {

void TrailRetention::settled(const DemandId& id, std::int64_t ended_unix_ms) {
  if (ended_.emplace(id, ended_unix_ms).second) by_end_.emplace(ended_unix_ms, id);
}

void TrailRetention::removed(const DemandId& id) {
  const auto found = ended_.find(id);
  if (found == ended_.end()) return;
  by_end_.erase({found->second, id});
  ended_.erase(found);
}

std::vector<DemandId> TrailRetention::due(const RetentionTerms& terms, std::size_t kept, std::int64_t now_unix_ms,
                                          std::size_t count, const std::function<bool(const DemandId&)>& spared) const {
  std::vector<DemandId> going;
  for (const auto& [ended, id] : by_end_) {
    const bool too_old = now_unix_ms - ended > terms.keep_ms;
    const bool too_many = kept - going.size() > terms.trails_max;
    if (going.size() == count || (!too_old && !too_many)) break;
    if (!spared(id)) going.push_back(id);
  }
  return going;
}

}  // namespace quern::jobs
