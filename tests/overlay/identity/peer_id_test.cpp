#include "overlay/identity/peer_id.hpp"

#include <string>
#include <unordered_set>

#include <gtest/gtest.h>

#include "tests/overlay/multiformats/hex.hpp"

namespace quern::identity {
namespace {

using multiformats::from_hex;
using multiformats::to_hex;

constexpr const char* kEd25519 = "080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e";

TEST(PeerId, short_key_stands_in_its_id) {
  const auto key = PublicKey::from_protobuf(from_hex(kEd25519));
  ASSERT_TRUE(key);
  const PeerId id = PeerId::of(*key);
  EXPECT_EQ(to_hex(id.bytes()), "0024" + std::string(kEd25519));
  EXPECT_TRUE(id.text().starts_with("12D3KooW"));
  EXPECT_TRUE(id.text().ends_with(id.short_text()));
  ASSERT_TRUE(id.inlined_key());
  EXPECT_EQ(*id.inlined_key(), *key);
  EXPECT_TRUE(id.is_of(*key));
}

TEST(PeerId, both_text_forms_name_the_same_peer) {
  // libp2p specs, peer-ids/peer-ids.md and RFC 0001.
  const std::pair<const char*, const char*> pairs[] = {
      {"QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N", "bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe"},
      {"12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA",
       "bafzaajaiaejcal72gwuz2or47oyxxn6b3rkwdmmkrxgkjxzy3rqt5kczyn7lcm3l"}};
  for (const auto& [base58, cid] : pairs) {
    const auto id = PeerId::from_text(base58);
    ASSERT_TRUE(id) << base58;
    EXPECT_EQ(id->text(), base58);
    EXPECT_EQ(id->cid_text(), cid);
    EXPECT_EQ(PeerId::from_text(cid).value(), *id);
    EXPECT_EQ(PeerId::from_bytes(id->bytes()).value(), *id);
  }
}

TEST(PeerId, text_of_something_else_is_refused) {
  for (const char* text : {"", "1", "Qm", "12D3KooW", "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5", "peer",
                           "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx50",
                           "bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"}) {
    const auto id = PeerId::from_text(text);
    EXPECT_TRUE(!id && id.error() == Errc::malformed_peer_id) << text;
  }
}

TEST(PeerId, bytes_of_another_form_are_refused) {
  const std::string digest(64, 'a');
  for (const std::string& hex :
       {std::string(), std::string("00"), std::string("0000"), "1320" + digest, "1220" + digest + "aa",
        "121f" + digest.substr(2), "002b" + std::string(86, '0'), "8000" + digest}) {
    const auto id = PeerId::from_bytes(from_hex(hex));
    EXPECT_TRUE(!id && id.error() == Errc::malformed_peer_id) << hex;
  }
  EXPECT_TRUE(PeerId::from_bytes(from_hex("1220" + digest)));
  EXPECT_TRUE(PeerId::from_bytes(from_hex("002a" + std::string(84, '0'))));
}

TEST(PeerId, works_as_a_key_of_maps) {
  std::unordered_set<PeerId> peers;
  peers.insert(PeerId::from_text("QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N").value());
  peers.insert(PeerId::from_text("bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe").value());
  EXPECT_EQ(peers.size(), 1u);
}

}  // namespace
}  // namespace quern::identity
