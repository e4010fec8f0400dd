#include "overlay/security/noise_handshake.hpp"

#include <fstream>
#include <map>

#include <gtest/gtest.h>

#include "overlay/security/noise_records.hpp"
#include "tests/overlay/multiformats/hex.hpp"
#include "tests/overlay/security/record_collector.hpp"

namespace quern::security {
namespace {

using multiformats::from_hex;
using multiformats::to_hex;
using negotiation::Role;
using runtime::Bytes;
using runtime::ByteView;

struct Vector {
  std::map<std::string, std::string> fields;
  struct Message {
    std::string from, payload, ciphertext;
  };
  std::vector<Message> messages;

  Bytes bytes(const std::string& name) const { return from_hex(fields.at(name)); }
  X25519Key key(const std::string& name) const { return X25519Key(ByteView(bytes(name)).first<kX25519Bytes>()); }
};

std::vector<Vector> read_vectors() {
  std::ifstream file(QUERN_TEST_DATA "/security/data/noise_xx.txt");
  std::vector<Vector> vectors;
  for (std::string line; std::getline(file, line);) {
    const std::size_t equals = line.find('=');
    if (line.starts_with('#') || equals == std::string::npos) continue;
    const std::string name = line.substr(0, equals);
    const std::string value = line.substr(equals + 1);
    if (name == "source") vectors.emplace_back();
    Vector& vector = vectors.back();
    if (name == "from") {
      vector.messages.push_back({.from = value});
    } else if (name == "payload") {
      vector.messages.back().payload = value;
    } else if (name == "ciphertext") {
      vector.messages.back().ciphertext = value;
    } else {
      vector.fields[name] = value;
    }
  }
  return vectors;
}

// Two ends with fixed keys.
struct Pair {
  X25519Key dialer_static{ByteView(Bytes(32, std::byte{1})).first<32>()};
  X25519Key listener_static{ByteView(Bytes(32, std::byte{2})).first<32>()};
  NoiseHandshake dialer{Role::dialer, {}, dialer_static, X25519Key(ByteView(Bytes(32, std::byte{3})).first<32>())};
  NoiseHandshake listener{
      Role::listener, {}, listener_static, X25519Key(ByteView(Bytes(32, std::byte{4})).first<32>())};

