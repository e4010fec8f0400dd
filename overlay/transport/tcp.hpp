// TCP over IPv4 and IPv6: /ip4/192.0.2.7/tcp/4001, /dns/example.org/tcp/4001.
#pragma once
#include "overlay/runtime/runtime.hpp"
#include "overlay/transport/transport.hpp"

namespace quern::transport {

// Used on the runtime's executor; listeners must be gone before it.
TransportPtr make_tcp(runtime::Runtime& runtime);

}  // namespace quern::transport
