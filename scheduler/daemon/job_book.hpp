// The jobs that were submitted at this node: each is kept from its submission to its one end and beyond.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "overlay/runtime/task_group.hpp"
#include "scheduler/blobs/blob_store.hpp"
#include "scheduler/daemon/job_record.hpp"
#include "scheduler/daemon/job_restart.hpp"
#include "scheduler/daemon/job_table.hpp"
#include "scheduler/daemon/log.hpp"
#include "scheduler/dispatch/dispatcher.hpp"
#include "scheduler/store/writer.hpp"

namespace quern::daemon {

inline constexpr std::size_t kJobsRunningMax = 1024;
inline constexpr std::size_t kJobLogBytesMax = 1 << 20;  // of all tasks; what comes after is dropped
inline constexpr runtime::Duration kLogsKeptEvery = std::chrono::seconds(2);  // of jobs under way, to the disk

// A part of what a job's tasks wrote.
struct LogPart {
  std::string text;
  std::uint64_t offset = 0;
};

struct SubmittedJob {
  JobRecord record;
  model::Job job;
  JobLog log;
};

// On the runtime's executor; what it is given outlives it. stop() before it is destroyed.
class JobBook {
 public:
  struct Events {
    std::function<void(const SubmittedJob&)> changed;
    std::function<void(const std::string& id)> forgotten;
    std::function<void(const agreement::Trail&)> trail;  // as DispatchEvents::trail
    std::function<const agreement::Trail*(const jobs::DemandId&)> find_trail;
  };
  JobBook(runtime::Runtime& runtime, store::Writer& writer, dispatch::Dispatcher& dispatcher, blobs::BlobStore& store,
          Log& log, Events events);

  // The jobs of an earlier life: those that were under way end here by submitter_restarted, or complete where all their
  // tasks had. `trails` are what the disk
  // has of their agreements. Once, before all else.
  runtime::Task<runtime::Result<void>> load(const std::map<jobs::DemandId, agreement::Trail>& trails);

  // An agreement of theirs has come to its end: what the job has cost is told with it, and where that was the last of
  // its outputs it is complete after all.
  runtime::Task<void> resumed(const agreement::Trail& trail);

  // Durable when it returns; then it is on its way. Errc::limit_reached (kJobsRunningMax), those of Writer.
  runtime::Task<runtime::Result<std::string>> submit(model::Job job, placement::Strategy strategy,
                                                     std::set<std::string> exclude,
                                                     std::set<dispatch::Place> only = {});
  // Returns when the job has ended; at once when there is none of that id.
  runtime::Task<void> wait_ended(std::string id);
  // From a byte on; empty at the log's end. Errc::not_found: no such job, or its log is gone, as those of all jobs
  // together are kept up to kLogsBytesMax. Those of Writer.
  runtime::Task<runtime::Result<LogPart>> read_log(std::string id, std::uint64_t offset, std::size_t bytes_max);
  // Asks for its end. False when it has ended.
  bool cancel(std::string_view id);

  // Files that must not go: what jobs under way read and have made, and outputs of those that ended less than `keep_ms`
  // ago and were not fetched since this node's start.
  void add_needed(std::set<model::Digest>& needed, std::int64_t keep_ms) const;
  // Somebody has read the whole file.
  void fetched(const model::Digest& digest);
  // The newest job with that output.
  struct Output {
    const SubmittedJob* job = nullptr;
    const JobOutput* output = nullptr;
    bool fetched = false;
  };
  std::optional<Output> output_of(const model::Digest& digest) const;

  const SubmittedJob* find(std::string_view id) const;
  // The job that an agreement is of; null: none, or it is forgotten.
  const SubmittedJob* of_demand(const jobs::DemandId& demand) const;
  // The newest first. Of those that came before the one of that id, where one is named; none when it is not there.
  std::vector<const SubmittedJob*> newest(std::size_t count, std::string_view before = {}) const;
  std::size_t running() const { return running_; }
  // Of these, those whose tasks have all ended: what they have made is put together and kept.
  std::size_t finishing() const;
  std::size_t size() const { return jobs_.size(); }

  // What the logs of jobs under way have grown by, to the disk; else it goes there every kLogsKeptEvery.
  runtime::Task<void> save_logs();
  // Cuts off what runs: it ends by name at the next start.
  runtime::Task<void> stop();

 private:
  struct Kept : SubmittedJob {
    std::set<model::Digest> fetched;
    std::uint64_t log_bytes_kept = 0;  // on the disk
    bool unsaved = false;              // save_later() is at it
    engagement::Cancel cancel;
    runtime::WaitQueue ended;
  };
  using KeptPtr = std::shared_ptr<Kept>;

  runtime::Task<void> run(KeptPtr kept);
  dispatch::DispatchEvents events_of(Kept& kept);
  runtime::Task<void> end(KeptPtr kept, dispatch::DispatchEnd end);
  runtime::Task<void> complete_after_restart(KeptPtr kept, FindTrail find);
  runtime::Task<runtime::Result<void>> keep_outputs(Kept& kept, const dispatch::DispatchEnd& end);
  runtime::Task<void> save_end(KeptPtr kept, JobRecord record);
  runtime::Task<void> save_later(KeptPtr kept);
  runtime::Task<runtime::Result<void>> save(JobRecord record, JobLog log = {});
  runtime::Task<void> keep_logs();
  void note_trail(Kept& kept, std::size_t task, const agreement::Trail& trail);
  void note_place(const Kept& kept, JobTrail& entry, std::size_t task, const agreement::Demand& demand);
  void add_log(Kept& kept, runtime::ByteView text) const;
  void forget_oldest();
  std::string new_id();
  std::int64_t now() const { return runtime_.clock().wall_now().unix_ms; }

  runtime::Runtime& runtime_;
  store::Writer& writer_;
  dispatch::Dispatcher& dispatcher_;
  blobs::BlobStore& store_;
  Log& log_;
  Events events_;
  std::map<std::string, KeptPtr, std::less<>> jobs_;
  std::deque<std::string> order_;  // ids, the oldest first
  std::map<jobs::DemandId, std::string> by_demand_;
  std::map<jobs::DemandId, std::set<std::uint32_t>> places_;  // of the demands' tasks, that jobs have taken for theirs
  std::size_t running_ = 0;
  runtime::TaskGroup tasks_;
};

}  // namespace quern::daemon
