// Multibase: bytes as text whose first character says how (https://github.com/multiformats/multibase).
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "overlay/multiformats/error.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"

namespace quern::multiformats {

inline constexpr std::size_t kBaseTextMax = 64 << 10;  // characters
// Of bases that are no power of two, whose cost grows with the square of the length: 0.1 ms at this limit. Any CID
// fits.
inline constexpr std::size_t kRadixTextMax = 512;

// The value is the multibase prefix.
enum class Base : char {
  base2 = '0',
  base8 = '7',
  base10 = '9',
  base16 = 'f',
  base16_upper = 'F',
  base32 = 'b',
  base32_upper = 'B',
  base32_pad = 'c',
  base32_pad_upper = 'C',
  base32_hex = 'v',
  base32_hex_upper = 'V',
  base32_hex_pad = 't',
  base32_hex_pad_upper = 'T',
  base32_z = 'h',
  base36 = 'k',
  base36_upper = 'K',
  base58_btc = 'z',
  base58_flickr = 'Z',
  base64 = 'm',
  base64_pad = 'M',
  base64_url = 'u',
  base64_url_pad = 'U',
};

// Without the prefix; of any length, though decode_base() takes only so much back by default.
std::string encode_base(Base base, runtime::ByteView bytes);
// Bases of one case take either. Errc::malformed (a character or length that the base does not have), not_canonical
// (bits left over that are not zero), too_large (more characters than text_max, or than kRadixTextMax). The default is
// for what peers send; whoever has bounded the text already names a bound of its own.
runtime::Result<runtime::Bytes> decode_base(Base base, std::string_view text, std::size_t text_max = kBaseTextMax);

struct Multibase {
  Base base;
  runtime::Bytes bytes;
};
// With the prefix.
std::string encode_multibase(Base base, runtime::ByteView bytes);
// Errc as decode_base(), with its default; truncated (no prefix), unknown_protocol (a prefix that is not in the list
// above).
runtime::Result<Multibase> decode_multibase(std::string_view text);

}  // namespace quern::multiformats
