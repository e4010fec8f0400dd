#include "overlay/runtime/system_network.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <set>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

namespace quern::runtime {
namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// An operation that ended early did so because its task was cancelled (which unwinds) or its socket closed (which is an
// outcome).
Task<Error> failure(boost::system::error_code error, std::string about = {}) {
  const auto state = co_await asio::this_coro::cancellation_state;
  if (error == asio::error::operation_aborted && state.cancelled() != asio::cancellation_type::none) {
    throw boost::system::system_error(error);
  }
  co_return from_system(error, std::move(about));
}

template <class AsioEndpoint>
Endpoint to_endpoint(const AsioEndpoint& endpoint) {
  return {endpoint.address(), endpoint.port()};
}

class TcpStream final : public SocketStream {
 public:
  explicit TcpStream(tcp::socket socket) : socket_(std::move(socket)) {
    boost::system::error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
    if (const auto local = socket_.local_endpoint(ignored); !ignored) local_ = to_endpoint(local);
    if (const auto remote = socket_.remote_endpoint(ignored); !ignored) remote_ = to_endpoint(remote);
  }
  ~TcpStream() override { close(); }
  TcpStream(const TcpStream&) = delete;
  TcpStream& operator=(const TcpStream&) = delete;

  Task<Result<std::size_t>> read_some(std::span<std::byte> out) override {
    if (over_) {  // Asio would wait for an event that has been
      auto size = try_read(out);
      if (!size || *size != 0) co_return size;
    }
    const auto [error, size] = co_await socket_.async_read_some(asio::buffer(out.data(), out.size()), kAwait);
    if (error) co_return std::unexpected(co_await failure(lasting(error)));
    co_return size;
  }
  Task<Result<void>> wait_readable() override {
    if (over_ && socket_.is_open()) co_return Result<void>();
    // A look at the first byte, and not async_wait(), which asks the system to arm its event anew each time and is then
    // told about the free send buffer, too: a system call and a turn more for each message.
    std::byte first{};
    const auto [error, size] =
        co_await socket_.async_receive(asio::buffer(&first, 1), tcp::socket::message_peek, kAwait);
    if (!error) co_return Result<void>();
    Error why = co_await failure(lasting(error));
    if (why == Errc::closed) co_return std::unexpected(std::move(why));
    co_return Result<void>();  // the end and breaks are try_read()'s to tell
  }
  Result<std::size_t> try_read(std::span<std::byte> out) override {
    boost::system::error_code error;
    const std::size_t size = socket_.read_some(asio::buffer(out.data(), out.size()), error);
    if (error == asio::error::would_block) return 0;
    if (error) return std::unexpected(from_system(lasting(error)));
    return size;
  }
  Task<Result<void>> write(std::span<const std::byte> data) override {
    CO_TRY(const std::size_t sent, try_write(data));
    data = data.subspan(sent);
    if (data.empty()) co_return Result<void>();
    const auto [error, size] = co_await asio::async_write(socket_, asio::buffer(data.data(), data.size()), kAwait);
    if (error) co_return std::unexpected(co_await failure(lasting(error)));
    co_return Result<void>();
  }
  Result<std::size_t> try_write(std::span<const std::byte> data) override {
    if (write_ended_) return fail(Errc::closed);
    boost::system::error_code error;
    const std::size_t size = socket_.write_some(asio::buffer(data.data(), data.size()), error);
    if (error == asio::error::would_block) return 0;
    if (error) return std::unexpected(from_system(lasting(error)));
    return size;
  }
  void shutdown_write() noexcept override {
    boost::system::error_code ignored;
    if (!std::exchange(write_ended_, true)) socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
  void close() noexcept override {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }
  void abort() noexcept override {
    boost::system::error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    socket_.close(ignored);
  }
  Endpoint local() const override { return local_; }
  Endpoint remote() const override { return remote_; }

 private:
  // The system tells of a broken connection once, to whoever asks first; then it claims a proper end.
  boost::system::error_code lasting(boost::system::error_code error) {
    const bool breaks = error == asio::error::connection_reset || error == asio::error::broken_pipe ||
                        error == asio::error::connection_aborted || error == asio::error::timed_out;
    if (breaks && !broken_) broken_ = error;
    if (breaks || error == asio::error::eof) over_ = true;
    return error == asio::error::eof && broken_ ? broken_ : error;
  }

  tcp::socket socket_;
  Endpoint local_;
  Endpoint remote_;
  boost::system::error_code broken_;
  bool over_ = false;  // a read or write has met the end or the break of the connection
  bool write_ended_ = false;
};

class TcpListener final : public Listener {
 public:
  explicit TcpListener(tcp::acceptor acceptor)
      : acceptor_(std::move(acceptor)), local_(to_endpoint(acceptor_.local_endpoint())) {}
  ~TcpListener() override { close(); }
  TcpListener(const TcpListener&) = delete;
  TcpListener& operator=(const TcpListener&) = delete;
  Task<Result<SocketStreamPtr>> accept() override {
    auto [error, socket] = co_await acceptor_.async_accept(kAwait);
    if (error) co_return std::unexpected(co_await failure(error, to_string(local_)));
    co_return std::make_unique<TcpStream>(std::move(socket));
  }
  Endpoint local() const override { return local_; }
  void close() noexcept override {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
  }

