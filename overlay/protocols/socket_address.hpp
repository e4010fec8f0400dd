// A multiaddr as an IP address, a TCP port, and what is layered on them.
#pragma once
#include <cstdint>
#include <optional>

#include "overlay/multiformats/multiaddr.hpp"
#include "overlay/runtime/network.hpp"

namespace quern::protocols {

struct SocketAddress {
  runtime::IpAddress ip;
  std::uint16_t port = 0;
  multiformats::Multiaddr rest;  // "/ws"; empty for plain TCP; without a trailing /p2p/...
};
// nullopt for an address that does not begin with /ip4 or /ip6 and /tcp.
std::optional<SocketAddress> split_address(const multiformats::Multiaddr& address);
multiformats::Multiaddr join_address(const SocketAddress& address);

}  // namespace quern::protocols
