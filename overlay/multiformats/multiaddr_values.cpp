#include "overlay/multiformats/multiaddr_values.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "overlay/multiformats/bit_groups.hpp"
#include "overlay/multiformats/ip_text.hpp"
#include "overlay/multiformats/multibase.hpp"
#include "overlay/multiformats/multihash.hpp"
#include "overlay/multiformats/peer_multihash.hpp"

namespace quern::multiformats {
namespace {

using runtime::Bytes;
using runtime::ByteView;

constexpr std::size_t kPortBytes = 2;
constexpr std::size_t kOnionBytes = 10;
constexpr std::size_t kOnion3Bytes = 35;
// What i2p calls a destination has at least 387 bytes; the limit is the one that other implementations check.
constexpr std::size_t kGarlic64BytesMin = 386;
// 32, or with the longer form for encrypted lease sets at least 35 (https://geti2p.net/spec/b32encrypted).
constexpr std::size_t kGarlic32Bytes = 32;
constexpr std::size_t kGarlic32LongBytesMin = 35;

constexpr BitAlphabet kBase32{.characters = "abcdefghijklmnopqrstuvwxyz234567"};
// i2p's own, with '-' and '~' for '+' and '/'.
constexpr BitAlphabet kGarlicBase64{.characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-~",
                                    .padding = 4};

std::optional<Bytes> value_or_nothing(runtime::Result<Bytes> result) {
  if (!result) return std::nullopt;
  return *std::move(result);
}

bool always_valid(ByteView) {
  return true;
}

// A decimal number as the big-endian bytes of its type.
template <class Number>
std::optional<Bytes> parse_number(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  Bytes bytes(sizeof(Number));
  for (std::size_t at = 0; at < bytes.size(); ++at)
    bytes[at] = static_cast<std::byte>(number >> 8 * (bytes.size() - 1 - at));
  return bytes;
}
std::string print_number(ByteView bytes) {
  std::uint64_t number = 0;
  for (const std::byte byte : bytes) number = number << 8 | std::to_integer<std::uint64_t>(byte);
  return std::to_string(number);
}

// Neither control characters nor spaces: names are shown in logs and tables.
bool is_printable(ByteView bytes) {
  return std::ranges::all_of(bytes, [](std::byte byte) { return byte > std::byte{' '} && byte != std::byte{0x7f}; });
}
std::optional<Bytes> parse_text(std::string_view text) {
  return runtime::copy_of(runtime::bytes_of(text));
}
std::string print_text(ByteView bytes) {
  return std::string(runtime::text_of(bytes));
}
bool is_name(ByteView bytes) {
  return !bytes.empty() && bytes.size() <= kNameBytesMax && is_printable(bytes) &&
         std::ranges::find(bytes, std::byte{'/'}) == bytes.end();
}
bool is_path(ByteView bytes) {
  return bytes.size() >= 2 && bytes.front() == std::byte{'/'} && bytes.back() != std::byte{'/'} && is_printable(bytes);
}

// "timaq4ygg2iegci7:1234": a key in base32, then a port that is not zero.
template <std::size_t kKeyBytes>
std::optional<Bytes> parse_onion(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto key = decode_base(Base::base32, text.substr(0, colon));
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
  if (!key || key->size() != kKeyBytes || !port) return std::nullopt;
  runtime::append(*key, *port);
  return *std::move(key);
}
std::string print_onion(ByteView bytes) {
  const std::size_t key_bytes = bytes.size() - kPortBytes;
  return encode_bits(kBase32, bytes.first(key_bytes)) + ":" + print_number(bytes.subspan(key_bytes));
}
bool is_onion(ByteView bytes) {
  return std::ranges::any_of(bytes.last(kPortBytes), [](std::byte byte) { return byte != std::byte{0}; });
}

bool is_garlic64(ByteView bytes) {
  return bytes.size() >= kGarlic64BytesMin;
}
std::optional<Bytes> parse_garlic64(std::string_view text) {
  return value_or_nothing(decode_bits(kGarlicBase64, text));
}
std::string print_garlic64(ByteView bytes) {
  return encode_bits(kGarlicBase64, bytes);
}

bool is_garlic32(ByteView bytes) {
  return bytes.size() == kGarlic32Bytes || bytes.size() >= kGarlic32LongBytesMin;
}
std::optional<Bytes> parse_garlic32(std::string_view text) {
  // Vectors that must be taken have leftover bits.
  return value_or_nothing(decode_bits(kBase32, text, LeftoverBits::ignored));
}
std::string print_garlic32(ByteView bytes) {
  return encode_bits(kBase32, bytes);
}

std::optional<Bytes> parse_peer(std::string_view text) {
  return value_or_nothing(peer_multihash_from_text(text));
}

bool is_certificate_hash(ByteView bytes) {
  const auto multihash = read_multihash(bytes);
  return multihash && multihash->size == bytes.size();
}
std::optional<Bytes> parse_certificate_hash(std::string_view text) {
  auto decoded = decode_multibase(text);
  if (!decoded) return std::nullopt;
  return std::move(decoded->bytes);
}
std::string print_certificate_hash(ByteView bytes) {
  return encode_multibase(Base::base64_url, bytes);
}

// RFC 3986, section 2.3: what needs no escape in any part of a URI.
bool is_unreserved(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}
std::optional<Bytes> parse_http_path(std::string_view text) {
  Bytes bytes;
  bytes.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      bytes.push_back(static_cast<std::byte>(text[at]));
      continue;
    }
    const auto escaped = decode_base(Base::base16, text.substr(at + 1, 2));
    if (!escaped || escaped->size() != 1) return std::nullopt;
    bytes.push_back(escaped->front());
    at += 2;
  }
  return bytes;
}
std::string print_http_path(ByteView bytes) {
  std::string text;
  for (const std::byte byte : bytes) {
    if (is_unreserved(static_cast<unsigned char>(byte))) {
      text += static_cast<char>(byte);
    } else {
      text += '%' + encode_base(Base::base16_upper, ByteView(&byte, 1));
    }
  }
  return text;
}
bool is_http_path(ByteView bytes) {
  return !bytes.empty();
}

}  // namespace

