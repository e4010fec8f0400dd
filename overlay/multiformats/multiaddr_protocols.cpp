#include "overlay/multiformats/multiaddr_protocols.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace quern::multiformats {
namespace {

constexpr ProtocolKind with_value(std::uint32_t code, std::string_view name, std::size_t size,
                                  const ValueFormat& format) {
  return {.code = static_cast<Protocol>(code), .name = name, .size = size, .format = &format};
}
constexpr ProtocolKind bare(std::uint32_t code, std::string_view name) {
  return {.code = static_cast<Protocol>(code), .name = name};
}

constexpr auto kKinds = std::to_array<ProtocolKind>({
    with_value(4, "ip4", 4, kIp4Format),
    with_value(6, "tcp", 2, kPortFormat),
    with_value(33, "dccp", 2, kPortFormat),
    with_value(41, "ip6", 16, kIp6Format),
    with_value(42, "ip6zone", kVariableSize, kNameFormat),
    with_value(43, "ipcidr", 1, kPrefixSizeFormat),
    with_value(53, "dns", kVariableSize, kNameFormat),
    with_value(54, "dns4", kVariableSize, kNameFormat),
    with_value(55, "dns6", kVariableSize, kNameFormat),
    with_value(56, "dnsaddr", kVariableSize, kNameFormat),
    with_value(132, "sctp", 2, kPortFormat),
    with_value(273, "udp", 2, kPortFormat),
    bare(275, "p2p-webrtc-star"),
    bare(276, "p2p-webrtc-direct"),
    bare(277, "p2p-stardust"),
    bare(280, "webrtc-direct"),
    bare(281, "webrtc"),
    bare(290, "p2p-circuit"),
    bare(301, "udt"),
    bare(302, "utp"),
    {.code = Protocol::unix_path, .name = "unix", .size = kVariableSize, .format = &kPathFormat, .takes_rest = true},
    with_value(421, "p2p", kVariableSize, kPeerFormat),
    bare(443, "https"),
    with_value(444, "onion", 12, kOnionFormat),
    with_value(445, "onion3", 37, kOnion3Format),
    with_value(446, "garlic64", kVariableSize, kGarlic64Format),
    with_value(447, "garlic32", kVariableSize, kGarlic32Format),
    bare(448, "tls"),
    with_value(449, "sni", kVariableSize, kNameFormat),
    bare(454, "noise"),
    bare(460, "quic"),
    bare(461, "quic-v1"),
    bare(465, "webtransport"),
    with_value(466, "certhash", kVariableSize, kCertificateHashFormat),
    bare(477, "ws"),
    bare(478, "wss"),
    bare(479, "p2p-websocket-star"),
    bare(480, "http"),
    with_value(481, "http-path", kVariableSize, kHttpPathFormat),
    // The table says that it is arbitrary; go and rust both write eight bytes without a length.
    with_value(777, "memory", 8, kNumberFormat),
    bare(7367777, "plaintextv2"),  // in the multicodec table only
});
static_assert(std::ranges::is_sorted(kKinds, {}, &ProtocolKind::code));

}  // namespace

std::span<const ProtocolKind> protocol_kinds() {
  return kKinds;
}

const ProtocolKind* find_protocol(Protocol code) {
  const auto at = std::ranges::lower_bound(kKinds, code, {}, &ProtocolKind::code);
  return at != kKinds.end() && at->code == code ? at : nullptr;
}

const ProtocolKind* find_protocol(std::string_view name) {
  if (name == "ipfs") return find_protocol(Protocol::p2p);
  const auto at = std::ranges::find(kKinds, name, &ProtocolKind::name);
  return at != kKinds.end() ? at : nullptr;
}

}  // namespace quern::multiformats
