#include "overlay/multiformats/multibase.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "overlay/runtime/random.hpp"
#include "tests/overlay/multiformats/hex.hpp"

namespace quern::multiformats {
namespace {

using runtime::Bytes;
using runtime::bytes_of;
using runtime::ByteView;
using std::string_view_literals::operator""sv;

constexpr std::string_view kPrefixes = "079fFbBcCvVtThkKzZmMuU";

// https://github.com/multiformats/multibase/tree/master/tests: basic.csv, leading_zero.csv, two_leading_zeros.csv.
struct Vectors {
  std::string_view bytes;
  std::vector<const char*> texts;
};
const Vectors kVectors[] = {
    {"yes mani !"sv,
     {"001111001011001010111001100100000011011010110000101101110011010010010000000100001",
      "7362625631006654133464440102",
      "9573277761329450583662625",
      "f796573206d616e692021",
      "F796573206D616E692021",
      "bpfsxgidnmfxgsibb",
      "BPFSXGIDNMFXGSIBB",
      "vf5in683dc5n6i811",
      "VF5IN683DC5N6I811",
      "cpfsxgidnmfxgsibb",
      "CPFSXGIDNMFXGSIBB",
      "tf5in683dc5n6i811",
      "TF5IN683DC5N6I811",
      "hxf1zgedpcfzg1ebb",
      "k2lcpzo5yikidynfl",
      "K2LCPZO5YIKIDYNFL",
      "Z7Pznk19XTTzBtx",
      "z7paNL19xttacUY",
      "meWVzIG1hbmkgIQ",
      "MeWVzIG1hbmkgIQ==",
      "ueWVzIG1hbmkgIQ",
      "UeWVzIG1hbmkgIQ=="}},
    {"\0yes mani !"sv,
     {"00000000001111001011001010111001100100000011011010110000101101110011010010010000000100001",
      "7000745453462015530267151100204",
      "90573277761329450583662625",
      "f00796573206d616e692021",
      "F00796573206D616E692021",
      "bab4wk4zanvqw42jaee",
      "BAB4WK4ZANVQW42JAEE",
      "v01smasp0dlgmsq9044",
      "V01SMASP0DLGMSQ9044",
      "cab4wk4zanvqw42jaee======",
      "CAB4WK4ZANVQW42JAEE======",
      "t01smasp0dlgmsq9044======",
      "T01SMASP0DLGMSQ9044======",
      "hybhskh3ypiosh4jyrr",
      "k02lcpzo5yikidynfl",
      "K02LCPZO5YIKIDYNFL",
      "Z17Pznk19XTTzBtx",
      "z17paNL19xttacUY",
      "mAHllcyBtYW5pICE",
      "MAHllcyBtYW5pICE=",
      "uAHllcyBtYW5pICE",
      "UAHllcyBtYW5pICE="}},
    {"\0\0yes mani !"sv,
     {"0000000000000000001111001011001010111001100100000011011010110000101101110011010010010000000100001",
      "700000171312714403326055632220041",
      "900573277761329450583662625",
      "f0000796573206d616e692021",
      "F0000796573206D616E692021",
      "baaahszltebwwc3tjeaqq",
      "BAAAHSZLTEBWWC3TJEAQQ",
      "v0007ipbj41mm2rj940gg",
      "V0007IPBJ41MM2RJ940GG",
      "caaahszltebwwc3tjeaqq====",
      "CAAAHSZLTEBWWC3TJEAQQ====",
      "t0007ipbj41mm2rj940gg====",
      "T0007IPBJ41MM2RJ940GG====",
      "hyyy813murbssn5ujryoo",
      "k002lcpzo5yikidynfl",
      "K002LCPZO5YIKIDYNFL",
      "Z117Pznk19XTTzBtx",
      "z117paNL19xttacUY",
      "mAAB5ZXMgbWFuaSAh",
      "MAAB5ZXMgbWFuaSAh",
      "uAAB5ZXMgbWFuaSAh",
      "UAAB5ZXMgbWFuaSAh"}},
};

TEST(Multibase, published_vectors_hold_both_ways_for_every_base) {
  for (const Vectors& vectors : kVectors) {
    EXPECT_EQ(vectors.texts.size(), kPrefixes.size());
    for (const std::string_view text : vectors.texts) {
      const auto decoded = decode_multibase(text);
      ASSERT_TRUE(decoded) << text;
      EXPECT_EQ(runtime::text_of(decoded->bytes), vectors.bytes) << text;
      EXPECT_EQ(encode_multibase(decoded->base, decoded->bytes), text);
      EXPECT_EQ(decoded->base, static_cast<Base>(text.front()));
    }
  }
}

TEST(Multibase, bases_of_one_case_take_either) {
  // tests/case_insensitivity.csv
  for (const char* text :
       {"f68656c6c6f20776F726C64", "F68656c6c6f20776F726C64", "bnbswy3dpeB3W64TMMQ", "Bnbswy3dpeB3W64TMMQ",
        "vd1imor3f41RMUSJCCG", "Vd1imor3f41RMUSJCCG", "cnbswy3dpeB3W64TMMQ======", "Cnbswy3dpeB3W64TMMQ======",
        "td1imor3f41RMUSJCCG======", "Td1imor3f41RMUSJCCG======", "kfUvrsIvVnfRbjWaJo", "KfUVrSIVVnFRbJWAJo"}) {
    const auto decoded = decode_multibase(text);
    ASSERT_TRUE(decoded) << text;
    EXPECT_EQ(runtime::text_of(decoded->bytes), "hello world");
  }
}

TEST(Multibase, nothing_is_the_prefix_alone) {
  for (const char prefix : kPrefixes) {
    const auto decoded = decode_multibase(std::string(1, prefix));
    ASSERT_TRUE(decoded) << prefix;
    EXPECT_TRUE(decoded->bytes.empty());
    EXPECT_EQ(encode_multibase(decoded->base, {}), std::string(1, prefix));
  }
}

TEST(Multibase, refusals_say_why) {
  const std::pair<std::string, Errc> vectors[] = {
      {"", Errc::truncated},
      {"x00", Errc::unknown_protocol},
      {"\xf0\x9f\x9a\x80", Errc::unknown_protocol},
      {"f0", Errc::malformed},  // half a byte
      {"fgg", Errc::malformed},
      {"01111", Errc::malformed},     // half a byte
      {"7363", Errc::not_canonical},  // 011 110 011: a bit left over
      {"z0", Errc::malformed},        // not a digit of base58
      {"zI", Errc::malformed},
      {"z7pa NL", Errc::malformed},
      {"ba", Errc::malformed},    // five bits
      {"baaa", Errc::malformed},  // fifteen
      {"bab", Errc::not_canonical},
      {"cab4wk4zanvqw42jaee=====", Errc::malformed},
      {"cab4wk4zanvqw42jaee=======", Errc::malformed},
      {"cab4wk4zanvqw42jaee", Errc::malformed},
      {"bab4wk4zanvqw42jaee======", Errc::malformed},
      {"c========", Errc::malformed},
      {"ca=======", Errc::malformed},
      {"MeWVzIG1hbmkgIQ=", Errc::malformed},
      {"MeWVzIG1hbmkgIR==", Errc::not_canonical},
      {"meWVzIG1hbmkgI-", Errc::malformed},
      {"ueWVzIG1hbmkgI+", Errc::malformed},
      {"f" + std::string(kBaseTextMax + 2, '0'), Errc::too_large},
      {"z" + std::string(kRadixTextMax + 1, '1'), Errc::too_large},
  };
  for (const auto& [text, code] : vectors) {
    const auto decoded = decode_multibase(text);
    EXPECT_TRUE(!decoded && decoded.error() == code) << text.substr(0, 40);
  }
}

TEST(Multibase, limits_hold_at_their_value) {
  EXPECT_EQ(decode_multibase("f" + std::string(kBaseTextMax, '0')).value().bytes.size(), kBaseTextMax / 2);
  EXPECT_EQ(decode_multibase("z" + std::string(kRadixTextMax, 'z')).value().bytes.size(), 375u);
  EXPECT_EQ(decode_multibase("z" + std::string(kRadixTextMax, '1')).value().bytes.size(), kRadixTextMax);
}

TEST(Multibase, a_caller_may_bound_the_text_otherwise) {
  const std::string text(4 * kBaseTextMax, 'A');
  EXPECT_EQ(decode_base(Base::base64_pad, text, text.size()).value().size(), 3 * kBaseTextMax);
  EXPECT_EQ(decode_base(Base::base64_pad, text, text.size() - 1).error(), Errc::too_large);
  EXPECT_EQ(decode_base(Base::base64_pad, text).error(), Errc::too_large);
  const std::string radix(kRadixTextMax + 1, '1');
  EXPECT_EQ(decode_base(Base::base58_btc, radix, text.size()).error(), Errc::too_large);
}

RC_GTEST_PROP(Multibase, any_bytes_survive_every_base, (std::uint64_t seed)) {
  runtime::Random random(seed);
  Bytes bytes(random.below(100));
  random.fill(bytes);
  for (std::size_t zeros = std::min<std::size_t>(random.below(4), bytes.size()); zeros != 0; --zeros)
    bytes[zeros - 1] = {};
  for (const char prefix : kPrefixes) {
    const std::string text = encode_multibase(static_cast<Base>(prefix), bytes);
    const auto decoded = decode_multibase(text);
    RC_ASSERT(decoded && decoded->bytes == bytes && decoded->base == static_cast<Base>(prefix));
  }
}

// The radix bases, digit by digit: what limbs of digits must agree with.
std::string encode_slowly(std::string_view alphabet, ByteView bytes) {
  std::vector<unsigned> digits;  // the lowest first
  for (const std::byte byte : bytes) {
    unsigned carry = std::to_integer<unsigned>(byte);
    for (unsigned& digit : digits) {
      carry += digit << 8;
      digit = carry % static_cast<unsigned>(alphabet.size());
      carry /= static_cast<unsigned>(alphabet.size());
    }
    for (; carry != 0; carry /= static_cast<unsigned>(alphabet.size()))
      digits.push_back(carry % static_cast<unsigned>(alphabet.size()));
  }
  std::string text;
  for (std::size_t at = 0; at < bytes.size() && bytes[at] == std::byte{0}; ++at) text += alphabet.front();
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) text += alphabet[*digit];
  return text;
}

RC_GTEST_PROP(Multibase, base58_and_base10_agree_with_long_division, (const std::string& text)) {
  const ByteView bytes = bytes_of(text);
  RC_ASSERT(encode_base(Base::base10, bytes) == encode_slowly("0123456789", bytes));
  RC_ASSERT(encode_base(Base::base58_btc, bytes) ==
            encode_slowly("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", bytes));
}

RC_GTEST_PROP(Multibase, what_is_decoded_is_written_back_the_same_up_to_case, (std::uint64_t seed)) {
  runtime::Random random(seed);
  std::string text(1, kPrefixes[random.below(kPrefixes.size())]);
  const std::size_t size = random.below(12);
  while (text.size() <= size) text += "01234567abcdefABCDEF+-="[random.below(23)];
  const auto decoded = decode_multibase(text);
  if (!decoded) return;
  const std::string again = encode_multibase(decoded->base, decoded->bytes);
  RC_ASSERT(std::ranges::equal(again, text, {}, ::tolower, ::tolower));
}

}  // namespace
}  // namespace quern::multiformats
