// The message of identify and identify/push (libp2p specs, identify/README.md). Pure, but for read_identify().
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "overlay/multiformats/multiaddr.hpp"
#include "overlay/protocols/error.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"
#include "overlay/runtime/stream.hpp"
#include "overlay/runtime/task.hpp"

namespace quern::protocols {

inline constexpr std::size_t kIdentifyBytesMax = 4096;          // sent, in one message: rust-libp2p takes no more
inline constexpr std::size_t kIdentifyReceivedBytesMax = 8192;  // one message received
inline constexpr std::size_t kIdentifyMessagesMax = 10;         // merged until the end of the stream
inline constexpr std::size_t kIdentifyAddressesMax = 64;        // kept of one peer
inline constexpr std::size_t kIdentifyProtocolsMax = 256;
inline constexpr std::size_t kIdentifyProtocolBytesMax = 256;  // a longer id is left out
inline constexpr std::size_t kIdentifyVersionBytesMax = 256;   // of either version; cut there

// What one Identify message says; what it does not say is absent.
struct IdentifyMessage {
  std::optional<std::string> protocol_version;
  std::optional<std::string> agent_version;
  std::optional<runtime::Bytes> public_key;  // serialised
  std::vector<multiformats::Multiaddr> listen_addresses;
  std::optional<multiformats::Multiaddr> observed_address;
  std::vector<std::string> protocols;
  std::optional<runtime::Bytes> signed_peer_record;
  friend bool operator==(const IdentifyMessage&, const IdentifyMessage&) = default;
};

// At most kIdentifyBytesMax: addresses, then protocols, are left out from the end until it fits; where that is not
// enough, the signed record, the versions, the observed address and the key, in this order.
runtime::Bytes encode_identify(const IdentifyMessage& message);
// Errc::bad_message. Addresses and protocols that cannot be read, come twice, or are too many, are left out. Versions
// are made printable.
runtime::Result<IdentifyMessage> decode_identify(runtime::ByteView bytes);
// Later messages of one stream add to earlier ones (go-libp2p sends the signed record apart).
void merge_identify(IdentifyMessage& into, IdentifyMessage later);

// All messages until the stream ends, merged. Errc::bad_message also for a stream that ends before the first or goes on
// after kIdentifyMessagesMax; Errc::message_too_large, and those of the stream.
runtime::Task<runtime::Result<IdentifyMessage>> read_identify(runtime::Stream& stream);

}  // namespace quern::protocols
