// Which settled trails are not kept whole any more: those that are too old, and of too many the oldest. Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "scheduler/jobs/trail_journal.hpp"

namespace quern::jobs {

struct RetentionTerms {
  std::int64_t keep_ms = 0;
  std::size_t trails_max = kTrailsMax;  // of all that the journal has, settled or not
};

class TrailRetention {
 public:
  // Its end stands in the ledger. Again, with the same time, as often as one likes.
  void settled(const DemandId& id, std::int64_t ended_unix_ms);
  void removed(const DemandId& id);
  std::size_t size() const { return ended_.size(); }

  // The oldest first, at most `count`. `kept`: trails in the journal. None that `spared` names, which stay however old.
  std::vector<DemandId> due(const RetentionTerms& terms, std::size_t kept, std::int64_t now_unix_ms, std::size_t count,
                            const std::function<bool(const DemandId&)>& spared) const;

 private:
  std::map<DemandId, std::int64_t> ended_;
  std::set<std::pair<std::int64_t, DemandId>> by_end_;
};

}  // namespace quern::jobs
