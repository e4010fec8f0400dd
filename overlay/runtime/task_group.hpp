// Ownership of running tasks: nothing is detached, a scope that ends cancels and joins what it started.
#pragma once
#include <cstddef>
#include <exception>
#include <list>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/this_coro.hpp>

#include "overlay/runtime/cancellable_task.hpp"
#include "overlay/runtime/task.hpp"
#include "overlay/runtime/waiter.hpp"

namespace quern::runtime {

// Owns tasks that run beside each other on one executor. Used on that executor only.
//
// In a coroutine use with_group() below, which also joins when the coroutine is cancelled; a TaskGroup of its own is
// for a component whose owner calls stop() before destroying it.
//
// A task that ends by an exception other than its cancellation cancels the others, and join() throws it on.
class TaskGroup {
 public:
  explicit TaskGroup(Executor executor) : executor_(std::move(executor)) {}
  ~TaskGroup();  // all tasks have ended: join() first
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Starts `task` in a later turn of the executor, never inside this call; a cancelled group destroys it unrun.
  void spawn(Task<void> task);
  // Cancels all tasks, for good. They unwind in later turns.
  void cancel() noexcept;
  // Waits until every task has ended. When the joiner itself is cancelled it cancels the group, still waits, and then
  // throws.
  Task<void> join();
  // cancel() and join().
  Task<void> stop();
  // A task's failure cancels `other`, too. It must outlive this group's tasks.
  void cancel_on_failure(TaskGroup& other) { other_ = &other; }

  std::size_t size() const { return tasks_.size(); }
  bool cancelled() const { return cancelled_; }

 private:
  void ended(std::list<CancellableTask>::iterator task, std::exception_ptr failure) noexcept;

  Executor executor_;
  std::list<CancellableTask> tasks_;
  WaitQueue idle_;
  std::exception_ptr failure_;
  TaskGroup* other_ = nullptr;
  bool cancelled_ = false;
};

namespace detail {

template <class T, class Body>
Task<void> run_body(Body& body, TaskGroup& children, std::optional<T>& result) {
  result.emplace(co_await body(children));
}

// Waits for the body, then cancels and joins its children, however the body and the waiting ended.
Task<void> join_scope(TaskGroup& body, TaskGroup& children);

[[noreturn]] void throw_cancelled();

}  // namespace detail

// Runs `body(group)` and returns its value. However the body ends, what it spawned is cancelled and joined first; a
// body that wants its tasks to end by themselves joins the group before it ends. A spawned task that fails cancels the
// body, too, and its exception comes out here. `body` is any callable TaskGroup& -> Task<T>; it may capture, because it
// lives here until it has ended.
//
//   const auto answer = co_await with_group<int>([&](TaskGroup& group) -> Task<int> {
//     group.spawn(heartbeat(stream));
//     co_return co_await ask(stream);
//   });
template <class T, class Body>
Task<T> with_group(Body body) {
  const Executor executor = co_await boost::asio::this_coro::executor;
  TaskGroup children(executor);
  TaskGroup body_task(executor);
  children.cancel_on_failure(body_task);
  if constexpr (std::is_void_v<T>) {
    body_task.spawn(body(children));
    co_await detail::join_scope(body_task, children);
  } else {
    std::optional<T> result;
    body_task.spawn(detail::run_body(body, children, result));
    co_await detail::join_scope(body_task, children);
    if (!result) detail::throw_cancelled();  // the body was cancelled by something it swallowed
    co_return std::move(*result);
  }
}

}  // namespace quern::runtime
