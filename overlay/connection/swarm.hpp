// All connections of a node: it listens, dials, upgrades, keeps one connection a peer, opens and serves streams, and
// says what happens. The rooms around it decide (limits, gater, dial_plan, trim); this one acts.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "overlay/connection/close_reason.hpp"
#include "overlay/connection/events.hpp"
#include "overlay/connection/gater.hpp"
#include "overlay/connection/peer_stream.hpp"
#include "overlay/connection/swarm_config.hpp"
#include "overlay/connection/traffic.hpp"
#include "overlay/runtime/runtime.hpp"
#include "overlay/security/security.hpp"
#include "overlay/transport/transport.hpp"

namespace quern::connection {

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
  // all_failed, backed_off, stopped, runtime::Errc::limit_reached.
  runtime::Task<runtime::Result<ConnectionInfo>> connect(PeerAddresses peer);
  // Dials one address, even if it failed a moment ago; who answers is whom it is with, unless the address ends in
  // /p2p/.... Fails with the dial's own error, which names the step it failed at.
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
  std::size_t reserved() const;     // LimitBook::reserved()

  // Stops listening, dialing and serving, says goodbye to all peers, and waits until everything has ended. In a
  // cancelled task it says no goodbye: everything is cut off at once. Not from a handler, which it waits for.
  runtime::Task<void> stop();

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with calls under way
};

}  // namespace quern::connection
