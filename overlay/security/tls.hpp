// TLS 1.3 with the libp2p certificate extension (libp2p specs, tls/tls.md). OpenSSL over memory; its own random
// generator makes the keys of a handshake, so a simulated run with TLS is not repeated byte by byte.
#pragma once
#include <string>
#include <vector>

#include "overlay/identity/key.hpp"
#include "overlay/runtime/runtime.hpp"
#include "overlay/security/security.hpp"

namespace quern::security {

// Makes the certificate once, for all connections. `muxers` are offered by ALPN, then "libp2p". Used on the runtime's
// executor.
SecurityPtr make_tls(runtime::Runtime& runtime, const identity::PrivateKey& key, std::vector<std::string> muxers);

}  // namespace quern::security
