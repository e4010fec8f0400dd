// WebSocket frames (RFC 6455 section 5) as machines without I/O: one writes frames, one takes them apart.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"

namespace quern::transport {

enum class WebSocketRole { client, server };

enum class Opcode : std::uint8_t { continuation = 0x0, text = 0x1, binary = 0x2, close = 0x8, ping = 0x9, pong = 0xa };

// Why a connection is closed (section 7.4.1), as far as we say it.
enum class CloseCode : std::uint16_t { normal = 1000, protocol_error = 1002, too_big = 1009 };

inline constexpr std::size_t kFrameHeaderBytesMax = 14;
inline constexpr std::size_t kControlPayloadBytesMax = 125;

// What a client's payload is combined with; fresh for every frame, so that no proxy can be made to see chosen bytes.
using MaskKey = std::array<std::byte, 4>;

// Writes one whole unfragmented frame to `out`, which has room for kFrameHeaderBytesMax + payload.size() bytes and does
// not overlap `payload`. Returns its size. A client gives a mask, a server none.
std::size_t write_frame(std::span<std::byte> out, Opcode opcode, const std::optional<MaskKey>& mask,
                        runtime::ByteView payload);

// The same bytes for a close frame's payload.
std::array<std::byte, 2> close_payload(CloseCode code);

// to[i] = from[i] ^ mask[(offset + i) % 4] for `size` bytes. `to` may lie before `from` and overlap it, or be `from`.
void mask_copy(std::byte* to, const std::byte* from, std::size_t size, const MaskKey& mask, std::size_t offset);

// Takes the peer's frames apart, wherever the stream cuts them. Text and binary messages are bytes alike, as for the
// other implementations in the field. Keeps at most a header, one control payload and the newest unanswered pings.
class FrameDecoder {
 public:
  // `own` role: a server refuses frames without a mask, a client those with one.
  explicit FrameDecoder(WebSocketRole own) : own_(own) {}

  // Leaves the payload bytes in `wire` at its front, unmasked and without headers and control frames, and returns how
  // many they are. All of `wire` is done with. Behind a close frame or a failure nothing is looked at.
  std::size_t decode(std::span<std::byte> wire);

  // The peer has sent its close frame: no more payload will come.
  bool ended() const { return ended_; }
  // Errc::bad_frame: a frame that the protocol forbids. What came before it has been decoded.
  const std::optional<runtime::Error>& failure() const { return failure_; }
  // What to tell the peer about the failure.
  CloseCode failure_code() const { return failure_code_; }
  // Whether the stream may end here: no frame has begun.
  bool between_frames() const { return header_size_ == 0; }
  // The payloads of pings to answer, oldest first; at most kWebSocketControlQueueMax, older ones are forgotten
  // (section 5.5.3 allows it).
  std::vector<runtime::Bytes> take_pings();

 private:
  struct Header {
    bool final = false;
    std::uint8_t reserved = 0;
    std::uint8_t opcode = 0;
    bool masked = false;
    std::uint64_t length = 0;
    bool minimal = true;  // no shorter form of the length would do
    MaskKey mask{};
  };
  std::size_t take_header(std::span<const std::byte> wire);
  std::size_t header_bytes_needed() const;
  Header read_header() const;
  const char* breach(const Header& header) const;
  void begin_frame();
  void end_frame();
  void end_by_peer();
  void fail_with(CloseCode code, std::string what);

  WebSocketRole own_;
  std::array<std::byte, kFrameHeaderBytesMax> header_bytes_{};
  std::size_t header_size_ = 0;  // bytes of the current frame's header that have come
  bool in_payload_ = false;
  Header frame_;
  std::uint64_t payload_at_ = 0;
  std::array<std::byte, kControlPayloadBytesMax> control_{};
  bool in_message_ = false;  // a fragmented message has begun
  bool ended_ = false;
  std::optional<runtime::Error> failure_;
  CloseCode failure_code_ = CloseCode::protocol_error;
  std::vector<runtime::Bytes> pings_;
};

}  // namespace quern::transport
