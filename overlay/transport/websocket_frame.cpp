#include "overlay/transport/websocket_frame.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "overlay/runtime/assertion.hpp"
#include "overlay/transport/transport.hpp"
#include "overlay/transport/websocket.hpp"

namespace quern::transport {
namespace {

constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kReserved = 0x70;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::uint8_t kLength16 = 126;
constexpr std::uint8_t kLength64 = 127;

bool is_control(std::uint8_t opcode) {
  return (opcode & 0x8) != 0;
}
bool is_known(std::uint8_t opcode) {
  return opcode <= std::to_underlying(Opcode::binary) ||
         (opcode >= std::to_underlying(Opcode::close) && opcode <= std::to_underlying(Opcode::pong));
}

std::uint64_t read_big_endian(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  for (const std::byte byte : bytes) value = value << 8 | std::to_integer<std::uint64_t>(byte);
  return value;
}
void write_big_endian(std::span<std::byte> out, std::uint64_t value) {
  for (std::size_t i = out.size(); i-- > 0; value >>= 8) out[i] = static_cast<std::byte>(value);
}

// The codes that may travel (section 7.4): the rest are reserved or mean something only inside a program.
bool may_travel(std::uint64_t close_code) {
  const bool of_protocol =
      close_code >= 1000 && close_code <= 1014 && close_code != 1004 && close_code != 1005 && close_code != 1006;
  return of_protocol || (close_code >= 3000 && close_code <= 4999);
}

}  // namespace

void mask_copy(std::byte* to, const std::byte* from, std::size_t size, const MaskKey& mask, std::size_t offset) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  constexpr std::size_t kBlock = 4 * kWord;
  std::array<std::byte, kWord> turned{};
  for (std::size_t i = 0; i < kWord; ++i) turned[i] = mask[(offset + i) % mask.size()];
  std::uint64_t key = 0;
  std::memcpy(&key, turned.data(), kWord);
  std::size_t at = 0;
  // Each block is loaded whole before it is stored: right also where the ranges overlap.
  for (; at + kBlock <= size; at += kBlock) {
    std::array<std::uint64_t, 4> words{};
    std::memcpy(words.data(), from + at, kBlock);
    for (std::uint64_t& word : words) word ^= key;
    std::memcpy(to + at, words.data(), kBlock);
  }
  for (; at < size; ++at) to[at] = from[at] ^ turned[at % kWord];
}

std::array<std::byte, 2> close_payload(CloseCode code) {
  std::array<std::byte, 2> payload{};
  write_big_endian(payload, std::to_underlying(code));
  return payload;
}

std::size_t write_frame(std::span<std::byte> out, Opcode opcode, const std::optional<MaskKey>& mask,
                        runtime::ByteView payload) {
  QUERN_ASSERT(out.size() >= kFrameHeaderBytesMax + payload.size());
  const std::uint8_t masked = mask ? kMasked : 0;
  std::size_t size = 2;
  out[0] = static_cast<std::byte>(kFinal | std::to_underlying(opcode));
  if (payload.size() < kLength16) {
    out[1] = static_cast<std::byte>(masked | payload.size());
  } else if (payload.size() <= 0xffff) {
    out[1] = static_cast<std::byte>(masked | kLength16);
    write_big_endian(out.subspan(size, 2), payload.size());
    size += 2;
  } else {
    out[1] = static_cast<std::byte>(masked | kLength64);
    write_big_endian(out.subspan(size, 8), payload.size());
    size += 8;
  }
  if (mask) {
    std::ranges::copy(*mask, out.subspan(size).begin());
    size += mask->size();
    mask_copy(out.data() + size, payload.data(), payload.size(), *mask, 0);
  } else if (!payload.empty()) {
    std::memcpy(out.data() + size, payload.data(), payload.size());
  }
  return size + payload.size();
}

std::size_t FrameDecoder::decode(std::span<std::byte> wire) {
  std::size_t kept = 0;
  std::size_t at = 0;
  while (at < wire.size() && !ended_ && !failure_) {
    if (!in_payload_) {
      at += take_header(wire.subspan(at));
      continue;
    }
    const auto left = frame_.length - payload_at_;
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, wire.size() - at));
    std::byte* to = is_control(frame_.opcode) ? control_.data() + payload_at_ : wire.data() + kept;
    if (frame_.masked) {
      mask_copy(to, wire.data() + at, size, frame_.mask, static_cast<std::size_t>(payload_at_ % 4));
    } else {
      std::memmove(to, wire.data() + at, size);
    }
    if (!is_control(frame_.opcode)) kept += size;
    at += size;
    payload_at_ += size;
    if (payload_at_ == frame_.length) end_frame();
  }
  return kept;
}

