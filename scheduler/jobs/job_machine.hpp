// A submitted job from submission to its one end: which task is where, what is tried again, and why it ended. Pure:
// events in, what has to be done out. The states are GA4GH TES's.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/model/credits.hpp"
#include "scheduler/model/reason.hpp"

namespace quern::jobs {

enum class State : std::uint8_t {
  queued,          // waits to be placed
  initializing,    // a provider was chosen: terms are agreed on, inputs move
  running,         // it computes
  complete,        // done, outputs verified
  executor_error,  // the job's own fault: trying elsewhere would not help
  system_error,    // others' fault, and tried often enough
  canceling,       // the submitter wants it to end; some attempt has not ended yet
  canceled,
};
std::string_view name_of(State state);  // "EXECUTOR_ERROR"
std::optional<State> state_from_name(std::string_view name);
bool is_end(State state);
// Of an attempt that has ended for this reason.
State state_of_end(model::Reason reason);

// What an attempt was expected to cost when it was placed: the bounds and the likeliest of its quote.
struct Predicted {
  model::Credits low;
  model::Credits likely;
  model::Credits high;
  bool measured = false;  // from what was measured there, rather than from what the job says of itself
  bool operator==(const Predicted&) const = default;
};

// One try of a task on one device.
struct Attempt {
  std::string provider;
  std::string device;
  State state = State::initializing;
  std::uint32_t progress_permille = 0;
  model::Why why;         // once it has ended
  model::Credits amount;  // that was signed for: by its receipt in the end, by vouchers before
  Predicted predicted = {};
  bool operator==(const Attempt&) const = default;
};

struct TaskRecord {
  State state = State::queued;
  std::vector<Attempt> attempts;  // the last may be under way, all others have ended
  model::Why why;                 // once it has ended
  bool operator==(const TaskRecord&) const = default;
};

// Whether another provider, or the same one later, may do what was refused, or has ended, for this reason.
bool may_pass(model::Reason reason);

inline constexpr std::uint32_t kAttemptsMax = 3;     // of a task, unless the policy says otherwise
inline constexpr std::uint32_t kAttemptsLimit = 16;  // the most a policy may say
inline constexpr std::size_t kTasksMax = 10'000;

// What an event asks for. `place`: find a provider for the task, none of `excluded`; `stop`: end the attempt under way;
// `finish`: the job has ended, once.
struct Action {
  enum class Kind : std::uint8_t { place, stop, finish };
  Kind kind = Kind::place;
  std::size_t task = 0;
  std::set<std::string> excluded;
  bool operator==(const Action&) const = default;
};

// Whether an event was possible, and what it asks for. One that comes late, twice or out of order is not taken and
// changes nothing.
struct Outcome {
  bool taken = false;
  std::vector<Action> actions;
};

class JobMachine {
 public:
  // 1 to kTasksMax tasks; 1 to kAttemptsLimit attempts a task.
  explicit JobMachine(std::size_t tasks, std::uint32_t attempts_max = kAttemptsMax);
  // As it was stored. nullopt when the records cannot have come from a machine.
  static std::optional<JobMachine> restore(std::vector<TaskRecord> tasks, bool cancel_asked,
                                           std::uint32_t attempts_max);

  Outcome begin();  // the first, once: asks for all tasks to be placed; after restore() for those that wait
  // Also of a task that was canceled meanwhile: the attempt is listed to its end, and changes nothing else.
  Outcome placed(std::size_t task, std::string provider, std::string device, Predicted predicted = {});
  // Nobody takes the task now: it ends when `final`, and when it was tried and neither `why` nor the last attempt's
  // reason may pass; else it is asked for again by retry(). Of one that was tried, the end names the last attempt's.
  Outcome unplaceable(std::size_t task, model::Why why, bool final);
  // What is left of the job's price pays for no attempt of the task now: it ends by this reason, tried or not.
  Outcome unaffordable(std::size_t task, model::Why why);
  Outcome retry(std::size_t task);
  Outcome started(std::size_t task);
  Outcome progressed(std::size_t task, std::uint32_t permille);
  // So much of the attempt under way was signed for until now: less than was told before changes nothing.
  Outcome billed(std::size_t task, model::Credits amount);
  // The attempt under way has ended: completed, or for another reason. Whose fault it was decides what follows
  // (model::text_of): the job's ends the task, everybody else's lets it be tried on another provider, unless it is
  // `final`: then the task ends by it. No reason at all is `internal`.
  Outcome ended(std::size_t task, model::Why why, model::Credits amount, bool final = false);
  // The rest of a job one of whose tasks has failed is canceled as well, and ends by job_failed.
  Outcome cancel();

  // Who has had the task and is not to have it. Once it has waited for better times (`again`), those may have it again
  // whose reason may pass. Who has lied of any of the job's tasks is to have none of them, now or later.
  std::set<std::string> excluded(std::size_t task, bool again) const;
  bool has_lied(const std::string& provider) const { return liars_.contains(provider); }
  State state() const;
  // Of the job, once it has ended: that of the first task that did not complete, or completed.
  model::Why why() const;
  const std::vector<TaskRecord>& tasks() const { return tasks_; }
  bool cancel_asked() const { return cancel_asked_; }
  // Of all tasks, and of what attempts have cost.
  std::uint32_t progress_permille() const;
  model::Credits amount() const;

 private:
  bool has_task(State state) const;
  TaskRecord* waiting(std::size_t task);
  Attempt* under_way(std::size_t task);
  void remember_liar(const Attempt& attempt);
  void end_task(std::size_t task, State state, model::Why why, Outcome& outcome);
  void fail_all_waiting(Outcome& outcome);
  Action place(std::size_t task, bool again = false) const;
  model::Why why_canceled() const;

  std::vector<TaskRecord> tasks_;
  std::uint32_t attempts_max_;
  std::size_t open_;             // tasks that have not ended
  std::set<std::string> liars_;  // providers
  bool begun_ = false;
  bool cancel_asked_ = false;
  std::optional<std::size_t> failed_;  // the task for whose end the others are canceled; none: it was asked for
};

}  // namespace quern::jobs
