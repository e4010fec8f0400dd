#include "tests/peer/sha256.hpp"

#include <new>

#include <openssl/evp.h>

#include "overlay/runtime/assertion.hpp"

namespace quern::peer {

void Sha256::Free::operator()(evp_md_ctx_st* context) const noexcept {
  EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  static EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (!context_) throw std::bad_alloc();
  QUERN_ASSERT(kAlgorithm != nullptr && EVP_DigestInit_ex2(context_.get(), kAlgorithm, nullptr) == 1);
}

Sha256::~Sha256() = default;

void Sha256::update(runtime::ByteView bytes) {
  QUERN_ASSERT(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

std::array<std::byte, 32> Sha256::digest() {
  std::array<std::byte, 32> out;
  QUERN_ASSERT(EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(out.data()), nullptr) == 1);
  return out;
}

}  // namespace quern::peer
