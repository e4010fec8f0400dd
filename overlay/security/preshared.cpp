#include "overlay/security/preshared.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <sodium.h>

#include "overlay/runtime/assertion.hpp"
#include "overlay/runtime/waiter.hpp"
#include "overlay/security/raw_bytes.hpp"
#include "overlay/security/secret.hpp"
#include "overlay/security/security.hpp"

namespace quern::security {
namespace {

using runtime::Bytes;
using runtime::ByteView;
using runtime::fail;
using runtime::Result;
using runtime::Task;

constexpr std::size_t kNonceBytes = crypto_stream_xsalsa20_NONCEBYTES;
constexpr std::size_t kBlockBytes = 64;
constexpr std::size_t kPieceBytes = 64 << 10;  // encrypted at once
using XSalsaNonce = std::array<std::byte, kNonceBytes>;

// One direction's key stream, from any byte on. libsodium's functions begin at whole blocks.
class KeyStream {
 public:
  KeyStream(const PresharedKey& key, const XSalsaNonce& nonce) {
    // XSalsa20 is Salsa20 under a key made of the first 16 bytes of the nonce: made once.
    crypto_core_hsalsa20(raw(key_.data()), raw(nonce.data()), raw(key.bytes.data()), nullptr);
    std::copy_n(nonce.begin() + 16, nonce_.size(), nonce_.begin());
  }

  // XORs the next `bytes.size()` bytes of the key stream onto `bytes`.
  void apply(std::span<std::byte> bytes) {
    const std::size_t offset = position_ % kBlockBytes;
    if (offset != 0) {
      std::array<std::byte, kBlockBytes> block{};
      const std::size_t size = std::min(bytes.size(), kBlockBytes - offset);
      std::copy_n(bytes.begin(), size, block.begin() + static_cast<std::ptrdiff_t>(offset));
      apply_blocks(block);
      std::copy_n(block.begin() + static_cast<std::ptrdiff_t>(offset), size, bytes.begin());
      position_ += size;
      bytes = bytes.subspan(size);
    }
    if (bytes.empty()) return;
    apply_blocks(bytes);
    position_ += bytes.size();
  }
  std::uint64_t position() const { return position_; }
  void seek(std::uint64_t position) { position_ = position; }

 private:
  // From the block that position_ is in.
  void apply_blocks(std::span<std::byte> bytes) {
    crypto_stream_salsa20_xor_ic(raw(bytes.data()), raw(bytes.data()), bytes.size(), raw(nonce_.data()),
                                 position_ / kBlockBytes, raw(key_.data()));
  }

  Secret<crypto_stream_salsa20_KEYBYTES> key_;
  std::array<std::byte, crypto_stream_salsa20_NONCEBYTES> nonce_{};
  std::uint64_t position_ = 0;
};

class ProtectedStream final : public runtime::Stream {
 public:
  ProtectedStream(runtime::StreamPtr wire, const PresharedKey& key, const XSalsaNonce& nonce)
      : wire_(std::move(wire)), key_(key), nonce_out_(nonce), out_(key, nonce) {}
  ~ProtectedStream() override { wipe(key_.bytes); }
  ProtectedStream(const ProtectedStream&) = delete;
  ProtectedStream& operator=(const ProtectedStream&) = delete;

  Task<Result<std::size_t>> read_some(std::span<std::byte> out) override;
  Task<Result<void>> wait_readable() override;
  Result<std::size_t> try_read(std::span<std::byte> out) override;
  Task<Result<void>> write(ByteView data) override;
  Result<std::size_t> try_write(ByteView data) override;
  void shutdown_write() noexcept override { wire_->shutdown_write(); }
  void close() noexcept override { wire_->close(); }
  void abort() noexcept override { wire_->abort(); }

 private:
  bool announced() const { return nonce_sent_ == kNonceBytes; }
  Result<void> try_announce();
  Task<void> announce();
  void take_nonce(std::size_t size);

  runtime::StreamPtr wire_;
  PresharedKey key_;
  XSalsaNonce nonce_out_;
  std::size_t nonce_sent_ = 0;
  XSalsaNonce nonce_in_{};
  std::size_t nonce_received_ = 0;
  KeyStream out_;
  std::optional<KeyStream> in_;
  bool writing_ = false;     // wire_ has a pending write
  runtime::WaitQueue idle_;  // woken when that has ended
};

// Marks a pending write, also when it is cancelled.
class Writing {
 public:
  Writing(bool& flag, runtime::WaitQueue& idle) : flag_(flag), idle_(idle) { flag_ = true; }
  ~Writing() {
    flag_ = false;
    idle_.wake_all();
  }
  Writing(const Writing&) = delete;
  Writing& operator=(const Writing&) = delete;

 private:
  bool& flag_;
  runtime::WaitQueue& idle_;
};

// Ends a stream whose nonce is cut by the cancellation of a read: that must not go unnoticed, as it would if the next
// write went on behind it.
class AbortUnlessSent {
 public:
  explicit AbortUnlessSent(runtime::Stream& wire) : wire_(&wire) {}
  ~AbortUnlessSent() {
    if (wire_ != nullptr) wire_->abort();
  }
  AbortUnlessSent(const AbortUnlessSent&) = delete;
  AbortUnlessSent& operator=(const AbortUnlessSent&) = delete;
  void sent() { wire_ = nullptr; }

