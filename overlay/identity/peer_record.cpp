#include "overlay/identity/peer_record.hpp"

#include <array>
#include <string>

#include "overlay/identity/identity.pb.h"
#include "overlay/runtime/assertion.hpp"

namespace quern::identity {
namespace {

using runtime::Bytes;
using runtime::ByteView;
using runtime::fail;
using runtime::Result;

constexpr std::string_view kDomain = "libp2p-peer-record";
constexpr std::array kPayloadType{std::byte{0x03}, std::byte{0x01}};  // multicodec libp2p-peer-record

}  // namespace

Bytes seal_peer_record(const PrivateKey& key, const PeerRecord& record) {
  QUERN_ASSERT(record.peer.is_of(key.public_key()));
  wire::PeerRecord message;
  message.set_peer_id(std::string(runtime::text_of(record.peer.bytes())));
  message.set_seq(record.sequence);
  for (const auto& address : record.addresses)
    message.add_addresses()->set_multiaddr(std::string(runtime::text_of(address.bytes())));
  return seal_envelope(key, kDomain, kPayloadType, runtime::bytes_of(message.SerializeAsString()));
}

Result<PeerRecord> open_peer_record(ByteView envelope) {
  const auto opened = open_envelope(envelope, kDomain, kPayloadType);
  if (!opened) return std::unexpected(opened.error());
  wire::PeerRecord message;
  if (!message.ParseFromArray(opened->payload.data(), static_cast<int>(opened->payload.size())))
    return fail(Errc::malformed_record, "not a PeerRecord message");
  auto peer = PeerId::from_bytes(runtime::bytes_of(message.peer_id()));
  if (!peer) return fail(Errc::malformed_record, "no peer id");
  if (!peer->is_of(opened->signer)) return fail(Errc::wrong_signer, "a record of " + peer->text());
  PeerRecord record{.peer = *std::move(peer), .sequence = message.seq(), .addresses = {}};
  for (const auto& info : message.addresses()) {
    if (record.addresses.size() == kPeerRecordAddressesMax) break;
    auto address = multiformats::Multiaddr::from_bytes(runtime::bytes_of(info.multiaddr()));
    if (address) record.addresses.push_back(*std::move(address));
  }
  return record;
}

}  // namespace quern::identity
