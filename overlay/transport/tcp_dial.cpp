#include "overlay/transport/tcp_dial.hpp"

#include <algorithm>
#include <utility>

namespace quern::transport {
namespace {

using runtime::Endpoint;
using runtime::Errc;
using runtime::fail;
using runtime::IpAddress;
using runtime::Result;
using runtime::SocketStreamPtr;
using runtime::Task;

Task<Result<std::vector<IpAddress>>> addresses_of(runtime::Runtime& runtime, const TcpAddress& to) {
  if (to.ip) co_return std::vector{*to.ip};
  CO_TRY(std::vector<IpAddress> addresses, co_await runtime.network().resolve(to.name));
  if (to.family) {
    const bool v6 = to.family == multiformats::Protocol::dns6;
    std::erase_if(addresses, [v6](const IpAddress& address) { return address.is_v6() != v6; });
    if (addresses.empty())
      co_return fail(Errc::name_not_found, to.name + (v6 ? " has no IPv6" : " has no IPv4") + " address");
  }
  if (addresses.size() > kAddressesTriedMax) addresses.resize(kAddressesTriedMax);
  co_return addresses;
}

Task<Result<SocketStreamPtr>> connect(runtime::Network& network, const Endpoint& to, const ListenPorts* ports) {
  const auto near_end = ports ? ports->near_end(to.address) : std::nullopt;
  if (near_end) {
    auto stream = co_await network.connect(to, near_end);
    const bool port_taken =
        !stream && (stream.error() == Errc::address_in_use || stream.error() == Errc::address_unavailable);
    if (!port_taken) co_return stream;
  }
  co_return co_await network.connect(to);
}

}  // namespace

void ListenPorts::remove(const Endpoint& at) {
  const auto found = std::ranges::find(endpoints_, at);
  if (found != endpoints_.end()) endpoints_.erase(found);
}

std::optional<Endpoint> ListenPorts::near_end(const IpAddress& target) const {
  const auto fits = [&](const Endpoint& at) {
    if (at.address.is_v6() != target.is_v6()) return false;
    return at.address.is_unspecified() || at.address.is_loopback() == target.is_loopback();
  };
  const auto found = std::ranges::find_if(endpoints_, fits);
  return found == endpoints_.end() ? std::nullopt : std::optional(*found);
}

Task<Result<SocketStreamPtr>> dial_tcp(runtime::Runtime& runtime, TcpAddress to, const ListenPorts* ports) {
  CO_TRY(const std::vector<IpAddress> addresses, co_await addresses_of(runtime, to));
  Result<SocketStreamPtr> stream = fail(Errc::name_not_found, to.name);
  for (const IpAddress& address : addresses) {
    const Endpoint endpoint{address, to.port};
    stream = co_await connect(runtime.network(), endpoint, ports);
    if (stream) break;
  }
  co_return stream;
}

}  // namespace quern::transport
