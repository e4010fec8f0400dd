#include "scheduler/daemon/job_book.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "overlay/runtime/assertion.hpp"
#include "overlay/runtime/hex.hpp"
#include "scheduler/daemon/job_table.hpp"
#include "scheduler/model/manifest.hpp"

namespace quern::daemon {

using agreement::Trail;
using jobs::State;
using model::Reason;
using runtime::Result;
using runtime::Task;

namespace {

constexpr std::size_t kIdBytes = 8;
constexpr runtime::Duration kSaveAgain = std::chrono::seconds(5);

}  // namespace

JobBook::JobBook(runtime::Runtime& runtime, store::Writer& writer, dispatch::Dispatcher& dispatcher,
                 blobs::BlobStore& store, Log& log, Events events)
    : runtime_(runtime),
      writer_(writer),
      dispatcher_(dispatcher),
      store_(store),
      log_(log),
      events_(std::move(events)),
      tasks_(runtime.executor()) {}

Task<Result<void>> JobBook::load(const std::map<jobs::DemandId, Trail>& trails) {
  std::vector<std::string> damaged;
  CO_TRY(auto records,
         co_await writer_.write([&damaged](store::Database& database) { return load_jobs(database, damaged); }));
  for (const std::string& id : damaged) log_.write(LogLevel::error, "job_damaged", {{"job", id}});
  CO_TRY(const auto logs, co_await writer_.write([](store::Database& database) { return load_logs(database); }));
  for (const std::size_t ended : end_by_restart(records, trails, now())) {
    const JobRecord& record = records[ended];
    CO_CHECK(co_await save(record));
    log_.write(LogLevel::warning, "job_ended",
               {{"job", record.id}, {"why", model::text_of(Reason::submitter_restarted).name}});
  }
  const auto find = [&trails](const jobs::DemandId& demand) {
    const auto found = trails.find(demand);
    return found == trails.end() ? nullptr : &found->second;
  };
  for (JobRecord& record : records) {
    auto job = model::job_from_json(record.manifest);
    if (!job) {
      log_.write(LogLevel::error, "job_damaged", {{"job", record.id}, {"why", job.error().detail()}});
      continue;
    }
    if (record.why.reason == Reason::submitter_restarted) count_again(record, find);
    const auto kept = std::make_shared<Kept>();
    if (const auto log = logs.find(record.id); log != logs.end()) kept->log = log->second;
    kept->record = std::move(record);
    kept->job = *std::move(job);
    co_await complete_after_restart(kept, find);
    for (const JobTrail& trail : kept->record.trails) by_demand_.emplace(trail.demand, kept->record.id);
    order_.push_back(kept->record.id);
    jobs_.emplace(kept->record.id, kept);
  }
  tasks_.spawn(keep_logs());
  co_return Result<void>();
}

// Of several jobs, where their tasks are under one agreement.
Task<void> JobBook::resumed(const Trail& trail) {
  const auto is_its = [&trail](const JobTrail& entry) { return entry.demand == trail.demand().id; };
  std::vector<KeptPtr> of;
  for (const auto& [id, kept] : jobs_) {
    if (std::ranges::any_of(kept->record.trails, is_its)) of.push_back(kept);
  }
  for (const KeptPtr& kept : of) {
    if (trail.stage() < agreement::Stage::running) std::erase_if(kept->record.trails, is_its);  // it came to nothing
    count_again(kept->record, events_.find_trail);
    co_await complete_after_restart(kept, events_.find_trail);
    co_await save_end(kept, kept->record);
    if (events_.changed) events_.changed(*kept);
  }
}

Task<Result<std::string>> JobBook::submit(model::Job job, placement::Strategy strategy, std::set<std::string> exclude,
                                          std::set<dispatch::Place> only) {
  if (running_ == kJobsRunningMax) {
    co_return runtime::fail(runtime::Errc::limit_reached, std::to_string(running_) + " jobs are under way");
  }
  ++running_;
  const auto kept = std::make_shared<Kept>();
  kept->record = {.id = new_id(),
                  .manifest = model::to_canonical_json(job),
                  .strategy = strategy,
                  .exclude = std::move(exclude),
                  .only = std::move(only),
                  .submitted_unix_ms = now(),
                  .tasks = std::vector<jobs::TaskRecord>(std::max<std::uint32_t>(job.shards.count, 1))};
  kept->job = std::move(job);
  if (auto saved = co_await save(kept->record); !saved) {
    --running_;
    co_return std::unexpected(std::move(saved).error());
  }
  order_.push_back(kept->record.id);
  jobs_.emplace(kept->record.id, kept);
  log_.write(LogLevel::info, "job_submitted", {{"job", kept->record.id}, {"tasks", kept->record.tasks.size()}});
  tasks_.spawn(run(kept));
  if (events_.changed) events_.changed(*kept);
  co_return kept->record.id;
}

Task<void> JobBook::wait_ended(std::string id) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) co_return;
  const KeptPtr kept = found->second;
  while (!kept->record.ended_unix_ms) co_await kept->ended.wait();
}

