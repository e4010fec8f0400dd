#include "overlay/transport/websocket_handshake.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "overlay/transport/transport.hpp"

namespace quern::transport {
namespace {

// RFC 6455 section 1.2 and 1.3: the handshake of the examples.
constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
constexpr std::string_view kRequest =
    "GET /chat HTTP/1.1\r\n"
    "Host: server.example.com\r\n"
    "Upgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Origin: http://example.com\r\n"
    "Sec-WebSocket-Protocol: chat, superchat\r\n"
    "Sec-WebSocket-Version: 13\r\n\r\n";
constexpr std::string_view kResponse =
    "HTTP/1.1 101 Switching Protocols\r\n"
    "Upgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

std::string with(std::string_view text, std::string_view part, std::string_view other) {
  std::string changed(text);
  const auto at = changed.find(part);
  EXPECT_NE(at, std::string::npos) << part;
  return changed.replace(at, part.size(), other);
}

int refusal_of(std::string_view request) {
  const auto read = read_request(request);
  return read ? 0 : read.error().status;
}

TEST(WebSocketHandshake, the_key_and_answer_of_the_standard) {
  std::array<std::byte, kWebSocketNonceBytes> nonce{};
  std::ranges::copy(runtime::bytes_of("the sample nonce"), nonce.begin());
  EXPECT_EQ(handshake_key(nonce), kKey);
  EXPECT_EQ(handshake_accept(kKey), kAccept);
}

TEST(WebSocketHandshake, the_request_of_the_standard_is_read) {
  const auto request = read_request(kRequest);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->target, "/chat");
  EXPECT_EQ(request->host, "server.example.com");
  EXPECT_EQ(request->key, kKey);
  EXPECT_EQ(response_text(request->key), kResponse);
}

TEST(WebSocketHandshake, the_response_of_the_standard_is_taken) {
  EXPECT_TRUE(check_response(kResponse, kKey));
}

TEST(WebSocketHandshake, our_request_is_read_by_our_server) {
  const UpgradeRequest sent{.target = "/", .host = "[::1]:4002", .key = std::string(kKey)};
  const auto read = read_request(request_text(sent));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->target, sent.target);
  EXPECT_EQ(read->host, sent.host);
  EXPECT_EQ(read->key, sent.key);
}

TEST(WebSocketHandshake, names_and_tokens_are_compared_without_case_and_in_lists) {
  std::string request = with(kRequest, "Upgrade: websocket", "uPGRADE:WebSocket , h2c");
  request = with(request, "Connection: Upgrade", "connection:\tkeep-alive,  UPGRADE ");
  EXPECT_TRUE(read_request(request));
  // Browsers of a kind send two Connection fields.
  request = with(kRequest, "Connection: Upgrade", "Connection: keep-alive\r\nConnection: Upgrade");
  EXPECT_TRUE(read_request(request));
  EXPECT_TRUE(check_response(with(kResponse, "Upgrade: websocket", "upgrade:WEBSOCKET"), kKey));
}

TEST(WebSocketHandshake, another_http_request_is_asked_to_upgrade) {
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), 426);
  EXPECT_EQ(refusal_of(with(kRequest, "Upgrade: websocket", "Upgrade: h2c")), 426);
  EXPECT_EQ(refusal_of(with(kRequest, "Connection: Upgrade", "Connection: close")), 426);
  EXPECT_EQ(refusal_of(with(kRequest, "Version: 13", "Version: 8")), 426);
  EXPECT_EQ(refusal_of(with(kRequest, "Sec-WebSocket-Version: 13\r\n", "")), 426);
}

