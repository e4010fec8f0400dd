// Memory for keys.
#pragma once
#include <array>
#include <cstddef>
#include <span>

namespace quern::security {

// Overwrites `bytes` in a way the compiler cannot leave out.
void wipe(std::span<std::byte> bytes) noexcept;

// A fixed number of secret bytes, wiped when they go.
template <std::size_t N>
struct Secret : std::array<std::byte, N> {
  Secret() : std::array<std::byte, N>{} {}
  explicit Secret(std::span<const std::byte, N> bytes) : Secret() {
    for (std::size_t i = 0; i < N; ++i) (*this)[i] = bytes[i];
  }
  Secret(const Secret&) = default;
  Secret(Secret&&) noexcept = default;
  Secret& operator=(const Secret&) = default;
  Secret& operator=(Secret&&) noexcept = default;
  ~Secret() { wipe(*this); }
};

}  // namespace quern::security
