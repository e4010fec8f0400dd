// One connection with a peer: its session, the streams the peer opens on it, and how it ends.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "overlay/connection/event_hub.hpp"
#include "overlay/connection/limits.hpp"
#include "overlay/connection/peer_stream.hpp"
#include "overlay/connection/protocol_table.hpp"
#include "overlay/connection/traffic.hpp"
#include "overlay/muxer/muxer.hpp"
#include "overlay/runtime/clock.hpp"
#include "overlay/runtime/task_group.hpp"

namespace quern::connection {

struct StreamOrigin;

// Streams of one connection whose protocol is being agreed on; the next are taken when one of these is through.
inline constexpr std::size_t kStreamHandshakesMax = 64;

// What all connections of a node share. Outlives them.
struct StreamServices {
  runtime::Clock& clock;
  LimitBook& limits;
  ProtocolTable& protocols;
  TrafficBook& traffic;
  EventHub& events;
  runtime::Duration stream_timeout;
  runtime::Duration goodbye_timeout;
};

// What a connection holds of the limits as long as it lasts.
struct ConnectionReservations {
  Reservation connection;
  Reservation address;
  Reservation peer;
};

// On one executor.
class Connection {
 public:
  Connection(StreamServices& services, ConnectionInfo info, muxer::SessionPtr session,
             ConnectionReservations reservations);

  // Runs until the connection ends; the handlers of its streams run inside and are cancelled with it. Once.
  runtime::Task<void> run();
  // As Swarm::open().
  runtime::Task<runtime::Result<PeerStreamPtr>> open(std::vector<std::string> protocols);
  // Says goodbye and ends run(). The first reason given stands.
  void close(CloseReason reason, std::string detail = {});
  runtime::Task<runtime::Result<runtime::Duration>> measure() { return session_->ping(); }

  ConnectionInfo info() const;
  std::uint64_t id() const { return info_.id; }
  const identity::PeerId& peer() const { return info_.peer; }
  Direction direction() const { return info_.direction; }
  const multiformats::Multiaddr& remote() const { return info_.remote; }
  runtime::Time opened() const { return info_.opened; }
  bool is_open() const { return info_.status == ConnectionStatus::open; }
  std::size_t streams() const;

  // Another connection with the peer is to be kept: this one does not count towards the peer's limit any more, and ends
  // when it is idle.
  void supersede();
  void reinstate() { superseded_ = false; }
  bool superseded() const { return superseded_; }

  // Gives back what it holds of the limits: it has ended, whoever may still look at it.
  void release() { reservations_ = {}; }
  // Why it ended; after run(), however that ended.
  struct End {
    CloseReason reason = CloseReason::host_stopped;
    std::string detail;
  };
  End end() const;

 private:
  class Negotiating;
  runtime::Task<void> accept_streams(runtime::TaskGroup& tasks);
  runtime::Task<void> serve(muxer::MuxedStreamPtr stream, Negotiating negotiating);
  runtime::Task<runtime::Result<std::string>> negotiate(muxer::MuxedStream& stream, Negotiating negotiating);
  runtime::Task<void> handle(std::shared_ptr<const StreamHandler> handler, PeerStreamPtr stream);
  runtime::Task<runtime::Result<PeerStreamPtr>> open_lazily(std::string protocol);
  runtime::Task<runtime::Result<PeerStreamPtr>> open_proposing(std::vector<std::string> protocols);
  StreamOrigin origin(std::string protocol, bool inbound) const;

  StreamServices& services_;
  ConnectionInfo info_;
  muxer::SessionPtr session_;
  ConnectionReservations reservations_;
  bool superseded_ = false;
  std::optional<End> asked_;             // this node's own reason
  std::optional<runtime::Error> ended_;  // the session's
  std::size_t negotiating_ = 0;
  runtime::WaitQueue negotiated_;
};
using ConnectionPtr = std::shared_ptr<Connection>;

}  // namespace quern::connection
