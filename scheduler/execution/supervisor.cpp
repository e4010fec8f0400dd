#include "scheduler/execution/supervisor.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "overlay/runtime/assertion.hpp"
#include "overlay/runtime/waiter.hpp"
#include "scheduler/execution/child_thread.hpp"
#include "scheduler/execution/orphans.hpp"
#include "scheduler/execution/process_tree.hpp"
#include "scheduler/execution/scratch.hpp"

namespace quern::execution {

using model::Reason;
using model::Why;
using runtime::fail;
using runtime::Result;
using runtime::Task;
namespace asio = boost::asio;

namespace {

class SupervisorCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "quern.execution.supervisor"; }
  std::string message(int value) const override {
    switch (static_cast<SupervisorErrc>(value)) {
      case SupervisorErrc::too_many:
        return "too many jobs run";
      case SupervisorErrc::not_started:
        return "a program of the sandbox could not be started";
      case SupervisorErrc::no_more_input:
        return "the job takes no more messages";
    }
    return "unknown";
  }
};

}  // namespace

std::error_code make_error_code(SupervisorErrc code) {
  static const SupervisorCategory category;
  return {static_cast<int>(code), category};
}

// Owner of all that a child's state refers to.
struct Supervisor::Parts {
  Parts(runtime::Runtime& world, SupervisorOptions options, Cgroups cgroups)
      : runtime(world), tier(cgroups.tier()), note(cgroups.note()), thread(std::move(options), std::move(cgroups)) {}
  ~Parts();
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  runtime::Runtime& runtime;
  CgroupTier tier;
  std::string note;
  std::uint64_t next_id = 0;
  // Of the children that are not over, also when nobody has a handle any more.
  std::map<std::uint64_t, std::shared_ptr<SandboxedChild::State>> states;
  detail::ChildThread thread;
};

// The executor's side of one child.
struct SandboxedChild::State : std::enable_shared_from_this<SandboxedChild::State> {
  State(Supervisor::Parts& owner, SandboxKind job_kind, const ChildLimits& child_limits)
      : parts(owner),
        runtime(owner.runtime),
        thread(owner.thread),
        id(owner.next_id++),
        kind(job_kind),
        limits(child_limits),
        started_at(runtime.clock().now()),
        deadline(
            runtime.clock(), [](void* self) { static_cast<State*>(self)->time_is_over(); }, this),
        watch(
            runtime.clock(), [](void* self) { static_cast<State*>(self)->look_at_scratch(); }, this),
        memory_watch(runtime.clock(), [](void* self) { static_cast<State*>(self)->look_at_memory(); }, this) {}

  void begin(SandboxPlan plan, std::vector<std::string> command);
  void look();  // at what the thread has told
  void time_is_over();
  void look_at_scratch();
  void look_at_memory();
  void end_for(Why why, bool at_once);
  void finish(const ChildEnd& seen);
  pid_t find_program();  // 0 where there is none
  // The supervisor goes: nothing is told or due any more.
  void let_go();

  Supervisor::Parts& parts;
  runtime::Runtime& runtime;
  detail::ChildThread& thread;
  std::uint64_t id;
  SandboxKind kind;
  ChildLimits limits;
  runtime::Time started_at;
  std::shared_ptr<detail::ChildShared> shared = std::make_shared<detail::ChildShared>();
  bool scratch_watched = false;
  std::vector<MemoryFolder> memory_folders;
  pid_t program = 0;  // the job's first process, once it was looked for
  enum class Phase : std::uint8_t { running, asked, killed, over } phase = Phase::running;
  std::optional<Why> ended_for;
  std::optional<Result<void>> started;
  std::optional<ChildOutcome> outcome;
  runtime::WaitQueue news;
  runtime::Timer deadline;  // the wall time, then the grace, then patience
  runtime::Timer watch;
  runtime::Timer memory_watch;
};

Supervisor::Parts::~Parts() {
  for (const auto& [id, state] : states) state->let_go();
}

