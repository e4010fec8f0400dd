// Records of a TLS 1.3 connection. First byte: bit 0 says who reads (0: the dialer), bit 1 whether what follows is wire
// bytes as they are (0), or the insides of records (length of two bytes; text, type, padding), which are sealed as the
// other end would, so that what stands behind the authentication is met, too.
#include "overlay/security/tls_records.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace quern;
using negotiation::Role;
using runtime::Bytes;
using runtime::ByteView;

constexpr std::size_t kHeaderBytes = 5;

struct Sink final : security::PlaintextSink {
  runtime::Result<void> take(std::span<std::byte> plaintext) override {
    if (plaintext.empty() || plaintext.size() > security::kTlsPlaintextMax) std::abort();
    bytes += plaintext.size();
    return {};
  }
  std::size_t bytes = 0;
};

// Under the first key of an all-zero secret with SHA-256 and AES-128-GCM: what a codec of default secrets expects until
// the key is updated.
Bytes seal_inside(ByteView inside, std::uint8_t number) {
  constexpr unsigned char kKey[] = {0xcb, 0xee, 0x75, 0x71, 0xc6, 0x11, 0x03, 0x9c,
                                    0xa3, 0x27, 0xa2, 0xe8, 0x79, 0xdf, 0xcd, 0x45};
  constexpr unsigned char kVector[] = {0x3f, 0x22, 0xfb, 0xb6, 0x1c, 0x14, 0x12, 0xe6, 0x92, 0x98, 0x6d, 0x64};
  const std::size_t size = inside.size() + security::kTagBytes;
  Bytes wire{std::byte{23}, std::byte{3}, std::byte{3}, static_cast<std::byte>(size >> 8),
             static_cast<std::byte>(size)};
  security::Nonce nonce{};
  std::ranges::copy(std::as_bytes(std::span(kVector)), nonce.begin());
  nonce.back() ^= static_cast<std::byte>(number);
  security::Sealer sealer(security::Cipher::aes_128_gcm, std::as_bytes(std::span(kKey)));
  wire.resize(kHeaderBytes + size);
  sealer.begin(nonce, ByteView(wire).first(kHeaderBytes));
  sealer.add(inside, wire.data() + kHeaderBytes);
  sealer.finish(wire.data() + kHeaderBytes + inside.size());
  return wire;
}

Bytes seal_all(ByteView insides) {
  Bytes wire;
  for (std::uint8_t number = 0; insides.size() >= 2 && number < 200; ++number) {
    const std::size_t claimed =
        std::to_integer<std::size_t>(insides[0]) << 8 | std::to_integer<std::size_t>(insides[1]);
    const std::size_t size = std::min(claimed, insides.size() - 2);
    runtime::append(wire, seal_inside(insides.subspan(2, size), number));
    insides = insides.subspan(2 + size);
  }
  return wire;
}

std::size_t first_record(ByteView wire) {
  return kHeaderBytes + (std::to_integer<std::size_t>(wire[3]) << 8 | std::to_integer<std::size_t>(wire[4]));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView rest = std::as_bytes(std::span(data, size)).subspan(1);
  Bytes wire = (data[0] & 2) == 0 ? runtime::copy_of(rest) : seal_all(rest);
  const auto codec = security::make_tls_records((data[0] & 1) == 0 ? Role::dialer : Role::listener, {});
  Sink sink;
  const auto done = codec->open(wire, sink);
  // The first record at least is authentic; later ones may be under a key that was updated.
  const bool sealed_once = (data[0] & 2) != 0 && wire.size() > kHeaderBytes && wire.size() == first_record(wire);
  if (sealed_once && !done && done.error().detail() == "TLS record not authentic") std::abort();
  if (sink.bytes > wire.size() || (done && *done > wire.size())) std::abort();
  // Whatever came, this end can go on sending, and a broken one stays broken.
  runtime::RawBytes out;
  if (!codec->seal({}, rest, out)) std::abort();
  if (!done && codec->open({}, sink)) std::abort();
  return 0;
}
