#include "overlay/transport/websocket_stream.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "overlay/runtime/assertion.hpp"
#include "overlay/transport/websocket.hpp"

namespace quern::transport {
namespace {

using runtime::Bytes;
using runtime::ByteView;
using runtime::fail;
using runtime::Result;
using runtime::StreamPtr;
using runtime::Task;

// Reads into less than that go through a buffer of that size, or each header would cost several calls below.
constexpr std::size_t kSmallReadBytes = 512;
// Of what lies unread at close(), as much is looked at for payload.
constexpr int kCloseReadsMax = 64;

// Bytes that were not cleared before they are written to.
struct Buffer {
  explicit Buffer(std::size_t capacity) : bytes(std::make_unique_for_overwrite<std::byte[]>(capacity)) {}
  std::unique_ptr<std::byte[]> bytes;
  std::size_t size = 0;
  ByteView view() const { return {bytes.get(), size}; }
};

class WebSocketStream final : public runtime::Stream {
 public:
  WebSocketStream(StreamPtr below, WebSocketRole role, runtime::Random masks, Bytes early)
      : below_(std::move(below)), role_(role), masks_(masks), decoder_(role), early_(std::move(early)) {
    ahead_ = std::span(early_).first(decoder_.decode(early_));
    answer();
  }
  ~WebSocketStream() override { close(); }
  WebSocketStream(const WebSocketStream&) = delete;
  WebSocketStream& operator=(const WebSocketStream&) = delete;

  Task<Result<std::size_t>> read_some(std::span<std::byte> out) override {
    for (;;) {
      CO_TRY(const std::size_t size, try_read(out));
      if (size != 0) co_return size;
      CO_CHECK(co_await below_->wait_readable());
    }
  }

  Task<Result<void>> wait_readable() override {
    if (closed_) co_return fail(runtime::Errc::closed);
    answer();
    if (!ahead_.empty() || decoder_.ended() || decoder_.failure()) co_return Result<void>();
    co_return co_await below_->wait_readable();
  }

  Result<std::size_t> try_read(std::span<std::byte> out) override {
    QUERN_ASSERT(!out.empty());
    if (closed_) return fail(runtime::Errc::closed);
    if (ahead_.empty() && out.size() >= kSmallReadBytes) return pull(out);
    if (ahead_.empty()) {
      const auto size = pull(small_);
      if (!size) return size;
      ahead_ = std::span(small_).first(*size);
    }
    const std::size_t size = std::min(out.size(), ahead_.size());
    std::ranges::copy(ahead_.first(size), out.begin());
    ahead_ = ahead_.subspan(size);
    if (ahead_.empty()) early_ = {};
    return size;
  }

  Task<Result<void>> write(ByteView data) override {
    for (;;) {
      CO_CHECK(writable());
      if (data.empty()) break;
      const ByteView part = data.first(std::min(data.size(), kWebSocketWriteBytes));
      const Buffer buffer = next_frame(part);
      mid_frame_ = true;
      auto written = co_await below_->write(buffer.view());
      if (!written) co_return broken_.emplace(std::unexpected(std::move(written).error()));
      mid_frame_ = false;
      data = data.subspan(part.size());
    }
    flush();
    co_return Result<void>();
  }

  Result<std::size_t> try_write(ByteView data) override {
    if (auto can = writable(); !can) return std::unexpected(std::move(can).error());
    flush();
    if (data.empty() || !unsent_.empty()) return 0;
    const ByteView part = data.first(std::min(data.size(), kWebSocketWriteBytes));
    const Buffer buffer = next_frame(part);
    const auto taken = below_->try_write(buffer.view());
    if (!taken || *taken == 0) return taken;
    // The rest of a frame that has begun belongs to us.
    if (*taken < buffer.size) unsent_.push_back(runtime::copy_of(buffer.view().subspan(*taken)));
    first_begun_ = !unsent_.empty();
    return part.size();
  }

  void shutdown_write() noexcept override {
    if (closed_ || std::exchange(write_ended_, true)) return;
    if (mid_frame_) return below_->shutdown_write();
    send_close(CloseCode::normal);
    // An end between two frames is as good when there is no room for the close frame.
    if (!unsent_.empty() && !first_begun_) {
      unsent_.clear();
      below_->shutdown_write();
    }
  }

  void close() noexcept override {
    if (std::exchange(closed_, true)) return;
    if (mid_frame_) return below_->close();
    // As TCP: bytes that nobody will read break the connection.
    if (payload_lies_unread()) return below_->abort();
    if (!std::exchange(write_ended_, true)) send_close(CloseCode::normal);
    flush();
    below_->close();
  }

  void abort() noexcept override {
    closed_ = true;
    below_->abort();
  }

