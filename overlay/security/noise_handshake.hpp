// The handshake Noise_XX_25519_ChaChaPoly_SHA256 as a machine without I/O (The Noise Protocol Framework, revision 34).
//
//   dialer                          listener
//     -> e                                        message 1, payload in the clear
//     <- e, ee, s, es                             message 2
//     -> s, se                                    message 3
//
// Knows nothing of libp2p: payloads are bytes. It keeps no secret of a finished handshake but what split() gives away.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "overlay/negotiation/role.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"
#include "overlay/security/aead.hpp"
#include "overlay/security/secret.hpp"
#include "overlay/security/security.hpp"
#include "overlay/security/x25519.hpp"

namespace quern::security {

inline constexpr std::size_t kNoiseKeyBytes = 32;
// This nonce and those after it must not be used (specification section 5.1).
inline constexpr std::uint64_t kNoiseNonceEnd = UINT64_MAX;
// 32 zero bits, then the counter, little endian.
Nonce noise_nonce(std::uint64_t counter);

using NoiseHash = std::array<std::byte, 32>;

// The keys of the two directions, as one end sees them.
struct NoiseKeys {
  Secret<kNoiseKeyBytes> send;
  Secret<kNoiseKeyBytes> receive;
};

// Chaining key, transcript hash and cipher: "SymmetricState" and "CipherState" of the specification.
class NoiseSymmetric {
 public:
  explicit NoiseSymmetric(std::string_view protocol_name);

  void mix_hash(runtime::ByteView data);
  void mix_key(runtime::ByteView input);
  // Appends the ciphertext and its tag (the plaintext itself before the first mix_key).
  void encrypt_and_hash(runtime::ByteView plaintext, runtime::Bytes& out);
  // Errc::bad_handshake when `ciphertext` is not authentic.
  runtime::Result<runtime::Bytes> decrypt_and_hash(runtime::ByteView ciphertext);
  bool has_key() const { return has_key_; }
  const NoiseHash& hash() const { return hash_; }
  // For the two directions: of the dialer, of the listener.
  std::array<Secret<kNoiseKeyBytes>, 2> split() const;

 private:
  NoiseHash hash_{};
  Secret<32> chaining_key_;
  Secret<kNoiseKeyBytes> key_;
  std::uint64_t nonce_ = 0;
  bool has_key_ = false;
};

// One end of one handshake: write() and read() in turn, the dialer writes first. The first failure is the end of it.
class NoiseHandshake {
 public:
  static constexpr std::size_t kMessages = 3;

  // `fixed` is this node's static key and outlives the handshake; `ephemeral` is used for this one only.
  NoiseHandshake(negotiation::Role role, runtime::ByteView prologue, const X25519Key& fixed, X25519Key ephemeral);

  std::size_t messages() const { return step_; }  // done, of both ends
  bool finished() const { return step_ == kMessages; }
  bool writes_next() const;
  // The next message, around `payload`. Errc::bad_handshake when the other end's key has no part in the secret.
  runtime::Result<runtime::Bytes> write(runtime::ByteView payload);
  // Takes the other end's next message and returns its payload. Errc::bad_handshake.
  runtime::Result<runtime::Bytes> read(runtime::ByteView message);

  // The other end's static key: known after message 2 (dialer) or 3.
  const std::optional<X25519Public>& remote_fixed() const { return remote_fixed_; }
  // Of the whole handshake, equal at both ends.
  const NoiseHash& hash() const { return symmetric_.hash(); }
  // After the last message.
  NoiseKeys split() const;

 private:
  enum class Token : std::uint8_t { e, s, ee, es, se };
  std::span<const Token> pattern() const;
  runtime::Result<void> mix_agreement(Token token);
  runtime::Result<void> read_key(Token token, runtime::ByteView& message);

  negotiation::Role role_;
  const X25519Key& fixed_;
  X25519Key ephemeral_;
  NoiseSymmetric symmetric_;
  std::optional<X25519Public> remote_fixed_;
  std::optional<X25519Public> remote_ephemeral_;
  std::size_t step_ = 0;
};

}  // namespace quern::security
