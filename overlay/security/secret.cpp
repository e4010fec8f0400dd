#include "overlay/security/secret.hpp"

#include <sodium.h>

namespace quern::security {

void wipe(std::span<std::byte> bytes) noexcept {
  sodium_memzero(bytes.data(), bytes.size());
}

}  // namespace quern::security