std::vector<runtime::Bytes> FrameDecoder::take_pings() {
  return std::exchange(pings_, {});
}

// Bytes of the header that are known to be needed by what has come of it.
std::size_t FrameDecoder::header_bytes_needed() const {
  if (header_size_ < 2) return 2;
  const auto second = std::to_integer<std::uint8_t>(header_bytes_[1]);
  const std::uint8_t length = second & (kMasked - 1);
  const std::size_t longer = length == kLength64 ? 8 : length == kLength16 ? 2 : 0;
  return 2 + longer + ((second & kMasked) != 0 ? 4 : 0);
}

std::size_t FrameDecoder::take_header(std::span<const std::byte> wire) {
  const std::size_t size = std::min(header_bytes_needed() - header_size_, wire.size());
  std::memcpy(header_bytes_.data() + header_size_, wire.data(), size);
  header_size_ += size;
  if (header_size_ == header_bytes_needed()) begin_frame();
  return size;
}

FrameDecoder::Header FrameDecoder::read_header() const {
  const auto first = std::to_integer<std::uint8_t>(header_bytes_[0]);
  const auto second = std::to_integer<std::uint8_t>(header_bytes_[1]);
  Header header;
  header.final = (first & kFinal) != 0;
  header.reserved = first & kReserved;
  header.opcode = first & 0xf;
  header.masked = (second & kMasked) != 0;
  header.length = second & (kMasked - 1);
  const std::span<const std::byte> rest = std::span(header_bytes_).subspan(2);
  if (header.length == kLength16) {
    header.length = read_big_endian(rest.first(2));
    header.minimal = header.length >= kLength16;
  } else if (header.length == kLength64) {
    header.length = read_big_endian(rest.first(8));
    header.minimal = header.length > 0xffff;
  }
  if (header.masked) std::ranges::copy(std::span(header_bytes_).first(header_size_).last(4), header.mask.begin());
  return header;
}

// What the protocol forbids about a frame; null when nothing.
const char* FrameDecoder::breach(const Header& header) const {
  if (header.reserved != 0) return "reserved bits are set";
  if (!is_known(header.opcode)) return "an unknown kind of frame";
  if (header.masked != (own_ == WebSocketRole::server)) {
    return own_ == WebSocketRole::server ? "a client's frame without a mask" : "a server's frame with a mask";
  }
  if (!header.minimal) return "a length in more bytes than it needs";
  if (is_control(header.opcode)) {
    if (!header.final) return "a control frame in fragments";
    if (header.length > kControlPayloadBytesMax) return "a control frame above 125 bytes";
    if (header.opcode == std::to_underlying(Opcode::close) && header.length == 1) return "half a close code";
    return nullptr;
  }
  const bool continues = header.opcode == std::to_underlying(Opcode::continuation);
  if (continues && !in_message_) return "a continuation of nothing";
  if (!continues && in_message_) return "a message inside another";
  return nullptr;
}

void FrameDecoder::begin_frame() {
  frame_ = read_header();
  if (const char* what = breach(frame_)) return fail_with(CloseCode::protocol_error, what);
  if (frame_.length > kWebSocketFrameBytesMax) {
    return fail_with(CloseCode::too_big, "a frame of " + std::to_string(frame_.length) + " bytes; at most " +
                                             std::to_string(kWebSocketFrameBytesMax) + " are taken");
  }
  if (!is_control(frame_.opcode)) in_message_ = !frame_.final;
  payload_at_ = 0;
  in_payload_ = true;
  if (frame_.length == 0) end_frame();
}

void FrameDecoder::end_frame() {
  in_payload_ = false;
  header_size_ = 0;
  if (frame_.opcode == std::to_underlying(Opcode::close)) return end_by_peer();
  if (frame_.opcode != std::to_underlying(Opcode::ping)) return;
  if (pings_.size() == kWebSocketControlQueueMax) pings_.erase(pings_.begin());
  pings_.push_back(runtime::copy_of(std::span(control_).first(static_cast<std::size_t>(frame_.length))));
}

void FrameDecoder::end_by_peer() {
  if (frame_.length >= 2) {
    const std::uint64_t code = read_big_endian(std::span(control_).first(2));
    if (!may_travel(code)) return fail_with(CloseCode::protocol_error, "close code " + std::to_string(code));
  }
  ended_ = true;
}

void FrameDecoder::fail_with(CloseCode code, std::string what) {
  failure_code_ = code;
  failure_.emplace(Errc::bad_frame, std::move(what));
}

}  // namespace quern::transport
