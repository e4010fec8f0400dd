// What coroutines are here.
//
// Task<T> is a lazy coroutine: nothing runs until it is awaited or given to a TaskGroup. Whoever awaits it owns it. A
// task and all it awaits run on one executor, one at a time: no locks.
//
// Cancellation unwinds: the pending co_await of a cancelled task throws boost::system::system_error(operation_aborted),
// destructors run, and the TaskGroup that owns the task sees it end. Nothing else may catch that exception and carry
// on.
//
// Parameters of a coroutine are values, or references to what outlives the task group that runs it.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace quern::runtime {

template <class T = void>
using Task = boost::asio::awaitable<T>;

using Executor = boost::asio::any_io_executor;

}  // namespace quern::runtime