TEST(WebSocketHandshake, malformed_requests_are_refused) {
  EXPECT_EQ(refusal_of("\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of(with(kRequest, "GET", "POST")), 400);
  EXPECT_EQ(refusal_of(with(kRequest, "HTTP/1.1", "HTTP/1.0")), 400);
  EXPECT_EQ(refusal_of(with(kRequest, " /chat", "")), 400);
  EXPECT_EQ(refusal_of(with(kRequest, "/chat", "/a b")), 400);
  EXPECT_EQ(refusal_of(with(kRequest, "Host: server.example.com\r\n", "")), 400);
  EXPECT_EQ(refusal_of(with(kRequest, "Host:", "Host: other\r\nHost:")), 400);
  EXPECT_EQ(refusal_of(with(kRequest, "Host:", "Host :")), 400);
  EXPECT_EQ(refusal_of(with(kRequest, "Host:", "\r\n folded\r\nHost:")), 400);
  EXPECT_EQ(refusal_of(with(kRequest, "Host: server", "Host: ser\nver")), 400);
  EXPECT_EQ(refusal_of(with(kRequest, "Origin: ", "Content-Length: 5\r\nOrigin: ")), 400);
  EXPECT_EQ(refusal_of(with(kRequest, "Origin: ", "Transfer-Encoding: chunked\r\nOrigin: ")), 400);
}

TEST(WebSocketHandshake, a_key_that_is_not_sixteen_bytes_is_refused) {
  EXPECT_EQ(refusal_of(with(kRequest, kKey, "")), 400);
  EXPECT_EQ(refusal_of(with(kRequest, kKey, "dGhlIHNhbXBsZSBub25jZQ")), 400);
  EXPECT_EQ(refusal_of(with(kRequest, kKey, "dGhlIHNhbXBsZSBub25j====")), 400);
  EXPECT_EQ(refusal_of(with(kRequest, kKey, "dGhlIHNhbXBsZSBub25j!Q==")), 400);
  EXPECT_EQ(refusal_of(with(kRequest, "Origin: ", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: ")), 400);
}

TEST(WebSocketHandshake, a_refusal_is_an_http_response) {
  EXPECT_EQ(refusal_text({426, "speak WebSocket"}),
            "HTTP/1.1 426 Upgrade Required\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nContent-Type: text/plain\r\nContent-Length: 16\r\n\r\nspeak WebSocket\n");
  EXPECT_TRUE(refusal_text({400, ""}).starts_with("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_TRUE(refusal_text({431, ""}).starts_with("HTTP/1.1 431 Request Header Fields Too Large\r\n"));
}

TEST(WebSocketHandshake, a_response_to_another_key_is_refused) {
  const auto refused = check_response(kResponse, "AAAAAAAAAAAAAAAAAAAAAA==");
  EXPECT_TRUE(!refused && refused.error() == Errc::bad_handshake);
}

TEST(WebSocketHandshake, other_responses_are_refused_and_say_why) {
  const auto detail = [](std::string_view response) {
    const auto checked = check_response(response, kKey);
    return checked ? std::string() : checked.error().detail();
  };
  EXPECT_EQ(detail("HTTP/1.1 404 Not Found\r\n\r\n"), "the server answers with HTTP status 404");
  EXPECT_EQ(detail("SSH-2.0-OpenSSH_9.2\r\n\r\n"), "not an HTTP/1.1 response");
  EXPECT_EQ(detail(with(kResponse, "101", "1O1")), "not an HTTP/1.1 response");
  EXPECT_EQ(detail(with(kResponse, ": websocket", ": websocket, h2c")), "the server upgrades to something else");
  EXPECT_EQ(detail(with(kResponse, "Connection: Upgrade\r\n", "")), "the server upgrades to something else");
  EXPECT_NE(detail(with(kResponse, "Sec-WebSocket-Accept", "Sec-WebSocket-Extensions: x\r\nSec-WebSocket-Accept")), "");
  EXPECT_NE(detail(with(kResponse, "Sec-WebSocket-Accept", "Sec-WebSocket-Protocol: x\r\nSec-WebSocket-Accept")), "");
}

TEST(WebSocketHandshake, the_head_ends_at_the_first_empty_line) {
  EXPECT_EQ(http_head_size(runtime::bytes_of("")), std::nullopt);
  EXPECT_EQ(http_head_size(runtime::bytes_of("GET / HTTP/1.1\r\nHost: a\r\n\r")), std::nullopt);
  EXPECT_EQ(http_head_size(runtime::bytes_of("GET / HTTP/1.1\r\n\r\nframes\r\n\r\n")), 18u);
}

}  // namespace
}  // namespace quern::transport
