#include "overlay/security/secure_stream.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <tuple>
#include <utility>

#include "overlay/runtime/assertion.hpp"
#include "overlay/security/buffer_pool.hpp"
#include "overlay/security/receive_buffer.hpp"

namespace quern::security {

using runtime::Bytes;
using runtime::ByteView;
using runtime::Error;
using runtime::fail;
using runtime::RawBytes;
using runtime::Result;
using runtime::Task;

namespace {

// From here on output lies in a buffer of the thread's pool; below, it is as large as it must be.
constexpr std::size_t kSmallOutput = 16 << 10;
// A wire that takes nothing more is given this much to wait with; the rest goes in one piece when it takes again.
constexpr std::size_t kWaitBytes = 16 << 10;

// Plaintext for a reader: first into its buffer, the rest behind what is kept for later.
class ReaderSink final : public PlaintextSink {
 public:
  ReaderSink(std::span<std::byte> out, Bytes& rest) : out_(out), rest_(rest) {}
  Result<void> take(std::span<std::byte> plaintext) override {
    const std::size_t size = std::min(out_.size() - filled_, plaintext.size());
    std::copy_n(plaintext.begin(), size, out_.begin() + static_cast<std::ptrdiff_t>(filled_));
    filled_ += size;
    runtime::append(rest_, plaintext.subspan(size));
    return {};
  }
  std::size_t filled() const { return filled_; }

