// WebSocket (RFC 6455) over TCP: .../tcp/4002/ws, and .../tcp/443/tls/ws (also written .../wss) under a TLS server
// certificate. Bytes travel in binary messages whose boundaries mean nothing.
#pragma once
#include <cstddef>
#include <optional>
#include <string>

#include "overlay/runtime/runtime.hpp"
#include "overlay/transport/transport.hpp"

namespace quern::transport {

inline constexpr std::size_t kWebSocketHandshakeBytesMax = 8 << 10;  // request or response with all its headers
inline constexpr std::size_t kWebSocketFrameBytesMax = 16 << 20;     // larger ones from a peer are refused
inline constexpr std::size_t kWebSocketControlQueueMax = 16;         // unsent answers to pings

struct WebSocketOptions {
  // To listen at /tls/ws: certificate chain and private key, PEM.
  std::optional<std::string> certificate_chain;
  std::optional<std::string> certificate_key;
  // To dial /tls/ws: PEM of the authorities to trust instead of the system's.
  std::optional<std::string> trusted_authorities;
  // Dial /tls/ws without looking at the certificate: who the peer is, is shown by its libp2p handshake inside.
  bool any_certificate = false;
};

// Used on the runtime's executor; listeners must be gone before it. Errc::bad_certificate when the options' certificate
// or key cannot be read.
runtime::Result<TransportPtr> make_websocket(runtime::Runtime& runtime, WebSocketOptions options);

}  // namespace quern::transport
