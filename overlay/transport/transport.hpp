// How bytes get from one node to another: TCP, WebSocket, memory. A transport knows addresses and streams, nothing of
// who is at the other end.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "overlay/multiformats/multiaddr.hpp"
#include "overlay/runtime/result.hpp"
#include "overlay/runtime/stream.hpp"
#include "overlay/runtime/task.hpp"

namespace quern::transport {

enum class Errc {
  unsupported_address = 1,  // no transport of this node takes such an address
  bad_handshake,            // the other end does not speak the transport: the detail says what was wrong
  bad_frame,                // a WebSocket frame that the protocol forbids, or one above a limit
  bad_certificate,          // /tls/ws: the certificate is not one we accept
};
std::error_code make_error_code(Errc code);

// A raw connection, with the addresses of its ends as far as the transport knows them (without /p2p).
struct RawConnection {
  runtime::StreamPtr stream;
  multiformats::Multiaddr local;
  multiformats::Multiaddr remote;
};

class Listener {
 public:
  virtual ~Listener() = default;  // as close()
  // The next connection in order of arrival, before any handshake of the transport: quick. One accept at a time.
  // runtime::Errc::closed, limit_reached (try again later).
  virtual runtime::Task<runtime::Result<RawConnection>> accept() = 0;
  // The transport's own handshake on an accepted connection (the WebSocket upgrade); TCP has none. Run beside accept()
  // under the caller's deadline. Must not outlive the listener.
  virtual runtime::Task<runtime::Result<RawConnection>> establish(RawConnection accepted) = 0;
  // With the port it really has; an unspecified address (0.0.0.0, ::) as it was given.
  virtual const multiformats::Multiaddr& local() const = 0;
  virtual void close() noexcept = 0;
};
using ListenerPtr = std::unique_ptr<Listener>;

class Transport {
 public:
  virtual ~Transport() = default;
  // "tcp", "ws", "memory"
  virtual std::string_view name() const = 0;
  // Whether an address (a trailing /p2p/... does not matter) is one of this transport's.
  virtual bool handles(const multiformats::Multiaddr& address) const = 0;
  // Errc::unsupported_address, and those of Network::listen.
  virtual runtime::Result<ListenerPtr> listen(const multiformats::Multiaddr& address) = 0;
  // A connection after the transport's handshake. /dns, /dns4 and /dns6 are resolved here. With `reuse_port` the local
  // end is the port of one of this transport's listeners where that is possible. Errc::unsupported_address,
  // bad_handshake, bad_certificate, and those of Network::connect and resolve.
  virtual runtime::Task<runtime::Result<RawConnection>> dial(multiformats::Multiaddr address, bool reuse_port) = 0;
};
using TransportPtr = std::unique_ptr<Transport>;

}  // namespace quern::transport

template <>
struct std::is_error_code_enum<quern::transport::Errc> : std::true_type {};
