#include "overlay/security/tls_records.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/overlay/multiformats/hex.hpp"
#include "tests/overlay/security/record_collector.hpp"

namespace quern::security {
namespace {

using multiformats::from_hex;
using multiformats::to_hex;
using negotiation::Role;
using runtime::Bytes;
using runtime::ByteView;
using runtime::RawBytes;

TlsSecret secret_of(std::string_view hex) {
  TlsSecret secret;
  std::ranges::copy(from_hex(hex), secret.bytes.begin());
  return secret;
}

// RFC 8448, section 3: traffic secrets of both ends and records under them.
const TlsSecret kClientSecret = secret_of("9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5");
const TlsSecret kServerSecret = secret_of("a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643");
constexpr std::string_view kClientData =
    "1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20441e2b62974e1f5a6292a297"
    "7014bd1e3deae63aeebb21694915e4";
constexpr std::string_view kServerTicket =
    "17030300de3a6b8f90414a97d6959c3487680de5134a2b240e6cffac116e95d41d6af8f6b580dcf3d11d63c758db289a015940252f55713e06"
    "1dc13e078891a38efbcf5753ad8ef170ad3c7353d16d9da773b9ca7f2b9fa1b6c0d4a3d03f75e09c30ba1e62972ac46f75f7b981be63439b29"
    "99ce13064615139891d5e4c5b406f16e3fc181a77ca475840025db2f0a77f81b5ab05b94c01346755f69232c86519d86cbeeac87aac347d143"
    "f9605d64f650db4d023e70e952ca49fe5137121c74bc2697687e248746d6df353005f3bce18696129c8153556b3b6c6779b37bf15985684f";
constexpr std::string_view kServerData =
    "17030300432e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36e30efaf97d90e6dffc602dcb501a59a8fcc49c4bf2e5f0a21c"
    "0047c2abf332540dd032e167c2955d";
constexpr std::string_view kClientEnd = "1703030013c9872760655666b74d7ff1153efd6db6d0b0e3";
constexpr std::string_view kServerEnd = "1703030013b58fd67166ebf599d24720cfbe7efa7a8864a9";

std::unique_ptr<RecordCodec> dialer(std::uint64_t records_per_key = kTlsRecordsPerKey) {
  return make_tls_records(Role::dialer, {.send = kClientSecret, .receive = kServerSecret}, records_per_key);
}
std::unique_ptr<RecordCodec> listener(std::uint64_t records_per_key = kTlsRecordsPerKey) {
  return make_tls_records(Role::listener, {.send = kServerSecret, .receive = kClientSecret}, records_per_key);
}

Bytes data_of_rfc() {
  Bytes data;
  for (int i = 0; i < 50; ++i) data.push_back(static_cast<std::byte>(i));
  return data;
}

// Records that a peer may make and this codec never does, under the same keys, numbered by itself.
class Forger {
 public:
  Forger(std::string_view key, std::string_view vector)
      : sealer_(Cipher::aes_128_gcm, from_hex(key)), vector_(from_hex(vector)) {}

  // `inner` has its type and padding.
  Bytes record(ByteView inner) {
    const std::size_t size = inner.size() + kTagBytes;
    Bytes wire{std::byte{23}, std::byte{3}, std::byte{3}, static_cast<std::byte>(size >> 8),
               static_cast<std::byte>(size)};
    Nonce nonce{};
    std::ranges::copy(vector_, nonce.begin());
    nonce[11] ^= static_cast<std::byte>(sent_++);
    wire.resize(5 + inner.size() + kTagBytes);
    sealer_.begin(nonce, ByteView(wire).first(5));
    sealer_.add(inner, wire.data() + 5);
    sealer_.finish(wire.data() + 5 + inner.size());
    return wire;
  }
  Bytes record(std::string_view hex) { return record(ByteView(from_hex(hex))); }

 private:
  Sealer sealer_;
  Bytes vector_;
  unsigned char sent_ = 0;
};
// Keys and vectors as RFC 8448 gives them.
Forger server() {
  return Forger("9f02283b6c9c07efc26bb9f2ac92e356", "cf782b88dd83549aadf1e984");
}
Forger client() {
  return Forger("17422dda596ed5d9acd890e3c63f5051", "5b78923dee08579033e523d9");
}

// Gives `wire` to `codec`, which must refuse it for `reason`, and everything after it, too.
void expect_refused(RecordCodec& codec, Bytes wire, std::string_view reason) {
  RecordCollector sink;
  const auto opened = codec.open(wire, sink);
  ASSERT_FALSE(opened) << reason;
  EXPECT_EQ(opened.error(), Errc::bad_record);
  EXPECT_EQ(opened.error().detail(), reason);
  const auto again = codec.open({}, sink);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error(), Errc::bad_record);
}

TEST(TlsRecords, the_trace_of_rfc_8448_is_sealed_byte_for_byte) {
  RawBytes wire;
  const auto codec = dialer();
  const Bytes data = data_of_rfc();
  ASSERT_TRUE(codec->seal(ByteView(data).first(12), ByteView(data).subspan(12), wire));
  codec->seal_end(wire);
  EXPECT_EQ(to_hex(wire), std::string(kClientData) + std::string(kClientEnd));
}

TEST(TlsRecords, the_trace_of_rfc_8448_is_opened_with_its_ticket_and_its_end) {
  Bytes wire = from_hex(std::string(kServerTicket) + std::string(kServerData));
  const auto codec = dialer();
  RecordCollector received;
  ASSERT_EQ(codec->open(wire, received), wire.size());
  EXPECT_EQ(received.bytes, data_of_rfc());
  Bytes end = from_hex(kServerEnd);
  for (int i = 0; i < 2; ++i) {
    const auto opened = codec->open(end, received);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error(), runtime::Errc::end_of_stream);
  }
}

