#include "overlay/multiformats/varint.hpp"

#include <utility>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/overlay/multiformats/hex.hpp"

namespace quern::multiformats {
namespace {

using runtime::Bytes;

constexpr std::uint64_t kLargest = (std::uint64_t{1} << 63) - 1;

Bytes written(std::uint64_t value) {
  Bytes out;
  append_varint(out, value);
  return out;
}

TEST(Varint, examples_of_the_specification_hold_both_ways) {
  // https://github.com/multiformats/unsigned-varint
  const std::pair<std::uint64_t, const char*> vectors[] = {
      {0, "00"},       {1, "01"},         {127, "7f"},
      {128, "8001"},   {255, "ff01"},     {300, "ac02"},
      {16383, "ff7f"}, {16384, "808001"}, {kLargest, "ffffffffffffffff7f"}};
  for (const auto& [value, hex] : vectors) {
    EXPECT_EQ(to_hex(written(value)), hex);
    const auto read = read_varint(from_hex(hex));
    ASSERT_TRUE(read) << hex;
    EXPECT_EQ(read->value, value);
    EXPECT_EQ(read->size, from_hex(hex).size());
    EXPECT_EQ(varint_size(value), read->size);
  }
}

TEST(Varint, a_longer_form_than_needed_is_refused) {
  for (const char* hex : {"8000", "818000", "ff00", "80808080808080808000"}) {
    const auto read = read_varint(from_hex(hex));
    EXPECT_TRUE(!read && (read.error() == Errc::not_canonical || read.error() == Errc::too_large)) << hex;
  }
}

TEST(Varint, what_ends_early_is_truncated) {
  for (const char* hex : {"", "80", "ffff", "ffffffffffffffff"}) {
    const auto read = read_varint(from_hex(hex));
    EXPECT_TRUE(!read && read.error() == Errc::truncated) << hex;
  }
}

TEST(Varint, more_than_63_bits_are_too_large) {
  for (const char* hex : {"ffffffffffffffffff", "80808080808080808001", "ffffffffffffffffff01"}) {
    const auto read = read_varint(from_hex(hex));
    EXPECT_TRUE(!read && read.error() == Errc::too_large) << hex;
  }
}

RC_GTEST_PROP(Varint, reads_what_it_wrote_and_leaves_what_follows, (std::uint64_t bits, std::uint8_t shift)) {
  const std::uint64_t value = (bits & kLargest) >> (shift % 63);
  Bytes bytes = written(value);
  RC_ASSERT(bytes.size() == varint_size(value));
  bytes.push_back(std::byte{0xff});
  const auto read = read_varint(bytes);
  RC_ASSERT(read && read->value == value && read->size + 1 == bytes.size());
}

}  // namespace
}  // namespace quern::multiformats
