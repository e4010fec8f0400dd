// Deadlines for any await:
//
//   auto size = co_await with_timeout(clock, 5s, stream.read_some(buffer));     // Errc::timed_out after five seconds
#pragma once
#include <optional>
#include <utility>

#include "overlay/runtime/clock.hpp"
#include "overlay/runtime/result.hpp"
#include "overlay/runtime/task.hpp"

namespace quern::runtime {

// Runs `task` to its end, cancelling it at `deadline`. Returns when it has ended, also when that took until after the
// deadline: what it used is free again. Throws what the task threw, except its cancellation by the deadline. The
// caller's own cancellation is passed on.
Task<void> run_until(Clock& clock, Time deadline, Task<void> task);

namespace detail {

template <class T>
Task<void> store(Task<T> task, std::optional<T>& result) {
  result.emplace(co_await std::move(task));
}

}  // namespace detail

// The task's own result when it ended in time, and Errc::timed_out when the deadline cancelled it.
template <class T>
Task<Result<T>> with_deadline(Clock& clock, Time deadline, Task<Result<T>> task) {
  std::optional<Result<T>> result;
  co_await run_until(clock, deadline, detail::store(std::move(task), result));
  if (!result) co_return fail(Errc::timed_out);
  co_return std::move(*result);
}

template <class T>
Task<Result<T>> with_timeout(Clock& clock, Duration timeout, Task<Result<T>> task) {
  return with_deadline(clock, clock.now() + timeout, std::move(task));
}

}  // namespace quern::runtime
