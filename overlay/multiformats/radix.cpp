#include "overlay/multiformats/radix.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

namespace quern::multiformats {
namespace {

using runtime::Bytes;
using runtime::ByteView;

constexpr std::size_t kWordBytes = 4;

// As many digits as fit 32 bits are handled at once: a limb.
struct Limb {
  std::uint64_t base = 1;  // of a number whose digits are limbs
  std::size_t digits = 0;
};

Limb limb_of(std::uint64_t radix) {
  Limb limb;
  while (limb.base * radix <= std::numeric_limits<std::uint32_t>::max()) {
    limb.base *= radix;
    ++limb.digits;
  }
  return limb;
}

// number = number * factor + addend; limbs of `base` <= 2^32, the lowest first; factor <= 2^32.
void multiply_add(std::vector<std::uint32_t>& number, std::uint64_t base, std::uint64_t factor, std::uint64_t addend) {
  for (auto& limb : number) {
    const std::uint64_t sum = limb * factor + addend;
    limb = static_cast<std::uint32_t>(sum % base);
    addend = sum / base;
  }
  for (; addend != 0; addend /= base) number.push_back(static_cast<std::uint32_t>(addend % base));
}

// How many of `count` units the first group takes so that all others are whole.
std::size_t first_group(std::size_t count, std::size_t group) {
  return count % group == 0 ? group : count % group;
}

}  // namespace

std::string encode_radix(std::string_view alphabet, ByteView bytes) {
  const auto zeros = static_cast<std::size_t>(
      std::ranges::find_if(bytes, [](std::byte byte) { return byte != std::byte{0}; }) - bytes.begin());
  const ByteView rest = bytes.subspan(zeros);
  const Limb limb = limb_of(alphabet.size());
  std::vector<std::uint32_t> number;
  number.reserve(rest.size() / 2);
  for (std::size_t at = 0, size = first_group(rest.size(), kWordBytes); at < rest.size(); size = kWordBytes) {
    std::uint64_t word = 0;
    for (const std::byte byte : rest.subspan(at, size)) word = word << 8 | std::to_integer<std::uint64_t>(byte);
    multiply_add(number, limb.base, std::uint64_t{1} << 32, word);
    at += size;
  }
  std::string digits;  // the lowest first
  for (std::uint32_t value : number) {
    for (std::size_t count = 0; count < limb.digits; ++count) {
      digits += alphabet[value % alphabet.size()];
      value /= static_cast<std::uint32_t>(alphabet.size());
    }
  }
  while (digits.ends_with(alphabet.front())) digits.pop_back();
  digits.append(zeros, alphabet.front());
  std::ranges::reverse(digits);
  return digits;
}

runtime::Result<Bytes> decode_radix(std::string_view alphabet, std::string_view text) {
  const std::size_t zeros = std::min(text.find_first_not_of(alphabet.front()), text.size());
  const std::string_view rest = text.substr(zeros);
  const Limb limb = limb_of(alphabet.size());
  std::vector<std::uint32_t> number;
  number.reserve(rest.size() / limb.digits + 1);
  for (std::size_t at = 0, size = first_group(rest.size(), limb.digits); at < rest.size(); size = limb.digits) {
    std::uint64_t group = 0;
    for (const char digit : rest.substr(at, size)) {
      const std::size_t value = alphabet.find(digit);
      if (value == std::string_view::npos) return runtime::fail(Errc::malformed, "a character outside the base");
      group = group * alphabet.size() + value;
    }
    multiply_add(number, std::uint64_t{1} << 32, limb.base, group);
    at += size;
  }
  Bytes bytes;  // the lowest first
  bytes.reserve(zeros + number.size() * kWordBytes);
  for (const std::uint32_t word : number) {
    for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<std::byte>(word >> shift));
  }
  while (!bytes.empty() && bytes.back() == std::byte{0}) bytes.pop_back();
  bytes.resize(bytes.size() + zeros);
  std::ranges::reverse(bytes);
  return bytes;
}

}  // namespace quern::multiformats
