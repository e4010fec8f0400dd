#include "scheduler/daemon/job_restart.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "scheduler/blobs/blob_store.hpp"

namespace quern::daemon {

using agreement::TaskRef;
using agreement::Trail;
using jobs::DemandId;
using jobs::State;

namespace {

using Place = std::pair<DemandId, std::uint32_t>;  // of a task in a demand

model::Digest manifest_of(const JobRecord& record) {
  return blobs::digest_of(runtime::bytes_of(record.manifest));
}

void end_tasks(JobRecord& record, const model::Why& why) {
  for (jobs::TaskRecord& task : record.tasks) {
    if (jobs::is_end(task.state)) continue;
    task.state = State::system_error;
    task.why = why;
    for (jobs::Attempt& attempt : task.attempts) {
      if (jobs::is_end(attempt.state)) continue;
      attempt.state = State::system_error;
      attempt.why = why;
    }
  }
}

// Of a job that has ended, the places that it has had.
void add_places(const JobRecord& record, const TrailsByDemand& trails, std::set<Place>& taken) {
  const auto manifest = manifest_of(record);
  for (const JobTrail& entry : record.trails) {
    const auto trail = trails.find(entry.demand);
    if (trail == trails.end()) continue;
    for (const std::uint32_t place : entry.places) taken.emplace(entry.demand, place);
    if (!entry.places.empty()) continue;
    // It names the agreement once, for all of its tasks there: as many shards, each once.
    std::set<std::uint32_t> shards;
    const auto& tasks = trail->second.demand().tasks;
    for (std::uint32_t place = 0; place < tasks.size(); ++place) {
      const TaskRef& task = tasks[place];
      if (task.job != manifest || shards.contains(task.shard) || taken.contains({entry.demand, place})) continue;
      shards.insert(task.shard);
      taken.emplace(entry.demand, place);
    }
  }
}

void give(JobRecord& record, const TaskRef& task, const Place& place) {
  const auto [demand, number] = place;
  auto entry = std::ranges::find(record.trails, demand, &JobTrail::demand);
  if (entry == record.trails.end()) {
    record.trails.push_back({.task = task.shard, .attempt = 0, .demand = demand, .places = {}});
    entry = std::prev(record.trails.end());
  }
  entry->places.push_back(number);
}

// Jobs under way, by manifest, and how many of each shard they have been given.
struct Claimant {
  JobRecord* record = nullptr;
  std::map<std::uint32_t, std::size_t> given;
};

Claimant* claimant_of(std::vector<Claimant>& claimants, const TaskRef& task, std::int64_t made_unix_ms) {
  Claimant* best = nullptr;
  for (Claimant& claimant : claimants) {
    if (claimant.record->submitted_unix_ms > made_unix_ms) continue;
    if (!best || claimant.given[task.shard] < best->given[task.shard]) best = &claimant;
  }
  return best;
}

}  // namespace

std::vector<std::size_t> end_by_restart(std::vector<JobRecord>& records, const TrailsByDemand& trails,
                                        std::int64_t now_unix_ms) {
  const model::Why restarted{.reason = model::Reason::submitter_restarted, .detail = {}};
  std::vector<std::size_t> ended;
  std::set<Place> taken;
  std::map<model::Digest, std::vector<Claimant>> claimants;
  for (std::size_t i = 0; i < records.size(); ++i) {
    JobRecord& record = records[i];
    if (record.ended_unix_ms) {
      add_places(record, trails, taken);
      continue;
    }
    end_tasks(record, restarted);
    record.trails.clear();
    record.state = State::system_error;
    record.why = restarted;
    record.ended_unix_ms = now_unix_ms;
    claimants[manifest_of(record)].push_back({.record = &record, .given = {}});
    ended.push_back(i);
  }
  std::vector<const Trail*> in_time;
  for (const auto& [demand, trail] : trails) {
    // One that is only agreed on may come to be accepted yet.
    if (trail.stage() >= agreement::Stage::agreed) in_time.push_back(&trail);
  }
  std::ranges::sort(in_time, {},
                    [](const Trail* trail) { return std::pair(trail->demand().made_unix_ms, trail->demand().id); });
  for (const Trail* trail : in_time) {
    const agreement::Demand& demand = trail->demand();
    for (std::uint32_t place = 0; place < demand.tasks.size(); ++place) {
      const TaskRef& task = demand.tasks[place];
      const auto of_manifest = claimants.find(task.job);
      if (of_manifest == claimants.end() || taken.contains({demand.id, place})) continue;
      Claimant* claimant = claimant_of(of_manifest->second, task, demand.made_unix_ms);
      if (!claimant) continue;
      ++claimant->given[task.shard];
      give(*claimant->record, task, {demand.id, place});
    }
  }
  return ended;
}

void count_again(JobRecord& record, const FindTrail& find) {
  const auto manifest = manifest_of(record);
  model::Credits amount;
  for (const JobTrail& entry : record.trails) {
    const Trail* trail = find(entry.demand);
    if (!trail || trail->stage() < agreement::Stage::running) continue;
    const auto owed = trail->owed_by_task();
    for (std::uint32_t i = 0; i < owed.size(); ++i) {
      const bool its = entry.places.empty() ? trail->demand().tasks[i].job == manifest
                                            : std::ranges::find(entry.places, i) != entry.places.end();
      if (its) amount = model::add(amount, owed[i]).value_or(amount);
    }
  }
  record.amount = std::max(record.amount, amount);
}

}  // namespace quern::daemon
