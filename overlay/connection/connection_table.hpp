// All connections of a node: who enters, which of several with one peer is kept, which go when there are too many.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "overlay/connection/connection.hpp"
#include "overlay/connection/gater.hpp"
#include "overlay/connection/trim.hpp"
#include "overlay/connection/upgrade.hpp"

namespace quern::connection {

// How long a connection that is given up for another with the same peer may be used before it is closed. A foreign peer
// does not know which of the two this node keeps, and may just have opened a stream on it.
inline constexpr runtime::Duration kDuplicateGrace = std::chrono::seconds(1);

// A connection that came up and is not in the table yet.
struct NewConnection {
  Upgraded upgraded;
  multiformats::Multiaddr local;
  multiformats::Multiaddr remote;
  Direction direction = Direction::inbound;
  std::string transport;
  ConnectionReservations reservations;
};

// On one executor. Its connections run in `tasks`, which is joined before the table is destroyed.
//
// When two peers dial each other at once there are two connections. Both ends keep the one that the peer with the
// smaller id dialed, and give the other up; a second one that this node dialed is given up for the first. A second one
// that the peer dialed is the peer's business. What is given up is closed when it carries no stream.
class ConnectionTable {
 public:
  ConnectionTable(identity::PeerId self, StreamServices& services, const Gater& gater, const WaterMarks& marks,
                  runtime::TaskGroup& tasks);

  // Takes a connection in and runs it. Errc::stopped, denied, runtime::Errc::limit_reached. When it is one too many of
  // those this node dialed, the one that is kept instead.
  runtime::Result<ConnectionPtr> admit(NewConnection made);
  // Called after each admission of an inbound connection.
  void on_inbound(std::function<void(const identity::PeerId& peer)> listener) { on_inbound_ = std::move(listener); }

  ConnectionPtr find(std::uint64_t id) const;
  // The open connection to use with a peer; null when there is none.
  ConnectionPtr best(const identity::PeerId& peer) const;
  std::vector<ConnectionPtr> of(const identity::PeerId& peer) const;
  std::vector<ConnectionPtr> all() const;  // by id
  std::size_t size() const { return by_id_.size(); }

  void tag(const identity::PeerId& peer, std::string tag, std::int64_t worth);
  void protect(const identity::PeerId& peer, std::string purpose);
  void unprotect(const identity::PeerId& peer, const std::string& purpose);

  // Closes those that the gater does not allow.
  void enforce_gater();
  // From now on none is admitted.
  void close_all(CloseReason reason);
  runtime::Task<void> wait_until_empty();
  // After the tasks were cancelled and joined: for those that never ran.
  void drop_all();

 private:
  class Stay;
  // What this node thinks of a peer.
  struct Opinion {
    std::map<std::string, std::int64_t> tags;
    std::set<std::string> protections;
  };

  bool keeps(Direction direction, const identity::PeerId& peer) const;
  bool is_given_up_for(const ConnectionPtr& old, Direction made) const;
  runtime::Result<ConnectionPtr> enter(NewConnection made, const ConnectionPtr& instead);
  runtime::Task<void> keep(ConnectionPtr connection);
  runtime::Task<void> retire(ConnectionPtr connection);
  void give_up(const ConnectionPtr& connection);
  void leave(const ConnectionPtr& connection);
  void forget_if_empty(const identity::PeerId& peer);
  void start_trimming();
  runtime::Task<void> trim();
  std::vector<TrimCandidate> candidates() const;

  identity::PeerId self_;
  StreamServices& services_;
  const Gater& gater_;
  WaterMarks marks_;
  runtime::TaskGroup& tasks_;
  std::function<void(const identity::PeerId& peer)> on_inbound_;
  std::map<std::uint64_t, ConnectionPtr> by_id_;
  std::map<identity::PeerId, std::vector<ConnectionPtr>> by_peer_;  // in order of admission
  std::map<identity::PeerId, Opinion> opinions_;
  std::uint64_t last_id_ = 0;
  bool stopped_ = false;
  bool trimming_ = false;
  std::optional<runtime::Time> trimmed_at_;
  runtime::WaitQueue emptied_;
};

}  // namespace quern::connection
