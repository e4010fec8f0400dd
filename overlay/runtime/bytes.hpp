// Bytes as they are passed around: owned, looked at, and to and from text.
#pragma once
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace quern::runtime {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

// The same memory under another type: nothing is copied.
inline ByteView bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes copy_of(ByteView bytes) {
  return {bytes.begin(), bytes.end()};
}
inline void append(Bytes& out, ByteView bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace quern::runtime
