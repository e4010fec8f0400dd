#include "overlay/transport/websocket_upgrade.hpp"

#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "overlay/transport/transport.hpp"
#include "overlay/transport/websocket.hpp"
#include "overlay/transport/websocket_handshake.hpp"
#include "overlay/transport/websocket_stream.hpp"

namespace quern::transport {
namespace {

using runtime::Bytes;
using runtime::fail;
using runtime::Result;
using runtime::Stream;
using runtime::StreamPtr;
using runtime::Task;

struct Head {
  std::string text;
  Bytes behind;  // what came with it: frames already
};

// The head of an HTTP message, which begins with `start`. What begins otherwise is returned as it is, for it may wait
// for our words as we for its (TLS does). runtime::Errc::too_large above the limit.
Task<Result<Head>> read_head(Stream& stream, std::string_view start) {
  const auto buffer = std::make_unique_for_overwrite<std::byte[]>(kWebSocketHandshakeBytesMax);
  std::size_t size = 0;
  while (size < kWebSocketHandshakeBytesMax) {
    const std::span room(buffer.get() + size, kWebSocketHandshakeBytesMax - size);
    const auto more = co_await stream.read_some(room);
    if (!more && more.error() == runtime::Errc::end_of_stream) {
      co_return fail(Errc::bad_handshake, "the stream ended inside the handshake");
    }
    if (!more) co_return std::unexpected(more.error());
    size += *more;
    const runtime::ByteView received(buffer.get(), size);
    const bool may_be_http = runtime::text_of(received).starts_with(start.substr(0, size));
    const auto end = may_be_http ? http_head_size(received) : size;
    if (end) {
      co_return Head{std::string(runtime::text_of(received.first(*end))), runtime::copy_of(received.subspan(*end))};
    }
  }
  co_return fail(runtime::Errc::too_large,
                 "an HTTP head above " + std::to_string(kWebSocketHandshakeBytesMax) + " bytes");
}

Task<runtime::Error> refuse(Stream& stream, HttpRefusal refusal) {
  const std::string text = refusal_text(refusal);
  // Whether it arrives changes nothing here.
  (void)co_await stream.write(runtime::bytes_of(text));
  stream.shutdown_write();
  co_return runtime::Error(Errc::bad_handshake, std::to_string(refusal.status) + ", " + refusal.why);
}

}  // namespace

Task<Result<StreamPtr>> upgrade_as_client(runtime::Runtime& runtime, StreamPtr below, std::string host) {
  std::array<std::byte, kWebSocketNonceBytes> nonce{};
  runtime.random().fill(nonce);
  const UpgradeRequest request{.target = "/", .host = std::move(host), .key = handshake_key(nonce)};
  const std::string text = request_text(request);
  CO_CHECK(co_await below->write(runtime::bytes_of(text)));
  auto head = co_await read_head(*below, "HTTP/");
  if (!head && head.error() == runtime::Errc::too_large) co_return fail(Errc::bad_handshake, head.error().detail());
  if (!head) co_return std::unexpected(std::move(head).error());
  CO_CHECK(check_response(head->text, request.key));
  co_return make_websocket_stream(std::move(below), WebSocketRole::client, runtime.random().fork(),
                                  std::move(head->behind));
}

Task<Result<StreamPtr>> upgrade_as_server(runtime::Runtime& runtime, StreamPtr below) {
  auto head = co_await read_head(*below, "GET ");
  if (!head && head.error() == runtime::Errc::too_large) {
    HttpRefusal refusal{.status = 431, .why = head.error().detail()};
    co_return std::unexpected(co_await refuse(*below, std::move(refusal)));
  }
  if (!head) co_return std::unexpected(std::move(head).error());
  auto request = read_request(head->text);
  if (!request) co_return std::unexpected(co_await refuse(*below, std::move(request).error()));
  const std::string text = response_text(request->key);
  CO_CHECK(co_await below->write(runtime::bytes_of(text)));
  co_return make_websocket_stream(std::move(below), WebSocketRole::server, runtime.random().fork(),
                                  std::move(head->behind));
}

}  // namespace quern::transport