 private:
  std::span<std::byte> out_;
  Bytes& rest_;
  std::size_t filled_ = 0;
};

}  // namespace

struct SecureStream::State {
  State(runtime::StreamPtr w, std::unique_ptr<RecordCodec> c, ByteView unread, ByteView unsent)
      : wire(std::move(w)),
        codec(std::move(c)),
        pool(BufferPool::of_this_thread()),
        received(unread),
        filling(unsent.begin(), unsent.end()) {}
  ~State() {
    pool->give(std::move(filling));
    pool->give(std::move(sending));
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // Opens what has arrived, about kTurnBytes of it. False when that is not a whole record.
  Result<bool> open(PlaintextSink& sink);
  // Reads what the wire has. Returns how many bytes: 0 when none are there now.
  Result<std::size_t> read_wire();
  std::size_t take_plain(std::span<std::byte> out);
  Result<void> send_now();
  std::size_t unsent() const { return filling.size() + sending.size() - sent; }
  void make_room(std::size_t bytes);
  void end_wire();

  runtime::StreamPtr wire;
  std::unique_ptr<RecordCodec> codec;
  std::shared_ptr<BufferPool> pool;
  ReceiveBuffer received;
  bool more = false;            // the last read filled all it was given
  std::optional<Error> broken;  // why nothing more can be opened
  Bytes plain;                  // opened, and not yet read
  std::size_t plain_read = 0;
  RawBytes filling;
  RawBytes sending;
  std::size_t sent = 0;  // of `sending`
  bool flushing = false;
  bool ending = false;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
};

Result<bool> SecureStream::State::open(PlaintextSink& sink) {
  if (broken) return std::unexpected(*broken);
  bool any = false;
  for (;;) {
    const auto unread = received.unread();
    const auto done = codec->open(unread.first(std::min(unread.size(), kTurnBytes)), sink);
    if (!done) {
      broken = done.error();
      return std::unexpected(*broken);
    }
    if (*done == 0) return any;
    any = true;
    received.consume(*done);
    if (received.unread().empty()) {
      received.rest();
      return true;
    }
    if (received.hold()) return true;
  }
}

Result<std::size_t> SecureStream::State::read_wire() {
  const auto space = received.space();
  auto size = wire->try_read(space);
  received.filled(size ? *size : 0);
  more = size && *size == space.size();
  if (size) bytes_in += *size;
  return size;
}

std::size_t SecureStream::State::take_plain(std::span<std::byte> out) {
  const std::size_t size = std::min(out.size(), plain.size() - plain_read);
  std::copy_n(plain.begin() + static_cast<std::ptrdiff_t>(plain_read), size, out.begin());
  plain_read += size;
  if (plain_read == plain.size()) {
    plain = {};
    plain_read = 0;
  }
  return size;
}

void SecureStream::State::make_room(std::size_t bytes) {
  const std::size_t needed = filling.size() + bytes;
  if (needed <= kSmallOutput || needed <= filling.capacity() || filling.capacity() >= BufferPool::kBufferBytes) return;
  RawBytes larger = pool->take();
  larger.insert(larger.end(), filling.begin(), filling.end());
  filling = std::move(larger);
}

// Hands the wire what it takes without waiting: of what is being sent, else of what was sealed since.
Result<void> SecureStream::State::send_now() {
  if (sending.empty()) sending.swap(filling);
  while (sent != sending.size()) {
    const auto size = wire->try_write(std::span(sending).subspan(sent));
    if (!size) return std::unexpected(size.error());
    if (*size == 0) return {};
    sent += *size;
    bytes_out += *size;
  }
  pool->give(std::exchange(sending, {}));
  sent = 0;
  return {};
}

void SecureStream::State::end_wire() {
  if (send_now() && sending.empty() && !filling.empty()) std::ignore = send_now();
  wire->shutdown_write();
}

SecureStream::SecureStream(runtime::StreamPtr wire, std::unique_ptr<RecordCodec> codec, ByteView unread,
                           ByteView unsent)
    : state_(std::make_unique<State>(std::move(wire), std::move(codec), unread, unsent)) {}

SecureStream::~SecureStream() = default;

Task<Result<std::size_t>> SecureStream::read_some(std::span<std::byte> out) {
  QUERN_ASSERT(!out.empty());
  for (;;) {
    CO_TRY(const std::size_t size, try_read(out));
    if (size != 0) co_return size;
    CO_CHECK(co_await state_->wire->wait_readable());
  }
}

Task<Result<void>> SecureStream::wait_readable() {
  State& state = *state_;
  while (state.plain.empty() && !state.broken) {
    ReaderSink sink({}, state.plain);
    const auto opened = state.open(sink);
    if (!opened || *opened) continue;
    const auto size = state.read_wire();
    if (!size && size.error() == runtime::Errc::closed) co_return fail(runtime::Errc::closed);
    if (!size) break;
    if (*size != 0) continue;
    state.received.rest();
    CO_CHECK(co_await state.wire->wait_readable());
  }
  co_return Result<void>();
}

Result<std::size_t> SecureStream::try_read(std::span<std::byte> out) {
  QUERN_ASSERT(!out.empty());
  State& state = *state_;
  if (!state.plain.empty()) return state.take_plain(out);
  for (;;) {
    ReaderSink sink(out, state.plain);
    const auto opened = state.open(sink);
    if (sink.filled() != 0) return sink.filled();
    if (!opened) return std::unexpected(opened.error());
    if (*opened) continue;
    const auto size = state.read_wire();
    if (!size || *size == 0) {
      state.received.rest();
      return size;
    }
  }
}

Task<Result<void>> SecureStream::write(std::span<const std::byte> data) {
  if (state_->ending) co_return fail(runtime::Errc::closed);
  constexpr std::size_t kPiece = 128 << 10;
  while (!data.empty()) {
    const auto piece = data.first(std::min(data.size(), kPiece));
    CO_CHECK(seal({}, piece));
    while (unsent() != 0) CO_CHECK(co_await flush());
    data = data.subspan(piece.size());
  }
  co_return Result<void>();
}

Result<std::size_t> SecureStream::try_write(std::span<const std::byte> data) {
  State& state = *state_;
  if (state.ending) return fail(runtime::Errc::closed);
  for (int buffers = 0; buffers < 2 && unsent() != 0; ++buffers) {
    if (auto sent = try_flush(); !sent) return std::unexpected(std::move(sent).error());
  }
  if (unsent() != 0 || data.empty()) return 0;
  const auto piece = data.first(std::min(data.size(), plaintext_per_record()));
  if (auto sealed = seal({}, piece); !sealed) return std::unexpected(std::move(sealed).error());
  if (auto sent = try_flush(); !sent) return std::unexpected(std::move(sent).error());
  return piece.size();
}

void SecureStream::shutdown_write() noexcept {
  State& state = *state_;
  if (std::exchange(state.ending, true)) return;
  state.codec->seal_end(state.filling);
  if (!state.flushing) state.end_wire();
}

void SecureStream::close() noexcept {
  state_->wire->close();
}

void SecureStream::abort() noexcept {
  state_->wire->abort();
}

Task<Result<void>> SecureStream::receive(PlaintextSink& sink) {
  State& state = *state_;
  if (!state.plain.empty()) {
    Bytes plain = std::exchange(state.plain, {});
    co_return sink.take(std::span(plain).subspan(std::exchange(state.plain_read, 0)));
  }
  for (;;) {
    CO_TRY(const bool any, state.open(sink));
    if (any) co_return Result<void>();
    if (!state.more) {
      state.received.rest();
      CO_CHECK(co_await state.wire->wait_readable());
    }
    CO_CHECK(state.read_wire());
  }
}

std::size_t SecureStream::plaintext_per_record() const {
  return state_->codec->plaintext_per_record();
}

Result<void> SecureStream::seal(ByteView head, ByteView body) {
  constexpr std::size_t kRecordOverhead = 64;  // of a record of any codec, at most
  const std::size_t bytes = head.size() + body.size();
  state_->make_room(bytes + (bytes / plaintext_per_record() + 1) * kRecordOverhead);
  return state_->codec->seal(head, body, state_->filling);
}

std::size_t SecureStream::sealed() const {
  return state_->filling.size();
}

std::size_t SecureStream::unsent() const {
  return state_->unsent();
}

Result<void> SecureStream::try_flush() {
  return state_->flushing ? Result<void>() : state_->send_now();
}

Task<Result<void>> SecureStream::flush() {
  State& state = *state_;
  QUERN_ASSERT(!state.flushing, "two flushes at once");
  state.flushing = true;
  Result<void> outcome = state.send_now();
  while (outcome && state.sent != state.sending.size()) {
    const ByteView left = std::span(state.sending).subspan(state.sent);
    const ByteView piece = left.first(std::min(left.size(), kWaitBytes));
    outcome = co_await state.wire->write(piece);
    state.sent += piece.size();
    state.bytes_out += piece.size();
    if (outcome) outcome = state.send_now();
  }
  state.flushing = false;
  if (state.ending) state.end_wire();
  co_return outcome;
}

std::uint64_t SecureStream::wire_bytes_in() const {
  return state_->bytes_in;
}

std::uint64_t SecureStream::wire_bytes_out() const {
  return state_->bytes_out;
}

}  // namespace quern::security