 private:
  tcp::acceptor acceptor_;
  Endpoint local_;
};

class UdpSocket final : public DatagramSocket {
 public:
  explicit UdpSocket(udp::socket socket) : socket_(std::move(socket)), local_(to_endpoint(socket_.local_endpoint())) {}
  ~UdpSocket() override { close(); }
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;
  Task<Result<Datagram>> receive(std::span<std::byte> out) override {
    udp::endpoint from;
    const auto [error, size] = co_await socket_.async_receive_from(asio::buffer(out.data(), out.size()), from, kAwait);
    // Linux reports here that an earlier datagram was refused: no news about this socket.
    if (error == asio::error::connection_refused) co_return co_await receive(out);
    if (error) co_return std::unexpected(co_await failure(error));
    co_return Datagram{size, to_endpoint(from)};
  }
  Task<Result<void>> send(std::span<const std::byte> data, Endpoint to) override {
    const udp::endpoint target(to.address, to.port);
    const auto [error, size] = co_await socket_.async_send_to(asio::buffer(data.data(), data.size()), target, kAwait);
    if (error == asio::error::connection_refused) co_return Result<void>();
    if (error) co_return std::unexpected(co_await failure(error, to_string(to)));
    co_return Result<void>();
  }
  Endpoint local() const override { return local_; }
  void close() noexcept override {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

 private:
  udp::socket socket_;
  Endpoint local_;
};

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

// Opens `socket` at a listener's own port.
boost::system::error_code share_port(tcp::socket& socket, const Endpoint& at) {
  const tcp::endpoint endpoint(at.address, at.port);
  boost::system::error_code error;
  socket.open(endpoint.protocol(), error);
  // As the listener: else [::] would be 0.0.0.0, too, and meet whoever has that port there.
  if (!error && at.address.is_v6()) socket.set_option(asio::ip::v6_only(true), error);
  if (!error) socket.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) socket.set_option(ReusePort(true), error);
  if (!error) socket.bind(endpoint, error);
  return error;
}

// The address of an interface, unless it is of no use without a link's name.
std::optional<IpAddress> usable_address(const sockaddr* address) {
  if (!address) return std::nullopt;
  if (address->sa_family == AF_INET) {
    sockaddr_in found{};
    std::memcpy(&found, address, sizeof found);
    return asio::ip::address_v4(ntohl(found.sin_addr.s_addr));
  }
  if (address->sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 found{};
  std::memcpy(&found, address, sizeof found);
  asio::ip::address_v6::bytes_type bytes;
  std::memcpy(bytes.data(), &found.sin6_addr, bytes.size());
  const asio::ip::address_v6 result(bytes);
  return result.is_link_local() ? std::nullopt : std::optional<IpAddress>(result);
}

class SystemNetwork final : public Network {
 public:
  explicit SystemNetwork(asio::io_context& io) : io_(io) {}

  Result<ListenerPtr> listen(const Endpoint& at) override {
    tcp::acceptor acceptor(io_);
    const tcp::endpoint endpoint(at.address, at.port);
    boost::system::error_code error;
    const auto step = [&error](auto&& call) {
      if (!error) call();
    };
    step([&] { acceptor.open(endpoint.protocol(), error); });
    step([&] { acceptor.set_option(asio::socket_base::reuse_address(true), error); });
    step([&] {
      if (at.address.is_v6()) acceptor.set_option(asio::ip::v6_only(true), error);
    });
    step([&] { acceptor.bind(endpoint, error); });
    step([&] { acceptor.listen(kBacklogMax, error); });
    // Only now: the port stays refused to every other listener, and connect() may share it.
    step([&] { acceptor.set_option(ReusePort(true), error); });
    if (error) return std::unexpected(from_system(error, to_string(at)));
    return std::make_unique<TcpListener>(std::move(acceptor));
  }

  Task<Result<SocketStreamPtr>> connect(Endpoint to, std::optional<Endpoint> from) override {
    tcp::socket socket(io_);
    if (from) {
      if (const auto error = share_port(socket, *from)) co_return std::unexpected(from_system(error, to_string(*from)));
    }
    const auto [error] = co_await socket.async_connect(tcp::endpoint(to.address, to.port), kAwait);
    if (error) co_return std::unexpected(co_await failure(error, to_string(to)));
    auto stream = std::make_unique<TcpStream>(std::move(socket));
    // TCP lets a socket connect to itself, past any listener.
    if (stream->local() == stream->remote()) {
      stream->abort();
      co_return fail(from ? Errc::address_unavailable : Errc::refused, to_string(to));
    }
    co_return stream;
  }

  Result<DatagramSocketPtr> bind_datagram(const Endpoint& at) override {
    udp::socket socket(io_);
    const udp::endpoint endpoint(at.address, at.port);
    boost::system::error_code error;
    socket.open(endpoint.protocol(), error);
    if (!error && at.address.is_v6()) socket.set_option(asio::ip::v6_only(true), error);
    if (!error) socket.bind(endpoint, error);
    if (error) return std::unexpected(from_system(error, to_string(at)));
    return std::make_unique<UdpSocket>(std::move(socket));
  }

  Task<Result<std::vector<IpAddress>>> resolve(std::string host) override {
    boost::system::error_code not_literal;
    const IpAddress literal = asio::ip::make_address(host, not_literal);
    if (!not_literal) co_return std::vector{literal};
    tcp::resolver resolver(io_);
    const auto [error, entries] = co_await resolver.async_resolve(host, "", kAwait);
    if (error) co_return std::unexpected(co_await failure(error, host));
    std::vector<IpAddress> addresses;
    for (const auto& entry : entries) {
      const IpAddress address = entry.endpoint().address();
      if (std::ranges::find(addresses, address) == addresses.end()) addresses.push_back(address);
    }
    if (addresses.empty()) co_return fail(Errc::name_not_found, host);
    co_return addresses;
  }

  std::vector<IpAddress> interface_addresses() const override {
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) return {};
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(list, ::freeifaddrs);
    std::set<IpAddress> addresses;
    for (const ifaddrs* entry = list; entry; entry = entry->ifa_next) {
      if ((entry->ifa_flags & IFF_UP) == 0) continue;
      if (const auto address = usable_address(entry->ifa_addr)) addresses.insert(*address);
    }
    return {addresses.begin(), addresses.end()};
  }

 private:
  asio::io_context& io_;
};

}  // namespace

Error from_system(const boost::system::error_code& error, std::string about) {
  namespace code = asio::error;
  struct Row {
    boost::system::error_code system;
    Errc meaning;
  };
  const Row rows[] = {
      {code::eof, Errc::end_of_stream},
      {code::connection_reset, Errc::reset},
      {code::connection_aborted, Errc::reset},
      {code::broken_pipe, Errc::reset},
      {code::operation_aborted, Errc::closed},
      {code::bad_descriptor, Errc::closed},
      {code::connection_refused, Errc::refused},
      {code::host_unreachable, Errc::unreachable},
      {code::network_unreachable, Errc::unreachable},
      {code::timed_out, Errc::timed_out},
      {code::address_in_use, Errc::address_in_use},
      {{EADDRNOTAVAIL, boost::system::system_category()}, Errc::address_unavailable},
      {code::host_not_found, Errc::name_not_found},
      {code::no_data, Errc::name_not_found},
      {code::host_not_found_try_again, Errc::timed_out},
      {code::message_size, Errc::too_large},
      {code::no_descriptors, Errc::limit_reached},
  };
  for (const Row& row : rows) {
    if (error == row.system) return Error(row.meaning, std::move(about));
  }
  return Error(Errc::system, about.empty() ? error.message() : about + ": " + error.message());
}

std::unique_ptr<Network> make_system_network(asio::io_context& io) {
  return std::make_unique<SystemNetwork>(io);
}

}  // namespace quern::runtime
