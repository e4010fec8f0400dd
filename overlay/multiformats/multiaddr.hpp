// Multiaddr: a self-describing network address, a list of (protocol, value) components such as
// /ip4/192.0.2.7/tcp/4001/p2p/12D3KooW... (https://github.com/multiformats/multiaddr). The table of protocols is
// multiaddr_protocols.hpp.
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "overlay/multiformats/error.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"

namespace quern::multiformats {

inline constexpr std::size_t kMultiaddrBytesMax = 1024;
inline constexpr std::size_t kMultiaddrComponentsMax = 32;
inline constexpr std::size_t kMultiaddrTextMax = 8 * kMultiaddrBytesMax;  // characters

// Codes of the protocols that the overlay itself asks about (multicodec table).
enum class Protocol : std::uint32_t {
  ip4 = 0x04,
  tcp = 0x06,
  ip6 = 0x29,
  ip6zone = 0x2a,
  dns = 0x35,
  dns4 = 0x36,
  dns6 = 0x37,
  dnsaddr = 0x38,
  udp = 0x0111,
  p2p_circuit = 0x0122,
  unix_path = 0x0190,
  p2p = 0x01a5,
  tls = 0x01c0,
  sni = 0x01c1,
  quic_v1 = 0x01cd,
  ws = 0x01dd,
  wss = 0x01de,
  memory = 0x0309,
};

// A value; equal addresses have equal bytes. Never empty of components except when default-constructed.
class Multiaddr {
 public:
  struct Component {
    Protocol protocol;
    runtime::ByteView value;  // as on the wire, without its length; valid as long as the Multiaddr
  };

  Multiaddr() = default;
  // Text as people write it: /ipfs/ is read as /p2p/, slashes at the end say nothing. Errc::malformed (names the
  // component), unknown_protocol, too_large.
  static runtime::Result<Multiaddr> from_text(std::string_view text);
  // Errc::truncated, malformed, unknown_protocol, not_canonical, too_large.
  static runtime::Result<Multiaddr> from_bytes(runtime::ByteView bytes);

  std::string text() const;
  runtime::ByteView bytes() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }

  std::vector<Component> components() const;
  // The value of the first component of that protocol.
  std::optional<runtime::ByteView> find(Protocol protocol) const;
  bool has(Protocol protocol) const { return find(protocol).has_value(); }
  // The same as text: "192.0.2.7", "4001".
  std::optional<std::string> find_text(Protocol protocol) const;

  // This address, then `inner`'s components. The sum is within the limits, and no path stands before more (asserted).
  Multiaddr encapsulate(const Multiaddr& inner) const;
  // One component more. `value` is valid for the protocol (asserted).
  Multiaddr with(Protocol protocol, runtime::ByteView value = {}) const;
  // Everything before the last component of that protocol; all when there is none.
  Multiaddr without(Protocol protocol) const;

  friend bool operator==(const Multiaddr&, const Multiaddr&) = default;
  friend auto operator<=>(const Multiaddr& a, const Multiaddr& b) { return a.bytes_ <=> b.bytes_; }

 private:
  runtime::Bytes bytes_;
};

}  // namespace quern::multiformats
