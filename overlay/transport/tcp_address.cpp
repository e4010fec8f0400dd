#include "overlay/transport/tcp_address.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace quern::transport {
namespace {

using multiformats::Multiaddr;
using multiformats::Protocol;
using runtime::ByteView;

template <class Address>
Address address_of(ByteView value) {
  typename Address::bytes_type bytes{};
  std::ranges::transform(value, bytes.begin(), std::to_integer<unsigned char>);
  return Address(bytes);
}

// Whether the component says a host, which is then written to `to`.
bool read_host(const Multiaddr::Component& component, TcpAddress& to) {
  switch (component.protocol) {
    case Protocol::ip4:
      to.ip = address_of<boost::asio::ip::address_v4>(component.value);
      return true;
    case Protocol::ip6:
      to.ip = address_of<boost::asio::ip::address_v6>(component.value);
      return true;
    case Protocol::dns4:
    case Protocol::dns6:
      to.family = component.protocol;
      [[fallthrough]];
    case Protocol::dns:
      to.name = runtime::text_of(component.value);
      return is_host_name(to.name);
    default:
      return false;
  }
}

}  // namespace

bool is_host_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
  };
  return !name.empty() && !name.starts_with('.') && std::ranges::all_of(name, fits);
}

std::optional<TcpAddress> read_tcp_address(const Multiaddr& address) {
  std::vector<Multiaddr::Component> components = address.components();
  if (!components.empty() && components.back().protocol == Protocol::p2p) components.pop_back();
  TcpAddress result;
  if (components.size() < 2 || !read_host(components[0], result) || components[1].protocol != Protocol::tcp) {
    return std::nullopt;
  }
  const ByteView port = components[1].value;
  result.port =
      static_cast<std::uint16_t>(std::to_integer<unsigned>(port[0]) << 8 | std::to_integer<unsigned>(port[1]));
  for (const auto& layer : std::span(components).subspan(2)) result.layers.push_back(layer.protocol);
  return result;
}

Multiaddr tcp_multiaddr(const runtime::Endpoint& endpoint) {
  const std::array port{static_cast<std::byte>(endpoint.port >> 8), static_cast<std::byte>(endpoint.port)};
  const auto with_port = [&](Protocol protocol, const auto& bytes) {
    return Multiaddr().with(protocol, std::as_bytes(std::span(bytes))).with(Protocol::tcp, port);
  };
  if (endpoint.address.is_v4()) return with_port(Protocol::ip4, endpoint.address.to_v4().to_bytes());
  return with_port(Protocol::ip6, endpoint.address.to_v6().to_bytes());
}

}  // namespace quern::transport