bool JobBook::cancel(std::string_view id) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end() || found->second->record.ended_unix_ms) return false;
  found->second->cancel.ask();
  return true;
}

void JobBook::add_needed(std::set<model::Digest>& needed, std::int64_t keep_ms) const {
  for (const auto& [id, kept] : jobs_) {
    const JobRecord& record = kept->record;
    if (const auto& ended = record.ended_unix_ms) {
      if (now() - *ended >= keep_ms) continue;
      for (const JobOutput& output : record.outputs) {
        if (!kept->fetched.contains(output.digest)) needed.insert(output.digest);
      }
      // Those of a job that a restart has ended may come to be all.
      if (record.why.reason != Reason::submitter_restarted) continue;
    } else {
      for (const model::Input& input : kept->job.inputs) needed.insert(input.digest);
    }
    for (const JobTrail& entry : record.trails) {
      const Trail* trail = events_.find_trail(entry.demand);
      if (!trail || trail->stage() < agreement::Stage::ended) continue;
      for (const agreement::TaskEnd& task : trail->receipt().tasks)
        for (const agreement::OutputDigest& output : task.outputs) needed.insert(output.digest);
    }
  }
}

void JobBook::fetched(const model::Digest& digest) {
  for (const auto& [id, kept] : jobs_) {
    if (std::ranges::find(kept->record.outputs, digest, &JobOutput::digest) != kept->record.outputs.end()) {
      kept->fetched.insert(digest);
    }
  }
}

std::optional<JobBook::Output> JobBook::output_of(const model::Digest& digest) const {
  for (const std::string& id : std::views::reverse(order_)) {
    const Kept& kept = *jobs_.find(id)->second;
    const auto output = std::ranges::find(kept.record.outputs, digest, &JobOutput::digest);
    if (output == kept.record.outputs.end()) continue;
    return Output{.job = &kept, .output = &*output, .fetched = kept.fetched.contains(digest)};
  }
  return std::nullopt;
}

const SubmittedJob* JobBook::find(std::string_view id) const {
  const auto found = jobs_.find(id);
  return found == jobs_.end() ? nullptr : found->second.get();
}

const SubmittedJob* JobBook::of_demand(const jobs::DemandId& demand) const {
  const auto found = by_demand_.find(demand);
  return found == by_demand_.end() ? nullptr : find(found->second);
}

std::vector<const SubmittedJob*> JobBook::newest(std::size_t count, std::string_view before) const {
  std::vector<const SubmittedJob*> list;
  list.reserve(std::min(count, order_.size()));
  auto id = order_.rbegin();
  if (!before.empty()) {
    id = std::ranges::find(std::views::reverse(order_), before);
    if (id != order_.rend()) ++id;
  }
  for (; id != order_.rend() && list.size() < count; ++id) {
    list.push_back(jobs_.find(*id)->second.get());
  }
  return list;
}

std::size_t JobBook::finishing() const {
  const auto is_finishing = [](const auto& entry) {
    const JobRecord& record = entry.second->record;
    return !record.ended_unix_ms &&
           std::ranges::all_of(record.tasks, [](const auto& task) { return jobs::is_end(task.state); });
  };
  return static_cast<std::size_t>(std::ranges::count_if(jobs_, is_finishing));
}

Task<void> JobBook::run(KeptPtr kept) {
  dispatch::DispatchOptions options{
      .strategy = kept->record.strategy, .exclude = kept->record.exclude, .only = kept->record.only};
  auto ended = co_await dispatcher_.run(kept->job, std::move(options), events_of(*kept), kept->cancel);
  co_await end(kept, std::move(ended));
}

dispatch::DispatchEvents JobBook::events_of(Kept& kept) {
  return {.changed =
              [this, &kept](const jobs::JobMachine& machine) {
                if (!jobs::is_end(machine.state())) kept.record.state = machine.state();
                kept.record.tasks = machine.tasks();
                kept.record.amount = machine.amount();
                if (events_.changed) events_.changed(kept);
              },
          .log = [this, &kept](std::size_t /*task*/, std::uint64_t /*offset*/,
                               runtime::ByteView text) { add_log(kept, text); },
          .trail =
              [this, &kept](std::size_t task, const Trail& trail) {
                note_trail(kept, task, trail);
                if (events_.trail) events_.trail(trail);
              }};
}

