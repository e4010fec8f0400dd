// SHA-256.
#pragma once
#include <array>
#include <cstddef>
#include <memory>

#include "overlay/runtime/bytes.hpp"

struct evp_md_ctx_st;

namespace quern::runtime {

std::array<std::byte, 32> sha256(ByteView bytes);

// Of bytes that come piece by piece.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void update(ByteView bytes);
  // Once, at the end.
  std::array<std::byte, 32> digest();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace quern::runtime
