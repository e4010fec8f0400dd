#include "overlay/runtime/deadline.hpp"

#include <exception>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace quern::runtime {
namespace asio = boost::asio;

namespace {

struct Cancellable {
  asio::cancellation_signal signal;
  bool expired = false;
};

// Starts `task` under its own signal, with the awaiting coroutine's cancellation passed on to it.
Task<void> run_cancellable(Cancellable& run, Task<void> task) {
  const Executor executor = co_await asio::this_coro::executor;
  auto initiate = [&run, &executor](auto handler, Task<void> child) {
    auto outer = asio::get_associated_cancellation_slot(handler);
    if (outer.is_connected()) outer.assign([&run](asio::cancellation_type type) { run.signal.emit(type); });
    auto ended = [handler = std::move(handler), outer](std::exception_ptr failure) mutable {
      outer.clear();
      std::move(handler)(std::move(failure));
    };
    asio::co_spawn(executor, std::move(child), asio::bind_cancellation_slot(run.signal.slot(), std::move(ended)));
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(
      std::move(initiate), asio::use_awaitable, std::move(task));
}

}  // namespace

Task<void> run_until(Clock& clock, Time deadline, Task<void> task) {
  Cancellable run;
  Timer timer(
      clock,
      [](void* context) {
        auto* expiring = static_cast<Cancellable*>(context);
        expiring->expired = true;
        expiring->signal.emit(asio::cancellation_type::terminal);
      },
      &run);
  timer.arm(deadline);
  try {
    co_await run_cancellable(run, std::move(task));
  } catch (const boost::system::system_error& error) {
    if (!run.expired || error.code() != asio::error::operation_aborted) throw;
  }
}

}  // namespace quern::runtime
