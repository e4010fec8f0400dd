// Provider: what those see who watch it, and how its own side ends work.
#include <algorithm>
#include <utility>

#include "scheduler/engagement/provider_engagement.hpp"

namespace quern::engagement {

using agreement::Stage;
using agreement::Trail;

std::vector<Provider::UnderWay> Provider::under_way() const {
  std::vector<UnderWay> list;
  for (const auto& [id, engagement] : engagements_) {
    if (engagement->trail.stage() != Stage::running || engagement->accepting) continue;
    const std::vector<EngagedTask>& tasks = engagement->tasks;
    std::size_t permille = 0;
    for (std::size_t i = 0; i < tasks.size(); ++i) permille += i < engagement->task ? 1000 : tasks[i].permille;
    list.push_back({.trail = engagement->trail,
                    .job = *tasks[engagement->task].job,
                    .permille = static_cast<std::uint32_t>(permille / tasks.size()),
                    .ending = engagement->why || std::ranges::all_of(tasks, &EngagedTask::cancel)});
  }
  return list;
}

const Trail* Provider::trail(const jobs::DemandId& demand) const {
  const auto found = engagements_.find(demand);
  return found == engagements_.end() ? nullptr : &found->second->trail;
}

std::vector<const Trail*> Provider::not_over() const {
  std::vector<const Trail*> list;
  for (const auto& [id, engagement] : engagements_) {
    if (engagement->trail.stage() >= Stage::running && !engagement->accepting) list.push_back(&engagement->trail);
  }
  return list;
}

std::size_t Provider::ended_log_bytes() const {
  std::size_t bytes = 0;
  for (const auto& [id, engagement] : engagements_) {
    if (engagement->trail.stage() >= Stage::ended) bytes += engagement->log_bytes;
  }
  return bytes;
}

bool Provider::end_work(const jobs::DemandId& demand, model::Why why) {
  const auto found = engagements_.find(demand);
  if (found == engagements_.end() || found->second->trail.stage() != Stage::running) return false;
  Engagement& engagement = *found->second;
  if (!engagement.why) engagement.why = std::move(why);
  engagement.changed.wake_all();
  return true;
}

std::vector<jobs::DemandId> Provider::end_all_work(const model::Why& why) {
  std::vector<jobs::DemandId> ended;
  for (const auto& [id, engagement] : engagements_) {
    if (end_work(id, why)) ended.push_back(id);
  }
  return ended;
}

}  // namespace quern::engagement
