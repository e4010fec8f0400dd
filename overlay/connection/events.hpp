// What there is to know of a connection, and what happens to connections: values for those who watch.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "overlay/connection/close_reason.hpp"
#include "overlay/identity/peer_id.hpp"
#include "overlay/multiformats/multiaddr.hpp"
#include "overlay/muxer/muxer.hpp"
#include "overlay/runtime/result.hpp"
#include "overlay/runtime/task.hpp"
#include "overlay/runtime/time.hpp"

namespace quern::connection {

enum class Direction : std::uint8_t { inbound, outbound };
enum class ConnectionStatus : std::uint8_t { open, closing };

struct ConnectionInfo {
  std::uint64_t id = 0;
  identity::PeerId peer;
  multiformats::Multiaddr local;
  multiformats::Multiaddr remote;
  Direction direction = Direction::inbound;
  ConnectionStatus status = ConnectionStatus::open;
  std::string transport;   // "tcp", "ws", "memory"
  std::string encryption;  // "/noise", "/tls/1.0.0"
  std::string muxer;       // "/yamux/1.0.0"
  runtime::Time opened;
  muxer::SessionStats stats;
};

// What happens, in order. Details for people are made where they are shown.
struct PeerConnected {  // the first connection with a peer
  identity::PeerId peer;
};
struct PeerDisconnected {  // the last one has ended
  identity::PeerId peer;
  CloseReason reason;
  std::string detail;
};
struct ConnectionOpened {
  ConnectionInfo info;
};
struct ConnectionClosed {
  ConnectionInfo info;
  CloseReason reason;
  std::string detail;
};
struct InboundRefused {  // a connection or a stream: limit, gater, or a handshake that failed
  multiformats::Multiaddr remote;
  runtime::Error why;
};
struct HandlerFailed {  // a stream's handler threw; its stream was reset
  identity::PeerId peer;
  std::string protocol;
  std::string what;
};
struct ListenStarted {
  multiformats::Multiaddr address;
};
struct ListenStopped {
  multiformats::Multiaddr address;
};
struct EventsLost {  // the subscriber was too slow: that many are missing here
  std::size_t count = 0;
};
using Event = std::variant<PeerConnected, PeerDisconnected, ConnectionOpened, ConnectionClosed, InboundRefused,
                           HandlerFailed, ListenStarted, ListenStopped, EventsLost>;

// A subscriber's own queue of at most kEventsMax; what does not fit is counted and told by EventsLost.
class EventQueue {
 public:
  virtual ~EventQueue() = default;
  // nullopt when the swarm has stopped and all was taken. One reader at a time.
  virtual runtime::Task<std::optional<Event>> next() = 0;
};
inline constexpr std::size_t kEventsMax = 4096;

}  // namespace quern::connection
