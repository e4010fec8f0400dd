#include "overlay/security/noise_handshake.hpp"

#include <algorithm>

#include <sodium.h>

#include "overlay/runtime/assertion.hpp"
#include "overlay/security/raw_bytes.hpp"

namespace quern::security {
namespace {

using negotiation::Role;
using runtime::Bytes;
using runtime::ByteView;
using runtime::fail;
using runtime::Result;

constexpr std::string_view kName = "Noise_XX_25519_ChaChaPoly_SHA256";

Secret<32> hmac(ByteView key, std::initializer_list<ByteView> parts) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, raw(key.data()), key.size());
  for (const ByteView part : parts) crypto_auth_hmacsha256_update(&state, raw(part.data()), part.size());
  Secret<32> out;
  crypto_auth_hmacsha256_final(&state, raw(out.data()));
  sodium_memzero(&state, sizeof state);
  return out;
}

// HKDF with two outputs (specification section 4.3).
std::array<Secret<32>, 2> hkdf(ByteView chaining_key, ByteView input) {
  constexpr std::byte kOne[] = {std::byte{1}};
  constexpr std::byte kTwo[] = {std::byte{2}};
  const Secret<32> extracted = hmac(chaining_key, {input});
  const Secret<32> first = hmac(extracted, {kOne});
  return {first, hmac(extracted, {first, kTwo})};
}

}  // namespace

Nonce noise_nonce(std::uint64_t counter) {
  Nonce nonce{};
  for (std::size_t i = 0; i < sizeof counter; ++i) nonce[4 + i] = static_cast<std::byte>(counter >> (8 * i));
  return nonce;
}

NoiseSymmetric::NoiseSymmetric(std::string_view protocol_name) {
  QUERN_ASSERT(sodium_init() >= 0);
  QUERN_ASSERT(protocol_name.size() <= hash_.size(), "a longer name would have to be hashed");
  std::ranges::copy(runtime::bytes_of(protocol_name), hash_.begin());
  std::ranges::copy(hash_, chaining_key_.begin());
}

void NoiseSymmetric::mix_hash(ByteView data) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  crypto_hash_sha256_update(&state, raw(hash_.data()), hash_.size());
  crypto_hash_sha256_update(&state, raw(data.data()), data.size());
  crypto_hash_sha256_final(&state, raw(hash_.data()));
}

void NoiseSymmetric::mix_key(ByteView input) {
  const auto outputs = hkdf(chaining_key_, input);
  chaining_key_ = outputs[0];
  key_ = outputs[1];
  nonce_ = 0;
  has_key_ = true;
}

void NoiseSymmetric::encrypt_and_hash(ByteView plaintext, Bytes& out) {
  const std::size_t start = out.size();
  runtime::append(out, plaintext);
  if (has_key_) {
    out.resize(out.size() + kTagBytes);
    Sealer sealer(Cipher::chacha20_poly1305, key_);
    sealer.begin(noise_nonce(nonce_++), hash_);
    sealer.add(plaintext, out.data() + start);
    sealer.finish(out.data() + start + plaintext.size());
  }
  mix_hash(ByteView(out).subspan(start));
}

Result<Bytes> NoiseSymmetric::decrypt_and_hash(ByteView ciphertext) {
  Bytes plaintext = runtime::copy_of(ciphertext);
  if (has_key_) {
    if (ciphertext.size() < kTagBytes) return fail(Errc::bad_handshake, "Noise message cut short");
    plaintext.resize(ciphertext.size() - kTagBytes);
    Opener opener(Cipher::chacha20_poly1305, key_);
    if (!opener.open(noise_nonce(nonce_++), hash_, plaintext, ciphertext.last<kTagBytes>())) {
      return fail(Errc::bad_handshake, "Noise message not authentic");
    }
  }
  mix_hash(ciphertext);
  return plaintext;
}

std::array<Secret<kNoiseKeyBytes>, 2> NoiseSymmetric::split() const {
  return hkdf(chaining_key_, {});
}

