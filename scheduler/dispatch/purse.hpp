// What one job may cost in all, and how much of it each attempt of its tasks may. Pure.
//
// Nobody knows which task will need more than is likely: the first at a device pays for what its driver compiles, and
// shards differ. So no part of the limit is a task's own. What has not been spent, and is not promised to attempts
// under way, is there for all that wait: each has what is likely, and what is beyond that is divided by how far the
// quotes think that a task may go. A task that runs into its part is tried again with more of what others have left.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "scheduler/dispatch/place.hpp"
#include "scheduler/market/quote.hpp"
#include "scheduler/model/credits.hpp"
#include "scheduler/model/reason.hpp"

namespace quern::dispatch {

// Tasks of a job that a driver sees as alike: parts of one size, and of one that starts at zero.
inline constexpr std::size_t kSortsMax = 3;
// Of every task: the first, others as large, the larger ones.
std::vector<std::uint8_t> sorts_of(const model::Job& job, const std::vector<market::AlikeTasks>& kinds);

// What a task is expected to cost on a device.
struct Claim {
  model::Credits low;
  model::Credits base;    // what is likely, where others have paid for the first launch
  model::Credits room;    // beyond it, up to the upper bound, but for:
  model::Credits launch;  // what a first launch may come to besides
};
Claim claim_of(const market::Quote& quote);
// By sort.
using Claims = std::array<Claim, kSortsMax>;

struct Grant {
  enum class Verdict : std::uint8_t {
    go,
    wait,   // others of the job are at work: what they leave may do
    never,  // whatever they leave, it is too little
  };
  Verdict verdict = Verdict::go;
  model::Credits most;    // that the attempt may cost
  bool by_limit = false;  // for the job's limit: without one it could cost more
  bool ahead = false;     // no other task begins before it has ended
  model::Why why;         // of `never`: price_too_high before anything was spent, budget_exceeded after
};

class Purse {
 public:
  struct Asked {
    std::size_t task = 0;
    Place where;
    Claims claims;
    model::Credits budget;  // what the task could cost there without a limit
    bool trial = false;
    bool as_likely = false;  // never() already where what is likely of all that waits is too much, not only the least
    bool last_try = false;   // it may not be tried again: it is to have all that others leave
    bool last = false;       // nothing of the job but this, and others that were cut, is to end yet
  };

  // The sort of each task, below kSortsMax. No limit: every grant is the budget.
  Purse(std::optional<model::Credits> limit, std::vector<std::uint8_t> sorts);

  Grant grant(const Asked& asked) const;
  // An attempt is about to be made where the grant says so. Again for the same task: instead of the earlier one.
  Grant promise(const Asked& asked);
  // It has ended, or never came about: that is what is owed for it.
  void paid(std::size_t task, model::Credits owed, bool completed);
  // The task has come to more than its attempt was granted, and not to more than it could cost without a limit.
  void cut(std::size_t task, model::Credits granted, model::Credits owed);
  bool is_cut(std::size_t task) const { return cut_.contains(task); }

  bool untouched() const { return spent_.micro == 0 && promised_.empty(); }
  // Tasks that have not completed.
  std::size_t open() const { return open_; }
  // Nothing more can be tried of a task that was cut.
  model::Why too_little(std::size_t task, const Claims& claims) const;

 private:
  struct Promise {
    model::Credits most;
    Place where;
    bool ahead = false;
  };
  struct Cut {
    std::int64_t most = 0;     // that an attempt had
    std::int64_t in_vain = 0;  // what its attempts that were cut have cost
  };
  // All tasks that are open but one.
  struct Others {
    std::int64_t low = 0;   // of all
    std::int64_t base = 0;  // of those that wait, as what follows
    std::int64_t room = 0;
  };
  Others others(const Asked& asked) const;
  Grant of_waiting(const Asked& asked, const Others& others, std::int64_t free) const;
  Grant of_cut(const Asked& asked, const Others& others, std::int64_t free) const;
  Grant never(const Asked& asked, std::int64_t needed, bool least, std::int64_t left) const;
  std::int64_t left() const;
  std::int64_t free_for(std::size_t task) const;
  bool is_new(const Asked& asked, std::size_t sort) const;

  std::optional<model::Credits> limit_;
  std::vector<std::uint8_t> sorts_;
  std::vector<bool> done_;
  std::array<std::size_t, kSortsMax> open_of_{};
  std::array<std::size_t, kSortsMax> promised_of_{};
  std::size_t open_ = 0;
  model::Credits spent_;
  std::int64_t promised_sum_ = 0;
  std::map<std::size_t, Promise> promised_;
  std::map<std::size_t, Cut> cut_;
  std::map<std::pair<Place, std::size_t>, std::size_t> seen_;  // attempts of the sort, under way or completed
};

}  // namespace quern::dispatch
