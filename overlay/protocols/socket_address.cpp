#include "overlay/protocols/socket_address.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace quern::protocols {

using multiformats::Multiaddr;
using multiformats::Protocol;
using runtime::IpAddress;
namespace ip = boost::asio::ip;

namespace {

template <class Address>
std::optional<runtime::IpAddress> read_ip(runtime::ByteView value) {
  typename Address::bytes_type bytes;
  if (value.size() != bytes.size()) return std::nullopt;
  std::ranges::copy(value, std::as_writable_bytes(std::span(bytes)).begin());
  return Address(bytes);
}

void add_new(std::vector<Multiaddr>& to, Multiaddr address) {
  if (std::ranges::find(to, address) == to.end()) to.push_back(std::move(address));
}

}  // namespace

std::optional<SocketAddress> split_address(const Multiaddr& address) {
  const auto parts = address.components();
  if (parts.size() < 2 || parts[1].protocol != Protocol::tcp || parts[1].value.size() != 2) return std::nullopt;
  std::optional<runtime::IpAddress> ip;
  if (parts[0].protocol == Protocol::ip4) ip = read_ip<ip::address_v4>(parts[0].value);
  if (parts[0].protocol == Protocol::ip6) ip = read_ip<ip::address_v6>(parts[0].value);
  if (!ip) return std::nullopt;
  SocketAddress result{.ip = *ip};
  result.port = static_cast<std::uint16_t>(std::to_integer<unsigned>(parts[1].value[0]) << 8 |
                                           std::to_integer<unsigned>(parts[1].value[1]));
  for (std::size_t i = 2; i < parts.size(); ++i) {
    if (i + 1 < parts.size() || parts[i].protocol != Protocol::p2p)
      result.rest = result.rest.with(parts[i].protocol, parts[i].value);
  }
  return result;
}

Multiaddr join_address(const SocketAddress& address) {
  const std::array port{static_cast<std::byte>(address.port >> 8), static_cast<std::byte>(address.port)};
  Multiaddr result;
  if (address.ip.is_v4()) {
    const auto bytes = address.ip.to_v4().to_bytes();
    result = result.with(Protocol::ip4, std::as_bytes(std::span(bytes)));
  } else {
    const auto bytes = address.ip.to_v6().to_bytes();
    result = result.with(Protocol::ip6, std::as_bytes(std::span(bytes)));
  }
  return result.with(Protocol::tcp, port).encapsulate(address.rest);
}

std::vector<Multiaddr> expand_unspecified(std::span<const Multiaddr> listening, std::span<const IpAddress> interfaces) {
  std::vector<Multiaddr> result;
  for (const Multiaddr& address : listening) {
    auto parts = split_address(address);
    if (!parts || !parts->ip.is_unspecified()) {
      add_new(result, address);
      continue;
    }
    const auto add = [&](bool loopback) {
      const bool v4 = parts->ip.is_v4();
      bool any = false;
      for (const IpAddress& interface : interfaces) {
        if (interface.is_v4() != v4 || interface.is_loopback() != loopback) continue;
        add_new(result, join_address({.ip = interface, .port = parts->port, .rest = parts->rest}));
        any = true;
      }
      return any;
    };
    if (!add(false)) add(true);
  }
  return result;
}

}  // namespace quern::protocols