void SandboxedChild::State::begin(SandboxPlan plan, std::vector<std::string> command) {
  parts.states.emplace(id, shared_from_this());
  scratch_watched = plan.scratch_bytes_max > 0;
  memory_folders = plan.memory_folders;
  shared->log_bytes_max = std::min(limits.log_bytes, kLogBytesMax);
  // The loop must not run dry while the thread has something to tell.
  auto guard = std::make_shared<asio::executor_work_guard<runtime::Executor>>(runtime.executor());
  shared->tell = std::make_shared<const std::function<void()>>([state = weak_from_this(), guard] {
    asio::post(guard->get_executor(), [state] {
      if (const auto alive = state.lock()) alive->look();
    });
  });
  deadline.arm(started_at + limits.walltime);
  if (scratch_watched) watch.arm(started_at + kWatchInterval);
  const bool limited_together = parts.tier != CgroupTier::none || plan.limits.memory_bytes == 0;
  if (!limited_together) memory_watch.arm(started_at + kMemoryWatchInterval);
  thread.start(id, {.plan = std::move(plan), .command = std::move(command), .shared = shared});
}

void SandboxedChild::State::look() {
  const auto alive = shared_from_this();
  std::optional<ChildEnd> end;
  bool log_exceeded = false;
  std::string memory_exceeded;
  std::string scratch_exceeded;
  {
    const std::scoped_lock lock(shared->mutex);
    shared->told = false;
    if (!started && shared->started) started = shared->started;
    log_exceeded = shared->log_exceeded;
    memory_exceeded = shared->memory_exceeded;
    scratch_exceeded = shared->scratch_exceeded;
    end = shared->end;
  }
  // Before its end: what struck may have ended it faster than it was killed for it.
  if (log_exceeded) end_for({Reason::log_exceeded, std::to_string(shared->log_bytes_max) + " bytes"}, true);
  if (!memory_exceeded.empty()) end_for({Reason::memory_exceeded, memory_exceeded}, true);
  if (!scratch_exceeded.empty()) end_for({Reason::scratch_exceeded, scratch_exceeded}, true);
  if (started && !*started && !outcome) {
    finish({.kind = kind, .last_words = started->error().message()});
  } else if (end && !outcome) {
    finish(*end);
  }
  news.wake_all();
}

void SandboxedChild::State::finish(const ChildEnd& seen) {
  ChildEnd end = seen;
  end.ended_for = ended_for;
  outcome = {.why = judge(end),
             .code = end.code,
             .stuck = end.stuck,
             .events = end.events,
             .elapsed = runtime.clock().now() - started_at};
  phase = Phase::over;
  let_go();
  parts.states.erase(id);
}

void SandboxedChild::State::let_go() {
  deadline.cancel();
  watch.cancel();
  memory_watch.cancel();
  const std::scoped_lock lock(shared->mutex);
  shared->tell = nullptr;
}

void SandboxedChild::State::time_is_over() {
  switch (phase) {
    case Phase::running:
      end_for({Reason::walltime_exceeded,
               std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(limits.walltime).count()) + " ms"},
              true);
      break;
    case Phase::asked:
      end_for({Reason::canceled, ""}, true);
      break;
    case Phase::killed:
      thread.order(id, &detail::SandboxProcess::abandon);
      break;
    case Phase::over:
      break;
  }
}

void SandboxedChild::State::look_at_scratch() {
  if (phase == Phase::over) return;
  thread.order(id, &detail::SandboxProcess::measure_scratch);
  watch.arm(runtime.clock().now() + kWatchInterval);
}

void SandboxedChild::State::look_at_memory() {
  if (phase == Phase::over) return;
  thread.order(id, &detail::SandboxProcess::measure_memory);
  memory_watch.arm(runtime.clock().now() + kMemoryWatchInterval);
}

