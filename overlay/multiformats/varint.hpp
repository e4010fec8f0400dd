// Unsigned varints: little-endian groups of seven bits (https://github.com/multiformats/unsigned-varint).
#pragma once
#include <cstddef>
#include <cstdint>

#include "overlay/multiformats/error.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"

namespace quern::multiformats {

inline constexpr std::size_t kVarintBytesMax = 9;  // 63 bits

struct Varint {
  std::uint64_t value = 0;
  std::size_t size = 0;  // bytes it took
};

// The varint at the start of `bytes`. Errc::truncated, not_canonical (not minimal), too_large (above 63 bits).
runtime::Result<Varint> read_varint(runtime::ByteView bytes);
// `value` has at most 63 bits.
void append_varint(runtime::Bytes& out, std::uint64_t value);
std::size_t varint_size(std::uint64_t value);

}  // namespace quern::multiformats
