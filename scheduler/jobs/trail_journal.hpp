// The trails of this node's agreements on its disk: what was acknowledged survives a crash.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "overlay/runtime/runtime.hpp"
#include "scheduler/agreement/trail.hpp"

namespace quern::jobs {

inline constexpr std::size_t kTrailsMax = 100'000;  // kept at once

using DemandId = std::array<std::byte, agreement::kDemandIdBytes>;

// One file for each trail: its records in the order they were taken, each behind its size (two bytes, the high one
// first). On the runtime's executor. Calls for one trail follow each other.
class TrailJournal {
 public:
  // Told what the disk says when it does not take a record: names of files, which are not for the other party.
  using OnFailure = std::function<void(const runtime::Error&)>;
  explicit TrailJournal(runtime::Runtime& runtime, OnFailure on_failure = {})
      : runtime_(runtime), on_failure_(std::move(on_failure)) {}

  // Every trail the disk holds. A record that a crash has cut off at the end of a file never was acknowledged: it is
  // taken out. Files that make no trail are left alone and named in `damaged`. Of a closed trail, as most are, one
  // signature is verified and not all of its eight or more: the rest hangs on it by hashes. Once, before all else.
  runtime::Task<runtime::Result<std::map<DemandId, agreement::Trail>>> load(std::vector<std::string>& damaged);
  // What load() found to be the beginning of a first record and nothing else: one that was being written when the power
  // went, or all that is left of a trail that was spoiled. Who knows that there was no such trail forgets it.
  const std::vector<DemandId>& unfinished() const { return unfinished_; }
  static std::string file_of(const DemandId& id);

  // Lets the trail take the record and stores it: when this returns a kind, the record is durable and may be answered.
  // Why the trail refuses it, or model::Reason::disk_full: then the trail has the record and the disk has not, and the
  // agreement can go no further before mend() has succeeded.
  runtime::Task<agreement::Outcome> take(agreement::Trail& trail, runtime::Bytes envelope);
  // The same for the first record of a trail that matters to the disk: stores those before it, too, at once. What came
  // before bound nobody and is not worth a sync of its own.
  runtime::Task<agreement::Outcome> begin(agreement::Trail& trail, runtime::Bytes envelope);
  // Whether the disk lacks records of the trail: nothing may be taken for it, or said of it, before mend().
  bool behind(const agreement::Trail& trail) const { return unsaved_.contains(trail.demand().id); }
  // Stores what the disk did not take, as soon as it has room again. Nothing happens when it has taken everything.
  runtime::Task<runtime::Result<void>> mend(const agreement::Trail& trail);
  // One that the disk holds; nullopt: it does not, or what it holds makes no trail.
  runtime::Task<runtime::Result<std::optional<agreement::Trail>>> find(DemandId id);
  // For one that came to nothing, or was settled and exported. Nothing happens when there is none.
  runtime::Task<runtime::Result<void>> forget(const agreement::Trail& trail) { return forget(trail.demand().id); }
  runtime::Task<runtime::Result<void>> forget(DemandId id);

  std::size_t size() const { return kept_.size(); }

 private:
  runtime::Task<agreement::Outcome> store(agreement::Trail& trail, agreement::RecordKind taken, runtime::Bytes framed);
  runtime::Runtime& runtime_;
  OnFailure on_failure_;
  std::set<DemandId> kept_;
  std::vector<DemandId> unfinished_;
  std::set<DemandId> unsaved_;  // whose trail is ahead of the disk
};

}  // namespace quern::jobs