void SandboxedChild::State::end_for(Why why, bool at_once) {
  if (phase == Phase::over || phase == Phase::killed || (phase == Phase::asked && !at_once)) return;
  if (!ended_for) ended_for = std::move(why);
  phase = at_once ? Phase::killed : Phase::asked;
  deadline.arm(runtime.clock().now() + (at_once ? runtime::Duration(kKillPatience) : limits.grace));
  thread.order(id, at_once ? &detail::SandboxProcess::kill : &detail::SandboxProcess::ask_to_end);
}

SandboxedChild::SandboxedChild(std::shared_ptr<State> state) : state_(std::move(state)) {}

SandboxedChild::~SandboxedChild() {
  state_->end_for({Reason::canceled, "nobody waits for it any more"}, true);
}

Task<Result<std::size_t>> SandboxedChild::read_message(std::span<std::byte> out) {
  const std::shared_ptr<State> state = state_;
  for (;;) {
    bool over = false;
    std::size_t size = 0;
    bool was_full = false;
    {
      const std::scoped_lock lock(state->shared->mutex);
      std::string& incoming = state->shared->incoming;
      was_full = incoming.size() >= kMessageBytesQueued;
      size = std::min(out.size(), incoming.size());
      std::memcpy(out.data(), incoming.data(), size);
      incoming.erase(0, size);
      over = state->shared->incoming_over;
    }
    if (size > 0 && was_full) state->thread.order(state->id, &detail::SandboxProcess::resume);
    if (size > 0) co_return size;
    if (over || state->outcome) co_return fail(runtime::Errc::end_of_stream);
    co_await state->news.wait();
  }
}

Task<Result<void>> SandboxedChild::write_message(std::span<const std::byte> bytes) {
  const std::shared_ptr<State> state = state_;
  while (!bytes.empty()) {
    std::size_t size = 0;
    {
      const std::scoped_lock lock(state->shared->mutex);
      if (state->shared->outgoing_closed || state->outcome) co_return fail(SupervisorErrc::no_more_input);
      std::string& outgoing = state->shared->outgoing;
      size = std::min(bytes.size(), kMessageBytesQueued - outgoing.size());
      // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes of a message are kept as characters
      outgoing.append(reinterpret_cast<const char*>(bytes.data()), size);
    }
    bytes = bytes.subspan(size);
    if (size > 0) {
      state->thread.order(state->id, &detail::SandboxProcess::feed);
    } else {
      co_await state->news.wait();
    }
  }
  co_return Result<void>();
}

Task<std::optional<LogChunk>> SandboxedChild::read_log() {
  const std::shared_ptr<State> state = state_;
  for (;;) {
    {
      const std::scoped_lock lock(state->shared->mutex);
      auto& log = state->shared->log;
      if (!log.empty()) {
        LogChunk chunk = std::move(log.front());
        log.pop_front();
        co_return chunk;
      }
    }
    if (state->outcome) co_return std::nullopt;
    co_await state->news.wait();
  }
}

std::optional<LogChunk> SandboxedChild::take_log() {
  const std::scoped_lock lock(state_->shared->mutex);
  auto& log = state_->shared->log;
  if (log.empty()) return std::nullopt;
  LogChunk chunk = std::move(log.front());
  log.pop_front();
  return chunk;
}

void SandboxedChild::hold() {
  state_->thread.order(state_->id, &detail::SandboxProcess::hold);
}

void SandboxedChild::let_run() {
  state_->thread.order(state_->id, &detail::SandboxProcess::let_run);
}

std::uint64_t SandboxedChild::cpu_time_us() const {
  Cgroup cgroup;
  {
    const std::scoped_lock lock(state_->shared->mutex);
    cgroup = state_->shared->cgroup;
  }
  return state_->outcome ? 0 : cgroup.cpu_time_us();
}

std::optional<std::uint64_t> SandboxedChild::memory_bytes() const {
  Cgroup cgroup;
  {
    const std::scoped_lock lock(state_->shared->mutex);
    cgroup = state_->shared->cgroup;
  }
  return cgroup.memory_bytes();
}

