// What must be done at the end, also where waiting is needed for it: destructors cannot await, and a cancelled task's
// next co_await throws.
#pragma once
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include <boost/asio/this_coro.hpp>

#include "overlay/runtime/task.hpp"

namespace quern::runtime {

// Runs `body()` and returns its value or throws what it threw. However it ends, also by cancellation, `cleanup()` has
// ended first. In a cancelled task cleanup() must not wait for others: a crash of a simulated node ends in an instant.
// Both are callables () -> Task; they may capture, because they live here.
//
//   co_await with_cleanup<void>([&]() -> Task<void> { co_await work(host); }, [&] { return host.stop(); });
template <class T, class Body, class Cleanup>
Task<T> with_cleanup(Body body, Cleanup cleanup) {
  std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>> result;
  std::exception_ptr failure;
  try {
    if constexpr (std::is_void_v<T>) {
      co_await body();
    } else {
      result.emplace(co_await body());
    }
  } catch (...) {
    failure = std::current_exception();
  }
  const bool throwing = co_await boost::asio::this_coro::throw_if_cancelled();
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  try {
    co_await cleanup();
  } catch (...) {
    if (!failure) failure = std::current_exception();
  }
  co_await boost::asio::this_coro::throw_if_cancelled(throwing);
  if (failure) std::rethrow_exception(failure);
  if constexpr (!std::is_void_v<T>) co_return std::move(*result);
}

}  // namespace quern::runtime
