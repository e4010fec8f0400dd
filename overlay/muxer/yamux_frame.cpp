#include "overlay/muxer/yamux_frame.hpp"

#include <string>

namespace quern::muxer {
namespace {

void put(std::byte* at, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) *at++ = static_cast<std::byte>(value >> shift);
}

std::uint32_t get(const std::byte* at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | std::to_integer<std::uint32_t>(at[i]);
  return value;
}

}  // namespace

FrameHeaderBytes encode(const FrameHeader& header) {
  FrameHeaderBytes bytes;
  put(bytes.data(), std::uint32_t{static_cast<std::uint8_t>(header.type)} << 16 | header.flags);
  put(bytes.data() + 4, header.stream);
  put(bytes.data() + 8, header.length);
  return bytes;
}

runtime::Result<FrameHeader> decode_frame_header(std::span<const std::byte, kFrameHeaderBytes> bytes) {
  const auto version = std::to_integer<unsigned>(bytes[0]);
  const auto type = std::to_integer<std::uint8_t>(bytes[1]);
  if (version != 0) return runtime::fail(Errc::bad_frame, "version " + std::to_string(version) + " of a frame");
  if (type > static_cast<std::uint8_t>(FrameType::go_away)) {
    return runtime::fail(Errc::bad_frame, "frame of unknown type " + std::to_string(type));
  }
  return FrameHeader{.type = static_cast<FrameType>(type),
                     .flags = static_cast<std::uint16_t>(get(bytes.data() + 2, 2)),
                     .stream = get(bytes.data() + 4, 4),
                     .length = get(bytes.data() + 8, 4)};
}

}  // namespace quern::muxer
