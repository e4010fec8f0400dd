#include "overlay/runtime/sha256.hpp"

#include <new>

#include <openssl/evp.h>

#include "overlay/runtime/assertion.hpp"

namespace quern::runtime {

namespace {

const EVP_MD* algorithm() {
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  QUERN_ASSERT(kAlgorithm != nullptr);
  return kAlgorithm;
}

unsigned char* raw(std::array<std::byte, 32>& digest) {
  return reinterpret_cast<unsigned char*>(digest.data());
}

}  // namespace

std::array<std::byte, 32> sha256(ByteView bytes) {
  std::array<std::byte, 32> out;
  QUERN_ASSERT(EVP_Digest(bytes.data(), bytes.size(), raw(out), nullptr, algorithm(), nullptr) == 1);
  return out;
}

void Sha256::Free::operator()(evp_md_ctx_st* context) const noexcept {
  EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  if (!context_) throw std::bad_alloc();
  QUERN_ASSERT(EVP_DigestInit_ex2(context_.get(), algorithm(), nullptr) == 1);
}

Sha256::~Sha256() = default;

void Sha256::update(ByteView bytes) {
  QUERN_ASSERT(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

std::array<std::byte, 32> Sha256::digest() {
  std::array<std::byte, 32> out;
  QUERN_ASSERT(EVP_DigestFinal_ex(context_.get(), raw(out), nullptr) == 1);
  return out;
}

}  // namespace quern::runtime
