// A Noise handshake with one message of the other end's replaced. First byte: which (0 to 2), or 3 for the payload that
// libp2p puts into messages 2 and 3; then the message.
#include "overlay/security/noise_handshake.hpp"

#include <cstdint>
#include <cstdlib>

#include "overlay/security/noise_payload.hpp"

namespace {

using namespace quern;
using negotiation::Role;
using runtime::ByteView;
using security::NoiseHandshake;
using security::X25519Key;

X25519Key key_of(unsigned char number) {
  security::Secret<security::kX25519Bytes> secret;
  secret.fill(static_cast<std::byte>(number));
  return X25519Key(secret);
}

// Runs `steps` good messages, then gives `message` to whoever reads next.
void read_in_place_of(std::size_t steps, ByteView message) {
  static const X25519Key kDialer = key_of(1);
  static const X25519Key kListener = key_of(2);
  NoiseHandshake dialer(Role::dialer, {}, kDialer, key_of(3));
  NoiseHandshake listener(Role::listener, {}, kListener, key_of(4));
  for (std::size_t i = 0; i < steps; ++i) {
    NoiseHandshake& from = dialer.writes_next() ? dialer : listener;
    NoiseHandshake& to = dialer.writes_next() ? listener : dialer;
    const auto sent = from.write({});
    if (!sent || !to.read(*sent)) std::abort();
  }
  NoiseHandshake& reader = dialer.writes_next() ? listener : dialer;
  const auto payload = reader.read(message);
  if (!payload) return;
  if (payload->size() > message.size()) std::abort();
  if (!reader.writes_next()) return;
  // Its answer, which a key of small order makes impossible.
  const auto answer = reader.write({});
  if (!answer && answer.error().detail() != "Noise key of small order") std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView message = std::as_bytes(std::span(data, size)).subspan(1);
  if (data[0] < NoiseHandshake::kMessages) {
    read_in_place_of(data[0], message);
  } else {
    const auto payload = security::read_noise_payload(message, security::X25519Public{});
    if (!payload && payload.error() != security::Errc::bad_handshake) std::abort();
  }
  return 0;
}
