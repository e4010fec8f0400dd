#include "overlay/runtime/deadline.hpp"

#include <exception>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "overlay/runtime/cancellable_task.hpp"

namespace quern::runtime {
namespace asio = boost::asio;

namespace {

struct Expiring {
  CancellableTask task;
  bool expired = false;
};

// Starts `task` as `running` and waits for its end; the awaiting coroutine's own cancellation is passed on.
Task<void> await_end(CancellableTask& running, Task<void> task) {
  auto initiate = [&running, executor = co_await asio::this_coro::executor](auto handler, Task<void> child) {
    auto outer = asio::get_associated_cancellation_slot(handler);
    if (outer.is_connected()) outer.assign([&running](asio::cancellation_type /*type*/) { running.cancel(); });
    running.start(executor, std::move(child),
                  [handler = std::move(handler), outer](std::exception_ptr failure) mutable {
                    outer.clear();
                    std::move(handler)(std::move(failure));
                  });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(
      std::move(initiate), asio::use_awaitable, std::move(task));
}

}  // namespace

Task<void> run_until(Clock& clock, Time deadline, Task<void> task) {
  Expiring run;
  Timer timer(
      clock,
      [](void* context) {
        auto* expiring = static_cast<Expiring*>(context);
        expiring->expired = true;
        expiring->task.cancel();
      },
      &run);
  timer.arm(deadline);
  try {
    co_await await_end(run.task, std::move(task));
  } catch (const boost::system::system_error& error) {
    if (!run.expired || error.code() != asio::error::operation_aborted) throw;
  }
}

}  // namespace quern::runtime
