// The part of Redis through which the two programs of a test find each other.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "overlay/runtime/network.hpp"
#include "overlay/runtime/result.hpp"
#include "overlay/runtime/runtime.hpp"
#include "tests/contract/resp.hpp"

namespace quern::contract {

inline constexpr std::size_t kReplyBytesMax = 256 << 10;  // of one reply

struct RedisAddress {
  std::string host;
  std::uint16_t port = 0;
};

// One connection. One command at a time.
class Redis {
 public:
  // Tries the host's addresses one after the other. Errors of Network::resolve() and connect().
  static runtime::Task<runtime::Result<Redis>> connect(runtime::Runtime& runtime, RedisAddress address);

  // Errc::bad_reply, refused_by_redis, and those of the stream.
  runtime::Task<runtime::Result<void>> set(std::string key, std::string value);
  // The value of a key, or the first item of its list: some programs push their address to one. Nothing when there is
  // no such key yet. Errors as set().
  runtime::Task<runtime::Result<std::optional<std::string>>> get(std::string key);
  // This machine's address on the network where the server is.
  runtime::IpAddress local() const { return stream_->local().address; }

 private:
  explicit Redis(runtime::SocketStreamPtr stream) : stream_(std::move(stream)) {}
  runtime::Task<runtime::Result<Reply>> command(std::vector<std::string> words);

  runtime::SocketStreamPtr stream_;
  std::string received_;
};

}  // namespace quern::contract
