#include "overlay/multiformats/multibase.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "overlay/multiformats/bit_groups.hpp"
#include "overlay/multiformats/radix.hpp"
#include "overlay/runtime/assertion.hpp"

namespace quern::multiformats {
namespace {

using runtime::Bytes;
using runtime::ByteView;
using runtime::fail;
using runtime::Result;

enum class Case { lower, upper, both };  // both: the two cases of a letter are different digits

struct BaseKind {
  Base base;
  std::string_view alphabet;
  Case letters;
  std::size_t padding = 0;
};

constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::string_view kBase32Upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kBase32Hex = "0123456789abcdefghijklmnopqrstuv";
constexpr std::string_view kBase32HexUpper = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// https://github.com/multiformats/multibase/blob/master/multibase.csv
constexpr auto kKinds = std::to_array<BaseKind>({
    {Base::base2, "01", Case::both},
    {Base::base8, "01234567", Case::both},
    {Base::base10, "0123456789", Case::both},
    {Base::base16, "0123456789abcdef", Case::lower},
    {Base::base16_upper, "0123456789ABCDEF", Case::upper},
    {Base::base32, kBase32, Case::lower},
    {Base::base32_upper, kBase32Upper, Case::upper},
    {Base::base32_pad, kBase32, Case::lower, 8},
    {Base::base32_pad_upper, kBase32Upper, Case::upper, 8},
    {Base::base32_hex, kBase32Hex, Case::lower},
    {Base::base32_hex_upper, kBase32HexUpper, Case::upper},
    {Base::base32_hex_pad, kBase32Hex, Case::lower, 8},
    {Base::base32_hex_pad_upper, kBase32HexUpper, Case::upper, 8},
    {Base::base32_z, "ybndrfg8ejkmcpqxot1uwisza345h769", Case::lower},
    {Base::base36, "0123456789abcdefghijklmnopqrstuvwxyz", Case::lower},
    {Base::base36_upper, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", Case::upper},
    {Base::base58_btc, "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", Case::both},
    {Base::base58_flickr, "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ", Case::both},
    {Base::base64, kBase64, Case::both},
    {Base::base64_pad, kBase64, Case::both, 4},
    {Base::base64_url, kBase64Url, Case::both},
    {Base::base64_url_pad, kBase64Url, Case::both, 4},
});

const BaseKind* find_kind(Base base) {
  const auto at = std::ranges::find(kKinds, base, &BaseKind::base);
  return at != kKinds.end() ? at : nullptr;
}

const BaseKind& kind_of(Base base) {
  const BaseKind* kind = find_kind(base);
  QUERN_ASSERT(kind != nullptr);
  return *kind;
}

bool is_radix(const BaseKind& kind) {
  return !std::has_single_bit(kind.alphabet.size());
}

std::string in_case(Case letters, std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (letters == Case::lower && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (letters == Case::upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

}  // namespace

std::string encode_base(Base base, ByteView bytes) {
  const BaseKind& kind = kind_of(base);
  if (is_radix(kind)) return encode_radix(kind.alphabet, bytes);
  return encode_bits({.characters = kind.alphabet, .padding = kind.padding}, bytes);
}

Result<Bytes> decode_base(Base base, std::string_view text, std::size_t text_max) {
  const BaseKind& kind = kind_of(base);
  const std::size_t limit = is_radix(kind) ? std::min(text_max, kRadixTextMax) : text_max;
  if (text.size() > limit) {
    return fail(Errc::too_large, std::to_string(text.size()) + " characters, limit " + std::to_string(limit));
  }
  const std::string folded = in_case(kind.letters, text);
  if (is_radix(kind)) return decode_radix(kind.alphabet, folded);
  return decode_bits({.characters = kind.alphabet, .padding = kind.padding}, folded);
}

std::string encode_multibase(Base base, ByteView bytes) {
  return static_cast<char>(base) + encode_base(base, bytes);
}

Result<Multibase> decode_multibase(std::string_view text) {
  if (text.empty()) return fail(Errc::truncated, "no multibase prefix");
  const auto base = static_cast<Base>(text.front());
  if (find_kind(base) == nullptr) return fail(Errc::unknown_protocol, "a multibase prefix that is not in the table");
  auto bytes = decode_base(base, text.substr(1));
  if (!bytes) return std::unexpected(std::move(bytes).error());
  return Multibase{base, *std::move(bytes)};
}

}  // namespace quern::multiformats
