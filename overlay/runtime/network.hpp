// The network as a dependency: TCP, UDP and name resolution. No room above overlay/runtime opens a socket.
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>

#include "overlay/runtime/result.hpp"
#include "overlay/runtime/stream.hpp"
#include "overlay/runtime/task.hpp"

namespace quern::runtime {

using IpAddress = boost::asio::ip::address;

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;  // 0 when listening or binding: any free port
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
  friend bool operator<(const Endpoint& a, const Endpoint& b) {
    return a.address == b.address ? a.port < b.port : a.address < b.address;
  }
};
// "127.0.0.1:4001", "[::1]:4001"
std::string to_string(const Endpoint& endpoint);

// A Stream that knows its ends.
class SocketStream : public Stream {
 public:
  virtual Endpoint local() const = 0;
  virtual Endpoint remote() const = 0;
};
using SocketStreamPtr = std::unique_ptr<SocketStream>;

class Listener {
 public:
  virtual ~Listener() = default;  // as close()
  // The next incoming connection, in order of arrival; at most kBacklogMax wait, the rest is refused. One accept at a
  // time. Errc::closed, Errc::limit_reached when the process has no file descriptor left (try again later).
  virtual Task<Result<SocketStreamPtr>> accept() = 0;
  virtual Endpoint local() const = 0;
  virtual void close() noexcept = 0;
};
using ListenerPtr = std::unique_ptr<Listener>;
inline constexpr int kBacklogMax = 512;

struct Datagram {
  std::size_t size = 0;  // bytes written to the buffer; a longer datagram is cut
  Endpoint from;
};
inline constexpr std::size_t kDatagramBytesMax = 65'507;

class DatagramSocket {
 public:
  virtual ~DatagramSocket() = default;  // as close()
  // One receive at a time. Errc::closed.
  virtual Task<Result<Datagram>> receive(std::span<std::byte> out) = 0;
  // Fire and forget: done is not received. Errc::too_large, unreachable, closed.
  virtual Task<Result<void>> send(std::span<const std::byte> data, Endpoint to) = 0;
  virtual Endpoint local() const = 0;
  virtual void close() noexcept = 0;
};
using DatagramSocketPtr = std::unique_ptr<DatagramSocket>;

// Every wait ends by itself in the end (the system's own time-outs) and sooner under with_deadline.
class Network {
 public:
  virtual ~Network() = default;
  // Errc::address_in_use, address_unavailable, system.
  virtual Result<ListenerPtr> listen(const Endpoint& at) = 0;
  // `from` asks for the port of one of this node's listeners as the local end, so that the peer sees an address at
  // which this node can be reached; Errc::address_in_use or address_unavailable when that cannot be had (the port is
  // already talking to `to`): try without. Errc::refused, unreachable, timed_out, system.
  virtual Task<Result<SocketStreamPtr>> connect(Endpoint to, std::optional<Endpoint> from = {}) = 0;
  // Errc::address_in_use, address_unavailable, system.
  virtual Result<DatagramSocketPtr> bind_datagram(const Endpoint& at) = 0;
  // At least one address, in the order to try them. A literal address resolves to itself. Errc::name_not_found,
  // timed_out, system.
  virtual Task<Result<std::vector<IpAddress>>> resolve(std::string host) = 0;
  // This machine's own addresses at this moment, each once, in order; loopback is among them, IPv6 link-local ones (of
  // use only with the name of a link) are not. Empty when the system does not say.
  virtual std::vector<IpAddress> interface_addresses() const = 0;
};

}  // namespace quern::runtime