 private:
  // Payload bytes that have come, at the front of `into`; 0 when none have.
  Result<std::size_t> pull(std::span<std::byte> into) {
    if (const auto& failure = decoder_.failure()) return std::unexpected(*failure);
    if (decoder_.ended()) return fail(runtime::Errc::end_of_stream);
    const auto size = below_->try_read(into);
    if (!size && size.error() == runtime::Errc::end_of_stream && !decoder_.between_frames()) {
      return fail(runtime::Errc::reset, "the stream ends inside a WebSocket frame");
    }
    if (!size) return size;
    const std::size_t payload = decoder_.decode(into.first(*size));
    answer();
    if (payload != 0) return payload;
    if (const auto& failure = decoder_.failure()) return std::unexpected(*failure);
    if (decoder_.ended()) return fail(runtime::Errc::end_of_stream);
    return 0;
  }

  bool payload_lies_unread() {
    if (!ahead_.empty()) return true;
    for (int reads = 0; reads < kCloseReadsMax; ++reads) {
      const auto size = below_->try_read(small_);
      if (!size || *size == 0) return false;
      if (decoder_.decode(std::span(small_).first(*size)) != 0) return true;
    }
    return false;
  }

  Result<void> writable() const {
    if (closed_) return fail(runtime::Errc::closed);
    if (const auto& failure = decoder_.failure()) return std::unexpected(*failure);
    if (broken_) return *broken_;
    if (write_ended_ || mid_frame_) return fail(runtime::Errc::closed);
    return {};
  }

  std::optional<MaskKey> next_mask() {
    if (role_ == WebSocketRole::server) return std::nullopt;
    MaskKey mask{};
    masks_.fill(mask);
    return mask;
  }

  // What is to be sent next: control frames that wait, then `payload` in a frame.
  Buffer next_frame(ByteView payload) {
    std::size_t capacity = kFrameHeaderBytesMax + payload.size();
    for (const Bytes& frame : unsent_) capacity += frame.size();
    Buffer buffer(capacity);
    for (const Bytes& frame : unsent_) {
      std::ranges::copy(frame, buffer.bytes.get() + buffer.size);
      buffer.size += frame.size();
    }
    unsent_.clear();
    first_begun_ = false;
    const std::span<std::byte> room(buffer.bytes.get() + buffer.size, capacity - buffer.size);
    buffer.size += write_frame(room, Opcode::binary, next_mask(), payload);
    return buffer;
  }

  // Tells the peer what its frames call for.
  void answer() {
    for (const Bytes& ping : decoder_.take_pings()) {
      if (!write_ended_) enqueue(Opcode::pong, ping);
    }
    if (decoder_.failure() && !std::exchange(write_ended_, true)) send_close(decoder_.failure_code());
    flush();
  }

  void send_close(CloseCode code) {
    enqueue(Opcode::close, close_payload(code));
    flush();
  }

  void enqueue(Opcode opcode, ByteView payload) {
    // The oldest answer gives way, unless its first bytes have been sent.
    if (unsent_.size() >= kWebSocketControlQueueMax) unsent_.erase(unsent_.begin() + (first_begun_ ? 1 : 0));
    Bytes frame(kFrameHeaderBytesMax + payload.size());
    frame.resize(write_frame(frame, opcode, next_mask(), payload));
    unsent_.push_back(std::move(frame));
  }

  // Sends what fits of the frames that wait. An error shows at the next read or write.
  void flush() {
    while (!unsent_.empty() && !mid_frame_) {
      Bytes& frame = unsent_.front();
      const auto taken = below_->try_write(frame);
      if (!taken || *taken == 0) return;
      first_begun_ = *taken < frame.size();
      if (!first_begun_) {
        unsent_.erase(unsent_.begin());
      } else {
        frame.erase(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(*taken));
      }
    }
    if (unsent_.empty() && write_ended_ && !mid_frame_) below_->shutdown_write();
  }

  StreamPtr below_;
  WebSocketRole role_;
  runtime::Random masks_;
  FrameDecoder decoder_;
  Bytes early_;                 // decoded bytes that came behind the handshake, until they are read
  std::span<std::byte> ahead_;  // payload that was read and not yet asked for, in early_ or small_
  std::vector<Bytes> unsent_;   // frames that wait for room
  bool first_begun_ = false;    // the first bytes of unsent_.front() have been sent
  bool mid_frame_ = false;      // a write is pending, or one was cut
  bool write_ended_ = false;
  bool closed_ = false;
  std::optional<Result<void>> broken_;  // how a write failed
  std::array<std::byte, kSmallReadBytes> small_;
};

}  // namespace

StreamPtr make_websocket_stream(StreamPtr below, WebSocketRole role, runtime::Random masks, Bytes early) {
  return std::make_unique<WebSocketStream>(std::move(below), role, masks, std::move(early));
}

}  // namespace quern::transport
