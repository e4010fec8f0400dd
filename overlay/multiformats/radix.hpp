// Bases that are no power of two: the bytes as one big-endian number, written with the digits of an alphabet; each
// leading zero byte is one leading zero digit. Cost: quadratic in the length.
#pragma once
#include <string>
#include <string_view>

#include "overlay/multiformats/error.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"

namespace quern::multiformats {

// `alphabet` has 2 to 64 different characters, the digit zero first.
std::string encode_radix(std::string_view alphabet, runtime::ByteView bytes);
// Errc::malformed: a character that is not a digit.
runtime::Result<runtime::Bytes> decode_radix(std::string_view alphabet, std::string_view text);

}  // namespace quern::multiformats