void JobBook::note_trail(Kept& kept, std::size_t task, const Trail& trail) {
  auto& trails = kept.record.trails;
  const jobs::DemandId& demand = trail.demand().id;
  auto entry = std::ranges::find(trails, demand, &JobTrail::demand);
  if (entry == trails.end()) {
    const auto attempts = kept.record.tasks[task].attempts.size();
    trails.push_back({.task = static_cast<std::uint32_t>(task),
                      .attempt = static_cast<std::uint32_t>(attempts == 0 ? 0 : attempts - 1),
                      .demand = demand,
                      .places = {}});
    entry = std::prev(trails.end());
    by_demand_.emplace(demand, kept.record.id);
  }
  note_place(kept, *entry, task, trail.demand());
}

// Like jobs may share an agreement: they are told of it in the order of their tasks there, and each takes the next.
void JobBook::note_place(const Kept& kept, JobTrail& entry, std::size_t task, const agreement::Demand& demand) {
  const auto is_task = [&](std::uint32_t place) { return demand.tasks[place].shard == task; };
  if (std::ranges::any_of(entry.places, is_task)) return;
  const model::Digest manifest = blobs::digest_of(runtime::bytes_of(kept.record.manifest));
  std::set<std::uint32_t>& taken = places_[demand.id];
  for (std::uint32_t place = 0; place < demand.tasks.size(); ++place) {
    if (!is_task(place) || demand.tasks[place].job != manifest || !taken.insert(place).second) continue;
    entry.places.push_back(place);
    return;
  }
}

void JobBook::add_log(Kept& kept, runtime::ByteView text) const {
  const std::size_t taken = std::min(text.size(), kJobLogBytesMax - kept.log.text.size());
  kept.log.text += runtime::text_of(text.first(taken));
  kept.log.bytes = kept.log.text.size();
  kept.log.dropped_bytes += text.size() - taken;
  if (events_.changed) events_.changed(kept);
}

Task<void> JobBook::end(KeptPtr kept, dispatch::DispatchEnd ended) {
  JobRecord& record = kept->record;
  record.tasks = ended.tasks;
  record.amount = ended.amount;
  model::Why why = ended.why;
  State state = ended.state;
  if (state == State::complete) {
    if (const auto stored = co_await keep_outputs(*kept, ended); !stored) {
      state = State::system_error;
      why = dispatch::why_not_joined(stored.error());
    }
  }
  record.state = state;
  record.why = std::move(why);
  const std::int64_t at = now();
  JobRecord last = record;
  last.ended_unix_ms = at;
  co_await save_end(kept, std::move(last));
  record.ended_unix_ms = at;
  // Whoever shares them was told of them when they were agreed on.
  for (const JobTrail& entry : record.trails) places_.erase(entry.demand);
  --running_;
  kept->ended.wake_all();
  log_.write(LogLevel::info, "job_ended",
             {{"job", record.id},
              {"state", jobs::name_of(record.state)},
              {"why", model::text_of(record.why.reason).name},
              {"amount", model::to_text(record.amount)}});
  if (events_.changed) events_.changed(*kept);
  forget_oldest();
}

// Nothing was left to run. Where the disk has lost an output it stays what it is.
Task<void> JobBook::complete_after_restart(KeptPtr kept, FindTrail find) {
  JobRecord& record = kept->record;
  auto outputs = outputs_of(record, find);
  if (!outputs) co_return;
  for (const auto& [task, of_task] : *outputs) {
    for (const agreement::OutputDigest& output : of_task)
      if (!store_.has(output.digest)) co_return;
  }
  const dispatch::DispatchEnd ended{
      .state = State::complete, .why = {}, .amount = {}, .tasks = record.tasks, .outputs = *std::move(outputs)};
  if (!co_await keep_outputs(*kept, ended)) co_return;
  record.state = State::complete;
  record.why = {.reason = Reason::completed, .detail = {}};
  co_await save_end(kept, record);
  log_.write(LogLevel::info, "job_ended",
             {{"job", record.id},
              {"state", jobs::name_of(record.state)},
              {"why", model::text_of(record.why.reason).name},
              {"amount", model::to_text(record.amount)}});
}

