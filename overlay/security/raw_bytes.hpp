// The same memory as OpenSSL and libsodium want to see it.
#pragma once
#include <cstddef>

namespace quern::security {

inline unsigned char* raw(std::byte* bytes) {
  return reinterpret_cast<unsigned char*>(bytes);
}
inline const unsigned char* raw(const std::byte* bytes) {
  return reinterpret_cast<const unsigned char*>(bytes);
}

}  // namespace quern::security
