// Authenticated encryption (RFC 5116) as records need it: one object for one key and one direction, which allocates
// nothing after it is made. A nonce must never come twice under one key: that is up to the caller.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "overlay/runtime/bytes.hpp"

struct evp_cipher_ctx_st;

namespace quern::security {

enum class Cipher : std::uint8_t { chacha20_poly1305, aes_128_gcm, aes_256_gcm };
std::size_t key_bytes(Cipher cipher);  // 32, 16, 32

inline constexpr std::size_t kTagBytes = 16;
using Nonce = std::array<std::byte, 12>;

struct FreeCipherContext {
  void operator()(evp_cipher_ctx_st* context) const noexcept;
};
using CipherContext = std::unique_ptr<evp_cipher_ctx_st, FreeCipherContext>;

// Encrypts a message that lies in pieces: begin(), add() for each, finish(). Pieces of a multiple of 64 bytes are
// cheap; what comes behind another size begins inside a block of the cipher and costs up to 20 % more.
class Sealer {
 public:
  // `key` has key_bytes(cipher).
  Sealer(Cipher cipher, runtime::ByteView key);

  void begin(const Nonce& nonce, runtime::ByteView associated = {});
  // Writes as many bytes to `out` as `plaintext` has; they may be the same memory.
  void add(runtime::ByteView plaintext, std::byte* out);
  // As both one after the other, faster: OpenSSL is slow on a short piece and on what begins inside a block, so the
  // first bytes of `body` are copied behind `head` and encrypted with it. `out` overlaps neither.
  void add(runtime::ByteView head, runtime::ByteView body, std::byte* out);
  // Writes kTagBytes.
  void finish(std::byte* tag);

 private:
  CipherContext context_;
  std::size_t gathered_;  // bytes that the two-piece add() encrypts first
};

class Opener {
 public:
  Opener(Cipher cipher, runtime::ByteView key);

  // Decrypts `text` where it is. False when it is not authentic: it then holds nothing to be used.
  bool open(const Nonce& nonce, runtime::ByteView associated, std::span<std::byte> text,
            std::span<const std::byte, kTagBytes> tag);

 private:
  CipherContext context_;
};

}  // namespace quern::security
