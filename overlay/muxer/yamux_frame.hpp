// The header of a Yamux frame (libp2p specs, yamux/README.md, "Framing").
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "overlay/muxer/muxer.hpp"

namespace quern::muxer {

inline constexpr std::size_t kFrameHeaderBytes = 12;
inline constexpr std::uint32_t kInitialWindow = 256 << 10;  // of every stream, both ways: fixed by the protocol
inline constexpr std::size_t kPayloadBytesMax = 1 << 20;    // of a frame we send: rust-yamux refuses longer ones

enum class FrameType : std::uint8_t { data = 0, window_update = 1, ping = 2, go_away = 3 };

// Flags of a frame; others are ignored.
inline constexpr std::uint16_t kSyn = 1;  // opens the stream; of a ping: asks
inline constexpr std::uint16_t kAck = 2;  // takes the stream; of a ping: answers
inline constexpr std::uint16_t kFin = 4;  // the sender writes no more
inline constexpr std::uint16_t kRst = 8;  // the stream is broken

enum class GoAwayCode : std::uint32_t { normal = 0, protocol_error = 1, internal_error = 2 };

struct FrameHeader {
  FrameType type = FrameType::data;
  std::uint16_t flags = 0;
  std::uint32_t stream = 0;  // 0: the session
  std::uint32_t length = 0;  // payload bytes, credit, a ping's value or a GoAwayCode, by type

  bool has(std::uint16_t flag) const { return (flags & flag) != 0; }
  friend bool operator==(const FrameHeader&, const FrameHeader&) = default;
};
using FrameHeaderBytes = std::array<std::byte, kFrameHeaderBytes>;

FrameHeaderBytes encode(const FrameHeader& header);
// Errc::bad_frame: another version than 0, an unknown type.
runtime::Result<FrameHeader> decode_frame_header(std::span<const std::byte, kFrameHeaderBytes> bytes);

}  // namespace quern::muxer
