// Bytes to and from hexadecimal text, for vectors.
#pragma once
#include <string>
#include <string_view>

#include "overlay/runtime/bytes.hpp"

namespace quern::security {

inline std::string to_hex(runtime::ByteView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    text += kDigits[std::to_integer<unsigned>(byte) >> 4];
    text += kDigits[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

inline runtime::Bytes from_hex(std::string_view text) {
  runtime::Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

}  // namespace quern::security
