#include "overlay/runtime/task_group.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "overlay/runtime/assertion.hpp"

namespace quern::runtime {
namespace asio = boost::asio;

TaskGroup::~TaskGroup() {
  QUERN_ASSERT(tasks_.empty(), "a TaskGroup died before its tasks");
}

void TaskGroup::spawn(Task<void> task) {
  if (cancelled_) return;
  const auto self = tasks_.emplace(tasks_.end());
  self->start(
      executor_, std::move(task), [this, self](std::exception_ptr failure) { ended(self, std::move(failure)); },
      CancellableTask::Begin::in_later_turn);
}

void TaskGroup::ended(std::list<CancellableTask>::iterator task, std::exception_ptr failure) noexcept {
  const bool failed = failure && !task->aborted();
  tasks_.erase(task);
  if (failed) {
    if (!failure_) failure_ = std::move(failure);
    cancel();
    if (other_) other_->cancel();
  }
  if (tasks_.empty()) idle_.wake_all();
}

void TaskGroup::cancel() noexcept {
  cancelled_ = true;
  for (CancellableTask& task : tasks_) task.cancel();
}

Task<void> TaskGroup::join() {
  // Joining goes on when the joiner is cancelled, or its children would outlive it.
  const bool throwing = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  std::exception_ptr aborted;
  while (!tasks_.empty()) {
    try {
      co_await idle_.wait();
    } catch (const boost::system::system_error&) {
      aborted = std::current_exception();
    }
    if (aborted) cancel();
  }
  co_await asio::this_coro::throw_if_cancelled(throwing);
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  if (aborted) std::rethrow_exception(aborted);
}

Task<void> detail::join_scope(TaskGroup& body, TaskGroup& children) {
  std::exception_ptr failure;
  try {
    co_await body.join();
  } catch (...) {
    failure = std::current_exception();
  }
  // A cancelled task's next await throws before it awaits anything: not these.
  const bool throwing = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  try {
    co_await children.stop();
  } catch (...) {
    failure = std::current_exception();  // a child's failure is why the body was cancelled
  }
  co_await asio::this_coro::throw_if_cancelled(throwing);
  if (failure) std::rethrow_exception(failure);
}

void detail::throw_cancelled() {
  throw boost::system::system_error(asio::error::operation_aborted);
}

Task<void> TaskGroup::stop() {
  cancel();
  co_await join();
}

}  // namespace quern::runtime