NoiseHandshake::NoiseHandshake(Role role, ByteView prologue, const X25519Key& fixed, X25519Key ephemeral)
    : role_(role), fixed_(fixed), ephemeral_(std::move(ephemeral)), symmetric_(kName) {
  symmetric_.mix_hash(prologue);
}

bool NoiseHandshake::writes_next() const {
  return !finished() && (step_ % 2 == 0) == (role_ == Role::dialer);
}

std::span<const NoiseHandshake::Token> NoiseHandshake::pattern() const {
  static constexpr Token kFirst[] = {Token::e};
  static constexpr Token kSecond[] = {Token::e, Token::ee, Token::s, Token::es};
  static constexpr Token kThird[] = {Token::s, Token::se};
  static constexpr std::span<const Token> kPatterns[kMessages] = {kFirst, kSecond, kThird};
  return kPatterns[step_];
}

Result<Bytes> NoiseHandshake::write(ByteView payload) {
  QUERN_ASSERT(writes_next());
  Bytes message;
  for (const Token token : pattern()) {
    if (token == Token::e) {
      runtime::append(message, ephemeral_.public_key());
      symmetric_.mix_hash(ephemeral_.public_key());
    } else if (token == Token::s) {
      symmetric_.encrypt_and_hash(fixed_.public_key(), message);
    } else if (auto mixed = mix_agreement(token); !mixed) {
      return std::unexpected(std::move(mixed).error());
    }
  }
  symmetric_.encrypt_and_hash(payload, message);
  ++step_;
  return message;
}

Result<Bytes> NoiseHandshake::read(ByteView message) {
  QUERN_ASSERT(!finished() && !writes_next());
  for (const Token token : pattern()) {
    const bool is_key = token == Token::e || token == Token::s;
    auto done = is_key ? read_key(token, message) : mix_agreement(token);
    if (!done) return std::unexpected(std::move(done).error());
  }
  auto payload = symmetric_.decrypt_and_hash(message);
  if (payload) ++step_;
  return payload;
}

Result<void> NoiseHandshake::read_key(Token token, ByteView& message) {
  const bool encrypted = token == Token::s;
  const std::size_t size = kX25519Bytes + (encrypted ? kTagBytes : 0);
  if (message.size() < size) return fail(Errc::bad_handshake, "Noise message cut short");
  X25519Public key{};
  if (encrypted) {
    const auto plain = symmetric_.decrypt_and_hash(message.first(size));
    if (!plain) return std::unexpected(plain.error());
    std::ranges::copy(*plain, key.begin());
  } else {
    std::ranges::copy(message.first(size), key.begin());
    symmetric_.mix_hash(key);
  }
  (encrypted ? remote_fixed_ : remote_ephemeral_) = key;
  message = message.subspan(size);
  return {};
}

// "es" is between the dialer's ephemeral and the listener's static key, "se" the other way round.
Result<void> NoiseHandshake::mix_agreement(Token token) {
  const bool mine_is_fixed = token == (role_ == Role::dialer ? Token::se : Token::es);
  const bool theirs_is_fixed = token == (role_ == Role::dialer ? Token::es : Token::se);
  const X25519Key& mine = mine_is_fixed ? fixed_ : ephemeral_;
  const std::optional<X25519Public>& theirs = theirs_is_fixed ? remote_fixed_ : remote_ephemeral_;
  QUERN_ASSERT(theirs.has_value(), "the pattern sends keys before it agrees on them");
  const auto shared = mine.agree(*theirs);
  if (!shared) return fail(Errc::bad_handshake, "Noise key of small order");
  symmetric_.mix_key(*shared);
  return {};
}

NoiseKeys NoiseHandshake::split() const {
  QUERN_ASSERT(finished());
  const auto keys = symmetric_.split();
  return role_ == Role::dialer ? NoiseKeys{keys[0], keys[1]} : NoiseKeys{keys[1], keys[0]};
}

}  // namespace quern::security
