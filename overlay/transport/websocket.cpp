#include "overlay/transport/websocket.hpp"

#include <memory>
#include <utility>
#include <vector>

#include "overlay/security/secure_stream.hpp"
#include "overlay/security/tls_engine.hpp"
#include "overlay/transport/tcp_address.hpp"
#include "overlay/transport/tcp_dial.hpp"
#include "overlay/transport/websocket_upgrade.hpp"

namespace quern::transport {
namespace {

using multiformats::Multiaddr;
using multiformats::Protocol;
using negotiation::Role;
using runtime::fail;
using runtime::Result;
using runtime::Runtime;
using runtime::StreamPtr;
using runtime::Task;
using security::TlsContext;

// An address of this transport.
struct WebSocketAddress {
  TcpAddress tcp;
  bool secure = false;
  std::string server_name;  // that a certificate must be for: /sni/..., else the host
};

std::optional<WebSocketAddress> read_address(const Multiaddr& address) {
  auto tcp = read_tcp_address(address);
  if (!tcp) return std::nullopt;
  using Layers = std::vector<Protocol>;
  const Layers& layers = tcp->layers;
  const bool named = layers == Layers{Protocol::tls, Protocol::sni, Protocol::ws};
  const bool secure = named || layers == Layers{Protocol::tls, Protocol::ws} || layers == Layers{Protocol::wss};
  if (!secure && layers != Layers{Protocol::ws}) return std::nullopt;
  std::string server_name = named ? address.find_text(Protocol::sni).value_or("") : tcp->host();
  if (named && !is_host_name(server_name)) return std::nullopt;
  return WebSocketAddress{*std::move(tcp), secure, std::move(server_name)};
}

Multiaddr multiaddr(const runtime::Endpoint& endpoint, bool secure) {
  const Multiaddr tcp = tcp_multiaddr(endpoint);
  return (secure ? tcp.with(Protocol::tls) : tcp).with(Protocol::ws);
}

RawConnection raw_connection(runtime::SocketStreamPtr stream, bool secure) {
  Multiaddr local = multiaddr(stream->local(), secure);
  Multiaddr remote = multiaddr(stream->remote(), secure);
  return {std::move(stream), std::move(local), std::move(remote)};
}

// As the host stands in an URL.
std::string host_field(const TcpAddress& address) {
  const bool v6 = address.ip && address.ip->is_v6();
  return (v6 ? "[" + address.host() + "]" : address.host()) + ":" + std::to_string(address.port);
}

runtime::Error tls_failure(const runtime::Error& error) {
  if (error == security::Errc::bad_certificate) return runtime::Error(Errc::bad_certificate, error.detail());
  const bool of_tls = error.code().category() == make_error_code(security::Errc::bad_handshake).category();
  return of_tls ? runtime::Error(Errc::bad_handshake, "TLS: " + error.message()) : error;
}

Task<Result<StreamPtr>> secured(Runtime& runtime, StreamPtr wire, const TlsContext& context, Role role,
                                std::string server_name) {
  security::TlsOptions options;
  options.role = role;
  options.now = runtime.clock().wall_now();
  options.host = std::move(server_name);
  security::TlsHandshake handshake(context, std::move(options));
  auto channel = co_await security::shake_hands(*wire, handshake);
  if (!channel) co_return std::unexpected(tls_failure(channel.error()));
  co_return std::make_unique<security::SecureStream>(std::move(wire), std::move(channel->codec), channel->unread);
}

class WebSocketListener final : public Listener {
 public:
  // With `tls` connections are made secure.
  WebSocketListener(Runtime& runtime, runtime::ListenerPtr listener, ListenPorts& ports, const TlsContext* tls)
      : runtime_(runtime),
        listener_(std::move(listener)),
        ports_(ports),
        tls_(tls),
        local_(multiaddr(listener_->local(), tls != nullptr)) {
    ports_.add(listener_->local());
  }
  ~WebSocketListener() override { close(); }
  WebSocketListener(const WebSocketListener&) = delete;
  WebSocketListener& operator=(const WebSocketListener&) = delete;

  Task<Result<RawConnection>> accept() override {
    CO_TRY(auto stream, co_await listener_->accept());
    co_return raw_connection(std::move(stream), tls_ != nullptr);
  }
  Task<Result<RawConnection>> establish(RawConnection accepted) override {
    if (tls_) {
      CO_TRY(accepted.stream,
             co_await secured(runtime_, std::move(accepted.stream), *tls_, Role::listener, std::string()));
    }
    CO_TRY(accepted.stream, co_await upgrade_as_server(runtime_, std::move(accepted.stream)));
    co_return accepted;
  }
  const Multiaddr& local() const override { return local_; }
  void close() noexcept override {
    if (!std::exchange(closed_, true)) ports_.remove(listener_->local());
    listener_->close();
  }

