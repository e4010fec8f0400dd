// The trails of agreements that callers may ask for, in memory. Of more than `max`, the oldest closed one goes first,
// and where none is closed the oldest.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>

#include "scheduler/agreement/trail.hpp"
#include "scheduler/jobs/trail_journal.hpp"

namespace quern::daemon {

class ShownTrails {
 public:
  explicit ShownTrails(std::size_t max) : max_(max) {}

  // In the place of what is there of its demand.
  void keep(agreement::Trail trail);
  void erase(const jobs::DemandId& demand);
  // nullptr: there is none. Valid until keep() and erase().
  const agreement::Trail* find(const jobs::DemandId& demand) const;
  std::size_t size() const { return trails_.size(); }

 private:
  using Turn = std::tuple<bool, std::int64_t, jobs::DemandId>;  // still open, made_unix_ms
  static Turn turn_of(const agreement::Trail& trail);

  std::size_t max_;
  std::map<jobs::DemandId, agreement::Trail> trails_;
  std::set<Turn> turns_;  // of each trail, in the order in which they go
};

}  // namespace quern::daemon
