#include "overlay/runtime/sha256.hpp"

#include <openssl/evp.h>

#include "overlay/runtime/assertion.hpp"

namespace quern::runtime {

std::array<std::byte, 32> sha256(ByteView bytes) {
  static const EVP_MD* const kHash = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::array<std::byte, 32> out;
  const int done =
      EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), nullptr, kHash, nullptr);
  QUERN_ASSERT(done == 1);
  return out;
}

}  // namespace quern::runtime
