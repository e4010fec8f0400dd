#include "overlay/transport/websocket.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/deadline.hpp"
#include "overlay/runtime/task_group.hpp"
#include "overlay/transport/tcp_address.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"
#include "tests/overlay/transport/certificates.hpp"

namespace quern::transport {
namespace {

using namespace std::chrono_literals;
using multiformats::Multiaddr;
using runtime::Bytes;
using runtime::Result;
using runtime::Runtime;
using runtime::Stream;
using runtime::Task;

Multiaddr address(const std::string& text) {
  const auto parsed = Multiaddr::from_text(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *parsed : Multiaddr();
}

// Accepts one connection and runs its handshake.
Task<void> serve_one(Listener& listener, Result<RawConnection>& into) {
  auto accepted = co_await listener.accept();
  if (accepted) accepted = co_await listener.establish(*std::move(accepted));
  into = std::move(accepted);
}

// Bytes until the peer ends.
Task<std::string> read_all(Stream& stream) {
  std::string all;
  Bytes buffer(4096);
  for (;;) {
    const auto size = co_await stream.read_some(buffer);
    if (!size) co_return all;
    all += runtime::text_of(std::span(buffer).first(*size));
  }
}

Task<void> expect_hello(Stream& from, Stream& to) {
  EXPECT_TRUE(co_await from.write(runtime::bytes_of("hello")));
  Bytes got(5);
  EXPECT_TRUE(co_await read_exactly(to, got));
  EXPECT_EQ(runtime::text_of(got), "hello");
}

class WebSockets : public runtime::BothWorlds {
 protected:
  // "/ip4/LOOPBACK/tcp/PORT" and what follows it.
  Multiaddr here(const std::string& layers, std::uint16_t port = 0) const {
    return address(tcp_multiaddr({loopback(), port}).text() + layers);
  }
  static std::uint16_t port_of(const Listener& listener) { return read_tcp_address(listener.local())->port; }

  struct Ends {
    Result<RawConnection> dialed = runtime::fail(runtime::Errc::closed);
    Result<RawConnection> accepted = runtime::fail(runtime::Errc::closed);
  };
  // A listener of `server` at `layers`, dialed by `client` with `dial_layers`.
  Task<Ends> connect(Runtime& runtime, WebSocketOptions server, WebSocketOptions client, std::string layers,
                     std::string dial_layers) {
    Ends ends;
    const auto servers = make_websocket(runtime, std::move(server));
    const auto clients = make_websocket(runtime, std::move(client));
    EXPECT_TRUE(servers && clients);
    const auto listener = (*servers)->listen(here(layers));
    EXPECT_TRUE(listener);
    if (!listener) co_return ends;
    runtime::TaskGroup group(runtime.executor());
    group.spawn(serve_one(**listener, ends.accepted));
    ends.dialed = co_await (*clients)->dial(here(dial_layers, port_of(**listener)), false);
    if (!ends.dialed) (*listener)->close();
    co_await group.join();
    co_return ends;
  }
  // The client's outcome of a TLS connection: "ok", or why not.
  std::string outcome(WebSocketOptions server, WebSocketOptions client, std::string dial_layers) {
    std::string text;
    run([&](Runtime& runtime) -> Task<void> {
      const Ends ends = co_await connect(runtime, server, client, "/tls/ws", dial_layers);
      text = ends.dialed ? "ok" : ends.dialed.error().code().message();
    });
    return text;
  }

  // Gives a raw connection to a WebSocket listener to `talk`; returns what became of the server's handshake.
  using Talk = std::function<Task<void>(Runtime&, Stream&)>;
  std::string served(Talk talk) {
    std::string text;
    run([&](Runtime& runtime) -> Task<void> {
      const auto transport = make_websocket(runtime, {});
      const auto listener = (*transport)->listen(here("/ws"));
      Result<RawConnection> accepted = runtime::fail(runtime::Errc::closed);
      runtime::TaskGroup group(runtime.executor());
      group.spawn(serve_one(**listener, accepted));
      const runtime::Endpoint target{loopback(), port_of(**listener)};
      const auto raw = co_await runtime.network().connect(target);
      EXPECT_TRUE(raw);
      co_await talk(runtime, **raw);
      (*raw)->close();
      co_await group.join();
      text = accepted ? "ok" : accepted.error().message();
    });
    return text;
  }
  // Dials a server that answers every request with `response` and then ends; returns the client's outcome.
  std::string answered(const std::string& response, std::string* request = nullptr) {
    std::string text;
    run([&](Runtime& runtime) -> Task<void> {
      const auto listener = runtime.network().listen({loopback(), 0});
      const auto transport = make_websocket(runtime, {});
      auto serve = [&]() -> Task<void> {
        const auto stream = co_await (*listener)->accept();
        Bytes buffer(4096);
        const auto size = co_await (*stream)->read_some(buffer);
        if (request && size) *request = runtime::text_of(std::span(buffer).first(*size));
        EXPECT_TRUE(co_await (*stream)->write(runtime::bytes_of(response)));
        (*stream)->shutdown_write();
        co_await read_all(**stream);
      };
      auto dial = [&]() -> Task<void> {
        const auto dialed = co_await (*transport)->dial(here("/ws", (*listener)->local().port), false);
        text = dialed ? "ok" : dialed.error().message();
      };
      co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
        group.spawn(serve());
        group.spawn(dial());
        co_await group.join();
      });
    });
    return text;
  }
};
QUERN_ON_BOTH_WORLDS(WebSockets);

TEST_P(WebSockets, both_ends_know_their_addresses_and_bytes_pass) {
  run([this](Runtime& runtime) -> Task<void> {
    const Ends ends = co_await connect(runtime, {}, {}, "/ws", "/ws");
    EXPECT_TRUE(ends.dialed && ends.accepted);
    EXPECT_EQ(ends.dialed->remote, ends.accepted->local);
    EXPECT_EQ(ends.dialed->local, ends.accepted->remote);
    EXPECT_TRUE(ends.dialed->remote.text().ends_with("/ws"));
    co_await expect_hello(*ends.dialed->stream, *ends.accepted->stream);
    co_await expect_hello(*ends.accepted->stream, *ends.dialed->stream);
  });
}

TEST_P(WebSockets, under_tls_in_all_its_spellings) {
  for (const std::string spelling : {"/tls/ws", "/wss", "/tls/sni/example.org/ws"}) {
    run([&](Runtime& runtime) -> Task<void> {
      const Ends ends = co_await connect(runtime, with_certificates(), with_certificates(), "/wss", spelling);
      EXPECT_TRUE(ends.dialed && ends.accepted) << spelling;
      if (!ends.dialed || !ends.accepted) co_return;
      EXPECT_EQ(ends.dialed->remote, ends.accepted->local);
      EXPECT_TRUE(ends.dialed->remote.text().ends_with("/tls/ws"));
      co_await expect_hello(*ends.dialed->stream, *ends.accepted->stream);
      co_await expect_hello(*ends.accepted->stream, *ends.dialed->stream);
    });
  }
}

TEST_P(WebSockets, a_certificate_that_does_not_fit_is_refused) {
  const std::string refused = "certificate not accepted";
  EXPECT_EQ(outcome(with_certificates(), with_certificates("server", "other_authority"), "/tls/ws"), refused);
  EXPECT_EQ(outcome(with_certificates("expired"), with_certificates(), "/tls/ws"), refused);
  EXPECT_EQ(outcome(with_certificates(), with_certificates(), "/tls/sni/other.example/ws"), refused);
  EXPECT_EQ(outcome(with_certificates(), with_certificates(), "/tls/ws"), "ok");
}

TEST_P(WebSockets, without_other_authorities_those_of_the_system_count) {
  EXPECT_EQ(outcome(with_certificates(), {}, "/tls/ws"), "certificate not accepted");
}

TEST_P(WebSockets, any_certificate_is_taken_where_that_was_asked_for) {
  WebSocketOptions trusting;
  trusting.any_certificate = true;
  EXPECT_EQ(outcome(with_certificates("expired"), trusting, "/tls/sni/other.example/ws"), "ok");
}

TEST_P(WebSockets, tls_where_none_is_spoken_is_a_bad_handshake) {
  run([this](Runtime& runtime) -> Task<void> {
    const Ends ends = co_await connect(runtime, {}, with_certificates(), "/ws", "/tls/ws");
    EXPECT_TRUE(!ends.dialed && ends.dialed.error() == Errc::bad_handshake) << ends.dialed.error().message();
    EXPECT_TRUE(!ends.accepted);
  });
}

TEST_P(WebSockets, listening_under_tls_needs_a_certificate) {
  run([this](Runtime& runtime) -> Task<void> {
    const auto transport = make_websocket(runtime, {});
    const auto listener = (*transport)->listen(here("/tls/ws"));
    EXPECT_TRUE(!listener && listener.error() == Errc::unsupported_address);
    EXPECT_NE(listener.error().message().find("certificate_chain and certificate_key"), std::string::npos);
    co_return;
  });
}

TEST_P(WebSockets, options_that_cannot_be_read_are_named) {
  run([](Runtime& runtime) -> Task<void> {
    const auto refusal = [&](WebSocketOptions options) {
      const auto made = make_websocket(runtime, std::move(options));
      EXPECT_TRUE(!made && made.error() == Errc::bad_certificate);
      return made ? std::string() : made.error().detail();
    };
    WebSocketOptions options = with_certificates();
    options.certificate_key.reset();
    EXPECT_EQ(refusal(options), "certificate_key is missing");
    options = with_certificates();
    options.certificate_chain.reset();
    EXPECT_EQ(refusal(options), "certificate_chain is missing");
    options = with_certificates();
    options.certificate_key = test_pem("expired.key");
    EXPECT_NE(refusal(options), "");
    options = with_certificates();
    options.certificate_chain = "no certificate";
    EXPECT_NE(refusal(options), "");
    options = with_certificates();
    options.trusted_authorities = "";
    EXPECT_NE(refusal(options), "");
    co_return;
  });
}

TEST_P(WebSockets, only_websocket_addresses_are_handled) {
  run([this](Runtime& runtime) -> Task<void> {
    const auto transport = make_websocket(runtime, {});
    EXPECT_EQ((*transport)->name(), "ws");
    for (const char* ours : {"/ip4/1.2.3.4/tcp/5/ws", "/ip6/::1/tcp/5/wss", "/dns4/example.org/tcp/443/tls/sni/a.b/ws",
                             "/dns/a.b/tcp/1/ws/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA"}) {
      EXPECT_TRUE((*transport)->handles(address(ours))) << ours;
    }
    for (const char* other : {"/ip4/1.2.3.4/tcp/5", "/ip4/1.2.3.4/tcp/5/tls", "/ip4/1.2.3.4/tcp/5/ws/ws",
                              "/ip4/1.2.3.4/tcp/5/tls/sni/a@b/ws", "/ip4/1.2.3.4/udp/5/ws", "/memory/1"}) {
      EXPECT_FALSE((*transport)->handles(address(other))) << other;
      const auto listener = (*transport)->listen(address(other));
      EXPECT_TRUE(!listener && listener.error() == Errc::unsupported_address);
      const auto dialed = co_await (*transport)->dial(address(other), false);
      EXPECT_TRUE(!dialed && dialed.error() == Errc::unsupported_address);
    }
    const auto name = (*transport)->listen(address("/dns/example.org/tcp/1/ws"));
    EXPECT_TRUE(!name && name.error() == Errc::unsupported_address);
    const auto nobody = co_await (*transport)->dial(here("/ws", 1), false);
    EXPECT_TRUE(!nobody && nobody.error() == runtime::Errc::refused);
  });
}

TEST_P(WebSockets, a_dial_reuses_a_listeners_port) {
  run([this](Runtime& runtime) -> Task<void> {
    const auto own = make_websocket(runtime, {});
    const auto other = make_websocket(runtime, {});
    const auto home = (*own)->listen(here("/ws"));
    const auto far = (*other)->listen(here("/ws"));
    EXPECT_TRUE(home && far);
    Result<RawConnection> accepted = runtime::fail(runtime::Errc::closed);
    runtime::TaskGroup group(runtime.executor());
    group.spawn(serve_one(**far, accepted));
    const auto dialed = co_await (*own)->dial((*far)->local(), true);
    co_await group.join();
    EXPECT_TRUE(dialed && accepted);
    EXPECT_EQ(accepted->remote, (*home)->local());
  });
}

TEST_P(WebSockets, another_http_request_gets_an_http_answer) {
  std::string answer;
  const std::string why = served([&](Runtime&, Stream& raw) -> Task<void> {
    EXPECT_TRUE(co_await raw.write(runtime::bytes_of("GET / HTTP/1.1\r\nHost: a\r\n\r\n")));
    answer = co_await read_all(raw);
  });
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 426 Upgrade Required\r\n")) << answer;
  EXPECT_EQ(why, "the other end does not speak the transport: 426, this port speaks WebSocket");
}

TEST_P(WebSockets, something_that_is_not_http_gets_a_bad_request) {
  std::string answer;
  served([&](Runtime&, Stream& raw) -> Task<void> {
    EXPECT_TRUE(co_await raw.write(runtime::bytes_of("\x13/multistream/1.0.0\r\n\r\n")));
    answer = co_await read_all(raw);
  });
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 Bad Request\r\n")) << answer;
}

TEST_P(WebSockets, headers_without_end_are_cut_off_at_the_limit) {
  std::string answer;
  const std::string why = served([&](Runtime&, Stream& raw) -> Task<void> {
    std::string request = "GET / HTTP/1.1\r\n";
    while (request.size() < kWebSocketHandshakeBytesMax) request += "X: yyyyyyyy\r\n";
    request.resize(kWebSocketHandshakeBytesMax);
    EXPECT_TRUE(co_await raw.write(runtime::bytes_of(request)));
    answer = co_await read_all(raw);
  });
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 431 ")) << answer;
  EXPECT_NE(why.find("431"), std::string::npos) << why;
}

TEST_P(WebSockets, a_client_that_dawdles_is_the_callers_to_cut_off) {
  run([this](Runtime& runtime) -> Task<void> {
    const auto transport = make_websocket(runtime, {});
    const auto listener = (*transport)->listen(here("/ws"));
    const runtime::Endpoint target{loopback(), port_of(**listener)};
    const auto raw = co_await runtime.network().connect(target);
    EXPECT_TRUE(co_await (*raw)->write(runtime::bytes_of("GET / HT")));
    auto accepted = co_await (*listener)->accept();
    EXPECT_TRUE(accepted);
    const auto cut =
        co_await runtime::with_timeout(runtime.clock(), 20ms, (*listener)->establish(*std::move(accepted)));
    EXPECT_TRUE(!cut && cut.error() == runtime::Errc::timed_out);
    // And is let go of.
    EXPECT_EQ(co_await read_all(**raw), "");
  });
}

TEST_P(WebSockets, a_client_that_ends_in_its_request_is_told_apart) {
  const std::string why = served([](Runtime&, Stream& raw) -> Task<void> {
    EXPECT_TRUE(co_await raw.write(runtime::bytes_of("GET / HTTP/1.1\r\n")));
    raw.shutdown_write();
    co_await read_all(raw);
  });
  EXPECT_EQ(why, "the other end does not speak the transport: the stream ended inside the handshake");
}

// The request comes byte by byte, and a frame in the same piece as its end.
TEST_P(WebSockets, bytes_around_the_handshake_are_not_lost) {
  run([this](Runtime& runtime) -> Task<void> {
    const auto transport = make_websocket(runtime, {});
    const auto listener = (*transport)->listen(here("/ws"));
    Result<RawConnection> accepted = runtime::fail(runtime::Errc::closed);
    runtime::TaskGroup group(runtime.executor());
    group.spawn(serve_one(**listener, accepted));
    const runtime::Endpoint target{loopback(), port_of(**listener)};
    const auto raw = co_await runtime.network().connect(target);
    const std::string head =
        "GET /any HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, upgrade\r\nUpgrade: WebSocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r";
    for (const char& c : head) EXPECT_TRUE(co_await (*raw)->write(std::as_bytes(std::span(&c, 1))));
    const std::string tail("\n\x82\x85\x00\x00\x00\x00hello\x82\x81", 14);
    EXPECT_TRUE(co_await (*raw)->write(runtime::bytes_of(tail)));
    co_await group.join();
    EXPECT_TRUE(accepted) << accepted.error().message();
    if (!accepted) co_return;
    const std::string rest("\x00\x00\x00\x00!", 5);
    EXPECT_TRUE(co_await (*raw)->write(runtime::bytes_of(rest)));
    Bytes got(6);
    EXPECT_TRUE(co_await read_exactly(*accepted->stream, got));
    EXPECT_EQ(runtime::text_of(got), "hello!");
  });
}

TEST_P(WebSockets, a_server_that_does_not_go_along_is_told) {
  const std::string prefix = "the other end does not speak the transport: ";
  EXPECT_EQ(answered("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
            prefix + "the server answers with HTTP status 404");
  EXPECT_EQ(answered("HTTP/1.1 101 Switching"), prefix + "the stream ended inside the handshake");
  EXPECT_EQ(answered("220 smtp.example.org ESMTP\r\n\r\n"), prefix + "not an HTTP/1.1 response");
  EXPECT_EQ(answered("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"),
            prefix + "Sec-WebSocket-Accept is not the one for our key");
  EXPECT_EQ(answered("HTTP/1.1 200 OK\r\nX: " + std::string(kWebSocketHandshakeBytesMax, 'x')),
            prefix + "an HTTP head above 8192 bytes");
}

TEST_P(WebSockets, the_request_names_the_host_and_a_fresh_key) {
  std::string first;
  std::string second;
  answered("HTTP/1.1 404 Not Found\r\n\r\n", &first);
  answered("HTTP/1.1 404 Not Found\r\n\r\n", &second);
  EXPECT_TRUE(first.starts_with("GET / HTTP/1.1\r\nHost: " + loopback().to_string() + ":")) << first;
  const auto key = [](const std::string& request) { return request.substr(request.find("Key: "), 29); };
  EXPECT_EQ(key(first).size(), 29u);
  if (GetParam() == runtime::WorldKind::system) EXPECT_NE(key(first), key(second));
}

}  // namespace
}  // namespace quern::transport
