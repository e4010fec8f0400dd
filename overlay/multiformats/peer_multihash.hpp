// The form of a peer id (libp2p specs, peer-ids/peer-ids.md), for the places that know no keys: a multihash of a
// public key, either the whole SHA-256 or, for short keys, the key itself.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "overlay/multiformats/error.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"

namespace quern::multiformats {

inline constexpr std::size_t kInlinedKeyBytesMax = 42;

// Whether a peer id may have these bytes. Cost: a few comparisons.
bool is_peer_multihash(runtime::ByteView bytes);
// Base58 without a prefix ("12D3KooW...", "Qm..."), or a CID of codec libp2p-key in any multibase. Errc::malformed,
// and what the CID's parts say.
runtime::Result<runtime::Bytes> peer_multihash_from_text(std::string_view text);
// Base58.
std::string peer_multihash_text(runtime::ByteView multihash);

}  // namespace quern::multiformats
