#include "overlay/security/noise_payload.hpp"

#include <gtest/gtest.h>

#include "overlay/security/noise.hpp"
#include "overlay/security/noise.pb.h"
#include "tests/overlay/security/handshake_pair.hpp"

namespace quern::security {
namespace {

using runtime::Bytes;
using runtime::ByteView;

constexpr X25519Public kFixed{std::byte{1}, std::byte{2}, std::byte{3}};
const std::vector<std::string> kMuxers{"/yamux/1.0.0", "/mplex/6.7.0"};

Bytes good() {
  return encode_noise_payload(key_of(1), kFixed, kMuxers);
}
// The good payload with a change.
Bytes changed(const std::function<void(wire::NoiseHandshakePayload&)>& change) {
  wire::NoiseHandshakePayload message;
  EXPECT_TRUE(message.ParseFromString(std::string(runtime::text_of(good()))));
  change(message);
  return runtime::copy_of(runtime::bytes_of(message.SerializeAsString()));
}
std::string refusal(ByteView payload, const X25519Public& fixed = kFixed) {
  const auto read = read_noise_payload(payload, fixed);
  if (read) return "";
  EXPECT_EQ(read.error(), Errc::bad_handshake);
  return read.error().detail();
}

TEST(NoisePayload, what_is_written_is_read) {
  const auto read = read_noise_payload(good(), kFixed);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->key, key_of(1).public_key());
  EXPECT_EQ(read->muxers, kMuxers);
}

TEST(NoisePayload, a_payload_without_the_extension_has_no_muxers) {
  const auto read = read_noise_payload(changed([](auto& message) { message.clear_extensions(); }), kFixed);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->muxers.empty());
}

// Field 3 was early data once; others may come.
TEST(NoisePayload, fields_that_are_not_known_are_ignored) {
  Bytes payload = good();
  for (const char byte : {'\x1a', '\x03', 'a', 'b', 'c', '\x32', '\x00'})
    payload.push_back(static_cast<std::byte>(byte));
  EXPECT_TRUE(read_noise_payload(payload, kFixed));
}

TEST(NoisePayload, a_signature_over_another_static_key_or_none_is_refused) {
  X25519Public other = kFixed;
  other[31] ^= std::byte{1};
  EXPECT_EQ(refusal(good(), other), "the peer's signature is not valid");
  EXPECT_EQ(refusal(changed([](auto& message) { message.clear_identity_sig(); })), "the peer's signature is not valid");
  const std::string others_key(runtime::text_of(key_of(2).public_key().protobuf()));
  EXPECT_EQ(refusal(changed([&](auto& message) { message.set_identity_key(others_key); })),
            "the peer's signature is not valid");
}

TEST(NoisePayload, a_key_that_is_none_is_refused) {
  EXPECT_EQ(refusal({}).substr(0, 15), "the peer's key:");
  EXPECT_EQ(refusal(changed([](auto& message) { message.set_identity_key("key"); })).substr(0, 15), "the peer's key:");
}

TEST(NoisePayload, one_above_its_bound_is_refused) {
  const auto padded = [](std::size_t size) {
    return changed([&](auto& message) { message.mutable_extensions()->add_stream_muxers(std::string(size, 'x')); });
  };
  const std::size_t overhead = padded(3000).size() - 3000;
  EXPECT_EQ(refusal(padded(kNoisePayloadBytesMax - overhead)), "");
  EXPECT_EQ(refusal(padded(kNoisePayloadBytesMax - overhead + 1)), "Noise payload too long");
}

TEST(NoisePayload, every_truncation_and_every_changed_byte_is_refused_or_read_as_the_same_key) {
  const Bytes payload = encode_noise_payload(key_of(1), kFixed, {});
  for (std::size_t size = 0; size < payload.size(); ++size)
    EXPECT_NE(refusal(ByteView(payload).first(size)), "") << size;
  for (std::size_t bit = 0; bit < payload.size() * 8; ++bit) {
    Bytes flipped = payload;
    flipped[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    EXPECT_NE(refusal(flipped), "") << bit;
  }
}

TEST(NoisePayload, both_ends_choose_the_first_of_the_dialers) {
  const std::vector<std::string> first{"/a", "/b", "/c"};
  const std::vector<std::string> second{"/c", "/b"};
  EXPECT_EQ(choose_muxer(first, second), "/b");
  EXPECT_EQ(choose_muxer(second, first), "/c");
  EXPECT_EQ(choose_muxer({}, second), std::nullopt);
  EXPECT_EQ(choose_muxer(first, {}), std::nullopt);
}

}  // namespace
}  // namespace quern::security
