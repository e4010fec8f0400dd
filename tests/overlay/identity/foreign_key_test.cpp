// Keys that others sign with: here the libraries themselves sign with the published private keys.
#include "overlay/identity/foreign_key.hpp"

#include <fstream>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <secp256k1.h>

#include "overlay/identity/key.hpp"
#include "overlay/identity/peer_id.hpp"
#include "overlay/multiformats/multihash.hpp"
#include "overlay/multiformats/varint.hpp"
#include "tests/overlay/multiformats/hex.hpp"

namespace quern::identity {
namespace {

using multiformats::from_hex;
using multiformats::to_hex;
using runtime::Bytes;
using runtime::bytes_of;
using runtime::ByteView;

using OpensslKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

// The serialised key of vectors/keys.txt.
Bytes vector_of(const std::string& type, const std::string& half) {
  std::ifstream file(QUERN_TEST_DATA "/identity/vectors/keys.txt");
  for (std::string line; std::getline(file, line);) {
    const std::string prefix = type + " " + half + " ";
    if (line.starts_with(prefix)) return from_hex(line.substr(prefix.size()));
  }
  ADD_FAILURE() << "no vector of " << type;
  return {};
}

// The Data field of a serialised key.
Bytes data_of(const Bytes& protobuf) {
  const ByteView rest = ByteView(protobuf).subspan(3);
  return runtime::copy_of(rest.subspan(multiformats::read_varint(rest).value().size));
}
Bytes protobuf_of(KeyType type, ByteView data) {
  Bytes out{std::byte{0x08}, static_cast<std::byte>(type), std::byte{0x12}};
  multiformats::append_varint(out, data.size());
  runtime::append(out, data);
  return out;
}
std::error_code refusal(const Bytes& protobuf) {
  const auto key = PublicKey::from_protobuf(protobuf);
  return key ? std::error_code() : key.error().code();
}

unsigned char* raw(Bytes& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}
const unsigned char* raw(const Bytes& bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

OpensslKey private_key_of(const Bytes& protobuf) {
  const Bytes data = data_of(protobuf);
  const unsigned char* at = raw(data);
  return {d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(data.size())), EVP_PKEY_free};
}
Bytes public_data_of(EVP_PKEY* key) {
  Bytes der(static_cast<std::size_t>(i2d_PUBKEY(key, nullptr)));
  unsigned char* at = raw(der);
  i2d_PUBKEY(key, &at);
  return der;
}
Bytes sign_with_openssl(EVP_PKEY* key, std::string_view message) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EXPECT_EQ(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key), 1);
  Bytes signature(1024);
  std::size_t size = signature.size();
  const auto* data = reinterpret_cast<const unsigned char*>(message.data());
  EXPECT_EQ(EVP_DigestSign(context.get(), raw(signature), &size, data, message.size()), 1);
  signature.resize(size);
  return signature;
}

Bytes sign_with_secp256k1(const Bytes& secret, std::string_view message, bool high) {
  const std::unique_ptr<secp256k1_context, decltype(&secp256k1_context_destroy)> context(
      secp256k1_context_create(SECP256K1_CONTEXT_SIGN), secp256k1_context_destroy);
  const auto digest = multiformats::sha2_256(bytes_of(message));
  secp256k1_ecdsa_signature signature;
  const auto* hash = reinterpret_cast<const unsigned char*>(digest.data());
  EXPECT_EQ(secp256k1_ecdsa_sign(context.get(), &signature, hash, raw(secret), nullptr, nullptr), 1);
  if (high) {
    // S becomes the group's order minus S.
    Bytes compact(64);
    secp256k1_ecdsa_signature_serialize_compact(context.get(), raw(compact), &signature);
    EXPECT_EQ(secp256k1_ec_seckey_negate(context.get(), raw(compact) + 32), 1);
    EXPECT_EQ(secp256k1_ecdsa_signature_parse_compact(context.get(), &signature, raw(compact)), 1);
  }
  Bytes der(80);
  std::size_t size = der.size();
  EXPECT_EQ(secp256k1_ecdsa_signature_serialize_der(context.get(), raw(der), &size, &signature), 1);
  der.resize(size);
  return der;
}

