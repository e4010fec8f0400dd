#include "overlay/multiformats/multihash.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "overlay/multiformats/varint.hpp"
#include "tests/overlay/multiformats/hex.hpp"

namespace quern::multiformats {
namespace {

using runtime::Bytes;
using runtime::bytes_of;

TEST(Multihash, computes_the_examples_of_the_specifications) {
  // https://github.com/multiformats/multihash ("multihash"); FIPS 180-4 ("abc").
  EXPECT_EQ(to_hex(multihash_of(HashCode::sha2_256, bytes_of("multihash"))),
            "12209cbc07c3f991725836a3aa2a581ca2029198aa420b9d99bc0e131d9f3e2cbe47");
  EXPECT_EQ(to_hex(multihash_of(HashCode::sha2_512, bytes_of("abc"))),
            "1340ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  EXPECT_EQ(to_hex(multihash_of(HashCode::identity, bytes_of("abc"))), "0003616263");
  EXPECT_EQ(to_hex(multihash_of(HashCode::identity, {})), "0000");
}

TEST(Multihash, reads_code_and_digest_and_leaves_what_follows) {
  const Bytes bytes = from_hex("110411223344ff");
  const auto read = read_multihash(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(static_cast<std::uint64_t>(read->code), 0x11u);
  EXPECT_EQ(to_hex(read->digest), "11223344");
  EXPECT_EQ(read->size, 6u);
}

TEST(Multihash, refusals_say_why) {
  const auto error_of = [](const char* hex) { return read_multihash(from_hex(hex)).error().code(); };
  EXPECT_EQ(error_of(""), Errc::truncated);
  EXPECT_EQ(error_of("12"), Errc::truncated);
  EXPECT_EQ(error_of("122000"), Errc::truncated);
  EXPECT_EQ(error_of("1200"), Errc::malformed);
  EXPECT_EQ(error_of("0501aa"), Errc::unknown_protocol);
  EXPECT_EQ(error_of("92000100"), Errc::not_canonical);
  EXPECT_EQ(error_of("1221"
                     "0000000000000000000000000000000000000000000000000000000000000000"
                     "00"),
            Errc::too_large);
  EXPECT_EQ(error_of("00ffffffffffffffff7f"), Errc::too_large);
}

TEST(Multihash, every_hash_of_the_table_is_taken_up_to_its_length_and_not_beyond) {
  for (const HashKind& kind : hash_kinds()) {
    Bytes digest(kind.digest_bytes, std::byte{7});
    const Bytes whole = make_multihash(kind.code, digest);
    const auto read = read_multihash(whole);
    ASSERT_TRUE(read) << kind.name;
    EXPECT_EQ(read->code, kind.code) << kind.name;
    EXPECT_TRUE(std::ranges::equal(read->digest, digest)) << kind.name;
    Bytes longer;
    append_varint(longer, static_cast<std::uint64_t>(kind.code));
    append_varint(longer, digest.size() + 1);
    longer.resize(longer.size() + digest.size() + 1);
    EXPECT_EQ(read_multihash(longer).error().code(), Errc::too_large) << kind.name;
  }
}

RC_GTEST_PROP(Multihash, any_bytes_are_refused_or_written_back_the_same, (const std::string& text)) {
  const auto read = read_multihash(bytes_of(text));
  if (!read) return;
  const Bytes again = make_multihash(read->code, read->digest);
  RC_ASSERT(std::ranges::equal(again, bytes_of(text).first(read->size)));
}

}  // namespace
}  // namespace quern::multiformats
