#include "overlay/security/noise.hpp"

#include <array>
#include <utility>

#include "overlay/security/expected_peer.hpp"
#include "overlay/security/noise_handshake.hpp"
#include "overlay/security/noise_payload.hpp"
#include "overlay/security/noise_records.hpp"

namespace quern::security {
namespace {

using identity::PeerId;
using negotiation::Role;
using runtime::Bytes;
using runtime::ByteView;
using runtime::fail;
using runtime::Result;
using runtime::Task;

// Ephemeral key, encrypted static key, encrypted payload: message 2, the longest.
constexpr std::size_t kMessageBytesMax = kX25519Bytes + kX25519Bytes + kTagBytes + kNoisePayloadBytesMax + kTagBytes;

X25519Key fresh_key(runtime::Runtime& runtime) {
  Secret<kX25519Bytes> secret;
  runtime.fill_secret(secret);
  return X25519Key(secret);
}

// Exactly one message: what comes behind it stays on the wire.
Task<Result<Bytes>> read_message(runtime::Stream& wire, std::size_t bytes_max) {
  std::array<std::byte, 2> length{};
  CO_CHECK(co_await runtime::read_exactly(wire, length));
  const std::size_t size = std::to_integer<std::size_t>(length[0]) << 8 | std::to_integer<std::size_t>(length[1]);
  if (size > bytes_max) co_return fail(Errc::bad_handshake, "Noise message too long");
  Bytes message(size);
  CO_CHECK(co_await runtime::read_exactly(wire, message));
  co_return message;
}

Task<Result<void>> write_message(runtime::Stream& wire, Bytes message) {
  const std::array<std::byte, 2> length{static_cast<std::byte>(message.size() >> 8),
                                        static_cast<std::byte>(message.size())};
  message.insert(message.begin(), length.begin(), length.end());
  co_return co_await wire.write(message);
}

class Noise final : public SecurityProtocol {
 public:
  Noise(runtime::Runtime& runtime, const identity::PrivateKey& key, std::vector<std::string> muxers)
      : runtime_(runtime),
        muxers_(std::move(muxers)),
        fixed_(fresh_key(runtime)),
        payload_(encode_noise_payload(key, fixed_.public_key(), muxers_)) {}

  std::string_view id() const override { return "/noise"; }
  Task<Result<Secured>> secure(runtime::StreamPtr wire, Role role, std::optional<PeerId> expected) override;

 private:
  // Message 1 says nothing: whatever it said would be in the clear.
  ByteView payload_of(const NoiseHandshake& handshake) const {
    return handshake.messages() == 0 ? ByteView() : ByteView(payload_);
  }

  runtime::Runtime& runtime_;
  std::vector<std::string> muxers_;
  X25519Key fixed_;
  Bytes payload_;
};

Task<Result<Secured>> Noise::secure(runtime::StreamPtr wire, Role role, std::optional<PeerId> expected) {
  NoiseHandshake handshake(role, {}, fixed_, fresh_key(runtime_));
  std::optional<NoisePayload> remote;
  while (!handshake.finished()) {
    if (handshake.writes_next()) {
      CO_TRY(Bytes message, handshake.write(payload_of(handshake)));
      CO_CHECK(co_await write_message(*wire, std::move(message)));
      continue;
    }
    const std::size_t bytes_max = handshake.messages() == 0 ? kX25519Bytes : kMessageBytesMax;
    CO_TRY(const Bytes message, co_await read_message(*wire, bytes_max));
    CO_TRY(const Bytes payload, handshake.read(message));
    const std::optional<X25519Public>& fixed = handshake.remote_fixed();
    if (!fixed) continue;  // message 1 says nothing of the dialer
    CO_TRY(NoisePayload said, read_noise_payload(payload, *fixed));
    CO_CHECK(check_expected(expected, PeerId::of(said.key)));
    remote = std::move(said);
  }
  if (!remote) co_return fail(Errc::bad_handshake, "the peer did not say who it is");
  const bool dialer = role == Role::dialer;
  auto muxer = choose_muxer(dialer ? muxers_ : remote->muxers, dialer ? remote->muxers : muxers_);
  const PeerId peer = PeerId::of(remote->key);
  co_return Secured{.wire = std::move(wire),
                    .codec = make_noise_records(handshake.split()),
                    .unread = {},
                    .remote_key = std::move(remote->key),
                    .remote = peer,
                    .muxer = std::move(muxer)};
}

}  // namespace

SecurityPtr make_noise(runtime::Runtime& runtime, const identity::PrivateKey& key, std::vector<std::string> muxers) {
  return std::make_unique<Noise>(runtime, key, std::move(muxers));
}

}  // namespace quern::security