// That `signature` of "message" stands, and nothing near it. Every `step`th bit is tried.
void expect_stands_alone(const PublicKey& key, Bytes signature, std::size_t step) {
  EXPECT_TRUE(key.verify(bytes_of("message"), signature));
  EXPECT_FALSE(key.verify(bytes_of("massage"), signature));
  EXPECT_FALSE(key.verify(bytes_of(""), signature));
  EXPECT_FALSE(key.verify(bytes_of("message"), {}));
  EXPECT_FALSE(key.verify(bytes_of("message"), ByteView(signature).first(signature.size() - 1)));
  for (std::size_t bit = 0; bit < signature.size() * 8; bit += step) {
    const std::byte mask{static_cast<unsigned char>(1u << bit % 8)};
    signature[bit / 8] ^= mask;
    EXPECT_FALSE(key.verify(bytes_of("message"), signature)) << bit;
    signature[bit / 8] ^= mask;
  }
  signature.push_back(std::byte{0});
  EXPECT_FALSE(key.verify(bytes_of("message"), signature));
}

TEST(ForeignKey, ecdsa_vector_verifies_what_its_private_key_signs) {
  const OpensslKey secret = private_key_of(vector_of("ecdsa", "private"));
  ASSERT_TRUE(secret);
  const Bytes protobuf = protobuf_of(KeyType::ecdsa, public_data_of(secret.get()));
  EXPECT_EQ(protobuf, vector_of("ecdsa", "public"));
  const auto key = PublicKey::from_protobuf(protobuf);
  ASSERT_TRUE(key) << key.error().message();
  EXPECT_EQ(key->type(), KeyType::ecdsa);
  expect_stands_alone(*key, sign_with_openssl(secret.get(), "message"), 1);
}

TEST(ForeignKey, rsa_vector_verifies_what_its_private_key_signs) {
  const OpensslKey secret = private_key_of(vector_of("rsa", "private"));
  ASSERT_TRUE(secret);
  const Bytes protobuf = protobuf_of(KeyType::rsa, public_data_of(secret.get()));
  EXPECT_EQ(protobuf, vector_of("rsa", "public"));
  const auto key = PublicKey::from_protobuf(protobuf);
  ASSERT_TRUE(key) << key.error().message();
  EXPECT_EQ(key->type(), KeyType::rsa);
  EXPECT_TRUE(PeerId::of(*key).text().starts_with("Qm"));
  EXPECT_EQ(to_hex(PeerId::of(*key).bytes()),
            to_hex(multiformats::multihash_of(multiformats::HashCode::sha2_256, protobuf)));
  EXPECT_FALSE(PeerId::of(*key).inlined_key());
  expect_stands_alone(*key, sign_with_openssl(secret.get(), "message"), 61);
}

TEST(ForeignKey, secp256k1_vector_verifies_what_its_private_key_signs) {
  const Bytes secret = data_of(vector_of("secp256k1", "private"));
  const auto key = PublicKey::from_protobuf(vector_of("secp256k1", "public"));
  ASSERT_TRUE(key) << key.error().message();
  EXPECT_EQ(key->type(), KeyType::secp256k1);
  EXPECT_TRUE(PeerId::of(*key).text().starts_with("16Uiu2"));
  EXPECT_EQ(PeerId::of(*key).text(), "16Uiu2HAmLhLvBoYaoZfaMUKuibM6ac163GwKY74c5kiSLg5KvLpY");
  expect_stands_alone(*key, sign_with_secp256k1(secret, "message", false), 1);
}

TEST(ForeignKey, secp256k1_signature_of_high_s_is_taken_as_go_takes_it) {
  const Bytes secret = data_of(vector_of("secp256k1", "private"));
  const auto key = PublicKey::from_protobuf(vector_of("secp256k1", "public"));
  const Bytes low = sign_with_secp256k1(secret, "message", false);
  const Bytes high = sign_with_secp256k1(secret, "message", true);
  EXPECT_NE(low, high);
  EXPECT_TRUE(key.value().verify(bytes_of("message"), high));
}