  NoiseHandshake& writer() { return dialer.writes_next() ? dialer : listener; }
  NoiseHandshake& reader() { return dialer.writes_next() ? listener : dialer; }
  // Runs the first `count` messages; each carries its number.
  void advance(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      NoiseHandshake& from = writer();
      NoiseHandshake& to = reader();
      const auto message = from.write(payload(i));
      ASSERT_TRUE(message);
      const auto read = to.read(*message);
      ASSERT_TRUE(read);
      ASSERT_EQ(*read, payload(i));
    }
  }
  static Bytes payload(std::size_t step) { return Bytes(step * 40, static_cast<std::byte>(step)); }
};

TEST(NoiseHandshake, official_vectors_hold_message_for_message) {
  const auto vectors = read_vectors();
  ASSERT_EQ(vectors.size(), 6);
  for (const Vector& vector : vectors) {
    SCOPED_TRACE(vector.fields.at("source"));
    const X25519Key dialer_static = vector.key("init_static");
    const X25519Key listener_static = vector.key("resp_static");
    const Bytes prologue = vector.bytes("prologue");
    NoiseHandshake dialer(Role::dialer, prologue, dialer_static, vector.key("init_ephemeral"));
    NoiseHandshake listener(Role::listener, prologue, listener_static, vector.key("resp_ephemeral"));
    ASSERT_GT(vector.messages.size(), NoiseHandshake::kMessages);
    for (std::size_t i = 0; i < NoiseHandshake::kMessages; ++i) {
      const auto& expected = vector.messages[i];
      const bool from_dialer = expected.from == "initiator";
      NoiseHandshake& from = from_dialer ? dialer : listener;
      NoiseHandshake& to = from_dialer ? listener : dialer;
      ASSERT_TRUE(from.writes_next());
      const auto message = from.write(from_hex(expected.payload));
      ASSERT_TRUE(message);
      EXPECT_EQ(to_hex(*message), expected.ciphertext);
      const auto payload = to.read(*message);
      ASSERT_TRUE(payload);
      EXPECT_EQ(to_hex(*payload), expected.payload);
    }
    EXPECT_TRUE(dialer.finished());
    EXPECT_TRUE(listener.finished());
    EXPECT_EQ(dialer.hash(), listener.hash());
    EXPECT_EQ(dialer.remote_fixed(), listener_static.public_key());
    EXPECT_EQ(listener.remote_fixed(), dialer_static.public_key());
    if (vector.fields.contains("handshake_hash")) {
      EXPECT_EQ(to_hex(dialer.hash()), vector.fields.at("handshake_hash"));
    }

    const auto dialer_records = make_noise_records(dialer.split());
    const auto listener_records = make_noise_records(listener.split());
    for (std::size_t i = NoiseHandshake::kMessages; i < vector.messages.size(); ++i) {
      const auto& expected = vector.messages[i];
      const bool from_dialer = expected.from == "initiator";
      runtime::RawBytes wire;
      ASSERT_TRUE((from_dialer ? dialer_records : listener_records)->seal({}, from_hex(expected.payload), wire));
      EXPECT_EQ(to_hex(ByteView(wire).subspan(2)), expected.ciphertext);
      RecordCollector received;
      ASSERT_EQ((from_dialer ? listener_records : dialer_records)->open(wire, received), wire.size());
      EXPECT_EQ(to_hex(received.bytes), expected.payload);
    }
  }
}

TEST(NoiseHandshake, every_truncation_of_every_message_is_refused) {
  for (std::size_t step = 0; step < NoiseHandshake::kMessages; ++step) {
    Pair model;
    model.advance(step);
    const Bytes message = model.writer().write(Pair::payload(step)).value();
    // Message 1 is not authentic by itself: cut inside its payload it is another message.
    const std::size_t fixed_part = step == 0 ? kX25519Bytes : message.size();
    for (std::size_t size = 0; size < fixed_part; ++size) {
      Pair pair;
      pair.advance(step);
      const auto read = pair.reader().read(ByteView(message).first(size));
      ASSERT_FALSE(read) << "message " << step + 1 << " cut to " << size;
      EXPECT_EQ(read.error(), Errc::bad_handshake);
    }
  }
}

// Message 1 is authenticated by message 2: whoever changed it, its sender finds out.
TEST(NoiseHandshake, every_flipped_bit_of_every_message_is_refused_at_the_latest_one_message_later) {
  for (std::size_t step = 0; step < NoiseHandshake::kMessages; ++step) {
    Pair model;
    model.advance(step);
    const Bytes message = model.writer().write(Pair::payload(step)).value();
    for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
      Pair pair;
      pair.advance(step);
      NoiseHandshake& from = pair.writer();
      NoiseHandshake& to = pair.reader();
      Bytes changed = from.write(Pair::payload(step)).value();
      ASSERT_EQ(changed, message);
      changed[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
      const auto read = to.read(changed);
      if (step > 0) {
        // The top bit of a key in the clear is ignored by X25519, but hashed.
        ASSERT_FALSE(read) << "message " << step + 1 << ", bit " << bit;
        continue;
      }
      ASSERT_TRUE(read);
      const auto answer = to.write({});
      ASSERT_TRUE(answer);
      EXPECT_FALSE(from.read(*answer)) << "message 1, bit " << bit;
    }
  }
}

TEST(NoiseHandshake, key_of_small_order_is_refused) {
  // RFC 7748 section 6.1 and cr.yp.to/ecdh.html: points whose multiples are zero for every secret.
  const char* const points[] = {
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
      "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  };
  for (const char* point : points) {
    Pair pair;
    ASSERT_TRUE(pair.listener.read(from_hex(point)));
    const auto answer = pair.listener.write({});
    ASSERT_FALSE(answer) << point;
    EXPECT_EQ(answer.error(), Errc::bad_handshake);

    Pair other;
    ASSERT_TRUE(other.dialer.write({}));
    const auto read = other.dialer.read(from_hex(std::string(point) + std::string(192, '0')));
    ASSERT_FALSE(read) << point;
    EXPECT_EQ(read.error().detail(), "Noise key of small order");
  }
}

TEST(NoiseHandshake, different_prologues_do_not_meet) {
  const Pair keys;
  const Bytes prologue(3, std::byte{7});
  NoiseHandshake dialer(Role::dialer, {}, keys.dialer_static, X25519Key(ByteView(Bytes(32, std::byte{3})).first<32>()));
  NoiseHandshake listener(Role::listener, prologue, keys.listener_static,
                          X25519Key(ByteView(Bytes(32, std::byte{4})).first<32>()));
  ASSERT_TRUE(listener.read(dialer.write({}).value()));
  EXPECT_FALSE(dialer.read(listener.write({}).value()));
}

}  // namespace
}  // namespace quern::security
