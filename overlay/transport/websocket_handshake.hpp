// The opening handshake of WebSocket (RFC 6455 section 4): one HTTP/1.1 request, one response. Text in, text out: no
// I/O, no clock.
#pragma once
#include <cstddef>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"

namespace quern::transport {

inline constexpr std::size_t kWebSocketNonceBytes = 16;

// Bytes of the message head at the start of `received`, its empty line included; nullopt while that has not come.
std::optional<std::size_t> http_head_size(runtime::ByteView received);

// What a client asks for.
struct UpgradeRequest {
  std::string target;  // "/"
  std::string host;    // "example.org:4002"
  std::string key;     // Sec-WebSocket-Key, as sent
};

// Why a server does not go along, as an HTTP status.
struct HttpRefusal {
  int status = 400;  // 400 malformed, 426 not a WebSocket request of version 13, 431 a head above the limit
  std::string why;   // for people, one line without what the client sent
};

// Sec-WebSocket-Key for a nonce that the client draws for each handshake.
std::string handshake_key(std::span<const std::byte, kWebSocketNonceBytes> nonce);
// Sec-WebSocket-Accept for a key (section 4.2.2).
std::string handshake_accept(std::string_view key);

std::string request_text(const UpgradeRequest& request);
// `head` as http_head_size() cuts it.
std::expected<UpgradeRequest, HttpRefusal> read_request(std::string_view head);

std::string response_text(std::string_view key);
std::string refusal_text(const HttpRefusal& refusal);
// Whether the server has agreed to the request with that key. Errc::bad_handshake.
runtime::Result<void> check_response(std::string_view head, std::string_view key);

}  // namespace quern::transport
