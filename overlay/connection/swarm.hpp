// All connections of a node: it listens, dials, upgrades, keeps one connection a peer, opens and serves streams, and
// says what happens. The rooms around it decide (limits, gater, dial_plan, trim); this one acts.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "overlay/connection/close_reason.hpp"
#include "overlay/connection/gater.hpp"
#include "overlay/connection/limits.hpp"
#include "overlay/connection/peer_stream.hpp"
#include "overlay/connection/traffic.hpp"
#include "overlay/connection/trim.hpp"
#include "overlay/muxer/yamux.hpp"
#include "overlay/runtime/channel.hpp"
#include "overlay/runtime/runtime.hpp"
#include "overlay/security/preshared.hpp"
#include "overlay/security/security.hpp"
#include "overlay/transport/transport.hpp"

namespace quern::connection {

struct SwarmConfig {
  Limits limits;
  WaterMarks water_marks;
  muxer::YamuxConfig yamux;                                        // its memory limits are set from `limits`
  runtime::Duration dial_timeout = std::chrono::seconds(10);       // one address, until the transport is through
  runtime::Duration handshake_timeout = std::chrono::seconds(10);  // security and muxer, both directions
  runtime::Duration stream_timeout = std::chrono::seconds(10);     // until a stream's protocol is agreed on
  runtime::Duration goodbye_timeout = std::chrono::seconds(2);     // for what was written to leave, when closing
  bool reuse_port = true;
  std::optional<security::PresharedKey> preshared_key;
};

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
struct InboundRefused {  // limit, gater, or a handshake that failed
  multiformats::Multiaddr remote;
  runtime::Error why;
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
                           ListenStarted, ListenStopped, EventsLost>;

// A subscriber's own queue of at most kEventsMax; what does not fit is counted and told by EventsLost.
class EventQueue {
 public:
  virtual ~EventQueue() = default;
  // nullopt when the swarm has stopped and all was taken. One reader at a time.
  virtual runtime::Task<std::optional<Event>> next() = 0;
};
inline constexpr std::size_t kEventsMax = 4096;

struct PeerAddresses {
  identity::PeerId peer;
  std::vector<multiformats::Multiaddr> addresses;  // with or without /p2p/peer at the end
};

// Used on the runtime's executor. stop() before it is destroyed.
class Swarm {
 public:
  Swarm(runtime::Runtime& runtime, identity::PeerId self, std::vector<transport::TransportPtr> transports,
        std::vector<security::SecurityPtr> security, SwarmConfig config);
  ~Swarm();
  Swarm(const Swarm&) = delete;
  Swarm& operator=(const Swarm&) = delete;

  const identity::PeerId& self() const;
  Gater& gater();  // after a change: enforce_gater()
  void enforce_gater();

  // Returns the address with the port it got. transport::Errc::unsupported_address, and those of the transport.
  runtime::Result<multiformats::Multiaddr> listen(const multiformats::Multiaddr& address);
  bool stop_listening(const multiformats::Multiaddr& address);
  std::vector<multiformats::Multiaddr> listen_addresses() const;

  // A connection with the peer: the one there is, or the first that comes up of dials to its addresses, which run side
  // by side as plan_dials() says. Concurrent calls for a peer share their dials. Errc::self_dial, denied, no_address,
  // all_failed, stopped, runtime::Errc::limit_reached.
  runtime::Task<runtime::Result<ConnectionInfo>> connect(PeerAddresses peer);
  // Dials one address; who answers is whom it is with, unless the address ends in /p2p/....
  runtime::Task<runtime::Result<ConnectionInfo>> connect(multiformats::Multiaddr address);
  // Closes all connections with the peer. False when there is none.
  bool disconnect(const identity::PeerId& peer, CloseReason reason = CloseReason::local_closed);
  bool close(std::uint64_t connection, CloseReason reason = CloseReason::local_closed);

  // A stream to a connected peer on the first of `protocols` that it serves. With one protocol nothing is waited for:
  // a refusal shows at the first read or agreed(). Errc::unknown_peer, unknown_protocol, muxer errors, timed_out,
  // limit_reached.
  runtime::Task<runtime::Result<PeerStreamPtr>> open(identity::PeerId peer, std::vector<std::string> protocols);
  runtime::Task<runtime::Result<PeerStreamPtr>> open(std::uint64_t connection, std::vector<std::string> protocols);
  // Serves a protocol (an id of at most kProtocolBytesMax that starts with '/'); replaces an earlier handler.
  void handle(std::string protocol, StreamHandler handler);
  void unhandle(const std::string& protocol);
  std::vector<std::string> protocols() const;  // served, in order

  std::vector<ConnectionInfo> connections() const;
  std::vector<ConnectionInfo> connections(const identity::PeerId& peer) const;
  std::optional<ConnectionInfo> connection(std::uint64_t id) const;
  bool connected(const identity::PeerId& peer) const;
  // A round trip measured now, on the peer's connection, by the muxer.
  runtime::Task<runtime::Result<runtime::Duration>> measure(std::uint64_t connection);

  // What a peer is worth to this node when connections are trimmed. A tag of worth 0 is taken away.
  void tag(const identity::PeerId& peer, std::string tag, std::int64_t worth);
  // Connections with a protected peer are never trimmed; each purpose protects for itself.
  void protect(const identity::PeerId& peer, std::string purpose);
  void unprotect(const identity::PeerId& peer, const std::string& purpose);

  std::unique_ptr<EventQueue> subscribe();
  TrafficReport traffic() const;
  std::size_t memory_used() const;  // of Limits::memory_bytes

  // Stops listening, dialing and serving, says goodbye to all peers, and waits until everything has ended.
  runtime::Task<void> stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quern::connection