std::optional<std::uint64_t> SandboxedChild::tasks() const {
  Cgroup cgroup;
  pid_t outer = 0;
  {
    const std::scoped_lock lock(state_->shared->mutex);
    cgroup = state_->shared->cgroup;
    outer = state_->shared->outer;
  }
  if (state_->outcome) return std::nullopt;
  if (const auto counted = cgroup.tasks()) return counted;
  const std::uint64_t tasks = tasks_of_tree(outer);
  return tasks > 0 ? std::optional(tasks) : std::nullopt;
}

// Bwrap's own processes are not to be looked into where the daemon is not root.
pid_t SandboxedChild::State::find_program() {
  if (outcome) return 0;
  if (program != 0) return program;
  pid_t first = 0;
  {
    const std::scoped_lock lock(shared->mutex);
    first = shared->first;
  }
  const auto children = first > 1 ? children_of(first) : std::vector<pid_t>();
  if (!children.empty()) program = children.front();
  return program;
}

Holdings SandboxedChild::holdings() const {
  const pid_t program = state_->find_program();
  return program == 0 ? Holdings() : holdings_of(std::to_string(program));
}

std::uint64_t SandboxedChild::held_bytes() const {
  Cgroup cgroup;
  {
    const std::scoped_lock lock(state_->shared->mutex);
    cgroup = state_->shared->cgroup;
  }
  if (state_->outcome) return 0;
  const auto held = cgroup.held_bytes();
  return held ? *held : memory_of_tree(state_->find_program());
}

bool SandboxedChild::has_files() const {
  const pid_t program = state_->find_program();
  if (program == 0) return false;
  const std::string root = "/proc/" + std::to_string(program) + "/root";
  return std::ranges::any_of(state_->memory_folders,
                             [&](const MemoryFolder& folder) { return is_in_use(root + folder.inside); });
}

void SandboxedChild::forget_refusals() {
  const std::scoped_lock lock(state_->shared->mutex);
  state_->shared->refused_before = state_->shared->cgroup.refusals();
}

bool SandboxedChild::is_over() const {
  return state_->outcome.has_value();
}

void SandboxedChild::cancel(Why why) {
  state_->end_for(std::move(why), false);
}

void SandboxedChild::kill(Why why) {
  state_->end_for(std::move(why), true);
}

Task<ChildOutcome> SandboxedChild::wait() {
  const std::shared_ptr<State> state = state_;
  for (;;) {
    if (const auto& outcome = state->outcome) co_return *outcome;
    co_await state->news.wait();
  }
}

Supervisor::Supervisor(runtime::Runtime& runtime, SupervisorOptions options, Cgroups cgroups) {
  cgroups.clean_leftovers();
  end_orphans();
  parts_ = std::make_unique<Parts>(runtime, std::move(options), std::move(cgroups));
}

Supervisor::~Supervisor() = default;

Task<Result<std::unique_ptr<SandboxedChild>>> Supervisor::start(SandboxPlan plan, std::vector<std::string> command,
                                                                ChildLimits limits) {
  CO_CHECK(check(plan, command));
  if (running() >= kChildrenMax) {
    co_return fail(SupervisorErrc::too_many,
                   std::to_string(running()) + " run, at most " + std::to_string(kChildrenMax) + " can");
  }
  const auto state = std::make_shared<SandboxedChild::State>(*parts_, plan.kind, limits);
  std::unique_ptr<SandboxedChild> child(new SandboxedChild(state));
  state->begin(std::move(plan), std::move(command));
  for (;;) {
    if (const auto& started = state->started) {
      CO_CHECK(*started);
      co_return child;
    }
    co_await state->news.wait();
  }
}

CgroupTier Supervisor::tier() const {
  return parts_->tier;
}
const std::string& Supervisor::tier_note() const {
  return parts_->note;
}
std::size_t Supervisor::running() const {
  return parts_->states.size();
}
std::size_t Supervisor::abandoned() const {
  return parts_->thread.abandoned();
}
runtime::Runtime& Supervisor::runtime() const {
  return parts_->runtime;
}

}  // namespace quern::execution
