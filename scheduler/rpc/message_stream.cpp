#include "scheduler/rpc/message_stream.hpp"

#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "overlay/runtime/system_network.hpp"

namespace quern::rpc {

namespace asio = boost::asio;

runtime::Task<runtime::Error> stream_failure(boost::system::error_code error, std::string about) {
  const auto state = co_await asio::this_coro::cancellation_state;
  if (error == asio::error::operation_aborted && state.cancelled() != asio::cancellation_type::none) {
    throw boost::system::system_error(error);
  }
  co_return runtime::from_system(error, std::move(about));
}

}  // namespace quern::rpc
