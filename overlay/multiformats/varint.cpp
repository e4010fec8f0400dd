#include "overlay/multiformats/varint.hpp"

#include <algorithm>
#include <bit>

#include "overlay/runtime/assertion.hpp"

namespace quern::multiformats {

runtime::Result<Varint> read_varint(runtime::ByteView bytes) {
  std::uint64_t value = 0;
  const std::size_t end = std::min(bytes.size(), kVarintBytesMax);
  for (std::size_t at = 0; at < end; ++at) {
    const auto byte = std::to_integer<std::uint64_t>(bytes[at]);
    value |= (byte & 0x7f) << (7 * at);
    if ((byte & 0x80) != 0) continue;
    // A last group of zero adds nothing: a shorter form says the same.
    if (byte == 0 && at != 0) return runtime::fail(Errc::not_canonical);
    return Varint{value, at + 1};
  }
  return runtime::fail(end < kVarintBytesMax ? Errc::truncated : Errc::too_large);
}

void append_varint(runtime::Bytes& out, std::uint64_t value) {
  QUERN_ASSERT(value >> 63 == 0);
  while (value >= 0x80) {
    out.push_back(static_cast<std::byte>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<std::byte>(value));
}

std::size_t varint_size(std::uint64_t value) {
  return static_cast<std::size_t>(std::bit_width(value | 1) + 6) / 7;
}

}  // namespace quern::multiformats
