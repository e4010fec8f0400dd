#include "overlay/identity/key.hpp"

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>

#include <sodium.h>

#include "overlay/identity/foreign_key.hpp"
#include "overlay/multiformats/varint.hpp"
#include "overlay/runtime/assertion.hpp"

namespace quern::identity {
namespace {

using runtime::Bytes;
using runtime::ByteView;
using runtime::fail;
using runtime::Result;

constexpr std::size_t kEd25519KeyBytes = crypto_sign_ed25519_PUBLICKEYBYTES;
constexpr std::size_t kEd25519SecretBytes = crypto_sign_ed25519_SECRETKEYBYTES;
static_assert(kSeedBytes == crypto_sign_ed25519_SEEDBYTES && kSignatureBytes == crypto_sign_ed25519_BYTES);

// Tags of the two fields that PublicKey and PrivateKey have (field number << 3 | wire type).
constexpr std::byte kTypeTag{1 << 3 | 0};
constexpr std::byte kDataTag{2 << 3 | 2};
constexpr std::size_t kHeaderBytes = 3;  // both tags and the type

struct KeyMessage {
  KeyType type;
  ByteView data;
};

// A PublicKey or PrivateKey message in its canonical form.
Result<KeyMessage> read_message(ByteView bytes) {
  if (bytes.size() > kPublicKeyBytesMax) {
    return fail(Errc::malformed_key,
                std::to_string(bytes.size()) + " bytes, limit " + std::to_string(kPublicKeyBytesMax));
  }
  if (bytes.size() < kHeaderBytes || bytes[0] != kTypeTag || bytes[2] != kDataTag)
    return fail(Errc::malformed_key, "not a key message in canonical form");
  const auto size = multiformats::read_varint(bytes.subspan(kHeaderBytes));
  if (!size || size->value != bytes.size() - kHeaderBytes - size->size)
    return fail(Errc::malformed_key, "the key message has another length than it says");
  const auto type = std::to_integer<unsigned>(bytes[1]);
  if (type > static_cast<unsigned>(KeyType::ecdsa))
    return fail(Errc::unsupported_key, "key type " + std::to_string(type));
  return KeyMessage{static_cast<KeyType>(type), bytes.subspan(kHeaderBytes + size->size)};
}

Bytes write_message(KeyType type, ByteView data) {
  Bytes out{kTypeTag, static_cast<std::byte>(type), kDataTag};
  out.reserve(kHeaderBytes + multiformats::kVarintBytesMax + data.size());
  multiformats::append_varint(out, data.size());
  runtime::append(out, data);
  return out;
}

Result<void> check_data(const KeyMessage& message) {
  switch (message.type) {
    case KeyType::ed25519:
      // That it is a point is found out by verify(); to do so here as well would double the cost of a handshake.
      if (message.data.size() == kEd25519KeyBytes) return {};
      return fail(Errc::malformed_key, "an Ed25519 key of " + std::to_string(message.data.size()) + " bytes");
    case KeyType::secp256k1:
      return check_secp256k1(message.data);
    case KeyType::ecdsa:
      return check_ecdsa(message.data);
    case KeyType::rsa:
      return check_rsa(message.data);
  }
  return fail(Errc::unsupported_key);
}

// As the library names bytes, as writable as they are.
template <class Range>
auto raw(Range& bytes) {
  using Byte = std::conditional_t<std::is_const_v<std::remove_pointer_t<decltype(bytes.data())>>, const unsigned char,
                                  unsigned char>;
  return reinterpret_cast<Byte*>(bytes.data());
}

// Must come before any other call of the library.
void require_sodium() {
  static const int kReady = sodium_init();
  QUERN_ASSERT(kReady >= 0, "libsodium cannot be used on this machine");
}

}  // namespace

Result<PublicKey> PublicKey::from_protobuf(ByteView bytes) {
  const auto message = read_message(bytes);
  if (!message) return std::unexpected(message.error());
  if (auto checked = check_data(*message); !checked) return std::unexpected(std::move(checked).error());
  return PublicKey(message->type, runtime::copy_of(bytes));
}

ByteView PublicKey::data() const {
  const ByteView rest = ByteView(protobuf_).subspan(kHeaderBytes);
  return rest.subspan(multiformats::read_varint(rest)->size);
}

bool PublicKey::verify(ByteView message, ByteView signature) const {
  const ByteView key = data();
  switch (type_) {
    case KeyType::ed25519:
      require_sodium();
      return signature.size() == kSignatureBytes &&
             crypto_sign_verify_detached(raw(signature), raw(message), message.size(), raw(key)) == 0;
    case KeyType::secp256k1:
      return verify_secp256k1(key, message, signature);
    case KeyType::ecdsa:
      return verify_ecdsa(key, message, signature);
    case KeyType::rsa:
      return verify_rsa(key, message, signature);
  }
  return false;
}

PrivateKey PrivateKey::generate(runtime::Runtime& runtime) {
  std::array<std::byte, kSeedBytes> seed;
  runtime.fill_secret(seed);
  PrivateKey key = from_seed(seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

PrivateKey PrivateKey::from_seed(std::span<const std::byte, kSeedBytes> seed) {
  require_sodium();
  std::array<std::byte, kEd25519KeyBytes> public_key;
  std::array<std::byte, kEd25519SecretBytes> secret;
  crypto_sign_seed_keypair(raw(public_key), raw(secret), raw(seed));
  PrivateKey key(secret, PublicKey(KeyType::ed25519, write_message(KeyType::ed25519, public_key)));
  sodium_memzero(secret.data(), secret.size());
  return key;
}

Result<PrivateKey> PrivateKey::from_protobuf(ByteView bytes) {
  const auto message = read_message(bytes);
  if (!message) return std::unexpected(message.error());
  if (message->type != KeyType::ed25519) return fail(Errc::unsupported_key, "this node signs with Ed25519 only");
  const ByteView data = message->data;
  if (data.size() != kEd25519SecretBytes && data.size() != kEd25519SecretBytes + kEd25519KeyBytes)
    return fail(Errc::malformed_key, "an Ed25519 private key of " + std::to_string(data.size()) + " bytes");
  PrivateKey key = from_seed(data.first<kSeedBytes>());
  for (ByteView rest = data.subspan(kSeedBytes); !rest.empty(); rest = rest.subspan(kEd25519KeyBytes)) {
    if (!std::ranges::equal(rest.first(kEd25519KeyBytes), key.public_.data()))
      return fail(Errc::malformed_key, "the public key does not belong to the private key");
  }
  return key;
}

PrivateKey::~PrivateKey() {
  sodium_memzero(secret_.data(), secret_.size());
}

Bytes PrivateKey::protobuf() const {
  return write_message(KeyType::ed25519, secret_);
}

std::array<std::byte, kSignatureBytes> PrivateKey::sign(ByteView message) const {
  std::array<std::byte, kSignatureBytes> signature;
  crypto_sign_detached(raw(signature), nullptr, raw(message), message.size(), raw(secret_));
  return signature;
}

}  // namespace quern::identity
