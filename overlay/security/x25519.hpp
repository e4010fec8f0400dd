// X25519 key agreement (RFC 7748).
#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "overlay/security/secret.hpp"

struct evp_pkey_st;

namespace quern::security {

inline constexpr std::size_t kX25519Bytes = 32;
using X25519Public = std::array<std::byte, kX25519Bytes>;

// A private key with its public half. Moves, does not copy.
class X25519Key {
 public:
  // Any 32 secret bytes. 25 us.
  explicit X25519Key(std::span<const std::byte, kX25519Bytes> secret);

  const X25519Public& public_key() const { return public_; }
  // What both ends compute. Nullopt when it would be zero, which a key of small order forces: the other end then has no
  // part in it. 25 us.
  std::optional<Secret<kX25519Bytes>> agree(const X25519Public& other) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const noexcept;
  };
  std::unique_ptr<evp_pkey_st, Free> key_;
  X25519Public public_{};
};

}  // namespace quern::security
