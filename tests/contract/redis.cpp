#include "tests/contract/redis.hpp"

#include <array>
#include <utility>

#include "overlay/runtime/bytes.hpp"
#include "tests/contract/error.hpp"

namespace quern::contract {

using runtime::fail;
using runtime::Result;
using runtime::Task;

namespace {

constexpr std::size_t kReadBytes = 4096;
constexpr std::string_view kWrongType = "WRONGTYPE";  // the key holds no string

Result<std::optional<std::string>> text_of(Reply reply) {
  if (reply.kind == Reply::Kind::text) return std::move(reply.text);
  if (reply.kind == Reply::Kind::null) return std::nullopt;
  if (reply.kind == Reply::Kind::error) return fail(Errc::refused_by_redis, reply.text);
  return fail(Errc::bad_reply, "neither text nor nothing");
}

}  // namespace

Task<Result<Redis>> Redis::connect(runtime::Runtime& runtime, RedisAddress address) {
  CO_TRY(const auto found, co_await runtime.network().resolve(address.host));
  runtime::Error last(runtime::Errc::name_not_found, address.host);
  for (const auto& ip : found) {
    const runtime::Endpoint endpoint{.address = ip, .port = address.port};
    auto stream = co_await runtime.network().connect(endpoint);
    if (stream) co_return Redis(*std::move(stream));
    last = std::move(stream).error();
  }
  co_return std::unexpected(std::move(last));
}

Task<Result<void>> Redis::set(std::string key, std::string value) {
  std::vector<std::string> words{"SET", std::move(key), std::move(value)};
  CO_TRY(auto reply, co_await command(std::move(words)));
  CO_CHECK(text_of(std::move(reply)));
  co_return Result<void>();
}

Task<Result<std::optional<std::string>>> Redis::get(std::string key) {
  std::vector<std::string> words{"GET", key};
  CO_TRY(auto reply, co_await command(std::move(words)));
  if (reply.kind == Reply::Kind::error && reply.text.starts_with(kWrongType)) {
    std::vector<std::string> of_list{"LINDEX", std::move(key), "0"};
    CO_TRY(reply, co_await command(std::move(of_list)));
  }
  co_return text_of(std::move(reply));
}

Task<Result<Reply>> Redis::command(std::vector<std::string> words) {
  const std::string sent = encode_command(words);
  CO_CHECK(co_await stream_->write(runtime::bytes_of(sent)));
  std::array<std::byte, kReadBytes> buffer;
  for (;;) {
    CO_TRY(auto read, read_reply(received_));
    if (read) {
      received_.erase(0, read->size);
      co_return std::move(read->reply);
    }
    if (received_.size() >= kReplyBytesMax)
      co_return fail(Errc::bad_reply, "more than " + std::to_string(kReplyBytesMax) + " bytes");
    CO_TRY(const auto size, co_await stream_->read_some(buffer));
    received_ += runtime::text_of(runtime::ByteView(buffer).first(size));
  }
}

}  // namespace quern::contract
