#include "overlay/security/noise_payload.hpp"

#include <algorithm>

#include "overlay/runtime/assertion.hpp"
#include "overlay/security/noise.hpp"
#include "overlay/security/noise.pb.h"

namespace quern::security {
namespace {

using runtime::Bytes;
using runtime::ByteView;
using runtime::fail;
using runtime::Result;

Bytes signed_text(const X25519Public& fixed) {
  Bytes text = runtime::copy_of(runtime::bytes_of("noise-libp2p-static-key:"));
  runtime::append(text, fixed);
  return text;
}

}  // namespace

Bytes encode_noise_payload(const identity::PrivateKey& key, const X25519Public& fixed,
                           std::span<const std::string> muxers) {
  wire::NoiseHandshakePayload payload;
  payload.set_identity_key(std::string(runtime::text_of(key.public_key().protobuf())));
  payload.set_identity_sig(std::string(runtime::text_of(key.sign(signed_text(fixed)))));
  for (const std::string& muxer : muxers) payload.mutable_extensions()->add_stream_muxers(muxer);
  Bytes encoded = runtime::copy_of(runtime::bytes_of(payload.SerializeAsString()));
  QUERN_ASSERT(encoded.size() <= kNoisePayloadBytesMax, "too many muxers for a handshake");
  return encoded;
}

Result<NoisePayload> read_noise_payload(ByteView payload, const X25519Public& fixed) {
  if (payload.size() > kNoisePayloadBytesMax) return fail(Errc::bad_handshake, "Noise payload too long");
  wire::NoiseHandshakePayload message;
  if (!message.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    return fail(Errc::bad_handshake, "Noise payload is no protobuf message");
  }
  auto key = identity::PublicKey::from_protobuf(runtime::bytes_of(message.identity_key()));
  if (!key) return fail(Errc::bad_handshake, "the peer's key: " + key.error().message());
  if (!key->verify(signed_text(fixed), runtime::bytes_of(message.identity_sig()))) {
    return fail(Errc::bad_handshake, "the peer's signature is not valid");
  }
  const auto& muxers = message.extensions().stream_muxers();
  return NoisePayload{std::move(*key), {muxers.begin(), muxers.end()}};
}

std::optional<std::string> choose_muxer(std::span<const std::string> of_dialer,
                                        std::span<const std::string> of_listener) {
  const auto chosen = std::ranges::find_if(
      of_dialer, [&](const std::string& muxer) { return std::ranges::find(of_listener, muxer) != of_listener.end(); });
  if (chosen == of_dialer.end()) return std::nullopt;
  return *chosen;
}

}  // namespace quern::security
