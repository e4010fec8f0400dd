#include "scheduler/jobs/job_machine.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "overlay/runtime/assertion.hpp"

namespace quern::jobs {

using model::Fault;
using model::Reason;
using model::Why;

namespace {

constexpr std::uint32_t kWhole = 1000;
constexpr std::array<std::string_view, 8> kNames{"QUEUED",         "INITIALIZING", "RUNNING",   "COMPLETE",
                                                 "EXECUTOR_ERROR", "SYSTEM_ERROR", "CANCELING", "CANCELED"};

bool has_failed(const TaskRecord& task) {
  return task.state == State::executor_error || task.state == State::system_error;
}

// Its provider agreed when the task had been canceled, and has not ended it yet.
bool is_late(const TaskRecord& task) {
  return task.state == State::canceled && !task.attempts.empty() && task.attempts.back().state == State::canceling;
}

bool is_possible(const TaskRecord& task, std::uint32_t attempts_max) {
  if (task.attempts.size() > attempts_max) return false;
  const auto ended = [](const Attempt& attempt) { return is_end(attempt.state); };
  const bool going = task.state == State::initializing || task.state == State::running;
  const bool open = going || is_late(task);
  if (open != (!task.attempts.empty() && !ended(task.attempts.back()))) return false;
  const auto earlier = task.attempts.size() - (open ? 1 : 0);
  return task.state != State::canceling &&
         std::all_of(task.attempts.begin(), task.attempts.begin() + static_cast<std::ptrdiff_t>(earlier), ended) &&
         (!going || task.attempts.back().state == task.state);
}

// What its provider has signed cannot be true.
bool is_lie(Reason reason) {
  return reason == Reason::usage_shrank || reason == Reason::amount_wrong || reason == Reason::overcharged ||
         reason == Reason::output_wrong;
}

// Of a task that was tried.
Why exhausted(const TaskRecord& task) {
  return {Reason::retries_exhausted, "the last: " + model::to_text(task.attempts.back().why)};
}

}  // namespace

bool may_pass(Reason reason) {
  switch (reason) {
    case Reason::no_offer:
    case Reason::offer_expired:
    case Reason::busy:
    case Reason::draining:
    case Reason::offer_unknown:
    case Reason::demand_expired:
    case Reason::bid_expired:
    case Reason::terms_differ:
    case Reason::credit_exhausted:
    case Reason::rate_limited:
    case Reason::provider_lost:
    case Reason::submitter_lost:
    case Reason::provider_restarted:
    case Reason::shutting_down:
      return true;
    default:
      return false;
  }
}

std::string_view name_of(State state) {
  return kNames.at(static_cast<std::size_t>(state));
}

std::optional<State> state_from_name(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<State>(found - kNames.begin());
}

bool is_end(State state) {
  return state == State::complete || state == State::executor_error || state == State::system_error ||
         state == State::canceled;
}

State state_of_end(Reason reason) {
  if (reason == Reason::completed) return State::complete;
  if (reason == Reason::canceled || reason == Reason::job_failed) return State::canceled;
  return model::text_of(reason).fault == Fault::job ? State::executor_error : State::system_error;
}

JobMachine::JobMachine(std::size_t tasks, std::uint32_t attempts_max)
    : tasks_(tasks), attempts_max_(attempts_max), open_(tasks) {
  QUERN_ASSERT(tasks >= 1 && tasks <= kTasksMax && attempts_max >= 1 && attempts_max <= kAttemptsLimit);
}

std::optional<JobMachine> JobMachine::restore(std::vector<TaskRecord> tasks, bool cancel_asked,
                                              std::uint32_t attempts_max) {
  const bool sized = !tasks.empty() && tasks.size() <= kTasksMax && attempts_max >= 1 && attempts_max <= kAttemptsLimit;
  const auto possible = [&](const TaskRecord& task) { return is_possible(task, attempts_max); };
  if (!sized || !std::ranges::all_of(tasks, possible)) return std::nullopt;
  JobMachine machine(tasks.size(), attempts_max);
  machine.open_ = static_cast<std::size_t>(
      std::ranges::count_if(tasks, [](const TaskRecord& task) { return !is_end(task.state); }));
  const auto failed = std::ranges::find_if(tasks, has_failed);
  if (cancel_asked && failed != tasks.end()) machine.failed_ = static_cast<std::size_t>(failed - tasks.begin());
  for (const TaskRecord& task : tasks)
    for (const Attempt& attempt : task.attempts) machine.remember_liar(attempt);
  machine.tasks_ = std::move(tasks);
  machine.cancel_asked_ = cancel_asked;
  return machine;
}

Outcome JobMachine::begin() {
  Outcome outcome;
  if (std::exchange(begun_, true) || open_ == 0) return outcome;
  outcome.taken = true;
  if (cancel_asked_) {
    // A cancel that a crash interrupted.
    for (std::size_t task = 0; task < tasks_.size(); ++task) {
      if (under_way(task)) outcome.actions.push_back({.kind = Action::Kind::stop, .task = task, .excluded = {}});
    }
    fail_all_waiting(outcome);
    return outcome;
  }
  for (std::size_t task = 0; task < tasks_.size(); ++task) {
    if (waiting(task)) outcome.actions.push_back(place(task));
  }
  return outcome;
}

Outcome JobMachine::placed(std::size_t task, std::string provider, std::string device, Predicted predicted) {
  if (task >= tasks_.size()) return {};
  TaskRecord& record = tasks_[task];
  const bool late = record.state == State::canceled && !is_late(record);
  if ((!waiting(task) && !late) || record.attempts.size() == attempts_max_) return {};
  record.attempts.push_back({.provider = std::move(provider),
                             .device = std::move(device),
                             .state = late ? State::canceling : State::initializing,
                             .why = {},
                             .amount = {},
                             .predicted = predicted});
  if (!late) record.state = State::initializing;
  return {.taken = true, .actions = {}};
}

Outcome JobMachine::unplaceable(std::size_t task, Why why, bool final) {
  TaskRecord* record = waiting(task);
  if (!record || cancel_asked_) return {};
  Outcome outcome{.taken = true, .actions = {}};
  record->why = std::move(why);
  const bool tried = !record->attempts.empty();
  const bool waits = !tried || may_pass(record->why.reason) || may_pass(record->attempts.back().why.reason);
  if (!final && waits) return outcome;
  Why end = tried ? exhausted(*record) : record->why;
  end_task(task, State::system_error, std::move(end), outcome);
  return outcome;
}

Outcome JobMachine::unaffordable(std::size_t task, Why why) {
  if (!waiting(task) || cancel_asked_) return {};
  Outcome outcome{.taken = true, .actions = {}};
  end_task(task, State::system_error, std::move(why), outcome);
  return outcome;
}

Outcome JobMachine::retry(std::size_t task) {
  if (!waiting(task) || cancel_asked_) return {};
  return {.taken = true, .actions = {place(task, true)}};
}

Outcome JobMachine::started(std::size_t task) {
  Attempt* attempt = under_way(task);
  if (!attempt || attempt->state != State::initializing) return {};
  attempt->state = tasks_[task].state = State::running;
  return {.taken = true, .actions = {}};
}

Outcome JobMachine::progressed(std::size_t task, std::uint32_t permille) {
  Attempt* attempt = under_way(task);
  if (!attempt || attempt->state != State::running || permille > kWhole || permille <= attempt->progress_permille) {
    return {};
  }
  attempt->progress_permille = permille;
  return {.taken = true, .actions = {}};
}

Outcome JobMachine::billed(std::size_t task, model::Credits amount) {
  Attempt* attempt = under_way(task);
  if (!attempt && task < tasks_.size() && is_late(tasks_[task])) attempt = &tasks_[task].attempts.back();
  if (!attempt || amount.micro <= attempt->amount.micro) return {};
  attempt->amount = amount;
  return {.taken = true, .actions = {}};
}

Outcome JobMachine::ended(std::size_t task, Why why, model::Credits amount, bool final) {
  Attempt* attempt = under_way(task);
  const bool late = task < tasks_.size() && is_late(tasks_[task]);
  if (late) attempt = &tasks_[task].attempts.back();
  if (!attempt) return {};
  if (why.reason == Reason::unspecified) why.reason = Reason::internal;  // it has ended all the same
  // Its provider knows of the cancel, and not what it was for.
  if (why.reason == Reason::canceled && failed_) why = why_canceled();
  Outcome outcome{.taken = true, .actions = {}};
  attempt->state = state_of_end(why.reason);
  attempt->why = why;
  attempt->amount = amount;
  remember_liar(*attempt);
  if (late) return outcome;  // its task has ended already
  TaskRecord& record = tasks_[task];
  if (attempt->state == State::complete || attempt->state == State::executor_error) {
    end_task(task, attempt->state, std::move(why), outcome);
  } else if (cancel_asked_) {
    end_task(task, State::canceled, why_canceled(), outcome);
  } else if (final) {
    end_task(task, State::system_error, std::move(why), outcome);
  } else if (record.attempts.size() == attempts_max_) {
    end_task(task, State::system_error, exhausted(record), outcome);
  } else {
    record.state = State::queued;
    outcome.actions.push_back(place(task));
  }
  return outcome;
}

Outcome JobMachine::cancel() {
  if (cancel_asked_ || open_ == 0) return {};
  cancel_asked_ = true;
  Outcome outcome{.taken = true, .actions = {}};
  for (std::size_t task = 0; task < tasks_.size(); ++task) {
    if (under_way(task)) outcome.actions.push_back({.kind = Action::Kind::stop, .task = task, .excluded = {}});
  }
  fail_all_waiting(outcome);
  return outcome;
}

State JobMachine::state() const {
  if (open_ != 0) {
    if (cancel_asked_) return State::canceling;
    if (has_task(State::running)) return State::running;
    return has_task(State::initializing) || has_task(State::complete) ? State::initializing : State::queued;
  }
  // The gravest: what the job itself did, then what others did, then what was asked for.
  for (const State end : {State::executor_error, State::system_error, State::canceled}) {
    if (has_task(end)) return end;
  }
  return State::complete;
}

bool JobMachine::has_task(State state) const {
  return std::ranges::find(tasks_, state, &TaskRecord::state) != tasks_.end();
}

Why JobMachine::why() const {
  if (open_ != 0) return {};
  const auto found = std::ranges::find(tasks_, state(), &TaskRecord::state);
  return found == tasks_.end() ? Why{} : found->why;
}

std::uint32_t JobMachine::progress_permille() const {
  std::uint64_t sum = 0;
  for (const TaskRecord& task : tasks_) {
    if (is_end(task.state)) {
      sum += kWhole;
    } else if (!task.attempts.empty() && task.state == State::running) {
      sum += task.attempts.back().progress_permille;
    }
  }
  return static_cast<std::uint32_t>(sum / tasks_.size());
}

model::Credits JobMachine::amount() const {
  model::Credits sum;
  for (const TaskRecord& task : tasks_) {
    for (const Attempt& attempt : task.attempts) sum = model::add(sum, attempt.amount).value_or(sum);
  }
  return sum;
}

TaskRecord* JobMachine::waiting(std::size_t task) {
  return task < tasks_.size() && tasks_[task].state == State::queued ? &tasks_[task] : nullptr;
}

Attempt* JobMachine::under_way(std::size_t task) {
  if (task >= tasks_.size() || is_end(tasks_[task].state) || tasks_[task].state == State::queued) return nullptr;
  return &tasks_[task].attempts.back();
}

void JobMachine::end_task(std::size_t task, State state, Why why, Outcome& outcome) {
  tasks_[task].state = state;
  tasks_[task].why = std::move(why);
  --open_;
  if (open_ == 0) {
    outcome.actions.push_back({.kind = Action::Kind::finish, .task = 0, .excluded = {}});
  } else if (has_failed(tasks_[task])) {
    // The rest would be paid for in vain.
    if (!cancel_asked_) failed_ = task;
    const Outcome rest = cancel();
    outcome.actions.insert(outcome.actions.end(), rest.actions.begin(), rest.actions.end());
  }
}

void JobMachine::fail_all_waiting(Outcome& outcome) {
  for (std::size_t task = 0; task < tasks_.size(); ++task) {
    if (waiting(task)) end_task(task, State::canceled, why_canceled(), outcome);
  }
}

// The other's reason by its name only, as every task of the rest says it.
Why JobMachine::why_canceled() const {
  if (!failed_) return {.reason = Reason::canceled, .detail = {}};
  const auto& why = tasks_[*failed_].why;
  return {.reason = Reason::job_failed,
          .detail = "task " + std::to_string(*failed_) + ": " + std::string(model::text_of(why.reason).name)};
}

void JobMachine::remember_liar(const Attempt& attempt) {
  if (is_lie(attempt.why.reason)) liars_.insert(attempt.provider);
}

std::set<std::string> JobMachine::excluded(std::size_t task, bool again) const {
  std::set<std::string> excluded = liars_;
  for (const Attempt& attempt : tasks_[task].attempts) {
    if (!again || !may_pass(attempt.why.reason)) excluded.insert(attempt.provider);
  }
  return excluded;
}

Action JobMachine::place(std::size_t task, bool again) const {
  return {.kind = Action::Kind::place, .task = task, .excluded = excluded(task, again)};
}

}  // namespace quern::jobs
