// Bytes as hexadecimal text, two lower-case digits a byte.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "overlay/runtime/bytes.hpp"

namespace quern::runtime {

std::string to_hex(ByteView bytes);
// What to_hex() writes, and nothing else.
std::optional<Bytes> from_hex(std::string_view text);

}  // namespace quern::runtime
