// /ipfs/ping/1.0.0: 32 random bytes come back (libp2p specs, ping/ping.md).
#pragma once
#include <string_view>

#include "overlay/connection/swarm.hpp"

namespace quern::protocols {

inline constexpr std::string_view kPing = "/ipfs/ping/1.0.0";
inline constexpr std::size_t kPingBytes = 32;
inline constexpr std::size_t kPingStreamsInPerPeer = 2;

// Serves pings until the peer ends the stream or is silent for `idle`.
void serve_ping(connection::Swarm& swarm, runtime::Runtime& runtime, runtime::Duration idle = std::chrono::seconds(60));

// One stream, many pings. Not used by two tasks at once.
class Pinger {
 public:
  // The stream is opened by the first ping.
  Pinger(connection::Swarm& swarm, runtime::Runtime& runtime, identity::PeerId peer);
  ~Pinger();
  // The round trip. A stream that is 8 s old is replaced (js-libp2p breaks it after 10 s, however busy it is). Errc of
  // Swarm::open and of the stream, protocols::Errc::bad_message when other bytes come back.
  runtime::Task<runtime::Result<runtime::Duration>> ping(runtime::Duration timeout);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quern::protocols
