#include "overlay/connection/connection_table.hpp"

#include <algorithm>
#include <utility>

namespace quern::connection {

using runtime::fail;
using runtime::Result;
using runtime::Task;

ConnectionTable::ConnectionTable(identity::PeerId self, StreamServices& services, const Gater& gater,
                                 const WaterMarks& marks, runtime::TaskGroup& tasks)
    : self_(std::move(self)), services_(services), gater_(gater), marks_(marks), tasks_(tasks) {}

// Whether a connection in that direction is the one both ends keep when there is one each way.
bool ConnectionTable::keeps(Direction direction, const identity::PeerId& peer) const {
  return (direction == Direction::outbound) == (self_ < peer);
}

bool ConnectionTable::is_given_up_for(const ConnectionPtr& old, Direction made) const {
  return old->is_open() && old->direction() != made && keeps(made, old->peer());
}

Result<ConnectionPtr> ConnectionTable::admit(NewConnection made) {
  if (stopped_) return fail(Errc::stopped);
  const identity::PeerId peer = made.upgraded.peer;
  if (auto allowed = gater_.check(peer); !allowed) return std::unexpected(std::move(allowed).error());
  const auto existing = of(peer);
  const Direction direction = made.direction;
  for (const ConnectionPtr& old : existing) {
    if (!old->superseded() && is_given_up_for(old, direction)) give_up(old);
  }
  const ConnectionPtr kept = best(peer);
  const bool given_up =
      kept && !kept->superseded() && (direction == Direction::outbound || kept->direction() == Direction::outbound);
  return enter(std::move(made), given_up ? kept : nullptr);
}

// With `instead`, the connection is given up for that one at once.
Result<ConnectionPtr> ConnectionTable::enter(NewConnection made, const ConnectionPtr& instead) {
  const identity::PeerId peer = made.upgraded.peer;
  auto room = services_.limits.connection_with(peer);
  if (!room) {
    // What this node dialed in vain makes way for what it has.
    if (instead && made.direction == Direction::outbound) return instead;
    return std::unexpected(std::move(room).error());
  }
  made.reservations.peer = *std::move(room);
  ConnectionInfo info{.id = ++last_id_,
                      .peer = peer,
                      .local = std::move(made.local),
                      .remote = std::move(made.remote),
                      .direction = made.direction,
                      .status = ConnectionStatus::open,
                      .transport = std::move(made.transport),
                      .encryption = std::move(made.upgraded.encryption),
                      .muxer = std::move(made.upgraded.muxer),
                      .opened = services_.clock.now(),
                      .stats = {}};
  const auto connection = std::make_shared<Connection>(services_, std::move(info), std::move(made.upgraded.session),
                                                       std::move(made.reservations));
  by_id_.emplace(connection->id(), connection);
  auto& of_peer = by_peer_[peer];
  of_peer.push_back(connection);
  services_.events.publish(ConnectionOpened{.info = connection->info()});
  if (of_peer.size() == 1) services_.events.publish(PeerConnected{.peer = peer});
  if (instead) give_up(connection);
  if (connection->direction() == Direction::inbound && on_inbound_) on_inbound_(peer);
  tasks_.spawn(keep(connection));
  start_trimming();
  return instead ? instead : connection;
}

// A connection's time in the table.
class ConnectionTable::Stay {
 public:
  Stay(ConnectionTable& table, ConnectionPtr connection) : table_(table), connection_(std::move(connection)) {}
  ~Stay() { table_.leave(connection_); }
  Stay(const Stay&) = delete;
  Stay& operator=(const Stay&) = delete;

