// Private networks: every byte of a connection is XORed with XSalsa20 under a key that all members hold, so others do
// not even get to negotiate (libp2p specs, pnet/Private-Networks-PSK-V1.md). It hides and keeps out; authenticity comes
// from the secure channel inside.
#pragma once
#include <array>
#include <cstddef>
#include <string_view>

#include "overlay/runtime/result.hpp"
#include "overlay/runtime/runtime.hpp"
#include "overlay/runtime/stream.hpp"

namespace quern::security {

inline constexpr std::size_t kPresharedFileBytesMax = 1024;

struct PresharedKey {
  std::array<std::byte, 32> bytes;
  // The text of a swarm key file: "/key/swarm/psk/1.0.0/", "/base16/" (or /base64/, /bin/), the key.
  // Errc::bad_preshared_key.
  static runtime::Result<PresharedKey> from_file_text(std::string_view text);
};

// Each end sends a nonce of 24 bytes before its first byte, and before it first waits for one: js-libp2p says nothing
// until it has read it. Passes on all else that `wire` does, its errors too. A write copies its data once, in pieces.
runtime::StreamPtr protect(runtime::Runtime& runtime, runtime::StreamPtr wire, const PresharedKey& key);

}  // namespace quern::security