TEST(ForeignKey, signature_of_another_type_of_key_is_refused) {
  const OpensslKey secret = private_key_of(vector_of("ecdsa", "private"));
  const Bytes signature = sign_with_openssl(secret.get(), "message");
  for (const char* type : {"ed25519", "secp256k1", "rsa"})
    EXPECT_FALSE(PublicKey::from_protobuf(vector_of(type, "public")).value().verify(bytes_of("message"), signature));
}

TEST(ForeignKey, secp256k1_keys_of_other_forms_are_refused) {
  Bytes data = data_of(vector_of("secp256k1", "public"));
  data[0] = std::byte{0x05};
  EXPECT_EQ(refusal(protobuf_of(KeyType::secp256k1, data)), Errc::malformed_key);
  data[0] = std::byte{0x03};
  std::ranges::fill(std::span(data).subspan(1), std::byte{0xff});  // beyond the field
  EXPECT_EQ(refusal(protobuf_of(KeyType::secp256k1, data)), Errc::malformed_key);

  secp256k1_pubkey key;
  const Bytes compressed = data_of(vector_of("secp256k1", "public"));
  ASSERT_EQ(secp256k1_ec_pubkey_parse(secp256k1_context_static, &key, raw(compressed), compressed.size()), 1);
  Bytes uncompressed(65);
  std::size_t size = uncompressed.size();
  secp256k1_ec_pubkey_serialize(secp256k1_context_static, raw(uncompressed), &size, &key, SECP256K1_EC_UNCOMPRESSED);
  EXPECT_EQ(refusal(protobuf_of(KeyType::secp256k1, uncompressed)), Errc::malformed_key);
}

TEST(ForeignKey, ecdsa_keys_of_other_forms_and_curves_are_refused) {
  Bytes data = data_of(vector_of("ecdsa", "public"));
  data.back() ^= std::byte{1};
  EXPECT_EQ(refusal(protobuf_of(KeyType::ecdsa, data)), Errc::malformed_key);  // no point
  data.back() ^= std::byte{1};
  data.push_back(std::byte{0});
  EXPECT_EQ(refusal(protobuf_of(KeyType::ecdsa, data)), Errc::unsupported_key);
  const OpensslKey other(EVP_EC_gen("P-384"), EVP_PKEY_free);
  EXPECT_EQ(refusal(protobuf_of(KeyType::ecdsa, public_data_of(other.get()))), Errc::unsupported_key);
  EXPECT_EQ(refusal(protobuf_of(KeyType::ecdsa, data_of(vector_of("rsa", "public")))), Errc::unsupported_key);
}

OpensslKey make_rsa(int bits, std::uint64_t exponent) {
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr), EVP_PKEY_CTX_free);
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> number(BN_new(), BN_free);
  BN_set_word(number.get(), exponent);
  EVP_PKEY* key = nullptr;
  EXPECT_EQ(EVP_PKEY_keygen_init(context.get()), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), bits), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context.get(), number.get()), 1);
  EXPECT_EQ(EVP_PKEY_generate(context.get(), &key), 1);
  return {key, EVP_PKEY_free};
}

TEST(ForeignKey, rsa_keys_that_are_too_small_or_dear_to_verify_are_refused) {
  EXPECT_EQ(refusal(protobuf_of(KeyType::rsa, public_data_of(make_rsa(1024, 65537).get()))), Errc::unsupported_key);
  EXPECT_EQ(refusal(protobuf_of(KeyType::rsa, public_data_of(make_rsa(2048, (std::uint64_t{1} << 33) + 1).get()))),
            Errc::unsupported_key);
  EXPECT_FALSE(refusal(protobuf_of(KeyType::rsa, public_data_of(make_rsa(2048, 65537).get()))));
}