 private:
  ConnectionTable& table_;
  ConnectionPtr connection_;
};

Task<void> ConnectionTable::keep(ConnectionPtr connection) {
  const Stay stay(*this, connection);
  co_await connection->run();
}

void ConnectionTable::leave(const ConnectionPtr& connection) {
  const auto end = connection->end();
  connection->release();
  const auto of_peer = by_peer_.find(connection->peer());
  by_id_.erase(connection->id());
  std::erase(of_peer->second, connection);
  const bool last = of_peer->second.empty();
  if (last) by_peer_.erase(of_peer);
  services_.events.publish(ConnectionClosed{.info = connection->info(), .reason = end.reason, .detail = end.detail});
  if (last) {
    services_.events.publish(PeerDisconnected{.peer = connection->peer(), .reason = end.reason, .detail = end.detail});
  }
  if (by_id_.empty()) emptied_.wake_all();
}

void ConnectionTable::give_up(const ConnectionPtr& connection) {
  connection->supersede();
  tasks_.spawn(retire(connection));
}

// Closes a connection that was given up as soon as nothing uses it, unless it has become the only one.
Task<void> ConnectionTable::retire(ConnectionPtr connection) {
  while (connection->is_open()) {
    co_await services_.clock.sleep_for(kDuplicateGrace);
    const ConnectionPtr kept = best(connection->peer());
    if (!kept || kept->superseded()) {
      connection->reinstate();
      co_return;
    }
    if (connection->streams() == 0) connection->close(CloseReason::duplicate);
  }
}

ConnectionPtr ConnectionTable::find(std::uint64_t id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

ConnectionPtr ConnectionTable::best(const identity::PeerId& peer) const {
  ConnectionPtr chosen;
  const auto found = by_peer_.find(peer);
  if (found == by_peer_.end()) return chosen;
  for (const ConnectionPtr& one : found->second) {
    if (one->is_open() && (!chosen || chosen->superseded() || !one->superseded())) chosen = one;
  }
  return chosen;
}

std::vector<ConnectionPtr> ConnectionTable::of(const identity::PeerId& peer) const {
  const auto found = by_peer_.find(peer);
  return found == by_peer_.end() ? std::vector<ConnectionPtr>() : found->second;
}

std::vector<ConnectionPtr> ConnectionTable::all() const {
  std::vector<ConnectionPtr> out;
  out.reserve(by_id_.size());
  for (const auto& [id, connection] : by_id_) out.push_back(connection);
  return out;
}

void ConnectionTable::tag(const identity::PeerId& peer, std::string tag, std::int64_t worth) {
  if (worth != 0) {
    opinions_[peer].tags[std::move(tag)] = worth;
  } else if (const auto found = opinions_.find(peer); found != opinions_.end()) {
    found->second.tags.erase(tag);
    forget_if_empty(peer);
  }
}

void ConnectionTable::protect(const identity::PeerId& peer, std::string purpose) {
  opinions_[peer].protections.insert(std::move(purpose));
}

void ConnectionTable::unprotect(const identity::PeerId& peer, const std::string& purpose) {
  const auto found = opinions_.find(peer);
  if (found == opinions_.end()) return;
  found->second.protections.erase(purpose);
  forget_if_empty(peer);
}

void ConnectionTable::forget_if_empty(const identity::PeerId& peer) {
  const auto found = opinions_.find(peer);
  if (found->second.tags.empty() && found->second.protections.empty()) opinions_.erase(found);
}

std::vector<TrimCandidate> ConnectionTable::candidates() const {
  std::vector<TrimCandidate> out;
  for (const auto& [id, connection] : by_id_) {
    if (!connection->is_open()) continue;
    TrimCandidate candidate{.connection = id,
                            .opened = connection->opened(),
                            .streams = connection->streams(),
                            .inbound = connection->direction() == Direction::inbound};
    if (const auto opinion = opinions_.find(connection->peer()); opinion != opinions_.end()) {
      for (const auto& [tag, worth] : opinion->second.tags) candidate.worth += worth;
      candidate.is_protected = !opinion->second.protections.empty();
    }
    out.push_back(candidate);
  }
  return out;
}

void ConnectionTable::start_trimming() {
  if (trimming_ || by_id_.size() <= marks_.high) return;
  trimming_ = true;
  tasks_.spawn(trim());
}

// Goes on as long as there are too many: some may be within their grace.
Task<void> ConnectionTable::trim() {
  while (by_id_.size() > marks_.high) {
    if (trimmed_at_) co_await services_.clock.sleep_until(*trimmed_at_ + marks_.interval);
    trimmed_at_ = services_.clock.now();
    for (const std::uint64_t id : choose_trimmed(candidates(), marks_, *trimmed_at_)) {
      if (const ConnectionPtr connection = find(id)) connection->close(CloseReason::trimmed);
    }
  }
  trimming_ = false;
}

void ConnectionTable::enforce_gater() {
  for (const ConnectionPtr& connection : all()) {
    auto allowed = gater_.check(connection->peer());
    if (allowed) allowed = gater_.check(connection->remote());
    if (!allowed) connection->close(CloseReason::denied, allowed.error().detail());
  }
}

void ConnectionTable::close_all(CloseReason reason) {
  stopped_ = true;
  for (const ConnectionPtr& connection : all()) connection->close(reason);
}

Task<void> ConnectionTable::wait_until_empty() {
  while (!by_id_.empty()) co_await emptied_.wait();
}

void ConnectionTable::drop_all() {
  for (const ConnectionPtr& connection : all()) leave(connection);
}

}  // namespace quern::connection
