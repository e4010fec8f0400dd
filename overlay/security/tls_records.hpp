// TLS 1.3 records (RFC 8446 sections 5, 4.6 and 6) after the handshake: what OpenSSL would do, without its two buffers
// and copies a connection.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

#include "overlay/negotiation/role.hpp"
#include "overlay/security/aead.hpp"
#include "overlay/security/secret.hpp"
#include "overlay/security/security.hpp"

namespace quern::security {

inline constexpr std::size_t kTlsPlaintextMax = 16 << 10;           // of one record
inline constexpr std::size_t kTlsCiphertextMax = (16 << 10) + 256;  // with type, padding and tag
// Records one after another that carry no data (tickets, key updates, empty ones): more are an attack.
inline constexpr std::size_t kTlsIdleRecordsMax = 32;
// One key seals so many records, then it is replaced (AES-GCM bears 2^24.5: RFC 8446 section 5.5).
inline constexpr std::uint64_t kTlsRecordsPerKey = 1 << 24;

enum class TlsHash : std::uint8_t { sha256, sha384 };

// The secret of one direction: as many bytes as the hash gives.
struct TlsSecret {
  TlsHash hash = TlsHash::sha256;
  Secret<48> bytes;

  std::size_t size() const { return hash == TlsHash::sha256 ? 32 : 48; }
};

struct TlsSecrets {
  Cipher cipher = Cipher::aes_128_gcm;
  TlsSecret send;     // this end's application traffic secret 0
  TlsSecret receive;  // the other end's
};

// A codec under the secrets of a finished handshake. It takes session tickets (a dialer only) and throws them away, and
// follows key updates; the update that a peer asks for in return is sealed before the next data, which is when RFC 8446
// section 4.6.3 wants it, so nothing is ever sent unasked. What is wrong, and a fatal alert, which the detail names, is
// Errc::bad_record and the end.
std::unique_ptr<RecordCodec> make_tls_records(negotiation::Role role, const TlsSecrets& secrets,
                                              std::uint64_t records_per_key = kTlsRecordsPerKey);

}  // namespace quern::security