TEST(ForeignKey, rsa_keys_of_other_encodings_are_refused) {
  const Bytes data = data_of(vector_of("rsa", "public"));
  Bytes longer = data;
  longer.push_back(std::byte{0});
  EXPECT_EQ(refusal(protobuf_of(KeyType::rsa, longer)), Errc::malformed_key);
  // BER allows a length in more bytes than it needs; DER does not.
  ASSERT_EQ(to_hex(ByteView(data).first(4)), "30820222");
  Bytes ber = from_hex(
      "30840000"
      "0222");
  runtime::append(ber, ByteView(data).subspan(4));
  EXPECT_EQ(refusal(protobuf_of(KeyType::rsa, ber)), Errc::malformed_key);
  EXPECT_EQ(refusal(protobuf_of(KeyType::rsa, data_of(vector_of("ecdsa", "public")))), Errc::malformed_key);
  EXPECT_EQ(refusal(protobuf_of(KeyType::rsa, bytes_of("rsa"))), Errc::malformed_key);
}

TEST(PublicKey, only_the_canonical_message_is_taken) {
  for (const char* type : {"ed25519", "secp256k1", "ecdsa", "rsa"}) {
    const Bytes good = vector_of(type, "public");
    EXPECT_FALSE(refusal(good)) << type;
    const auto with = [&](std::size_t at, std::size_t removed, const char* hex) {
      Bytes out = runtime::copy_of(ByteView(good).first(at));
      runtime::append(out, from_hex(hex));
      runtime::append(out, ByteView(good).subspan(at + removed));
      return out;
    };
    EXPECT_EQ(refusal(with(good.size(), 0, "00")), Errc::malformed_key);    // a byte more
    EXPECT_EQ(refusal(with(good.size(), 0, "1801")), Errc::malformed_key);  // another field
    EXPECT_EQ(refusal(with(0, 0, "0801")), Errc::malformed_key);            // the type twice
    EXPECT_EQ(refusal(with(1, 1, (to_hex({&good[1], 1}).replace(0, 1, "8") + "00").c_str())), Errc::malformed_key);
    EXPECT_EQ(refusal(with(1, 1, "04")), Errc::unsupported_key);  // an unknown type
    EXPECT_EQ(refusal(with(0, 2, "")), Errc::malformed_key);      // no type
    Bytes swapped = runtime::copy_of(ByteView(good).subspan(2));
    runtime::append(swapped, ByteView(good).first(2));
    EXPECT_EQ(refusal(swapped), Errc::malformed_key);  // data before type
    for (std::size_t size = 0; size < good.size(); ++size)
      EXPECT_EQ(refusal(runtime::copy_of(ByteView(good).first(size))), Errc::malformed_key);
  }
  const Bytes key = data_of(vector_of("ed25519", "public"));
  Bytes long_size = from_hex("080112a000");
  runtime::append(long_size, key);
  EXPECT_EQ(refusal(long_size), Errc::malformed_key);  // a length that is not minimal
  EXPECT_EQ(refusal(protobuf_of(KeyType::ed25519, ByteView(key).first(31))), Errc::malformed_key);
  EXPECT_EQ(refusal(protobuf_of(KeyType::ed25519, {})), Errc::malformed_key);
  EXPECT_EQ(refusal(Bytes(kPublicKeyBytesMax + 1)), Errc::malformed_key);
}

TEST(PublicKey, ed25519_key_that_is_no_point_or_of_small_order_verifies_nothing) {
  for (const char* hex : {"0000000000000000000000000000000000000000000000000000000000000000",
                          "0100000000000000000000000000000000000000000000000000000000000000",
                          "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"}) {
    const auto key = PublicKey::from_protobuf(protobuf_of(KeyType::ed25519, from_hex(hex)));
    ASSERT_TRUE(key);
    // R the neutral element and S zero: "valid" for a key of small order where that is not checked.
    Bytes signature(kSignatureBytes);
    signature[0] = std::byte{1};
    EXPECT_FALSE(key->verify(bytes_of("message"), signature)) << hex;
  }
}

TEST(PrivateKey, keys_that_this_node_does_not_sign_with_are_refused) {
  for (const char* type : {"secp256k1", "ecdsa", "rsa"})
    EXPECT_EQ(PrivateKey::from_protobuf(vector_of(type, "private")).error().code(), Errc::unsupported_key) << type;
}

}  // namespace
}  // namespace quern::identity
