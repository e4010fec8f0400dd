// One running task that can be cancelled: what TaskGroup and run_until() are made of.
#pragma once
#include <cstdint>
#include <exception>
#include <functional>

#include <boost/asio/cancellation_signal.hpp>

#include "overlay/runtime/task.hpp"

namespace quern::runtime {

// Must outlive the task: until on_end was called.
class CancellableTask {
 public:
  // Called once, in a turn of its own, with what the task threw. This may be destroyed in it.
  using OnEnd = std::move_only_function<void(std::exception_ptr failure)>;

  CancellableTask() = default;
  ~CancellableTask() = default;
  CancellableTask(const CancellableTask&) = delete;
  CancellableTask& operator=(const CancellableTask&) = delete;

  enum class Begin : std::uint8_t {
    now,            // on epoll; in the executor's next turn in the simulator
    in_later_turn,  // never inside start(), where the caller may not be ready for it
  };
  // Runs `task`. Once.
  void start(const Executor& executor, Task<void> task, OnEnd on_end, Begin begin = Begin::now);
  // From now on the task does not come back from a wait but unwinds; one that has not begun never does. May be called
  // again.
  void cancel() noexcept;
  // In on_end: what the task threw says that it was cancelled.
  bool aborted() const { return aborted_; }

 private:
  class EndHandler;
  Task<void> run(Task<void> task, Begin begin);

  boost::asio::cancellation_signal signal_;
  bool begun_ = false;
  bool cancelled_ = false;
  bool aborted_ = false;
  std::exception_ptr failure_;  // what the task threw
};

}  // namespace quern::runtime
