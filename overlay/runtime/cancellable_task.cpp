#include "overlay/runtime/cancellable_task.hpp"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace quern::runtime {
namespace asio = boost::asio;

// A completion handler with a cancellation slot and nothing else. asio::bind_cancellation_slot would do, but a handler
// it wraps names an executor, and co_spawn then sends every cancellation through that executor: at once on epoll, a
// turn late in the simulator. With this handler a cancellation takes effect inside the call, on both, so that nothing
// slips in between.
class CancellableTask::EndHandler {
 public:
  using cancellation_slot_type = asio::cancellation_slot;  // these two names are what Asio looks for

  EndHandler(CancellableTask& task, OnEnd on_end)
      : task_(task), slot_(task.signal_.slot()), on_end_(std::move(on_end)) {}
  cancellation_slot_type get_cancellation_slot() const noexcept { return slot_; }
  void operator()(const std::exception_ptr& failure) { on_end_(failure ? failure : task_.failure_); }

 private:
  CancellableTask& task_;
  asio::cancellation_slot slot_;
  OnEnd on_end_;
};

void CancellableTask::start(const Executor& executor, Task<void> task, OnEnd on_end, Begin begin) {
  asio::co_spawn(executor, run(std::move(task), begin), EndHandler(*this, std::move(on_end)));
}

// co_spawn (Boost 1.81) awaits once before the task and, when the task never waited, once behind it. A cancellation
// that meets one of these throws out of the executor, and the end is never reported. So none is sent before the task
// has begun, and none counts once it has ended. What the task threw is kept, not thrown on: it was dear enough once.
Task<void> CancellableTask::run(Task<void> task, Begin begin) {
  if (begin == Begin::in_later_turn) co_await asio::post(asio::use_awaitable);
  begun_ = true;
  if (!cancelled_) {
    try {
      co_await std::move(task);
    } catch (const boost::system::system_error& error) {
      aborted_ = error.code() == asio::error::operation_aborted;
      failure_ = std::current_exception();
    } catch (...) {
      failure_ = std::current_exception();
    }
  }
  co_await asio::this_coro::throw_if_cancelled(false);
}

void CancellableTask::cancel() noexcept {
  cancelled_ = true;
  if (begun_) signal_.emit(asio::cancellation_type::terminal);
}

}  // namespace quern::runtime
