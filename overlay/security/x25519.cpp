#include "overlay/security/x25519.hpp"

#include <algorithm>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "overlay/runtime/assertion.hpp"
#include "overlay/security/raw_bytes.hpp"

namespace quern::security {

void X25519Key::Free::operator()(evp_pkey_st* key) const noexcept {
  EVP_PKEY_free(key);
}

X25519Key::X25519Key(std::span<const std::byte, kX25519Bytes> secret)
    : key_(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, raw(secret.data()), secret.size())) {
  std::size_t size = public_.size();
  QUERN_ASSERT(key_ != nullptr);
  QUERN_ASSERT(EVP_PKEY_get_raw_public_key(key_.get(), raw(public_.data()), &size) == 1 && size == public_.size());
}

std::optional<Secret<kX25519Bytes>> X25519Key::agree(const X25519Public& other) const {
  const std::unique_ptr<EVP_PKEY, Free> peer(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, raw(other.data()), other.size()));
  const std::unique_ptr<EVP_PKEY_CTX, decltype([](EVP_PKEY_CTX* context) { EVP_PKEY_CTX_free(context); })> context(
      EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
  QUERN_ASSERT(peer != nullptr && context != nullptr);
  QUERN_ASSERT(EVP_PKEY_derive_init(context.get()) == 1);
  // Without "validate": any 32 bytes are a public key, and a look at the result finds those of small order.
  QUERN_ASSERT(EVP_PKEY_derive_set_peer_ex(context.get(), peer.get(), 0) == 1);
  Secret<kX25519Bytes> shared;
  std::size_t size = shared.size();
  const bool derived = EVP_PKEY_derive(context.get(), raw(shared.data()), &size) == 1;
  if (!derived) ERR_clear_error();
  if (!derived || std::ranges::all_of(shared, [](std::byte byte) { return byte == std::byte{0}; })) return std::nullopt;
  return shared;
}

}  // namespace quern::security
