// The key types that this node verifies but does not sign with: secp256k1, ECDSA P-256 and RSA. `data` is the Data
// field of the PublicKey message (libp2p specs, peer-ids/peer-ids.md).
#pragma once
#include "overlay/identity/error.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"

namespace quern::identity {

// Whether `data` is a key in the one form that is accepted, so that a key has one peer id. Errc::malformed_key,
// unsupported_key.
// The compressed point. 5 us.
runtime::Result<void> check_secp256k1(runtime::ByteView data);
// DER SubjectPublicKeyInfo of an uncompressed P-256 point. 0.2 ms.
runtime::Result<void> check_ecdsa(runtime::ByteView data);
// DER SubjectPublicKeyInfo, kRsaBitsMin to kRsaBitsMax, public exponent below 2^31. 0.2 ms.
runtime::Result<void> check_rsa(runtime::ByteView data);

// `data` has passed its check. The message is hashed with SHA-256; the signature is DER, of high or low S, for the two
// elliptic curves and PKCS #1 v1.5 for RSA. ECDSA and RSA cost 0.3 ms, most of it to read the key again.
bool verify_secp256k1(runtime::ByteView data, runtime::ByteView message, runtime::ByteView signature);
bool verify_ecdsa(runtime::ByteView data, runtime::ByteView message, runtime::ByteView signature);
bool verify_rsa(runtime::ByteView data, runtime::ByteView message, runtime::ByteView signature);

}  // namespace quern::identity
