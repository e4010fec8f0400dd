// Bytes as they are passed around: owned, looked at, and to and from text.
#pragma once
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace quern::runtime {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

// Leaves new elements as the memory is.
template <class T>
struct UnsetAllocator : std::allocator<T> {
  using value_type = T;
  template <class U>
  void construct(U* at) {
    ::new (static_cast<void*>(at)) U;
  }
  template <class U, class... Arguments>
  void construct(U* at, Arguments&&... arguments) {
    ::new (static_cast<void*>(at)) U(std::forward<Arguments>(arguments)...);
  }
};
// As Bytes, but resize() does not set the bytes it adds: for output that is encrypted or read straight into it, where
// filling it with zeros first would be one pass over the memory more.
using RawBytes = std::vector<std::byte, UnsetAllocator<std::byte>>;

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
