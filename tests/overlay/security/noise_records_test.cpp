#include "overlay/security/noise_records.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "overlay/security/noise.hpp"
#include "tests/overlay/security/record_collector.hpp"

namespace quern::security {
namespace {

using runtime::Bytes;
using runtime::ByteView;
using runtime::RawBytes;

constexpr std::size_t kPlaintextMax = kNoiseRecordBytesMax - kTagBytes;

NoiseKeys keys_of(unsigned char send, unsigned char receive) {
  NoiseKeys keys;
  keys.send.fill(static_cast<std::byte>(send));
  keys.receive.fill(static_cast<std::byte>(receive));
  return keys;
}
std::unique_ptr<RecordCodec> first_end(std::uint64_t first_nonce = 0) {
  return make_noise_records(keys_of(1, 2), first_nonce);
}
std::unique_ptr<RecordCodec> second_end(std::uint64_t first_nonce = 0) {
  return make_noise_records(keys_of(2, 1), first_nonce);
}

Bytes counting(std::size_t size) {
  Bytes data(size);
  for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<std::byte>(i * 31 >> 3);
  return data;
}
RawBytes sealed(RecordCodec& codec, ByteView data, std::size_t head = 0) {
  RawBytes wire;
  EXPECT_TRUE(codec.seal(data.first(head), data.subspan(head), wire));
  return wire;
}

TEST(NoiseRecords, data_of_every_size_comes_out_as_it_went_in) {
  for (const std::size_t size : {0UL, 1UL, 12UL, 13UL, 1023UL, 1024UL, 1025UL, 16'448UL, kPlaintextMax - 1,
                                 kPlaintextMax, kPlaintextMax + 1, 200'000UL}) {
    for (const std::size_t head : {0UL, 12UL, 64UL, 70'000UL}) {
      if (head > size) continue;
      const auto from = first_end();
      const auto to = second_end();
      const Bytes data = counting(size);
      RawBytes wire = sealed(*from, data, head);
      const std::size_t records = (size + kPlaintextMax - 1) / kPlaintextMax;
      EXPECT_EQ(wire.size(), size + records * (2 + kTagBytes));
      RecordCollector received;
      ASSERT_EQ(to->open(wire, received), wire.size());
      EXPECT_TRUE(received.bytes == data) << size << " behind " << head;
      EXPECT_EQ(received.pieces, records);
    }
  }
}

TEST(NoiseRecords, what_fits_well_is_one_record_and_what_is_sealed_goes_behind_what_is_there) {
  const auto codec = first_end();
  RawBytes wire(3, std::byte{9});
  const Bytes data = counting(codec->plaintext_per_record());
  ASSERT_TRUE(codec->seal(ByteView(data).first(12), ByteView(data).subspan(12), wire));
  EXPECT_EQ(wire.size(), 3 + 2 + data.size() + kTagBytes);
  EXPECT_EQ(wire[2], std::byte{9});
  // So that an application's write of 64 KiB makes four records, headers and all.
  EXPECT_GE(codec->plaintext_per_record(), (16U << 10) + 12);
}

TEST(NoiseRecords, an_empty_record_is_taken_and_gives_nothing) {
  const auto codec = second_end();
  Sealer sealer(Cipher::chacha20_poly1305, keys_of(1, 2).send);
  sealer.begin(noise_nonce(0));
  Bytes wire{std::byte{0}, std::byte{16}};
  wire.resize(2 + kTagBytes);
  sealer.finish(wire.data() + 2);
  RecordCollector received;
  EXPECT_EQ(codec->open(wire, received), wire.size());
  EXPECT_EQ(received.pieces, 0U);
}

TEST(NoiseRecords, the_longest_record_a_peer_may_send_is_taken) {
  const auto from = first_end();
  const auto to = second_end();
  RawBytes wire = sealed(*from, counting(kPlaintextMax));
  EXPECT_EQ(wire.size(), 2 + kNoiseRecordBytesMax);
  RecordCollector received;
  ASSERT_EQ(to->open(wire, received), wire.size());
  EXPECT_EQ(received.pieces, 1U);
}

TEST(NoiseRecords, a_record_shorter_than_its_tag_is_refused) {
  for (std::size_t size = 0; size < kTagBytes; ++size) {
    Bytes wire(2 + size);
    wire[1] = static_cast<std::byte>(size);
    RecordCollector received;
    const auto opened = second_end()->open(wire, received);
    ASSERT_FALSE(opened) << size;
    EXPECT_EQ(opened.error(), Errc::bad_record);
  }
}

TEST(NoiseRecords, an_incomplete_record_is_left_until_it_is_whole) {
  const RawBytes whole = sealed(*first_end(), counting(100));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto to = second_end();
    RawBytes wire = whole;
    RecordCollector received;
    ASSERT_EQ(to->open(std::span(wire).first(size), received), 0U);
    EXPECT_EQ(received.pieces, 0U);
    ASSERT_EQ(to->open(wire, received), wire.size());
    EXPECT_TRUE(received.bytes == counting(100));
  }
}

TEST(NoiseRecords, every_flipped_bit_is_refused_for_good) {
  const RawBytes whole = sealed(*first_end(), counting(100));
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    const auto from = first_end();
    const auto to = second_end();
    RawBytes wire = sealed(*from, counting(100));
    wire[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    RecordCollector received;
    const auto opened = to->open(wire, received);
    EXPECT_EQ(received.pieces, 0U);
    if (opened) {  // a greater length: it waits for what never comes
      EXPECT_EQ(*opened, 0U);
      EXPECT_LT(bit, 16U);
      continue;
    }
    EXPECT_EQ(opened.error(), Errc::bad_record);
    // Nor is anything taken that would have been good.
    RawBytes good = sealed(*from, counting(10));
    const auto again = to->open(good, received);
    EXPECT_TRUE(!again && again.error() == Errc::bad_record);
    EXPECT_EQ(received.pieces, 0U);
  }
}

TEST(NoiseRecords, a_record_that_comes_twice_or_out_of_order_or_back_is_refused) {
  const auto from = first_end();
  const RawBytes one = sealed(*from, counting(10));
  const RawBytes two = sealed(*from, counting(10));
  const auto refuses = [](RecordCodec& to, const RawBytes& record) {
    RawBytes wire = record;
    RecordCollector received;
    const auto opened = to.open(wire, received);
    return !opened && opened.error() == Errc::bad_record && received.pieces == 0;
  };
  const auto to = second_end();
  RawBytes wire = one;
  RecordCollector received;
  ASSERT_TRUE(to->open(wire, received));
  EXPECT_TRUE(refuses(*to, one)) << "replayed";
  EXPECT_TRUE(refuses(*second_end(), two)) << "before its turn";
  EXPECT_TRUE(refuses(*first_end(), one)) << "sent back to its sender";
}

TEST(NoiseRecords, equal_plaintext_never_looks_alike) {
  const auto from = first_end();
  const RawBytes one = sealed(*from, counting(10));
  EXPECT_FALSE(one == sealed(*from, counting(10)));
}

TEST(NoiseRecords, the_last_nonce_is_used_and_none_after_it) {
  const auto from = first_end(kNoiseNonceEnd - 1);
  const auto to = second_end(kNoiseNonceEnd - 1);
  RawBytes wire = sealed(*from, counting(10));
  RecordCollector received;
  ASSERT_EQ(to->open(wire, received), wire.size());
  RawBytes more;
  const auto sealed_more = from->seal({}, counting(10), more);
  ASSERT_FALSE(sealed_more);
  EXPECT_EQ(sealed_more.error(), Errc::nonces_used_up);
  EXPECT_TRUE(more.empty());
  const auto opened = to->open(wire, received);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error(), Errc::nonces_used_up);
}

TEST(NoiseRecords, what_the_sink_says_ends_opening) {
  RawBytes wire = sealed(*first_end(), counting(10));
  RecordCollector sink;
  sink.refusal = runtime::Error(runtime::Errc::limit_reached);
  const auto opened = second_end()->open(wire, sink);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error(), runtime::Errc::limit_reached);
}

// However plaintext is cut into seals and wire bytes into opens, the same comes out.
RC_GTEST_PROP(NoiseRecords, any_cut_of_the_wire_gives_the_same_plaintext, ()) {
  const auto from = first_end();
  const auto to = second_end();
  Bytes expected;
  Bytes wire;
  for (int i = *rc::gen::inRange(1, 20); i > 0; --i) {
    const Bytes data = counting(*rc::gen::inRange<std::size_t>(0, 80'000));
    runtime::append(wire, sealed(*from, data, data.size() / 3));
    runtime::append(expected, data);
  }
  RecordCollector received;
  Bytes pending;
  for (std::size_t at = 0; at < wire.size();) {
    const std::size_t size = std::min(wire.size() - at, *rc::gen::inRange<std::size_t>(1, 100'000));
    runtime::append(pending, ByteView(wire).subspan(at, size));
    at += size;
    const auto done = to->open(pending, received);
    RC_ASSERT(done);
    pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(*done));
  }
  RC_ASSERT(pending.empty());
  RC_ASSERT(received.bytes == expected);
}

}  // namespace
}  // namespace quern::security
