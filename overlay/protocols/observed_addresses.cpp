#include "overlay/protocols/observed_addresses.hpp"

#include <algorithm>
#include <utility>

#include "overlay/protocols/socket_address.hpp"
#include "overlay/runtime/address_range.hpp"

namespace quern::protocols {

using multiformats::Multiaddr;
using runtime::IpAddress;

namespace {

IpAddress network_of(const IpAddress& address) {
  return runtime::masked(address, address.is_v4() ? 24 : 64);
}

bool leads_here_from_elsewhere(const IpAddress& address) {
  if (address.is_unspecified() || address.is_loopback() || address.is_multicast()) return false;
  if (address.is_v6()) return !address.to_v6().is_link_local();
  constexpr std::uint32_t kLinkLocal = 0xa9fe0000;  // 169.254.0.0/16
  return (address.to_v4().to_uint() & 0xffff0000) != kLinkLocal;
}

// The port at which this node can be reached when `local` was the near end of a connection it dialed; `seen` where the
// port was a listener's own.
std::optional<std::uint16_t> reachable_port(const SocketAddress& local, std::uint16_t seen,
                                            std::span<const Multiaddr> listening) {
  std::optional<std::uint16_t> of_its_kind;
  for (const Multiaddr& address : listening) {
    const auto listener = split_address(address);
    if (!listener || listener->rest != local.rest || listener->ip.is_v4() != local.ip.is_v4()) continue;
    if (listener->port == local.port) return seen;
    if (!of_its_kind) of_its_kind = listener->port;
  }
  return of_its_kind;
}

}  // namespace

void ObservedAddresses::note(const Connection& connection, const Multiaddr& observed,
                             std::span<const Multiaddr> listening) {
  forget(connection.id);
  if (observations_.size() >= kObservationsMax) return;
  auto seen = split_address(observed);
  const auto local = split_address(connection.local);
  const auto remote = split_address(connection.remote);
  if (!seen || !local || !remote) return;
  seen->ip = runtime::plain_address(seen->ip);
  seen->rest = local->rest;
  if (!leads_here_from_elsewhere(seen->ip)) return;
  if (!connection.inbound) {
    const auto port = reachable_port(*local, seen->port, listening);
    if (!port) return;
    seen->port = *port;
  }
  Observation observation{.address = join_address(*seen), .observer = network_of(runtime::plain_address(remote->ip))};
  ++observers_[observation.address][observation.observer];
  observations_.emplace(connection.id, std::move(observation));
}

void ObservedAddresses::forget(std::uint64_t connection) {
  const auto observation = observations_.find(connection);
  if (observation == observations_.end()) return;
  const auto address = observers_.find(observation->second.address);
  const auto observer = address->second.find(observation->second.observer);
  if (--observer->second == 0) address->second.erase(observer);
  if (address->second.empty()) observers_.erase(address);
  observations_.erase(observation);
}

std::vector<Multiaddr> ObservedAddresses::confirmed() const {
  std::vector<const decltype(observers_)::value_type*> found;
  for (const auto& entry : observers_) {
    if (entry.second.size() >= kObserversMin) found.push_back(&entry);
  }
  std::ranges::sort(found, [](const auto* a, const auto* b) {
    return a->second.size() != b->second.size() ? a->second.size() > b->second.size() : a->first < b->first;
  });
  if (found.size() > kConfirmedMax) found.resize(kConfirmedMax);
  std::vector<Multiaddr> result;
  result.reserve(found.size());
  for (const auto* entry : found) result.push_back(entry->first);
  return result;
}

}  // namespace quern::protocols
