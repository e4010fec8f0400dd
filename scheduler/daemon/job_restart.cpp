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

model::Why restarted() {
  return {.reason = model::Reason::submitter_restarted, .detail = {}};
}

// What an agreement says of the task at that place of it.
jobs::Attempt attempt_of(const Trail& trail, std::uint32_t place, model::Credits owed) {
  jobs::Attempt attempt{.provider = trail.demand().provider.text(),
                        .device = trail.demand().device,
                        .state = State::system_error,
                        .why = restarted(),
                        .amount = owed};
  if (trail.stage() < agreement::Stage::ended) return attempt;
  const model::Reason reason = trail.receipt().tasks[place].reason;
  const bool completed = reason == model::Reason::completed;
  // Outputs are here once their receipt is acknowledged; and it was the restart that had the rest canceled.
  if (reason == model::Reason::canceled || (completed && trail.stage() != agreement::Stage::closed)) return attempt;
  attempt.state = jobs::state_of_end(reason);
  attempt.why = {.reason = reason, .detail = {}};
  if (completed) attempt.progress_permille = 1000;
  return attempt;
}

bool is_of(const JobTrail& entry, const Trail& trail, std::uint32_t place, const model::Digest& manifest) {
  if (entry.places.empty()) return trail.demand().tasks[place].job == manifest;
  return std::ranges::find(entry.places, place) != entry.places.end();
}

// The tasks of a job that a restart has ended, by its agreements, which are all there.
void tell_tasks_again(JobRecord& record, const FindTrail& find) {
  const auto manifest = manifest_of(record);
  for (jobs::TaskRecord& task : record.tasks) task = {.state = State::system_error, .attempts = {}, .why = restarted()};
  for (JobTrail& entry : record.trails) {
    const Trail* trail = find(entry.demand);
    if (!trail || trail->stage() < agreement::Stage::running) continue;
    const auto owed = trail->owed_by_task();
    bool named = false;
    for (std::uint32_t place = 0; place < owed.size(); ++place) {
      const std::uint32_t number = trail->demand().tasks[place].shard;
      if (number >= record.tasks.size() || !is_of(entry, *trail, place, manifest)) continue;
      jobs::TaskRecord& task = record.tasks[number];
      if (!std::exchange(named, true)) {
        entry.task = number;
        entry.attempt = static_cast<std::uint32_t>(task.attempts.size());
      }
      const jobs::Attempt& attempt = task.attempts.emplace_back(attempt_of(*trail, place, owed[place]));
      if (attempt.state != State::complete && attempt.state != State::executor_error) continue;
      task.state = attempt.state;
      task.why = attempt.why;
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

std::optional<TaskOutputs> outputs_of(const JobRecord& record, const FindTrail& find) {
  if (record.why.reason != model::Reason::submitter_restarted) return std::nullopt;
  const auto manifest = manifest_of(record);
  TaskOutputs outputs;
  for (const JobTrail& entry : record.trails) {
    const Trail* trail = find(entry.demand);
    if (!trail || trail->stage() != agreement::Stage::closed) continue;
    const auto& ends = trail->receipt().tasks;
    for (std::uint32_t place = 0; place < ends.size(); ++place) {
      const std::uint32_t number = trail->demand().tasks[place].shard;
      if (number >= record.tasks.size() || !is_of(entry, *trail, place, manifest)) continue;
      if (ends[place].reason == model::Reason::completed) outputs.insert_or_assign(number, ends[place].outputs);
    }
  }
  if (outputs.size() != record.tasks.size()) return std::nullopt;
  return outputs;
}

std::vector<std::size_t> end_by_restart(std::vector<JobRecord>& records, const TrailsByDemand& trails,
                                        std::int64_t now_unix_ms) {
  std::vector<std::size_t> ended;
  std::set<Place> taken;
  std::map<model::Digest, std::vector<Claimant>> claimants;
  for (std::size_t i = 0; i < records.size(); ++i) {
    JobRecord& record = records[i];
    if (record.ended_unix_ms) {
      add_places(record, trails, taken);
      continue;
    }
    record.trails.clear();
    record.state = State::system_error;
    record.why = restarted();
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
  for (const std::size_t i : ended) {
    count_again(records[i], [&trails](const DemandId& demand) {
      const auto found = trails.find(demand);
      return found == trails.end() ? nullptr : &found->second;
    });
  }
  return ended;
}

void count_again(JobRecord& record, const FindTrail& find) {
  const auto manifest = manifest_of(record);
  const bool whole = record.why.reason == model::Reason::submitter_restarted &&
                     std::ranges::all_of(record.trails, [&](const JobTrail& entry) { return find(entry.demand); });
  model::Credits amount;
  for (const JobTrail& entry : record.trails) {
    const Trail* trail = find(entry.demand);
    if (!trail || trail->stage() < agreement::Stage::running) continue;
    const auto owed = trail->owed_by_task();
    for (std::uint32_t i = 0; i < owed.size(); ++i) {
      if (is_of(entry, *trail, i, manifest)) amount = model::add(amount, owed[i]).value_or(amount);
    }
  }
  record.amount = whole ? amount : std::max(record.amount, amount);
  if (whole) tell_tasks_again(record, find);
}

}  // namespace quern::daemon
