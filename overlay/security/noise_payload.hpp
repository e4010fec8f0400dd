// What libp2p says inside the Noise handshake (libp2p specs, noise/README.md, "libp2p Data in Handshake Messages"): who
// this is, proven by a signature over the static Noise key, and which muxers it takes.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "overlay/identity/key.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"
#include "overlay/security/x25519.hpp"

namespace quern::security {

struct NoisePayload {
  identity::PublicKey key;
  std::vector<std::string> muxers;  // empty when the peer does not use the extension
};

// The payload of this node: the same in every handshake under the same static key.
runtime::Bytes encode_noise_payload(const identity::PrivateKey& key, const X25519Public& fixed,
                                    std::span<const std::string> muxers);

// The payload of a peer whose static key is `fixed`. Errc::bad_handshake: malformed, too long, a key that this node
// does not take, or not that key's signature.
runtime::Result<NoisePayload> read_noise_payload(runtime::ByteView payload, const X25519Public& fixed);

// The first of the dialer's that the listener has too: both ends choose the same (libp2p specs,
// connections/inlined-muxer-negotiation.md). Nullopt: multistream-select decides.
std::optional<std::string> choose_muxer(std::span<const std::string> of_dialer,
                                        std::span<const std::string> of_listener);

}  // namespace quern::security
