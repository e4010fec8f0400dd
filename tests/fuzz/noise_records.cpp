// Records of a Noise connection. First byte even: wire bytes as they are. Odd: pieces of plaintext (length, bytes),
// each sealed and then cut at the place that the byte before its length says, so that good records are met in every
// state.
#include "overlay/security/noise_records.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace quern;
using runtime::Bytes;
using runtime::ByteView;

struct Sink final : security::PlaintextSink {
  runtime::Result<void> take(std::span<std::byte> plaintext) override {
    runtime::append(bytes, plaintext);
    return {};
  }
  Bytes bytes;
};

void open_raw(ByteView wire) {
  const auto codec = security::make_noise_records({});
  Bytes copy = runtime::copy_of(wire);
  Sink sink;
  const auto done = codec->open(copy, sink);
  if (done && *done > copy.size()) std::abort();
}

void seal_and_open(ByteView pieces) {
  const auto from = security::make_noise_records({});
  const auto to = security::make_noise_records({});
  Bytes expected;
  Bytes pending;
  Sink sink;
  while (pieces.size() >= 2) {
    const auto cut = std::to_integer<std::size_t>(pieces[0]);
    const std::size_t size = std::min(std::to_integer<std::size_t>(pieces[1]), pieces.size() - 2);
    const ByteView text = pieces.subspan(2, size);
    pieces = pieces.subspan(2 + size);
    runtime::RawBytes wire;
    if (!from->seal(text.first(size / 2), text.subspan(size / 2), wire)) std::abort();
    runtime::append(expected, text);
    for (const ByteView part :
         {ByteView(wire).first(std::min(cut, wire.size())), ByteView(wire).subspan(std::min(cut, wire.size()))}) {
      runtime::append(pending, part);
      const auto done = to->open(pending, sink);
      if (!done) std::abort();
      pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(*done));
    }
  }
  if (!pending.empty() || sink.bytes != expected) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView rest = std::as_bytes(std::span(data, size)).subspan(1);
  if (data[0] % 2 == 0) {
    open_raw(rest);
  } else {
    seal_and_open(rest);
  }
  return 0;
}
