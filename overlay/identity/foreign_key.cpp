#include "overlay/identity/foreign_key.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <secp256k1.h>

#include "overlay/identity/key.hpp"
#include "overlay/multiformats/multihash.hpp"
#include "overlay/runtime/assertion.hpp"

namespace quern::identity {
namespace {

using runtime::ByteView;
using runtime::fail;
using runtime::Result;

constexpr std::size_t kSecp256k1KeyBytes = 33;
constexpr int kRsaExponentBitsMax = 31;

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using ContextPtr = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, Freer<BN_free>>;

const unsigned char* raw(ByteView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// Null unless `der` is one SubjectPublicKeyInfo, whole and in DER: another encoding of a key would have another peer
// id.
KeyPtr parse_public_key(ByteView der) {
  const unsigned char* at = raw(der);
  KeyPtr key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  // The queue of errors belongs to the thread; what a peer sent must not show up in the next call's report.
  ERR_clear_error();
  if (!key) return nullptr;
  unsigned char* written = nullptr;
  const int size = i2d_PUBKEY(key.get(), &written);
  const bool same =
      size >= 0 && std::ranges::equal(der, std::as_bytes(std::span(written, static_cast<std::size_t>(size))));
  OPENSSL_free(written);
  return same ? std::move(key) : nullptr;
}

// Everything of a P-256 SubjectPublicKeyInfo before the two coordinates (RFC 5480): algorithm id-ecPublicKey, curve
// prime256v1, a bit string with an uncompressed point.
constexpr auto kP256Prefix =
    std::to_array<std::uint8_t>({0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
                                 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04});
constexpr std::size_t kP256KeyBytes = kP256Prefix.size() + 64;

bool verify_digest(EVP_PKEY_CTX* context, ByteView message, ByteView signature) {
  const auto digest = multiformats::sha2_256(message);
  const int verified = EVP_PKEY_verify(context, raw(signature), signature.size(), raw(ByteView(digest)), digest.size());
  ERR_clear_error();
  return verified == 1;
}

ContextPtr verifier_of(EVP_PKEY* key) {
  ContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  QUERN_ASSERT(context && EVP_PKEY_verify_init(context.get()) == 1);
  return context;
}

}  // namespace

Result<void> check_secp256k1(ByteView data) {
  secp256k1_pubkey key;
  // Of the forms of a point only the compressed one has this size.
  if (data.size() == kSecp256k1KeyBytes &&
      secp256k1_ec_pubkey_parse(secp256k1_context_static, &key, raw(data), data.size()) == 1)
    return {};
  return fail(Errc::malformed_key, "not a compressed secp256k1 key");
}

Result<void> check_ecdsa(ByteView data) {
  if (data.size() != kP256KeyBytes ||
      !std::ranges::equal(data.first(kP256Prefix.size()), std::as_bytes(std::span(kP256Prefix))))
    return fail(Errc::unsupported_key, "an ECDSA key that is not an uncompressed point of P-256");
  if (!parse_public_key(data)) return fail(Errc::malformed_key, "not a point of P-256");
  return {};
}

Result<void> check_rsa(ByteView data) {
  const KeyPtr key = parse_public_key(data);
  if (!key || EVP_PKEY_is_a(key.get(), "RSA") != 1) return fail(Errc::malformed_key, "not an RSA key in DER");
  const int bits = EVP_PKEY_get_bits(key.get());
  if (bits < static_cast<int>(kRsaBitsMin) || bits > static_cast<int>(kRsaBitsMax))
    return fail(Errc::unsupported_key, "RSA key of " + std::to_string(bits) + " bits, taken are " +
                                           std::to_string(kRsaBitsMin) + " to " + std::to_string(kRsaBitsMax));
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_RSA_E, &number);
  const NumberPtr exponent(number);
  // The exponent decides what a verification costs.
  if (!exponent || BN_num_bits(exponent.get()) > kRsaExponentBitsMax)
    return fail(Errc::unsupported_key,
                "RSA key with a public exponent of more than " + std::to_string(kRsaExponentBitsMax) + " bits");
  return {};
}

bool verify_secp256k1(ByteView data, ByteView message, ByteView signature) {
  const secp256k1_context* const context = secp256k1_context_static;
  if (signature.empty()) return false;  // perhaps at a null pointer, at which the library aborts
  secp256k1_pubkey key;
  secp256k1_ecdsa_signature parsed;
  if (secp256k1_ec_pubkey_parse(context, &key, raw(data), data.size()) != 1) return false;
  if (secp256k1_ecdsa_signature_parse_der(context, &parsed, raw(signature), signature.size()) != 1) return false;
  // The library takes low S only; other implementations take both and some make both.
  secp256k1_ecdsa_signature_normalize(context, &parsed, &parsed);
  const auto digest = multiformats::sha2_256(message);
  return secp256k1_ecdsa_verify(context, &parsed, raw(ByteView(digest)), &key) == 1;
}

bool verify_ecdsa(ByteView data, ByteView message, ByteView signature) {
  const KeyPtr key = parse_public_key(data);
  return key && verify_digest(verifier_of(key.get()).get(), message, signature);
}

bool verify_rsa(ByteView data, ByteView message, ByteView signature) {
  static const EVP_MD* const kHash = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  const KeyPtr key = parse_public_key(data);
  if (!key) return false;
  const ContextPtr context = verifier_of(key.get());
  QUERN_ASSERT(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1);
  QUERN_ASSERT(EVP_PKEY_CTX_set_signature_md(context.get(), kHash) == 1);
  return verify_digest(context.get(), message, signature);
}

}  // namespace quern::identity
