#include "overlay/multiformats/ip_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>

namespace quern::multiformats {
namespace {

using runtime::Bytes;
using runtime::ByteView;

constexpr std::size_t kWords = 8;  // 16 bits each
constexpr std::size_t kMappedPrefixBytes = 12;
constexpr std::array<std::uint8_t, kMappedPrefixBytes> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// What the system's parser takes beyond an address (zones, anything after a zero byte) has other characters.
bool has_only(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == std::string_view::npos;
}

template <class Address>
Bytes bytes_of_address(const Address& address) {
  const auto bytes = address.to_bytes();
  return runtime::copy_of(std::as_bytes(std::span(bytes)));
}

// The longest run of two or more zero words, the first of equals; empty at the end when there is none.
struct Run {
  std::size_t begin = kWords;
  std::size_t end = kWords;
};
Run longest_zeros(const std::array<unsigned, kWords>& words) {
  Run longest;
  for (std::size_t begin = 0; begin < kWords; ++begin) {
    std::size_t end = begin;
    while (end < kWords && words[end] == 0) ++end;
    if (end - begin >= 2 && end - begin > longest.end - longest.begin) longest = {begin, end};
  }
  return longest;
}

}  // namespace

std::optional<Bytes> parse_ip4(std::string_view text) {
  if (!has_only(text, "0123456789.")) return std::nullopt;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address_v4(std::string(text), error);
  if (error) return std::nullopt;
  return bytes_of_address(address);
}

std::optional<Bytes> parse_ip6(std::string_view text) {
  if (!has_only(text, "0123456789abcdefABCDEF:.")) return std::nullopt;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address_v6(std::string(text), error);
  if (error) return std::nullopt;
  return bytes_of_address(address);
}

std::string print_ip4(ByteView bytes) {
  std::string text;
  for (const std::byte byte : bytes) {
    if (!text.empty()) text += '.';
    text += std::to_string(std::to_integer<unsigned>(byte));
  }
  return text;
}

std::string print_ip6(ByteView bytes) {
  if (std::ranges::equal(bytes.first(kMappedPrefixBytes), std::as_bytes(std::span(kMappedPrefix))))
    return "::ffff:" + print_ip4(bytes.subspan(kMappedPrefixBytes));
  std::array<unsigned, kWords> words;
  for (std::size_t at = 0; at < kWords; ++at)
    words[at] = std::to_integer<unsigned>(bytes[2 * at]) << 8 | std::to_integer<unsigned>(bytes[2 * at + 1]);
  const Run zeros = longest_zeros(words);
  std::string text;
  for (std::size_t at = 0; at < kWords; ++at) {
    if (at == zeros.begin) {
      text += "::";
      at = zeros.end;
      if (at == kWords) break;
    } else if (at != 0) {
      text += ':';
    }
    std::array<char, 4> digits;
    text.append(digits.data(), std::to_chars(digits.begin(), digits.end(), words[at], 16).ptr);
  }
  return text;
}

}  // namespace quern::multiformats
