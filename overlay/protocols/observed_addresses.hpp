// What peers say this node's address looks like from their side, and what of it is believed.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "overlay/multiformats/multiaddr.hpp"
#include "overlay/runtime/network.hpp"

namespace quern::protocols {

inline constexpr std::size_t kObserversMin = 4;        // that must agree; go-libp2p has the same
inline constexpr std::size_t kObservationsMax = 1024;  // connections whose word is kept; later ones are not heard
inline constexpr std::size_t kConfirmedMax = 4;

// One word a connection. An address is confirmed when kObserversMin observers in different networks (IPv4 /24, IPv6
// /64) name it: one party with many peer ids is one voice. Addresses without IP and TCP port, and those that lead
// nowhere from elsewhere (unspecified, loopback, link-local, multicast), are not counted. Pure.
class ObservedAddresses {
 public:
  struct Connection {
    std::uint64_t id = 0;
    const multiformats::Multiaddr& local;
    const multiformats::Multiaddr& remote;
    bool inbound = false;
  };
  // `observed` as the peer at the other end of the connection says it. For a connection that this node dialed from a
  // port of no listener, the port that the peer sees means nothing: the port of a listener of the same kind, one of
  // `listening`, stands in for it, and without one nothing is counted.
  void note(const Connection& connection, const multiformats::Multiaddr& observed,
            std::span<const multiformats::Multiaddr> listening);
  void forget(std::uint64_t connection);

  // The confirmed ones, at most kConfirmedMax; the most observed first.
  std::vector<multiformats::Multiaddr> confirmed() const;
  std::size_t size() const { return observations_.size(); }

 private:
  struct Observation {
    multiformats::Multiaddr address;
    runtime::IpAddress observer;  // its network
  };
  std::map<std::uint64_t, Observation> observations_;  // by connection
  // How many connections to each network say it.
  std::map<multiformats::Multiaddr, std::map<runtime::IpAddress, std::size_t>> observers_;
};

}  // namespace quern::protocols