 private:
  Runtime& runtime_;
  runtime::ListenerPtr listener_;
  ListenPorts& ports_;
  const TlsContext* tls_;
  Multiaddr local_;
  bool closed_ = false;
};

class WebSocket final : public Transport {
 public:
  // `client` is made at the first use when it is not given: the system's authorities are many.
  WebSocket(Runtime& runtime, std::optional<TlsContext> server, std::optional<TlsContext> client)
      : runtime_(runtime), server_(std::move(server)), client_(std::move(client)) {}

  std::string_view name() const override { return "ws"; }
  bool handles(const Multiaddr& address) const override { return read_address(address).has_value(); }

  Result<ListenerPtr> listen(const Multiaddr& address) override {
    const auto at = read_address(address);
    if (!at || !at->tcp.ip) return fail(Errc::unsupported_address, address.text());
    const TlsContext* const tls = at->secure && server_ ? &*server_ : nullptr;
    if (at->secure && !tls) {
      return fail(Errc::unsupported_address,
                  address.text() + " needs the options certificate_chain and certificate_key");
    }
    auto listener = runtime_.network().listen({*at->tcp.ip, at->tcp.port});
    if (!listener) return std::unexpected(std::move(listener).error());
    return std::make_unique<WebSocketListener>(runtime_, *std::move(listener), ports_, tls);
  }

  Task<Result<RawConnection>> dial(Multiaddr address, bool reuse_port) override {
    const auto to = read_address(address);
    if (!to) co_return fail(Errc::unsupported_address, address.text());
    CO_TRY(auto stream, co_await dial_tcp(runtime_, to->tcp, reuse_port ? &ports_ : nullptr));
    RawConnection connection = raw_connection(std::move(stream), to->secure);
    if (to->secure) {
      CO_TRY(const TlsContext* const client, co_await client_context());
      CO_TRY(connection.stream,
             co_await secured(runtime_, std::move(connection.stream), *client, Role::dialer, to->server_name));
    }
    CO_TRY(connection.stream, co_await upgrade_as_client(runtime_, std::move(connection.stream), host_field(to->tcp)));
    co_return connection;
  }

 private:
  Task<Result<const TlsContext*>> client_context() {
    if (client_) co_return &*client_;
    auto load = [] { return TlsContext::web_client(std::nullopt); };
    auto made = co_await runtime::offload(runtime_, load);
    if (!made) co_return std::unexpected(tls_failure(made.error()));
    // Another dial may have been here meanwhile, and uses what it made.
    if (!client_) client_.emplace(*std::move(made));
    co_return &*client_;
  }

  Runtime& runtime_;
  std::optional<TlsContext> server_;
  std::optional<TlsContext> client_;
  ListenPorts ports_;
};

Result<std::optional<TlsContext>> server_context(const WebSocketOptions& options) {
  if (!options.certificate_chain && !options.certificate_key) return std::nullopt;
  if (!options.certificate_chain) return fail(Errc::bad_certificate, "certificate_chain is missing");
  if (!options.certificate_key) return fail(Errc::bad_certificate, "certificate_key is missing");
  auto context = TlsContext::web_server(*options.certificate_chain, *options.certificate_key);
  if (!context) return std::unexpected(tls_failure(context.error()));
  return std::optional(*std::move(context));
}

Result<std::optional<TlsContext>> client_context(const WebSocketOptions& options) {
  if (options.any_certificate) return std::optional(TlsContext::web_client_of_anyone());
  if (!options.trusted_authorities) return std::nullopt;
  auto context = TlsContext::web_client(options.trusted_authorities);
  if (!context) return std::unexpected(tls_failure(context.error()));
  return std::optional(*std::move(context));
}

}  // namespace

Result<TransportPtr> make_websocket(Runtime& runtime, WebSocketOptions options) {
  auto server = server_context(options);
  if (!server) return std::unexpected(std::move(server).error());
  auto client = client_context(options);
  if (!client) return std::unexpected(std::move(client).error());
  return std::make_unique<WebSocket>(runtime, *std::move(server), *std::move(client));
}

}  // namespace quern::transport
