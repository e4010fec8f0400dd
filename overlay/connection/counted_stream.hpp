// A stream of a connection as the application holds it: counted, and giving back what it reserved.
#pragma once
#include <string>

#include "overlay/connection/limits.hpp"
#include "overlay/connection/peer_stream.hpp"
#include "overlay/connection/traffic.hpp"
#include "overlay/negotiation/multistream.hpp"
#include "overlay/runtime/clock.hpp"

namespace quern::connection {

struct StreamOrigin {
  identity::PeerId peer;
  std::string protocol;
  std::uint64_t connection = 0;
  bool inbound = false;
};

// Wraps a stream whose protocol is agreed. `clock` outlives it.
PeerStreamPtr make_counted(runtime::StreamPtr stream, StreamOrigin origin, StreamReservation reservation,
                           TrafficMeter meter);
// Wraps one whose agreement travels with its first bytes; agreed() waits for at most `timeout`.
PeerStreamPtr make_counted(std::unique_ptr<negotiation::LazyStream> stream, StreamOrigin origin,
                           StreamReservation reservation, TrafficMeter meter, runtime::Clock& clock,
                           runtime::Duration timeout);

}  // namespace quern::connection
