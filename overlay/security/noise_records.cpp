#include "overlay/security/noise_records.hpp"

#include <algorithm>

#include "overlay/runtime/assertion.hpp"
#include "overlay/security/noise.hpp"

namespace quern::security {
namespace {

using runtime::ByteView;
using runtime::fail;
using runtime::RawBytes;
using runtime::Result;

constexpr std::size_t kLengthBytes = 2;
// 16 KiB of an application's bytes and room for a muxer's header, so that a write of 64 KiB makes four records.
constexpr std::size_t kPlaintextPerRecord = (16 << 10) + 64;
constexpr std::size_t kPlaintextMax = kNoiseRecordBytesMax - kTagBytes;
static_assert(kPlaintextPerRecord <= kPlaintextMax);

class NoiseRecords final : public RecordCodec {
 public:
  NoiseRecords(const NoiseKeys& keys, std::uint64_t first_nonce)
      : sealer_(Cipher::chacha20_poly1305, keys.send),
        opener_(Cipher::chacha20_poly1305, keys.receive),
        sent_(first_nonce),
        received_(first_nonce) {}

  std::size_t plaintext_per_record() const override { return kPlaintextPerRecord; }
  Result<void> seal(ByteView head, ByteView body, RawBytes& out) override;
  Result<std::size_t> open(std::span<std::byte> wire, PlaintextSink& sink) override;
  void seal_end(RawBytes&) override {}  // Noise has no goodbye: the end of the stream is it

 private:
  void seal_record(ByteView head, ByteView body, RawBytes& out);

  Sealer sealer_;
  Opener opener_;
  std::uint64_t sent_;  // the next nonce
  std::uint64_t received_;
  bool broken_ = false;
};

Result<void> NoiseRecords::seal(ByteView head, ByteView body, RawBytes& out) {
  while (!head.empty() || !body.empty()) {
    if (sent_ == kNoiseNonceEnd) return fail(Errc::nonces_used_up);
    const ByteView first = head.first(std::min(head.size(), kPlaintextMax));
    const ByteView second = body.first(std::min(body.size(), kPlaintextMax - first.size()));
    seal_record(first, second, out);
    head = head.subspan(first.size());
    body = body.subspan(second.size());
  }
  return {};
}

void NoiseRecords::seal_record(ByteView head, ByteView body, RawBytes& out) {
  const std::size_t size = head.size() + body.size() + kTagBytes;
  const std::size_t start = out.size();
  out.resize(start + kLengthBytes + size);
  std::byte* at = out.data() + start;
  at[0] = static_cast<std::byte>(size >> 8);
  at[1] = static_cast<std::byte>(size & 0xFF);
  at += kLengthBytes;
  sealer_.begin(noise_nonce(sent_++));
  sealer_.add(head, body, at);
  sealer_.finish(at + head.size() + body.size());
}

Result<std::size_t> NoiseRecords::open(std::span<std::byte> wire, PlaintextSink& sink) {
  if (broken_) return fail(Errc::bad_record);
  std::size_t done = 0;
  while (wire.size() - done >= kLengthBytes) {
    const std::size_t size =
        std::to_integer<std::size_t>(wire[done]) << 8 | std::to_integer<std::size_t>(wire[done + 1]);
    if (wire.size() - done - kLengthBytes < size) break;
    const auto record = wire.subspan(done + kLengthBytes, size);
    broken_ = true;  // until it has shown to be good
    if (size < kTagBytes) return fail(Errc::bad_record, "Noise record shorter than its tag");
    if (received_ == kNoiseNonceEnd) return fail(Errc::nonces_used_up);
    const auto text = record.first(size - kTagBytes);
    if (!opener_.open(noise_nonce(received_++), {}, text, record.last<kTagBytes>())) {
      return fail(Errc::bad_record, "Noise record not authentic");
    }
    broken_ = false;
    done += kLengthBytes + size;
    if (text.empty()) continue;
    if (auto taken = sink.take(text); !taken) return std::unexpected(std::move(taken).error());
  }
  return done;
}

}  // namespace

std::unique_ptr<RecordCodec> make_noise_records(const NoiseKeys& keys, std::uint64_t first_nonce) {
  return std::make_unique<NoiseRecords>(keys, first_nonce);
}

}  // namespace quern::security
