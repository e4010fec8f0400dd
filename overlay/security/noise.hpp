// Noise XX: Noise_XX_25519_ChaChaPoly_SHA256 with the libp2p payload (libp2p specs, noise/README.md; The Noise Protocol
// Framework, revision 34).
#pragma once
#include <string>
#include <vector>

#include "overlay/identity/key.hpp"
#include "overlay/runtime/runtime.hpp"
#include "overlay/security/security.hpp"

namespace quern::security {

inline constexpr std::size_t kNoiseRecordBytesMax = 65'535;  // with the tag, without the length before it
inline constexpr std::size_t kNoisePayloadBytesMax = 4'096;  // handshake payload: key, signature, extensions

// Makes the static key and its signature once, for all connections. `muxers` are offered in the handshake. Used on the
// runtime's executor.
SecurityPtr make_noise(runtime::Runtime& runtime, const identity::PrivateKey& key, std::vector<std::string> muxers);

}  // namespace quern::security
