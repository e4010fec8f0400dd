#include "tests/contract/redis.hpp"

#include <array>
#include <charconv>

#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/deadline.hpp"
#include "tests/contract/redis_reply.hpp"

namespace quern::contract {

using runtime::Result;
using runtime::Task;

Task<Result<Redis>> Redis::connect(runtime::Runtime& runtime, std::string address) {
  const auto colon = address.rfind(':');
  const std::string port_text = colon == std::string::npos ? "" : address.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (error != std::errc{} || end != port_text.data() + port_text.size()) {
    co_return runtime::fail(runtime::Errc::name_not_found, address + " is not host:port");
  }
  CO_TRY(const auto found, co_await runtime.network().resolve(address.substr(0, colon)));
  const runtime::Endpoint endpoint{.address = found.front(), .port = port};
  CO_TRY(auto stream,
         co_await runtime::with_timeout(runtime.clock(), kRedisTimeout, runtime.network().connect(endpoint)));
  co_return Redis(runtime, std::move(stream));
}

Task<Result<void>> Redis::set(std::string key, std::string value) {
  CO_TRY(const auto answer,
         co_await runtime::with_timeout(runtime_->clock(), kRedisTimeout, exchange(command_text({"SET", key, value}))));
  if (answer != "OK") co_return runtime::fail(runtime::Errc::system, "redis did not set " + key);
  co_return Result<void>();
}

Task<Result<std::optional<std::string>>> Redis::get(std::string key) {
  return runtime::with_timeout(runtime_->clock(), kRedisTimeout, exchange(command_text({"GET", key})));
}

Task<Result<std::optional<std::string>>> Redis::exchange(std::string command) {
  CO_CHECK(co_await stream_->write(runtime::bytes_of(command)));
  std::string received;
  std::array<std::byte, 4096> part;
  while (true) {
    CO_TRY(const auto size, co_await stream_->read_some(part));
    received += runtime::text_of(std::span(part).first(size));
    CO_TRY(const auto reply, parse_reply(received));
    if (reply) co_return reply->value;
  }
}

}  // namespace quern::contract
