#include "overlay/identity/signed_envelope.hpp"

#include <string>

#include <gtest/gtest.h>

#include "overlay/identity/identity.pb.h"
#include "tests/overlay/multiformats/hex.hpp"

namespace quern::identity {
namespace {

using multiformats::from_hex;
using runtime::Bytes;
using runtime::bytes_of;
using runtime::ByteView;

constexpr std::string_view kDomain = "quern-test";

PrivateKey key_of(unsigned char seed) {
  const Bytes bytes(kSeedBytes, std::byte{seed});
  return PrivateKey::from_seed(ByteView(bytes).first<kSeedBytes>());
}
Bytes sealed() {
  return seal_envelope(key_of(1), kDomain, bytes_of("type"), bytes_of("payload"));
}
std::error_code refusal(ByteView bytes, std::string_view domain = kDomain, std::string_view type = "type") {
  const auto opened = open_envelope(bytes, domain, bytes_of(type));
  return opened ? std::error_code() : opened.error().code();
}
Bytes written(const wire::Envelope& message) {
  return runtime::copy_of(bytes_of(message.SerializePartialAsString()));
}
wire::Envelope message_of(ByteView bytes) {
  wire::Envelope message;
  EXPECT_TRUE(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  return message;
}

TEST(SignedEnvelope, what_was_sealed_is_opened) {
  const auto opened = open_envelope(sealed(), kDomain, bytes_of("type"));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->signer, key_of(1).public_key());
  EXPECT_EQ(runtime::text_of(opened->payload_type), "type");
  EXPECT_EQ(runtime::text_of(opened->payload), "payload");
}

TEST(SignedEnvelope, an_empty_payload_is_a_payload) {
  const Bytes bytes = seal_envelope(key_of(1), kDomain, bytes_of("type"), {});
  const auto opened = open_envelope(bytes, kDomain, bytes_of("type"));
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->payload.empty());
}

TEST(SignedEnvelope, is_the_message_that_other_implementations_write) {
  const wire::Envelope message = message_of(sealed());
  EXPECT_EQ(message.payload_type(), "type");
  EXPECT_EQ(message.payload(), "payload");
  EXPECT_EQ(message.public_key().type(), 1u);
  EXPECT_EQ(message.public_key().data(), runtime::text_of(key_of(1).public_key().data()));
  // RFC 0002: the signature covers domain, type and payload, each after its length as a varint.
  const std::string covered = "\x0aquern-test\x04type\x07payload";
  EXPECT_TRUE(key_of(1).public_key().verify(bytes_of(covered), bytes_of(message.signature())));
  EXPECT_EQ(written(message), sealed());
}

TEST(SignedEnvelope, any_changed_bit_is_refused) {
  for (const std::string_view payload : {"payload", ""}) {
    Bytes bytes = seal_envelope(key_of(1), kDomain, bytes_of("type"), bytes_of(payload));
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      const std::byte mask{static_cast<unsigned char>(1u << bit % 8)};
      bytes[bit / 8] ^= mask;
      EXPECT_TRUE(refusal(bytes)) << "bit " << bit;
      bytes[bit / 8] ^= mask;
    }
    EXPECT_FALSE(refusal(bytes));
  }
}

TEST(SignedEnvelope, whatever_is_cut_off_or_added_is_refused) {
  Bytes bytes = sealed();
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_TRUE(refusal(ByteView(bytes).first(size))) << size;
  bytes.push_back(std::byte{0});
  EXPECT_EQ(refusal(bytes), Errc::malformed_envelope);
}

TEST(SignedEnvelope, another_domain_or_type_is_refused) {
  EXPECT_EQ(refusal(sealed(), "quern-other"), Errc::bad_signature);
  EXPECT_EQ(refusal(sealed(), ""), Errc::bad_signature);
  EXPECT_EQ(refusal(sealed(), kDomain, "typ"), Errc::wrong_payload_type);
  EXPECT_EQ(refusal(sealed(), kDomain, ""), Errc::wrong_payload_type);
}

TEST(SignedEnvelope, parts_do_not_flow_into_each_other) {
  // The same bytes after one another, cut elsewhere.
  wire::Envelope message = message_of(sealed());
  message.set_payload_type("typ");
  message.set_payload("epayload");
  EXPECT_EQ(refusal(written(message), kDomain, "typ"), Errc::bad_signature);
}

TEST(SignedEnvelope, another_key_under_the_same_signature_is_refused) {
  wire::Envelope message = message_of(sealed());
  message.mutable_public_key()->set_data(std::string(runtime::text_of(key_of(2).public_key().data())));
  EXPECT_EQ(refusal(written(message)), Errc::bad_signature);
}

TEST(SignedEnvelope, other_encodings_of_the_message_are_refused) {
  const Bytes bytes = sealed();
  const auto with = [&bytes](std::size_t at, const char* hex) {
    Bytes out = bytes;
    const Bytes extra = from_hex(hex);
    out.insert(out.begin() + static_cast<std::ptrdiff_t>(at), extra.begin(), extra.end());
    return out;
  };
  EXPECT_EQ(refusal(with(bytes.size(), "3a0161")), Errc::malformed_envelope);  // a field that the message lacks
  EXPECT_EQ(refusal(with(bytes.size(), "1a0161")), Errc::malformed_envelope);  // the payload once more
  EXPECT_EQ(refusal(with(0, "1a0161")), Errc::malformed_envelope);             // out of order
  Bytes long_size = with(2, "00");
  long_size[1] |= std::byte{0x80};
  EXPECT_EQ(refusal(long_size), Errc::malformed_envelope);  // a length that is not minimal
  // The key within, with its fields in the other order: the same key to a protobuf reader, but of another peer id.
  const PrivateKey key = key_of(1);
  Bytes swapped = from_hex("0a241220");
  runtime::append(swapped, key.public_key().data());
  runtime::append(swapped, from_hex("0801"));
  runtime::append(swapped, ByteView(bytes).subspan(swapped.size()));
  EXPECT_EQ(refusal(swapped), Errc::malformed_key);
}

TEST(SignedEnvelope, missing_parts_are_refused) {
  const auto without = [](auto clear) {
    wire::Envelope message = message_of(sealed());
    clear(message);
    return refusal(written(message));
  };
  EXPECT_EQ(without([](auto& m) { m.clear_public_key(); }), Errc::malformed_key);
  EXPECT_EQ(without([](auto& m) { m.clear_payload_type(); }), Errc::wrong_payload_type);
  EXPECT_EQ(without([](auto& m) { m.clear_payload(); }), Errc::bad_signature);
  EXPECT_EQ(without([](auto& m) { m.clear_signature(); }), Errc::bad_signature);
  EXPECT_EQ(refusal({}), Errc::wrong_payload_type);
}

TEST(SignedEnvelope, limit_holds_at_its_value_and_not_beyond) {
  const std::size_t rest = seal_envelope(key_of(1), kDomain, bytes_of("type"), Bytes(60'000)).size() - 60'000;
  const auto of_size = [&](std::size_t size) {
    return seal_envelope(key_of(1), kDomain, bytes_of("type"), Bytes(size - rest));
  };
  ASSERT_EQ(of_size(kEnvelopeBytesMax).size(), kEnvelopeBytesMax);
  EXPECT_FALSE(refusal(of_size(kEnvelopeBytesMax)));
  EXPECT_EQ(refusal(of_size(kEnvelopeBytesMax + 1)), Errc::malformed_envelope);
}

}  // namespace
}  // namespace quern::identity
