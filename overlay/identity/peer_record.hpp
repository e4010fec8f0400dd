// Peer records: a peer's own word on its addresses (libp2p RFC 0003).
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "overlay/identity/signed_envelope.hpp"
#include "overlay/multiformats/multiaddr.hpp"

namespace quern::identity {

inline constexpr std::size_t kPeerRecordAddressesMax = 64;

struct PeerRecord {
  PeerId peer;
  std::uint64_t sequence = 0;  // the higher of two is the newer
  std::vector<multiformats::Multiaddr> addresses;
};

// A sealed envelope around the record, signed by its subject (asserted).
runtime::Bytes seal_peer_record(const PrivateKey& key, const PeerRecord& record);
// Addresses that cannot be read are left out, as are those beyond kPeerRecordAddressesMax. Errc as open_envelope(),
// malformed_record, wrong_signer.
runtime::Result<PeerRecord> open_peer_record(runtime::ByteView envelope);

}  // namespace quern::identity