 private:
  runtime::Stream* wire_;
};

// Sends what fits of the rest of the nonce. Not while a write is pending.
Result<void> ProtectedStream::try_announce() {
  if (announced()) return {};
  const auto size = wire_->try_write(std::span(nonce_out_).subspan(nonce_sent_));
  if (!size) return std::unexpected(size.error());
  nonce_sent_ += *size;
  return {};
}

// Before the first wait for bytes: js-libp2p says nothing until it has the nonce. A failure shows in the read, or does
// not matter to it.
Task<void> ProtectedStream::announce() {
  if (writing_ || !try_announce() || announced()) co_return;
  const Writing mark(writing_, idle_);
  AbortUnlessSent guard(*wire_);
  const std::span<const std::byte> rest = std::span(nonce_out_).subspan(nonce_sent_);
  nonce_sent_ = kNonceBytes;
  static_cast<void>(co_await wire_->write(rest));
  guard.sent();
}

void ProtectedStream::take_nonce(std::size_t size) {
  nonce_received_ += size;
  if (nonce_received_ == kNonceBytes) in_.emplace(key_, nonce_in_);
}

Task<Result<std::size_t>> ProtectedStream::read_some(std::span<std::byte> out) {
  if (!announced()) {
    // A peer that has said its last words and gone wants no nonce, and sending it could cost them.
    const auto ready = try_read(out);
    if (!ready || *ready > 0) co_return ready;
    co_await announce();
  }
  while (!in_) {
    CO_TRY(const std::size_t size, co_await wire_->read_some(std::span(nonce_in_).subspan(nonce_received_)));
    take_nonce(size);
  }
  CO_TRY(const std::size_t size, co_await wire_->read_some(out));
  in_->apply(out.first(size));
  co_return size;
}

Task<Result<void>> ProtectedStream::wait_readable() {
  if (!announced()) co_await announce();
  co_return co_await wire_->wait_readable();
}

Result<std::size_t> ProtectedStream::try_read(std::span<std::byte> out) {
  while (!in_) {
    const auto size = wire_->try_read(std::span(nonce_in_).subspan(nonce_received_));
    if (!size || *size == 0) return size;
    take_nonce(*size);
  }
  const auto size = wire_->try_read(out);
  if (size) in_->apply(out.first(*size));
  return size;
}

Task<Result<void>> ProtectedStream::write(ByteView data) {
  while (writing_) co_await idle_.wait();
  const Writing mark(writing_, idle_);
  do {
    const std::size_t size = std::min(data.size(), kPieceBytes);
    Bytes piece(nonce_out_.begin() + static_cast<std::ptrdiff_t>(nonce_sent_), nonce_out_.end());
    nonce_sent_ = kNonceBytes;
    const std::size_t before = piece.size();
    runtime::append(piece, data.first(size));
    out_.apply(std::span(piece).subspan(before));
    CO_CHECK(co_await wire_->write(piece));
    data = data.subspan(size);
  } while (!data.empty());
  co_return Result<void>();
}

Result<std::size_t> ProtectedStream::try_write(ByteView data) {
  if (writing_) return 0;
  if (auto tried = try_announce(); !tried) return std::unexpected(std::move(tried).error());
  if (!announced()) return 0;
  Bytes piece = runtime::copy_of(data.first(std::min(data.size(), kPieceBytes)));
  const std::uint64_t position = out_.position();
  out_.apply(piece);
  const auto taken = wire_->try_write(piece);
  out_.seek(position + taken.value_or(0));
  return taken;
}

// Takes the text up to the next line feed, without it and a carriage return before it.
std::string_view take_line(std::string_view& text) {
  const std::size_t size = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, size);
  text.remove_prefix(std::min(size + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::unexpected<runtime::Error> bad_file(std::string why) {
  return fail(Errc::bad_preshared_key, std::move(why));
}

}  // namespace

Result<PresharedKey> PresharedKey::from_file_text(std::string_view text) {
  QUERN_ASSERT(sodium_init() >= 0);
  if (text.size() > kPresharedFileBytesMax) return bad_file("too long");
  if (take_line(text) != "/key/swarm/psk/1.0.0/") return bad_file("does not begin with /key/swarm/psk/1.0.0/");
  const std::string_view encoding = take_line(text);
  PresharedKey key{};
  std::size_t size = 0;
  if (encoding == "/bin/") {
    if (text.size() != key.bytes.size()) return bad_file("the key must have 32 bytes");
    std::ranges::copy(runtime::bytes_of(text), key.bytes.begin());
    return key;
  }
  const std::string_view digits = take_line(text);
  if (!text.empty()) return bad_file("text behind the key");
  if (encoding != "/base16/" && encoding != "/base64/") return bad_file("the encoding is not base16, base64 or bin");
  const char* end = nullptr;
  const bool base16 = encoding == "/base16/";
  const int failed = base16 ? sodium_hex2bin(raw(key.bytes.data()), key.bytes.size(), digits.data(), digits.size(),
                                             nullptr, &size, &end)
                            : sodium_base642bin(raw(key.bytes.data()), key.bytes.size(), digits.data(), digits.size(),
                                                nullptr, &size, &end, sodium_base64_VARIANT_ORIGINAL);
  const bool whole = failed == 0 && size == key.bytes.size() && end == digits.data() + digits.size();
  if (!whole) return bad_file("the key must be 32 bytes in " + std::string(base16 ? "base16" : "base64"));
  return key;
}

runtime::StreamPtr protect(runtime::Runtime& runtime, runtime::StreamPtr wire, const PresharedKey& key) {
  QUERN_ASSERT(sodium_init() >= 0);
  XSalsaNonce nonce;
  runtime.fill_secret(nonce);
  return std::make_unique<ProtectedStream>(std::move(wire), key, nonce);
}

}  // namespace quern::security
