#include "overlay/identity/peer_record.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "overlay/identity/identity.pb.h"
#include "tests/overlay/multiformats/hex.hpp"

namespace quern::identity {
namespace {

using multiformats::Multiaddr;
using runtime::Bytes;
using runtime::bytes_of;
using runtime::ByteView;

constexpr std::string_view kDomain = "libp2p-peer-record";
constexpr std::array kType{std::byte{0x03}, std::byte{0x01}};

PrivateKey key_of(unsigned char seed) {
  const Bytes bytes(kSeedBytes, std::byte{seed});
  return PrivateKey::from_seed(ByteView(bytes).first<kSeedBytes>());
}
PeerRecord record_of(const PrivateKey& key) {
  return {.peer = PeerId::of(key.public_key()),
          .sequence = 7,
          .addresses = {Multiaddr::from_text("/ip4/192.0.2.7/tcp/4001").value(),
                        Multiaddr::from_text("/dns/example.com/tcp/443/tls/ws").value()}};
}
Bytes seal_message(const wire::PeerRecord& message) {
  return seal_envelope(key_of(1), kDomain, kType, bytes_of(message.SerializeAsString()));
}
wire::PeerRecord message_of(const PrivateKey& key) {
  wire::PeerRecord message;
  message.set_peer_id(std::string(runtime::text_of(PeerId::of(key.public_key()).bytes())));
  message.set_seq(1);
  return message;
}

TEST(PeerRecord, what_was_sealed_is_opened) {
  const PeerRecord record = record_of(key_of(1));
  const auto opened = open_peer_record(seal_peer_record(key_of(1), record));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->peer, record.peer);
  EXPECT_EQ(opened->sequence, 7u);
  EXPECT_EQ(opened->addresses, record.addresses);
}

TEST(PeerRecord, has_the_domain_and_payload_type_of_rfc_0003) {
  const auto opened = open_envelope(seal_peer_record(key_of(1), record_of(key_of(1))), kDomain, kType);
  ASSERT_TRUE(opened);
  wire::PeerRecord message;
  ASSERT_TRUE(message.ParseFromArray(opened->payload.data(), static_cast<int>(opened->payload.size())));
  EXPECT_EQ(message.addresses_size(), 2);
  EXPECT_EQ(message.seq(), 7u);
}

TEST(PeerRecord, record_of_another_peer_is_refused) {
  EXPECT_EQ(open_peer_record(seal_message(message_of(key_of(2)))).error().code(), Errc::wrong_signer);
  EXPECT_TRUE(open_peer_record(seal_message(message_of(key_of(1)))));
}

TEST(PeerRecord, record_without_a_peer_id_or_of_no_form_is_refused) {
  wire::PeerRecord message = message_of(key_of(1));
  message.set_peer_id("nobody");
  EXPECT_EQ(open_peer_record(seal_message(message)).error().code(), Errc::malformed_record);
  message.clear_peer_id();
  EXPECT_EQ(open_peer_record(seal_message(message)).error().code(), Errc::malformed_record);
  const Bytes noise = seal_envelope(key_of(1), kDomain, kType, bytes_of("\xff\xff"));
  EXPECT_EQ(open_peer_record(noise).error().code(), Errc::malformed_record);
}

TEST(PeerRecord, envelope_of_another_use_is_refused) {
  const std::string payload = message_of(key_of(1)).SerializeAsString();
  const Bytes other_domain = seal_envelope(key_of(1), "libp2p-relay-rsvp", kType, bytes_of(payload));
  EXPECT_EQ(open_peer_record(other_domain).error().code(), Errc::bad_signature);
  const Bytes other_type = seal_envelope(key_of(1), kDomain, bytes_of("\x03\x02"), bytes_of(payload));
  EXPECT_EQ(open_peer_record(other_type).error().code(), Errc::wrong_payload_type);
}

TEST(PeerRecord, addresses_that_cannot_be_read_are_left_out) {
  wire::PeerRecord message = message_of(key_of(1));
  message.add_addresses()->set_multiaddr("\x04\x01");
  message.add_addresses();
  message.add_addresses()->set_multiaddr(
      std::string(runtime::text_of(Multiaddr::from_text("/ip4/192.0.2.7/tcp/4001").value().bytes())));
  const auto opened = open_peer_record(seal_message(message));
  ASSERT_TRUE(opened);
  ASSERT_EQ(opened->addresses.size(), 1u);
  EXPECT_EQ(opened->addresses.front().text(), "/ip4/192.0.2.7/tcp/4001");
}

TEST(PeerRecord, addresses_beyond_the_limit_are_left_out) {
  PeerRecord record = record_of(key_of(1));
  record.addresses.resize(kPeerRecordAddressesMax + 1, record.addresses.front());
  const auto opened = open_peer_record(seal_peer_record(key_of(1), record));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->addresses.size(), kPeerRecordAddressesMax);
}

TEST(PeerRecord, any_changed_bit_is_refused) {
  Bytes bytes = seal_peer_record(key_of(1), record_of(key_of(1)));
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    const std::byte mask{static_cast<unsigned char>(1u << bit % 8)};
    bytes[bit / 8] ^= mask;
    EXPECT_FALSE(open_peer_record(bytes)) << "bit " << bit;
    bytes[bit / 8] ^= mask;
  }
}

TEST(PeerRecordDeathTest, sealing_what_another_peer_should_is_our_bug) {
  EXPECT_DEATH(seal_peer_record(key_of(1), record_of(key_of(2))), "is_of");
}

}  // namespace
}  // namespace quern::identity
