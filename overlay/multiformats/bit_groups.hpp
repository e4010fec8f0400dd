// Bases that are powers of two: the bits of the bytes in order, a few to a character (RFC 4648 for 16, 32 and 64).
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "overlay/multiformats/error.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"

namespace quern::multiformats {

struct BitAlphabet {
  std::string_view characters;  // 2, 8, 16, 32 or 64
  std::size_t padding = 0;      // text is filled with '=' to a multiple of this; 0: never
};

// What to do with the bits of the last character that are not part of a byte.
enum class LeftoverBits {
  zero,    // they are zero, or the text is refused: one text for the same bytes
  ignored  // for formats whose authors let them be anything
};

std::string encode_bits(const BitAlphabet& alphabet, runtime::ByteView bytes);
// Errc::malformed: a character outside the alphabet, a length that no number of bytes has, wrong padding.
// Errc::not_canonical: leftover bits.
runtime::Result<runtime::Bytes> decode_bits(const BitAlphabet& alphabet, std::string_view text,
                                            LeftoverBits leftover = LeftoverBits::zero);

}  // namespace quern::multiformats
