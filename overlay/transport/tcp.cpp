#include "overlay/transport/tcp.hpp"

#include <utility>

#include "overlay/transport/tcp_address.hpp"
#include "overlay/transport/tcp_dial.hpp"

namespace quern::transport {
namespace {

using multiformats::Multiaddr;
using runtime::fail;
using runtime::Result;
using runtime::Task;

RawConnection raw_connection(runtime::SocketStreamPtr stream) {
  Multiaddr local = tcp_multiaddr(stream->local());
  Multiaddr remote = tcp_multiaddr(stream->remote());
  return {std::move(stream), std::move(local), std::move(remote)};
}

class TcpListener final : public Listener {
 public:
  TcpListener(runtime::ListenerPtr listener, ListenPorts& ports)
      : listener_(std::move(listener)), ports_(ports), local_(tcp_multiaddr(listener_->local())) {
    ports_.add(listener_->local());
  }
  ~TcpListener() override { close(); }
  TcpListener(const TcpListener&) = delete;
  TcpListener& operator=(const TcpListener&) = delete;

  Task<Result<RawConnection>> accept() override {
    CO_TRY(auto stream, co_await listener_->accept());
    co_return raw_connection(std::move(stream));
  }
  Task<Result<RawConnection>> establish(RawConnection accepted) override { co_return accepted; }
  const Multiaddr& local() const override { return local_; }
  void close() noexcept override {
    if (!std::exchange(closed_, true)) ports_.remove(listener_->local());
    listener_->close();
  }

 private:
  runtime::ListenerPtr listener_;
  ListenPorts& ports_;
  Multiaddr local_;
  bool closed_ = false;
};

class Tcp final : public Transport {
 public:
  explicit Tcp(runtime::Runtime& runtime) : runtime_(runtime) {}

  std::string_view name() const override { return "tcp"; }
  bool handles(const Multiaddr& address) const override { return read(address).has_value(); }

  Result<ListenerPtr> listen(const Multiaddr& address) override {
    const auto at = read(address);
    if (!at || !at->ip) return fail(Errc::unsupported_address, address.text());
    auto listener = runtime_.network().listen({*at->ip, at->port});
    if (!listener) return std::unexpected(std::move(listener).error());
    return std::make_unique<TcpListener>(*std::move(listener), ports_);
  }

  Task<Result<RawConnection>> dial(Multiaddr address, bool reuse_port) override {
    auto to = read(address);
    if (!to) co_return fail(Errc::unsupported_address, address.text());
    CO_TRY(auto stream, co_await dial_tcp(runtime_, *std::move(to), reuse_port ? &ports_ : nullptr));
    co_return raw_connection(std::move(stream));
  }

 private:
  static std::optional<TcpAddress> read(const Multiaddr& address) {
    auto to = read_tcp_address(address);
    return to && to->layers.empty() ? to : std::nullopt;
  }

  runtime::Runtime& runtime_;
  ListenPorts ports_;
};

}  // namespace

TransportPtr make_tcp(runtime::Runtime& runtime) {
  return std::make_unique<Tcp>(runtime);
}

}  // namespace quern::transport