TEST(TlsRecords, a_ticket_sent_to_a_listener_is_refused) {
  expect_refused(*listener(), client().record("04000004010203041600"), "TLS handshake message that may not come now");
}

TEST(TlsRecords, data_of_every_size_up_to_several_records_comes_out_as_it_went_in) {
  for (const std::size_t size :
       {0UL, 1UL, 12UL, kTlsPlaintextMax - 1, kTlsPlaintextMax, kTlsPlaintextMax + 1, 100'000UL}) {
    const auto from = dialer();
    const auto to = listener();
    Bytes data(size);
    for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<std::byte>(i * 7);
    RawBytes wire;
    const std::size_t head = std::min<std::size_t>(size, 12);
    ASSERT_TRUE(from->seal(ByteView(data).first(head), ByteView(data).subspan(head), wire));
    RecordCollector received;
    ASSERT_EQ(to->open(wire, received), wire.size());
    EXPECT_EQ(received.bytes, data);
    EXPECT_EQ(received.pieces, (size + kTlsPlaintextMax - 1) / kTlsPlaintextMax);
  }
}

TEST(TlsRecords, an_incomplete_record_is_left_until_it_is_whole) {
  const Bytes whole = from_hex(kClientData);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto codec = listener();
    RecordCollector received;
    Bytes wire(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    ASSERT_EQ(codec->open(wire, received), 0U) << size;
    wire.insert(wire.end(), whole.begin() + static_cast<std::ptrdiff_t>(size), whole.end());
    ASSERT_EQ(codec->open(wire, received), wire.size()) << size;
    EXPECT_EQ(received.bytes, data_of_rfc());
  }
}

TEST(TlsRecords, every_flipped_bit_is_refused_for_good) {
  const Bytes whole = from_hex(kClientData);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    const auto codec = listener();
    Bytes wire = whole;
    wire[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    RecordCollector received;
    const auto opened = codec->open(wire, received);
    // A greater length waits for more; a smaller one is refused with the rest.
    if (opened) {
      EXPECT_EQ(*opened, 0U) << bit;
    } else {
      EXPECT_EQ(opened.error(), Errc::bad_record);
      EXPECT_FALSE(codec->open(wire, received));
    }
    EXPECT_TRUE(received.bytes.empty());
  }
}

TEST(TlsRecords, a_record_that_comes_twice_or_out_of_order_is_refused) {
  const auto from = dialer();
  RawBytes first;
  RawBytes second;
  const Bytes data = data_of_rfc();
  ASSERT_TRUE(from->seal({}, data, first));
  ASSERT_TRUE(from->seal({}, data, second));
  RawBytes twice = first;
  twice.insert(twice.end(), first.begin(), first.end());
  RecordCollector received;
  EXPECT_FALSE(listener()->open(twice, received));
  EXPECT_EQ(received.bytes, data);
  EXPECT_FALSE(listener()->open(second, received));
  EXPECT_EQ(received.bytes, data);
}

TEST(TlsRecords, padding_is_taken_off) {
  Bytes wire = server().record("6869170000000000");
  RecordCollector received;
  ASSERT_EQ(dialer()->open(wire, received), wire.size());
  EXPECT_EQ(to_hex(received.bytes), "6869");
}

TEST(TlsRecords, what_the_protocol_forbids_is_refused_by_name) {
  const auto opens = [](Bytes wire, std::string_view reason) { expect_refused(*dialer(), std::move(wire), reason); };
  opens(from_hex("140303000101"), "not a TLS 1.3 record of application data");    // ChangeCipherSpec is over
  opens(from_hex("15030300020228"), "not a TLS 1.3 record of application data");  // an alert in the clear
  opens(from_hex("1703030010"), "not a TLS 1.3 record of application data");      // no room for a type
  opens(from_hex("1703034101"), "not a TLS 1.3 record of application data");      // 16,641 bytes
  opens(server().record("0000000000"), "TLS record without a type");
  opens(server().record("01020319"), "TLS record of an unknown type");
  opens(server().record("02ff15"), "the peer refused: unknown");
  opens(server().record("022a15"), "the peer refused: bad certificate");
  opens(server().record("0215"), "TLS alert of a wrong length");
  opens(server().record("16"), "empty TLS handshake record");
  opens(server().record("0d0000010016"), "TLS handshake message that may not come now");
  opens(server().record("180000010216"), "malformed TLS key update");
  opens(server().record("18000002000016"), "TLS record goes on behind a key update");
  opens(server().record("18000001001816"), "TLS record goes on behind a key update");
  Bytes long_text(kTlsPlaintextMax + 2, std::byte{1});
  long_text.back() = std::byte{23};
  opens(server().record(ByteView(long_text)), "TLS record too long");
}

TEST(TlsRecords, data_inside_a_handshake_message_is_refused) {
  Forger peer = server();
  const auto codec = dialer();
  RecordCollector received;
  Bytes begin = peer.record("04000008112216");
  ASSERT_EQ(codec->open(begin, received), begin.size());
  expect_refused(*codec, peer.record("686917"), "TLS record inside a handshake message");
}

TEST(TlsRecords, messages_cut_over_records_are_followed) {
  Forger peer = server();
  const auto codec = dialer();
  RecordCollector received;
  // A ticket of eight bytes, and behind it one of one byte, then a key update, each in pieces.
  for (const char* const text : {"040016", "000816", "11223344556677880400000116", "aa16", "18000016", "010016"}) {
    Bytes wire = peer.record(text);
    ASSERT_EQ(codec->open(wire, received), wire.size()) << text;
  }
  // Under the next key of the server, which this codec now expects.
  expect_refused(*codec, peer.record("686917"), "TLS record not authentic");
}

TEST(TlsRecords, records_without_data_are_bounded) {
  Forger peer = server();
  const auto codec = dialer();
  RecordCollector received;
  for (std::size_t i = 0; i < kTlsIdleRecordsMax; ++i) {
    Bytes empty = peer.record("17");
    ASSERT_EQ(codec->open(empty, received), empty.size());
  }
  Bytes data = peer.record("6817");
  ASSERT_EQ(codec->open(data, received), data.size());
  for (std::size_t i = 0; i < kTlsIdleRecordsMax; ++i) {
    Bytes empty = peer.record("17");
    ASSERT_EQ(codec->open(empty, received), empty.size());
  }
  expect_refused(*codec, peer.record("17"), "too many TLS records without data");
}

TEST(TlsRecords, the_key_is_replaced_after_its_number_of_records_and_the_other_end_follows) {
  const auto from = dialer(3);
  const auto to = listener();
  Bytes expected;
  RecordCollector received;
  for (int i = 0; i < 20; ++i) {
    const Bytes data(10, static_cast<std::byte>(i));
    RawBytes wire;
    ASSERT_TRUE(from->seal({}, data, wire));
    EXPECT_EQ(wire.size() > 40, i > 0 && i % 3 == 0) << "a key update before record " << i;
    ASSERT_EQ(to->open(wire, received), wire.size());
    runtime::append(expected, data);
  }
  EXPECT_EQ(received.bytes, expected);
}

TEST(TlsRecords, a_key_update_that_asks_for_one_is_answered_once_before_the_next_data) {
  Forger peer = server();
  const auto codec = dialer();
  const auto other = listener();
  RecordCollector received;
  Bytes update = peer.record("180000010116");
  ASSERT_EQ(codec->open(update, received), update.size());
  const Bytes data = data_of_rfc();
  for (int i = 0; i < 3; ++i) {
    RawBytes wire;
    ASSERT_TRUE(codec->seal({}, data, wire));
    const std::size_t data_size = 5 + data.size() + 1 + kTagBytes;
    EXPECT_EQ(wire.size(), data_size + (i == 0 ? 5 + 5 + 1 + kTagBytes : 0));
    ASSERT_EQ(other->open(wire, received), wire.size());
  }
  EXPECT_EQ(received.bytes.size(), 3 * data.size());
}

TEST(TlsRecords, what_the_sink_says_ends_opening) {
  Bytes wire = from_hex(kClientData);
  RecordCollector sink;
  sink.refusal = runtime::Error(runtime::Errc::limit_reached);
  const auto opened = listener()->open(wire, sink);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error(), runtime::Errc::limit_reached);
}

// However plaintext is cut into seals and wire bytes into opens, the same comes out.
RC_GTEST_PROP(TlsRecords, any_cut_of_the_wire_gives_the_same_plaintext, ()) {
  const auto from = dialer(5);
  const auto to = listener();
  Bytes expected;
  Bytes wire;
  for (int i = *rc::gen::inRange(1, 20); i > 0; --i) {
    const Bytes data(*rc::gen::inRange<std::size_t>(0, 40'000), static_cast<std::byte>(i));
    RawBytes sealed;
    RC_ASSERT(from->seal(ByteView(data).first(data.size() / 3), ByteView(data).subspan(data.size() / 3), sealed));
    runtime::append(wire, sealed);
    runtime::append(expected, data);
  }
  RecordCollector received;
  Bytes pending;
  for (std::size_t at = 0; at < wire.size();) {
    const std::size_t size = std::min(wire.size() - at, *rc::gen::inRange<std::size_t>(1, 70'000));
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
