#include "overlay/multiformats/cid.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/overlay/multiformats/hex.hpp"

namespace quern::multiformats {
namespace {

using runtime::Bytes;
using runtime::bytes_of;

TEST(Cid, published_vectors_hold_both_ways) {
  // https://github.com/multiformats/cid, js-multiformats test/test-cid.spec.ts.
  struct Vector {
    const char* text;
    const char* hex;
    Cid::Version version;
    std::uint64_t codec;
    Base base;
  };
  const Vector vectors[] = {
      {"QmatYkNGZnELf8cAGdyJpUca2PyY4szai3RHyyWofNY1pY",
       "1220ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Cid::Version::v0, kCodecDagPb,
       Base::base58_btc},
      {"bafybeidskjjd4zmr7oh6ku6wp72vvbxyibcli2r6if3ocdcy7jjjusvl2u",
       "017012207252523e6591fb8fe553d67ff55a86f84044b46a3e4176e10c58fa529a4aabd5", Cid::Version::v1, kCodecDagPb,
       Base::base32},
      {"mAXASILp4Fr+PAc/qQUFA3l2uIiOwA2Gjlhd6nLQQ/2HyABWt",
       "01701220ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Cid::Version::v1, kCodecDagPb,
       Base::base64},
      {"bafybeif2pall7dybz7vecqka3zo24irdwabwdi4wc55jznaq75q7eaavvu",
       "01701220ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Cid::Version::v1, kCodecDagPb,
       Base::base32},
      {"bafkqaaa", "01550000", Cid::Version::v1, kCodecRaw, Base::base32},
  };
  for (const Vector& vector : vectors) {
    const auto cid = Cid::from_text(vector.text);
    ASSERT_TRUE(cid) << vector.text;
    EXPECT_EQ(to_hex(cid->bytes()), vector.hex);
    EXPECT_EQ(cid->version(), vector.version);
    EXPECT_EQ(cid->codec(), vector.codec);
    EXPECT_EQ(cid->text(vector.base), vector.text);
    EXPECT_EQ(Cid::from_bytes(from_hex(vector.hex)).value(), *cid);
  }
}

TEST(Cid, hash_and_codec_make_it) {
  const Bytes hash = multihash_of(HashCode::sha2_256, bytes_of("abc"));
  EXPECT_EQ(Cid::v0(hash).text(), "QmatYkNGZnELf8cAGdyJpUca2PyY4szai3RHyyWofNY1pY");
  EXPECT_EQ(to_hex(Cid::v1(0x71, hash).bytes()),
            "01711220ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_NE(Cid::v0(hash), Cid::v1(kCodecDagPb, hash));
}

TEST(Cid, text_of_something_else_is_refused) {
  const std::pair<const char*, Errc> vectors[] = {
      {"", Errc::truncated},
      {"hello world", Errc::malformed},
      {"QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zIII", Errc::malformed},
      {"QmaozNR7DZHQK1ZcU9p7QdrshMvXqWK6gpu5rmrkPdT3L", Errc::unknown_protocol},  // a character too few
      {"zQmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n", Errc::not_canonical},   // version 0 under a prefix
      {"f02701220ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Errc::malformed},  // version 2
      {"f01701220ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015adff", Errc::malformed},
      {"f01701220ba78", Errc::truncated},
      {"f0170", Errc::truncated},
      {"f01", Errc::truncated},
      {"f81001220ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Errc::not_canonical},
  };
  for (const auto& [text, code] : vectors) {
    const auto cid = Cid::from_text(text);
    EXPECT_TRUE(!cid && cid.error() == code) << text << ": " << (cid ? "taken" : cid.error().message());
  }
  EXPECT_EQ(Cid::from_bytes(Bytes(kCidBytesMax + 1)).error().code(), Errc::too_large);
}

TEST(Cid, the_longest_fits_every_base) {
  const Cid cid = Cid::v1((std::uint64_t{1} << 63) - 1,
                          make_multihash(HashCode::identity, Bytes(kDigestBytesMax, std::byte{0xff})));
  for (const Base base : {Base::base2, Base::base10, Base::base36, Base::base58_btc})
    EXPECT_EQ(Cid::from_text(cid.text(base)).value(), cid);
}

RC_GTEST_PROP(Cid, any_content_has_one_that_survives_text_and_bytes,
              (const std::string& content, std::uint32_t codec)) {
  const Cid cid = Cid::v1(codec, multihash_of(HashCode::sha2_512, bytes_of(content)));
  RC_ASSERT(Cid::from_bytes(cid.bytes()).value() == cid);
  for (const Base base : {Base::base16, Base::base32, Base::base36, Base::base58_btc, Base::base64_url})
    RC_ASSERT(Cid::from_text(cid.text(base)).value() == cid);
}

}  // namespace
}  // namespace quern::multiformats
