// The little of a Redis client that the interop suite's programs need to find each other.
#pragma once
#include <optional>
#include <string>

#include "overlay/runtime/network.hpp"
#include "overlay/runtime/result.hpp"
#include "overlay/runtime/runtime.hpp"

namespace quern::contract {

// One connection; one command at a time. Every call fails with the stream's errors, runtime::Errc::timed_out after
// kRedisTimeout, and runtime::Errc::system for what the server says is wrong.
class Redis {
 public:
  // `address` is "host:port". Errors of Network::resolve and connect.
  static runtime::Task<runtime::Result<Redis>> connect(runtime::Runtime& runtime, std::string address);

  runtime::Task<runtime::Result<void>> set(std::string key, std::string value);
  // nullopt: nobody has set it.
  runtime::Task<runtime::Result<std::optional<std::string>>> get(std::string key);
  // This machine's address on the network where the server is.
  runtime::IpAddress local() const { return stream_->local().address; }

 private:
  Redis(runtime::Runtime& runtime, runtime::SocketStreamPtr stream) : runtime_(&runtime), stream_(std::move(stream)) {}
  runtime::Task<runtime::Result<std::optional<std::string>>> exchange(std::string command);

  runtime::Runtime* runtime_;
  runtime::SocketStreamPtr stream_;
};
inline constexpr runtime::Duration kRedisTimeout = std::chrono::seconds(10);

}  // namespace quern::contract
