#include "overlay/security/tls_certificate.hpp"

#include <fstream>
#include <map>

#include <gtest/gtest.h>

#include "tests/overlay/multiformats/hex.hpp"
#include "tests/overlay/security/forged_certificate.hpp"
#include "tests/overlay/security/handshake_pair.hpp"

namespace quern::security {
namespace {

using multiformats::from_hex;
using runtime::Bytes;
using runtime::ByteView;
using runtime::WallTime;

constexpr WallTime kNow{1'700'000'000'000};  // 2023-11-14

using Block = std::map<std::string, std::string>;

std::vector<Block> read_vectors() {
  std::ifstream file(QUERN_TEST_DATA "/security/data/tls_certificates.txt");
  std::vector<Block> blocks;
  for (std::string line; std::getline(file, line);) {
    const std::size_t equals = line.find('=');
    if (line.starts_with('#') || equals == std::string::npos) continue;
    if (line.starts_with("source=")) blocks.emplace_back();
    blocks.back()[line.substr(0, equals)] = line.substr(equals + 1);
  }
  return blocks;
}

// Why a certificate with this forgery is refused; empty when it is taken.
std::string refusal(const Forgery& forgery, WallTime now = kNow) {
  const auto key = read_tls_certificate(der_of(forge(key_of(1), forgery)), now);
  if (!key) {
    EXPECT_EQ(key.error(), Errc::bad_certificate);
    return key.error().detail();
  }
  EXPECT_EQ(*key, key_of(1).public_key());
  return "";
}

TEST(TlsCertificate, official_certificates_give_their_peer_or_are_refused_for_the_right_reason) {
  const auto blocks = read_vectors();
  ASSERT_EQ(blocks.size(), 19);
  for (const Block& block : blocks) {
    SCOPED_TRACE(block.at("source") + ": " + block.at("name"));
    const auto key = read_tls_certificate(from_hex(block.at("der")), WallTime{std::stoll(block.at("at")) * 1000});
    if (block.contains("peer")) {
      ASSERT_TRUE(key) << key.error().message();
      EXPECT_EQ(identity::PeerId::of(*key).text(), block.at("peer"));
    } else {
      ASSERT_FALSE(key);
      EXPECT_EQ(key.error(), Errc::bad_certificate);
      EXPECT_EQ(key.error().detail(), block.at("refused"));
    }
  }
}

TEST(TlsCertificate, one_made_here_is_taken_at_any_time_and_has_one_extension_that_is_not_critical) {
  runtime::run_simulated([](runtime::Runtime& runtime) -> runtime::Task<void> {
    const TlsCertificate made = make_tls_certificate(runtime, key_of(1));
    for (const WallTime now : {WallTime{946'684'800'000}, kNow, WallTime{4'102'444'800'000}}) {
      const auto key = read_tls_certificate(der_of(made), now);
      EXPECT_TRUE(key && *key == key_of(1).public_key());
    }
    EXPECT_EQ(X509_get_ext_count(made.certificate.get()), 1);
    EXPECT_EQ(X509_EXTENSION_get_critical(X509_get_ext(made.certificate.get(), 0)), 0);
    EXPECT_NE(der_of(made), der_of(make_tls_certificate(runtime, key_of(1))));
    co_return;
  });
}

TEST(TlsCertificate, a_certificate_is_taken_between_its_dates_only) {
  EXPECT_EQ(refusal({}), "");
  EXPECT_EQ(refusal({.not_after = "20231001000000Z"}), "expired");
  EXPECT_EQ(refusal({.not_before = "20240101000000Z"}), "not valid yet");
}

TEST(TlsCertificate, the_extension_may_be_critical_and_others_may_not) {
  EXPECT_EQ(refusal({.critical = true}), "");
  EXPECT_EQ(refusal({.other_extension = true}), "");
  EXPECT_EQ(refusal({.other_extension = true, .other_is_critical = true}), "a critical extension that is not known");
}

TEST(TlsCertificate, the_extension_must_be_there_once_and_well_formed) {
  EXPECT_EQ(refusal({.libp2p_extensions = 0}), "no libp2p extension");
  EXPECT_EQ(refusal({.libp2p_extensions = 2}), "two libp2p extensions");
  EXPECT_EQ(refusal({.behind_signed_key = "x"}), "malformed libp2p extension");
}

TEST(TlsCertificate, both_signatures_must_be_valid) {
  EXPECT_EQ(refusal({.signed_prefix = "libp2p-tls-handshake"}), "the peer's signature is not valid");
  EXPECT_EQ(refusal({.signed_by_another_key = true}), "not signed by its own key");
}

TEST(TlsCertificate, algorithms_that_tls_1_3_does_not_know_are_refused) {
  EXPECT_EQ(refusal({.rsa_bits = 2048}), "");
  EXPECT_EQ(refusal({.curve = "P-384", .hash = "SHA384"}), "");
  EXPECT_EQ(refusal({.rsa_bits = 1024}), "signed by an algorithm that is not taken");
  EXPECT_EQ(refusal({.hash = "SHA1"}), "signed by an algorithm that is not taken");
  EXPECT_EQ(refusal({.curve = "secp256k1"}), "signed by an algorithm that is not taken");
}

TEST(TlsCertificate, every_truncation_and_every_changed_byte_is_refused) {
  const Bytes der = der_of(forge(key_of(1), {}));
  for (std::size_t size = 0; size < der.size(); ++size) {
    EXPECT_FALSE(read_tls_certificate(ByteView(der).first(size), kNow)) << size;
  }
  for (std::size_t at = 0; at < der.size(); ++at) {
    for (const std::byte flip : {std::byte{1}, std::byte{0x80}}) {
      Bytes changed = der;
      changed[at] ^= flip;
      EXPECT_FALSE(read_tls_certificate(changed, kNow)) << at;
    }
  }
  Bytes longer = der;
  longer.push_back(std::byte{0});
  EXPECT_FALSE(read_tls_certificate(longer, kNow));
  EXPECT_FALSE(read_tls_certificate(Bytes(kTlsCertificateBytesMax + 1), kNow));
}

}  // namespace
}  // namespace quern::security
