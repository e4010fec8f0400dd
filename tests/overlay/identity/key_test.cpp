#include "overlay/identity/key.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "overlay/runtime/simulation/world.hpp"
#include "tests/overlay/multiformats/hex.hpp"

namespace quern::identity {
namespace {

using multiformats::from_hex;
using multiformats::to_hex;
using runtime::Bytes;
using runtime::bytes_of;
using runtime::ByteView;

PrivateKey key_of(const char* seed_hex) {
  const Bytes seed = from_hex(seed_hex);
  return PrivateKey::from_seed(ByteView(seed).first<kSeedBytes>());
}

// libp2p specs, peer-ids/peer-ids.md, "Test vectors".
constexpr const char* kPrivate =
    "080112407e0830617c4a7de83925dfb2694556b12936c477a0e1feb2e148ec9da60fee7d"
    "1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e";
constexpr const char* kPublic = "080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e";

TEST(PrivateKey, vector_of_the_specification_holds) {
  const auto key = PrivateKey::from_protobuf(from_hex(kPrivate));
  ASSERT_TRUE(key);
  EXPECT_EQ(to_hex(key->public_key().protobuf()), kPublic);
  EXPECT_EQ(to_hex(key->protobuf()), kPrivate);
}

TEST(PrivateKey, older_form_with_the_public_key_twice_is_read) {
  const std::string public_hex = std::string(kPrivate).substr(72);
  std::string twice = std::string(kPrivate) + public_hex;
  twice.replace(6, 2, "60");
  const auto key = PrivateKey::from_protobuf(from_hex(twice));
  ASSERT_TRUE(key);
  EXPECT_EQ(to_hex(key->protobuf()), kPrivate);
  twice.back() = 'f';
  EXPECT_EQ(PrivateKey::from_protobuf(from_hex(twice)).error().code(), Errc::malformed_key);
}

TEST(PrivateKey, public_half_that_does_not_belong_to_it_is_refused) {
  std::string other = kPrivate;
  other.back() = 'f';
  EXPECT_EQ(PrivateKey::from_protobuf(from_hex(other)).error().code(), Errc::malformed_key);
}

TEST(PrivateKey, signs_as_rfc_8032_says) {
  // RFC 8032, section 7.1, TEST 1 and TEST 2.
  const PrivateKey first = key_of("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  EXPECT_EQ(to_hex(first.public_key().data()), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(to_hex(first.sign({})),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
  const PrivateKey second = key_of("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  EXPECT_EQ(to_hex(second.sign(from_hex("72"))),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

TEST(PrivateKey, generated_keys_differ_and_sign) {
  simulation::World world({.seed = 1});
  std::vector<PrivateKey> keys;
  world.add_node({}, [&](runtime::Runtime& runtime) -> runtime::Task<void> {
    keys.push_back(PrivateKey::generate(runtime));
    keys.push_back(PrivateKey::generate(runtime));
    co_return;
  });
  world.run_until(runtime::Time{});
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_NE(to_hex(keys[0].protobuf()), to_hex(keys[1].protobuf()));
  EXPECT_TRUE(keys[0].public_key().verify(bytes_of("hello"), keys[0].sign(bytes_of("hello"))));
  EXPECT_FALSE(keys[1].public_key().verify(bytes_of("hello"), keys[0].sign(bytes_of("hello"))));
}

TEST(PublicKey, any_changed_bit_of_message_or_signature_is_noticed) {
  const PrivateKey key = key_of("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  Bytes message = runtime::copy_of(bytes_of("noise"));
  auto signature = key.sign(message);
  ASSERT_TRUE(key.public_key().verify(message, signature));
  const auto noticed_in = [&](std::span<std::byte> bytes) {
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      const std::byte mask{static_cast<unsigned char>(1u << bit % 8)};
      bytes[bit / 8] ^= mask;
      EXPECT_FALSE(key.public_key().verify(message, signature)) << bit;
      bytes[bit / 8] ^= mask;
    }
  };
  noticed_in(message);
  noticed_in(signature);
  EXPECT_FALSE(key.public_key().verify(message, ByteView(signature).first(63)));
  EXPECT_FALSE(key.public_key().verify(message, {}));
}

}  // namespace
}  // namespace quern::identity
