// In which order, and how long after each other, a peer's addresses are tried (after RFC 8305, "Happy Eyeballs").
#pragma once
#include <vector>

#include "overlay/multiformats/multiaddr.hpp"
#include "overlay/runtime/time.hpp"

namespace quern::connection {

inline constexpr std::size_t kDialAddressesMax = 16;  // of one peer; more are left out

struct PlannedDial {
  multiformats::Multiaddr address;
  runtime::Duration after;  // the start of the dial; sooner when all before it have failed
};

// Loopback and private addresses first and at once, then public ones: IPv6 before IPv4, names behind literal addresses,
// TCP before WebSocket, 250 ms apart; doubles are left out. Pure.
std::vector<PlannedDial> plan_dials(std::vector<multiformats::Multiaddr> addresses);

}  // namespace quern::connection
