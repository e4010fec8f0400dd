// SHA-256.
#pragma once
#include <array>
#include <cstddef>

#include "overlay/runtime/bytes.hpp"

namespace quern::runtime {

std::array<std::byte, 32> sha256(ByteView bytes);

}  // namespace quern::runtime