const ValueFormat kIp4Format{"an IPv4 address", always_valid, parse_ip4, print_ip4};
const ValueFormat kIp6Format{"an IPv6 address", always_valid, parse_ip6, print_ip6};
const ValueFormat kPrefixSizeFormat{"a prefix length, 0 to 255", always_valid, parse_number<std::uint8_t>,
                                    print_number};
const ValueFormat kPortFormat{"a port, 0 to 65535", always_valid, parse_number<std::uint16_t>, print_number};
const ValueFormat kNameFormat{"a name of at most 253 printable characters", is_name, parse_text, print_text};
const ValueFormat kOnionFormat{"an onion address and a port", is_onion, parse_onion<kOnionBytes>, print_onion};
const ValueFormat kOnion3Format{"an onion address and a port", is_onion, parse_onion<kOnion3Bytes>, print_onion};
const ValueFormat kGarlic64Format{"an i2p destination in base64", is_garlic64, parse_garlic64, print_garlic64};
const ValueFormat kGarlic32Format{"an i2p destination in base32", is_garlic32, parse_garlic32, print_garlic32};
const ValueFormat kPeerFormat{"a peer id", is_peer_multihash, parse_peer, peer_multihash_text};
const ValueFormat kCertificateHashFormat{"a multihash in multibase", is_certificate_hash, parse_certificate_hash,
                                         print_certificate_hash};
const ValueFormat kPathFormat{"a path", is_path, parse_text, print_text};
const ValueFormat kHttpPathFormat{"a percent-encoded path", is_http_path, parse_http_path, print_http_path};
const ValueFormat kNumberFormat{"a number below 2^64", always_valid, parse_number<std::uint64_t>, print_number};

}  // namespace quern::multiformats
