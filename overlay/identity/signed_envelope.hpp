// Signed envelopes: what must be believed without a connection to its author (libp2p RFC 0002). The signature covers
// the very bytes of the payload: nothing is encoded again to be verified.
#pragma once
#include <cstddef>
#include <string_view>

#include "overlay/identity/key.hpp"
#include "overlay/identity/peer_id.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"

namespace quern::identity {

inline constexpr std::size_t kEnvelopeBytesMax = 64 << 10;

// A verified envelope.
struct SignedEnvelope {
  PublicKey signer;
  runtime::Bytes payload_type;
  runtime::Bytes payload;
};

// The serialised Envelope message. `domain` separates uses of the key: a record signed for one cannot pass for another.
runtime::Bytes seal_envelope(const PrivateKey& key, std::string_view domain, runtime::ByteView payload_type,
                             runtime::ByteView payload);
// Errc::malformed_envelope (also above kEnvelopeBytesMax), malformed_key, unsupported_key, wrong_payload_type,
// bad_signature.
runtime::Result<SignedEnvelope> open_envelope(runtime::ByteView bytes, std::string_view domain,
                                              runtime::ByteView payload_type);
// The same of an envelope whose signature was verified before, by whoever kept it: it is not looked at.
runtime::Result<SignedEnvelope> reopen_envelope(runtime::ByteView bytes, runtime::ByteView payload_type);

}  // namespace quern::identity
