#include "scheduler/daemon/worker_pool.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace quern::daemon {

using execution::SandboxedChild;
using model::Reason;
using model::Why;
using runtime::Task;

namespace {

Why why_no_folder(const runtime::Error& error) {
  return {error == runtime::Errc::no_space ? Reason::disk_full : Reason::internal, error.code().message()};
}

Why why_not_started(const runtime::Error& error) {
  return {error == execution::SupervisorErrc::too_many ? Reason::busy : Reason::sandbox_unavailable,
          error.code().message()};
}

}  // namespace

WorkerPool::WorkerPool(execution::Supervisor& supervisor, PoolOptions options)
    : supervisor_(supervisor),
      runtime_(supervisor.runtime()),
      options_(std::move(options)),
      layout_(execution::read_host_layout()),
      timer_(
          runtime_.clock(), [](void* self) { static_cast<WorkerPool*>(self)->look_at_idle(); }, this),
      group_(runtime_.executor()) {}

WorkerPtr WorkerPool::take(const WorkerTerms& terms) {
  for (auto found = idle_.end(); found != idle_.begin();) {
    --found;
    if ((*found)->terms != terms) continue;
    WorkerPtr worker = std::move(*found);
    found = idle_.erase(found);
    if (worker->child->is_over()) {
      end_soon(std::move(worker));
      continue;
    }
    if (std::exchange(worker->held, false)) worker->child->let_run();
    ++figures_.reused;
    return worker;
  }
  return nullptr;
}

std::shared_ptr<WorkerPool::Start> WorkerPool::start(WorkerTerms terms, const WorkerDevice& device) {
  auto start = std::make_shared<Start>();
  group_.spawn(start_into(start, std::move(terms), device));
  return start;
}

Task<void> WorkerPool::start_into(std::shared_ptr<Start> start, WorkerTerms terms, WorkerDevice device) {
  start->worker = co_await start_worker(std::move(terms), device);
  start->over = true;
  start->ended.wake_all();
}

Task<Outcome<WorkerPtr>> WorkerPool::start_worker(WorkerTerms terms, const WorkerDevice& device) {
  const auto make = [root = options_.scratch_root, number = next_number_++, owner = options_.owner] {
    return JobFolder::make(root, number, owner);
  };
  auto folder = co_await runtime::offload(runtime_, make);
  if (!folder) {
    options_.on_failure(folder.error());
    co_return std::unexpected(why_no_folder(folder.error()));
  }
  const WorkerPlaces places{.program = options_.worker_program, .inputs = folder->inputs()};
  const bool limits_memory = supervisor_.tier() != execution::CgroupTier::none;
  auto plan = plan_of(terms, device, layout_, places, options_.owner, limits_memory);
  auto child = co_await supervisor_.start(std::move(plan), worker_command(),
                                          {.walltime = runtime::Duration::max(), .log_bytes = kWorkerWordsMax});
  if (!child) {
    std::ignore = co_await runtime::offload(runtime_, [path = folder->path()] { return remove_tree(path); });
    options_.on_failure(child.error());
    co_return std::unexpected(why_not_started(child.error()));
  }
  ++figures_.started;
  co_return std::make_unique<Worker>(
      Worker{.terms = std::move(terms), .folder = *std::move(folder), .child = *std::move(child)});
}

void WorkerPool::give_back(WorkerPtr worker) {
  worker->idle_since = runtime_.clock().now();
  measure(*worker);
  idle_.push_back(std::move(worker));
  end_what_is_too_much();
  arm();
}

void WorkerPool::measure(Worker& worker) const {
  worker.idle_bytes = worker.child->memory_bytes().value_or(worker.terms.memory_bytes + kWorkerMemoryBytes);
}

std::uint64_t WorkerPool::idle_bytes() const {
  std::uint64_t bytes = 0;
  for (const WorkerPtr& worker : idle_) bytes += worker->idle_bytes;
  return bytes;
}

void WorkerPool::end_what_is_too_much() {
  while (!idle_.empty() && (idle_.size() > options_.idle_max || idle_bytes() > options_.idle_bytes_max)) {
    const auto going = next_to_go();
    end_soon(std::move(*going));
    idle_.erase(going);
  }
}

// Of the submitter with the most of what there is too much of, the first.
std::deque<WorkerPtr>::iterator WorkerPool::next_to_go() {
  const bool by_bytes = idle_bytes() > options_.idle_bytes_max;
  std::map<std::string_view, std::uint64_t> shares;
  for (const WorkerPtr& worker : idle_) shares[worker->terms.submitter] += by_bytes ? worker->idle_bytes : 1;
  return std::ranges::max_element(idle_, {}, [&](const WorkerPtr& worker) { return shares[worker->terms.submitter]; });
}

Task<void> WorkerPool::end(WorkerPtr worker) {
  worker->child->kill({.reason = Reason::canceled, .detail = {}});
  co_await worker->child->wait();
  // What cannot be removed now is removed by the next life's open_scratch_root().
  std::ignore = co_await runtime::offload(runtime_, [path = worker->folder.path()] { return remove_tree(path); });
  ++figures_.ended;
}

Task<void> WorkerPool::stop() {
  timer_.cancel();
  while (!idle_.empty()) {
    end_soon(std::move(idle_.front()));
    idle_.pop_front();
  }
  co_await group_.join();
}

void WorkerPool::end_soon(WorkerPtr worker) {
  group_.spawn(end(std::move(worker)));
}

void WorkerPool::look_at_idle() {
  const runtime::Time now = runtime_.clock().now();
  while (!idle_.empty() && idle_.front()->idle_since + options_.idle_time <= now) {
    end_soon(std::move(idle_.front()));
    idle_.pop_front();
  }
  for (const WorkerPtr& worker : idle_) {
    if (worker->idle_since + kHoldIdleAfter > now || std::exchange(worker->held, true)) continue;
    worker->child->hold();
    measure(*worker);  // until then what was left running in it could take more
  }
  end_what_is_too_much();
  arm();
}

// For the first that is to be held or, where all are, to be ended.
void WorkerPool::arm() {
  timer_.cancel();
  if (idle_.empty()) return;
  const auto running = std::ranges::find_if(idle_, [](const WorkerPtr& worker) { return !worker->held; });
  timer_.arm(running != idle_.end() ? (*running)->idle_since + kHoldIdleAfter
                                    : idle_.front()->idle_since + options_.idle_time);
}

}  // namespace quern::daemon
