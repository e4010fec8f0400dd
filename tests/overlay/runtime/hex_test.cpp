#include "overlay/runtime/hex.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "overlay/runtime/sha256.hpp"

namespace quern::runtime {
namespace {

TEST(Hex, is_two_lower_case_digits_a_byte_and_nothing_else) {
  EXPECT_EQ(to_hex({}), "");
  EXPECT_EQ(to_hex(bytes_of("\x01\xaf\xf0")), "01aff0");
  for (const char* text : {"0", "0g", "AF", " 0", "0x", "\xc3\xa9"}) EXPECT_FALSE(from_hex(text)) << text;
}

RC_GTEST_PROP(Hex, reads_what_it_writes, (const std::string& text)) {
  const auto back = from_hex(to_hex(bytes_of(text)));
  RC_ASSERT(back && text_of(*back) == text);
}

TEST(Sha256, is_that_of_fips_180_4) {
  EXPECT_EQ(to_hex(sha256(bytes_of("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, of_pieces_is_that_of_the_whole) {
  Sha256 hash;
  hash.update(bytes_of("a"));
  hash.update({});
  hash.update(bytes_of("bc"));
  EXPECT_EQ(hash.digest(), sha256(bytes_of("abc")));
}

}  // namespace
}  // namespace quern::runtime
