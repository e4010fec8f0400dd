// Who may connect: block lists, and allow lists that, once they have an entry, refuse all others.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "overlay/identity/peer_id.hpp"
#include "overlay/multiformats/multiaddr.hpp"
#include "overlay/runtime/address_range.hpp"
#include "overlay/runtime/network.hpp"
#include "overlay/runtime/result.hpp"

namespace quern::connection {

enum class Errc {
  denied = 1,        // the detail names the rule
  self_dial,         // the address leads to this node
  no_address,        // nothing to dial: the peer's addresses are not known, or none is of a transport in use
  all_failed,        // every address failed: the detail says how, for each
  backed_off,        // the address failed a moment ago: the detail says when it may be tried again
  unknown_peer,      // not connected
  unknown_protocol,  // the peer does not serve it
  no_muxer_in_common,
  no_security_in_common,
  stopped,  // this node is stopping
};
std::error_code make_error_code(Errc code);

// The IP address that a multiaddr begins with; none for others (names, memory).
std::optional<runtime::IpAddress> ip_of(const multiformats::Multiaddr& address);

// Rules are peer ids or CIDR ranges ("10.0.0.0/8", "2001:db8::/32", "192.0.2.7"). Peers and ranges are lists of their
// own: who connects must pass both. A value without I/O.
class Gater {
 public:
  // runtime::Errc::not_found: neither a peer id nor an address range.
  runtime::Result<void> allow(std::string_view rule);
  runtime::Result<void> deny(std::string_view rule);
  void clear();

  // Errc::denied. An IPv4 address written as IPv6 (::ffff:192.0.2.7) is judged as IPv4. Addresses without an IP
  // (memory) pass.
  runtime::Result<void> check(const runtime::IpAddress& address) const;
  runtime::Result<void> check(const multiformats::Multiaddr& address) const;
  runtime::Result<void> check(const identity::PeerId& peer) const;

 private:
  struct Rules {
    runtime::Result<void> add(std::string_view rule);
    std::set<identity::PeerId> peers;
    std::vector<runtime::AddressRange> ranges;
  };
  Rules allowed_;
  Rules denied_;
};

}  // namespace quern::connection

template <>
struct std::is_error_code_enum<quern::connection::Errc> : std::true_type {};
