// The certificate by which a peer shows its key in TLS (libp2p specs, tls/tls.md): self-signed by a key of its own,
// with the peer's key and that key's signature in an extension.
#pragma once
#include <span>

#include "overlay/identity/key.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"
#include "overlay/runtime/runtime.hpp"
#include "overlay/runtime/time.hpp"
#include "overlay/security/openssl_objects.hpp"
#include "overlay/security/security.hpp"

namespace quern::security {

inline constexpr std::size_t kTlsCertificateBytesMax = 16 << 10;
inline constexpr std::size_t kTlsRsaBitsMax = 8192;  // what costs more to verify than an honest certificate is refused

struct TlsCertificate {
  CertificatePtr certificate;
  KeyPtr key;
};

// A new certificate under a new P-256 key, which every implementation verifies. Valid from 1975 to 4096, as rust-libp2p
// makes them: a wrong clock, here or there, must not part two peers. The extension is the only one, since js-libp2p
// looks at the first alone, and not critical, since some TLS libraries refuse critical ones that they do not know.
TlsCertificate make_tls_certificate(runtime::Runtime& runtime, const identity::PrivateKey& key);

// The key of the peer whose certificate this is. Errc::bad_certificate: not valid at `now`, not self-signed, signed by
// an algorithm that TLS 1.3 does not know, a critical extension besides libp2p's, that one absent, malformed or not
// signed by the key in it.
runtime::Result<identity::PublicKey> read_tls_certificate(x509_st& certificate, runtime::WallTime now);
// As DER. Nothing may follow it.
runtime::Result<identity::PublicKey> read_tls_certificate(runtime::ByteView der, runtime::WallTime now);

}  // namespace quern::security
