// Keys of peers (libp2p specs, peer-ids/peer-ids.md). This node signs with Ed25519; others may also use secp256k1,
// ECDSA P-256 or RSA, which are verified only.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "overlay/identity/error.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"
#include "overlay/runtime/runtime.hpp"

namespace quern::identity {

// Numbers of the KeyType enumeration of the protobuf message.
enum class KeyType : std::uint8_t { rsa = 0, ed25519 = 1, secp256k1 = 2, ecdsa = 3 };

inline constexpr std::size_t kPublicKeyBytesMax = 4096;  // serialised; an RSA key of 16,384 bits has about 2,100
inline constexpr std::size_t kRsaBitsMin = 2048;
inline constexpr std::size_t kRsaBitsMax = 8192;

// A checked public key. A value.
class PublicKey {
 public:
  // The serialised PublicKey message. Only the canonical form is taken (minimal varints, type before data, nothing
  // else): another form of the same key would have another peer id. Errc::malformed_key, unsupported_key.
  static runtime::Result<PublicKey> from_protobuf(runtime::ByteView bytes);

  KeyType type() const { return type_; }
  // The bytes it was made from.
  runtime::ByteView protobuf() const { return protobuf_; }
  // The key itself: 32 bytes (Ed25519), 33 (secp256k1), DER SubjectPublicKeyInfo (ECDSA, RSA).
  runtime::ByteView data() const;

  // False for a signature of any wrong length or form too. Cost: 50 us (Ed25519), 40 us (secp256k1), 0.3 ms (ECDSA,
  // RSA).
  bool verify(runtime::ByteView message, runtime::ByteView signature) const;

  friend bool operator==(const PublicKey& a, const PublicKey& b) { return a.protobuf_ == b.protobuf_; }

 private:
  friend class PrivateKey;
  PublicKey(KeyType type, runtime::Bytes protobuf) : type_(type), protobuf_(std::move(protobuf)) {}

  KeyType type_;
  runtime::Bytes protobuf_;
};

inline constexpr std::size_t kSeedBytes = 32;
inline constexpr std::size_t kSignatureBytes = 64;

// This node's Ed25519 key. Its memory is wiped when it goes.
class PrivateKey {
 public:
  static PrivateKey generate(runtime::Runtime& runtime);
  static PrivateKey from_seed(std::span<const std::byte, kSeedBytes> seed);
  // The serialised PrivateKey message: seed and public key (64 bytes), or the older form with the public key twice
  // (96). Errc::malformed_key, unsupported_key.
  static runtime::Result<PrivateKey> from_protobuf(runtime::ByteView bytes);

  ~PrivateKey();
  PrivateKey(const PrivateKey&) = default;
  PrivateKey(PrivateKey&&) = default;
  PrivateKey& operator=(const PrivateKey&) = default;
  PrivateKey& operator=(PrivateKey&&) = default;

  const PublicKey& public_key() const { return public_; }
  // A secret: wipe it after use.
  runtime::Bytes protobuf() const;
  // Ed25519 (RFC 8032): the same message has always the same signature. 20 us.
  std::array<std::byte, kSignatureBytes> sign(runtime::ByteView message) const;

 private:
  PrivateKey(const std::array<std::byte, 64>& secret, PublicKey key) : secret_(secret), public_(std::move(key)) {}

  std::array<std::byte, 64> secret_;  // seed, then public key
  PublicKey public_;
};

}  // namespace quern::identity
