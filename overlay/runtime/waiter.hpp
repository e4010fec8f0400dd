// The one way a coroutine suspends for something that is not a socket: a place where it parks and is woken or
// cancelled.
#pragma once
#include <list>
#include <memory>

#include <boost/system/error_code.hpp>

#include "overlay/runtime/task.hpp"

namespace quern::runtime {

// Parks one coroutine. Must not be destroyed while one is parked, except by that coroutine's own end.
class Waiter {
 public:
  Waiter();
  ~Waiter();
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  // Suspends until wake(). At most one coroutine at a time. Throws operation_aborted when the task is cancelled.
  Task<void> wait();
  // Resumes the parked coroutine in a later turn of its executor, never inside this call. Returns whether one was
  // parked: a wake() without anybody parked is not remembered.
  bool wake() noexcept { return finish({}); }
  bool waiting() const { return parked_ != nullptr; }

 private:
  struct Parked;
  bool finish(boost::system::error_code error) noexcept;
  std::unique_ptr<Parked> parked_;
};

// Any number of parked coroutines, woken in the order they came.
class WaitQueue {
 public:
  Task<void> wait();
  // Returns whether one was parked. One that is being cancelled does not count.
  bool wake_one() noexcept;
  void wake_all() noexcept;

 private:
  std::list<Waiter> waiters_;
};

}  // namespace quern::runtime
