// Multiaddrs that lead to a TCP port: /ip4/192.0.2.7/tcp/4001, /dns4/example.org/tcp/443/...
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "overlay/multiformats/multiaddr.hpp"
#include "overlay/runtime/network.hpp"

namespace quern::transport {

struct TcpAddress {
  // A literal address, or a name to resolve.
  std::optional<runtime::IpAddress> ip;
  std::string name;
  // dns4 and dns6: which addresses of the name count.
  std::optional<multiformats::Protocol> family;
  std::uint16_t port = 0;
  // What follows /tcp/N, without a /p2p/... at the end.
  std::vector<multiformats::Protocol> layers;

  // "192.0.2.7", "::1", "example.org"
  std::string host() const { return ip ? ip->to_string() : name; }
};

// Letters, digits, hyphens, dots and the underscores of service names: what may stand in an HTTP header, in a
// certificate and before a resolver.
bool is_host_name(std::string_view name);

// nullopt when the address does not begin so, or its name could not be one of a host.
std::optional<TcpAddress> read_tcp_address(const multiformats::Multiaddr& address);
// /ip4/.../tcp/N or /ip6/.../tcp/N
multiformats::Multiaddr tcp_multiaddr(const runtime::Endpoint& endpoint);

}  // namespace quern::transport
