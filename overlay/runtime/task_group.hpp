// Ownership of running tasks: nothing is detached, a scope that ends cancels and joins what it started.
#pragma once
#include <cstddef>
#include <exception>
#include <list>
#include <optional>
#include <utility>

#include <boost/asio/this_coro.hpp>

#include "overlay/runtime/cancellable_task.hpp"
#include "overlay/runtime/task.hpp"
#include "overlay/runtime/waiter.hpp"

namespace quern::runtime {

// Owns tasks that run beside each other on one executor. Used on that executor only.
//
// A task that ends by an exception other than its cancellation cancels the others, and join() throws it on.
class TaskGroup {
 public:
  explicit TaskGroup(Executor executor) : executor_(std::move(executor)) {}
  ~TaskGroup();  // all tasks have ended: join() first
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Starts `task` in the executor's next turn. In a cancelled group the task is destroyed unrun.
  void spawn(Task<void> task);
  // Cancels all tasks, for good. They unwind in later turns.
  void cancel() noexcept;
  // Waits until every task has ended. When the joiner itself is cancelled it cancels the group, still waits, and then
  // throws.
  Task<void> join();
  // cancel() and join().
  Task<void> stop();

  std::size_t size() const { return tasks_.size(); }
  bool cancelled() const { return cancelled_; }

 private:
  void ended(std::list<CancellableTask>::iterator task, std::exception_ptr failure) noexcept;

  Executor executor_;
  std::list<CancellableTask> tasks_;
  WaitQueue idle_;
  std::exception_ptr failure_;
  bool cancelled_ = false;
};

// Runs `body(group)` and, however it ends, cancels and joins what it spawned in the group before going on. `body` is
// any callable TaskGroup& -> Task<T>; it may capture, because it lives here until it has ended.
//
//   const auto answer = co_await with_group<int>([&](TaskGroup& group) -> Task<int> {
//     group.spawn(heartbeat(stream));
//     co_return co_await ask(stream);
//   });
template <class T, class Body>
Task<T> with_group(Body body) {
  TaskGroup group(co_await boost::asio::this_coro::executor);
  std::exception_ptr failure;
  std::conditional_t<std::is_void_v<T>, std::optional<bool>, std::optional<T>> result;
  try {
    if constexpr (std::is_void_v<T>) {
      co_await body(group);
    } else {
      result.emplace(co_await body(group));
    }
  } catch (...) {
    failure = std::current_exception();
  }
  co_await group.stop();
  if (failure) std::rethrow_exception(failure);
  if constexpr (!std::is_void_v<T>) co_return std::move(*result);
}

}  // namespace quern::runtime