Task<Result<void>> JobBook::keep_outputs(Kept& kept, const dispatch::DispatchEnd& ended) {
  CO_TRY(const auto joined, co_await dispatch::join_outputs(kept.job, ended, store_));
  kept.record.outputs.clear();  // another agreement's end may have come to this meanwhile
  for (std::size_t i = 0; i < joined.size(); ++i) {
    kept.record.outputs.push_back(
        {.path = kept.job.outputs[i].path, .bytes = joined[i].bytes, .digest = joined[i].digest});
  }
  co_return Result<void>();
}

// Or, where the disk does not take it, later: else the job would end once more, and otherwise, at the next start.
Task<void> JobBook::save_end(KeptPtr kept, JobRecord record) {
  const auto saved = co_await save(std::move(record), kept->log);
  if (saved) {
    std::string().swap(kept->log.text);
  } else if (!std::exchange(kept->unsaved, true)) {
    log_.write(LogLevel::error, "job_not_saved", {{"job", kept->record.id}, {"why", saved.error().code().message()}});
    tasks_.spawn(save_later(kept));
  }
}

Task<void> JobBook::save_later(KeptPtr kept) {
  do {
    co_await runtime_.clock().sleep_for(kSaveAgain);
  } while (!co_await save(kept->record, kept->log));
  kept->unsaved = false;
  std::string().swap(kept->log.text);
  log_.write(LogLevel::info, "job_saved", {{"job", kept->record.id}});
}

Task<Result<void>> JobBook::save(JobRecord record, JobLog log) {
  return writer_.write([record = std::move(record), log = std::move(log)](store::Database& database) -> Result<void> {
    if (auto saved = save_job(database, record); !saved || log.text.empty()) return saved;
    return save_log(database, record.id, log);
  });
}

// Of jobs under way, so that a crash does not take all of it.
Task<void> JobBook::keep_logs() {
  for (;;) {
    co_await runtime_.clock().sleep_for(kLogsKeptEvery);
    co_await save_logs();
  }
}

Task<void> JobBook::save_logs() {
  std::vector<KeptPtr> written;
  for (const auto& [id, kept] : jobs_) {
    if (!kept->record.ended_unix_ms && kept->log.bytes > kept->log_bytes_kept) written.push_back(kept);
  }
  for (const KeptPtr& kept : written) {
    const std::uint64_t bytes = kept->log.bytes;
    const auto saved =
        co_await writer_.write([id = kept->record.id, log = kept->log](store::Database& database) -> Result<void> {
          return save_log(database, id, log);
        });
    if (saved) kept->log_bytes_kept = bytes;
    if (!saved) log_.write(LogLevel::warning, "job_log_not_saved", {{"why", saved.error().code().message()}});
  }
}

Task<void> JobBook::stop() {
  return tasks_.stop();
}

Task<Result<LogPart>> JobBook::read_log(std::string id, std::uint64_t offset, std::size_t bytes_max) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) co_return runtime::fail(runtime::Errc::not_found, "job " + id);
  const KeptPtr kept = found->second;
  LogPart part{.text = {}, .offset = std::min(offset, kept->log.bytes)};
  const std::uint64_t bytes = std::min<std::uint64_t>(bytes_max, kept->log.bytes - part.offset);
  if (bytes == 0) co_return part;
  if (!kept->log.text.empty()) {
    part.text = kept->log.text.substr(part.offset, bytes);
    co_return part;
  }
  CO_TRY(auto text, co_await writer_.write([id, at = part.offset, bytes](store::Database& database) {
    return read_log_text(database, id, at, bytes);
  }));
  if (!text) {
    co_return runtime::fail(runtime::Errc::not_found,
                            "the log of job " + id + " is gone: it has made room for those of later jobs");
  }
  part.text = *std::move(text);
  co_return part;
}

void JobBook::forget_oldest() {
  while (order_.size() > running_ + kJobsKeptMax) {
    const auto oldest = std::ranges::find_if(
        order_, [this](const std::string& id) { return jobs_.find(id)->second->record.ended_unix_ms.has_value(); });
    for (const JobTrail& trail : jobs_.find(*oldest)->second->record.trails) by_demand_.erase(trail.demand);
    jobs_.erase(jobs_.find(*oldest));
    if (events_.forgotten) events_.forgotten(*oldest);
    order_.erase(oldest);
  }
}

std::string JobBook::new_id() {
  for (;;) {
    std::array<std::byte, kIdBytes> bytes{};
    runtime_.random().fill(bytes);
    std::string id = "j-" + runtime::to_hex(bytes);
    if (!jobs_.contains(id)) return id;
  }
}

}  // namespace quern::daemon
