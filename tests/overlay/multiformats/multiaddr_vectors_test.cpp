// The published vectors, and addresses made at random from the table of protocols.
#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "overlay/multiformats/multiaddr.hpp"
#include "overlay/multiformats/multiaddr_protocols.hpp"
#include "overlay/multiformats/multihash.hpp"
#include "overlay/runtime/random.hpp"
#include "tests/overlay/multiformats/hex.hpp"

namespace quern::multiformats {
namespace {

using runtime::Bytes;

// The lines of a file of vectors without its comments.
std::vector<std::string> vectors_of(const std::string& name) {
  std::ifstream file(QUERN_TEST_DATA "/multiformats/vectors/" + name);
  EXPECT_TRUE(file) << name;
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("#")) lines.push_back(line);
  }
  return lines;
}

TEST(MultiaddrVectors, what_must_be_taken_is_taken_and_survives_both_ways) {
  const auto vectors = vectors_of("multiaddr_good.txt");
  EXPECT_GT(vectors.size(), 90u);
  for (const std::string& text : vectors) {
    const auto address = Multiaddr::from_text(text);
    ASSERT_TRUE(address) << text << ": " << address.error().message();
    EXPECT_EQ(Multiaddr::from_bytes(address->bytes()).value(), *address) << text;
    EXPECT_EQ(Multiaddr::from_text(address->text()).value(), *address) << text;
  }
}

TEST(MultiaddrVectors, what_must_be_refused_is_refused) {
  const auto vectors = vectors_of("multiaddr_bad.txt");
  EXPECT_GT(vectors.size(), 60u);
  for (const std::string& text : vectors) EXPECT_FALSE(Multiaddr::from_text(text)) << text;
  EXPECT_FALSE(Multiaddr::from_text(""));
  EXPECT_FALSE(Multiaddr::from_bytes({}));
}

TEST(MultiaddrVectors, text_and_bytes_belong_together) {
  const auto vectors = vectors_of("multiaddr_bytes.txt");
  EXPECT_GT(vectors.size(), 7u);
  for (const std::string& line : vectors) {
    const std::string text = line.substr(0, line.find(' '));
    const std::string hex = line.substr(line.find(' ') + 1);
    EXPECT_EQ(to_hex(Multiaddr::from_text(text).value().bytes()), hex);
    EXPECT_EQ(Multiaddr::from_bytes(from_hex(hex)).value().text(), text);
  }
}

TEST(MultiaddrVectors, text_in_its_canonical_form_is_written_back_the_same) {
  // go-multiaddr, TestRoundTrip.
  for (const char* text :
       {"/unix/a/b/c/d", "/ip6/::ffff:127.0.0.1/tcp/111", "/ip4/127.0.0.1/tcp/123", "/ip4/127.0.0.1/tcp/123/tls",
        "/ip4/127.0.0.1/udp/123", "/ip4/127.0.0.1/udp/123/ip6/::",
        "/ip4/127.0.0.1/udp/1234/quic-v1/webtransport/certhash/uEiDDq4_xNyDorZBH3TlGazyJdOWSwvo4PUo5YHFMrvDE8g",
        "/p2p/QmbHVEEepCi7rn7VL7Exxpd2Ci9NNB6ifvqwhsrbRMgQFP",
        "/p2p/QmbHVEEepCi7rn7VL7Exxpd2Ci9NNB6ifvqwhsrbRMgQFP/unix/a/b/c", "/http-path/tmp%2Fbar"})
    EXPECT_EQ(Multiaddr::from_text(text).value().text(), text);
}

TEST(MultiaddrVectors, other_texts_of_an_address_become_the_canonical_one) {
  const std::pair<const char*, const char*> vectors[] = {
      {"/ipfs/QmbHVEEepCi7rn7VL7Exxpd2Ci9NNB6ifvqwhsrbRMgQFP", "/p2p/QmbHVEEepCi7rn7VL7Exxpd2Ci9NNB6ifvqwhsrbRMgQFP"},
      {"/p2p/bafzbeigvf25ytwc3akrijfecaotc74udrhcxzh2cx3we5qqnw5vgrei4bm",
       "/p2p/QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC"},
      {"/ip4/127.0.0.1/tcp/0080//", "/ip4/127.0.0.1/tcp/80"},
      {"/certhash/b2uaraocy6yrdblb4sfptaddgimjmmpy", nullptr},
  };
  for (const auto& [text, canonical] : vectors) {
    const auto address = Multiaddr::from_text(text);
    ASSERT_TRUE(address) << text;
    if (canonical != nullptr) EXPECT_EQ(address->text(), canonical);
    EXPECT_EQ(Multiaddr::from_text(address->text()).value(), *address);
  }
}

// A valid value of a protocol.
Bytes random_value(const ProtocolKind& kind, runtime::Random& random) {
  if (kind.format == nullptr) return {};
  Bytes bytes(kind.size == kVariableSize ? 1 + random.below(60) : kind.size);
  random.fill(bytes);
  const auto printable = [](std::byte b) { return static_cast<std::byte>('a' + std::to_integer<int>(b) % 26); };
  if (kind.format == &kNameFormat) std::ranges::transform(bytes, bytes.begin(), printable);
  if (kind.format == &kPathFormat) {
    std::ranges::transform(bytes, bytes.begin(), printable);
    bytes.insert(bytes.begin(), std::byte{'/'});
  }
  if (kind.format == &kOnionFormat || kind.format == &kOnion3Format) bytes.back() |= std::byte{1};
  if (kind.format == &kGarlic64Format) bytes.resize(386 + random.below(10));
  if (kind.format == &kGarlic32Format) bytes.resize(random.chance_ppm(500'000) ? 32 : 35 + random.below(10));
  if (kind.format == &kPeerFormat || kind.format == &kCertificateHashFormat)
    bytes = multihash_of(HashCode::sha2_256, bytes);
  return bytes;
}

RC_GTEST_PROP(MultiaddrVectors, any_address_survives_text_and_bytes, (std::uint64_t seed)) {
  runtime::Random random(seed);
  Multiaddr address;
  for (std::uint64_t left = 1 + random.below(5); left != 0; --left) {
    const ProtocolKind& kind = protocol_kinds()[random.below(protocol_kinds().size())];
    if (address.has(Protocol::unix_path) || (kind.format == &kGarlic64Format && address.has(kind.code))) break;
    address = address.with(kind.code, random_value(kind, random));
  }
  RC_ASSERT(Multiaddr::from_text(address.text()).value() == address);
  RC_ASSERT(Multiaddr::from_bytes(address.bytes()).value() == address);
  Multiaddr rebuilt;
  for (const auto& [protocol, value] : address.components()) rebuilt = rebuilt.with(protocol, value);
  RC_ASSERT(rebuilt == address);
}

TEST(MultiaddrVectors, random_addresses_reach_every_protocol) {
  runtime::Random random(1);
  for (const ProtocolKind& kind : protocol_kinds()) {
    for (int count = 0; count < 50; ++count) {
      const Multiaddr address = Multiaddr().with(kind.code, random_value(kind, random));
      EXPECT_EQ(Multiaddr::from_text(address.text()).value(), address) << address.text();
    }
  }
}

}  // namespace
}  // namespace quern::multiformats
