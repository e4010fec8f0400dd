#include "overlay/multiformats/bit_groups.hpp"

#include <array>
#include <bit>
#include <cstdint>

namespace quern::multiformats {
namespace {

using runtime::Bytes;
using runtime::ByteView;
using runtime::fail;
using runtime::Result;

std::size_t bits_of(const BitAlphabet& alphabet) {
  return static_cast<std::size_t>(std::countr_zero(alphabet.characters.size()));
}

// The text without its padding, which is present exactly where it must be.
Result<std::string_view> without_padding(const BitAlphabet& alphabet, std::string_view text) {
  if (alphabet.padding == 0) return text;
  const std::string_view body = text.substr(0, text.find_last_not_of('=') + 1);
  const std::size_t padded = (body.size() + alphabet.padding - 1) / alphabet.padding * alphabet.padding;
  if (text.size() != padded) return fail(Errc::malformed, "wrong padding");
  return body;
}

}  // namespace

std::string encode_bits(const BitAlphabet& alphabet, ByteView bytes) {
  const std::size_t bits = bits_of(alphabet);
  const std::size_t mask = alphabet.characters.size() - 1;
  std::string text;
  text.reserve((bytes.size() * 8 + bits - 1) / bits + alphabet.padding);
  std::uint32_t held = 0;
  std::size_t count = 0;  // bits in `held`
  for (const std::byte byte : bytes) {
    held = held << 8 | std::to_integer<std::uint32_t>(byte);
    for (count += 8; count >= bits; count -= bits) text += alphabet.characters[held >> (count - bits) & mask];
  }
  if (count != 0) text += alphabet.characters[held << (bits - count) & mask];
  while (alphabet.padding != 0 && text.size() % alphabet.padding != 0) text += '=';
  return text;
}

Result<Bytes> decode_bits(const BitAlphabet& alphabet, std::string_view text, LeftoverBits leftover) {
  const auto body = without_padding(alphabet, text);
  if (!body) return std::unexpected(body.error());
  std::array<std::uint8_t, 256> values;
  values.fill(0xff);
  for (std::size_t value = 0; value < alphabet.characters.size(); ++value)
    values[static_cast<unsigned char>(alphabet.characters[value])] = static_cast<std::uint8_t>(value);
  const std::size_t bits = bits_of(alphabet);
  Bytes bytes;
  bytes.reserve(body->size() * bits / 8);
  std::uint32_t held = 0;
  std::size_t count = 0;  // bits in `held`
  for (const char character : *body) {
    const std::uint8_t value = values[static_cast<unsigned char>(character)];
    if (value == 0xff) return fail(Errc::malformed, "a character outside the base");
    held = held << bits | value;
    count += bits;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<std::byte>(held >> count));
  }
  if (count >= bits) return fail(Errc::malformed, "a length that no number of bytes has");
  const std::uint32_t left = held & ((std::uint32_t{1} << count) - 1);
  if (left != 0 && leftover == LeftoverBits::zero) return fail(Errc::not_canonical, "bits left over");
  return bytes;
}

}  // namespace quern::multiformats
