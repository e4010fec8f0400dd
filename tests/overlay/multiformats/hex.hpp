// Vectors are published in hex.
#pragma once
#include <string>
#include <string_view>

#include "overlay/multiformats/multibase.hpp"

namespace quern::multiformats {

inline runtime::Bytes from_hex(std::string_view text) {
  return decode_base(Base::base16, text).value();
}
inline std::string to_hex(runtime::ByteView bytes) {
  return encode_base(Base::base16, bytes);
}

}  // namespace quern::multiformats
