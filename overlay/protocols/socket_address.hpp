// A multiaddr as an IP address, a TCP port, and what is layered on them. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

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

// Addresses that say "every interface" (/ip4/0.0.0.0, /ip6/::) replaced by one for each interface of that family:
// without loopback, unless there is nothing else. Each result once, in order.
std::vector<multiformats::Multiaddr> expand_unspecified(std::span<const multiformats::Multiaddr> listening,
                                                        std::span<const runtime::IpAddress> interfaces);

}  // namespace quern::protocols
