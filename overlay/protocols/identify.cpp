#include "overlay/protocols/identify.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "overlay/protocols/length_delimited.hpp"
#include "overlay/protocols/self_description.hpp"
#include "overlay/runtime/deadline.hpp"
#include "overlay/runtime/task_group.hpp"
#include "overlay/runtime/waiter.hpp"

namespace quern::protocols {

using connection::ConnectionInfo;
using connection::PeerStreamPtr;
using identity::PeerId;
using multiformats::Multiaddr;
using runtime::Bytes;
using runtime::fail;
using runtime::Result;
using runtime::Task;

namespace {

// Interfaces come and go without a word.
constexpr runtime::Duration kLookInterval = std::chrono::minutes(1);

// One connected peer. Shared with the tasks that wait for it or work on it, which may outlast its connections.
struct Peer {
  Peer(PeerId peer_id, runtime::Time now) : id(std::move(peer_id)), pushes(kPushesPerPeer, now) {}

  PeerId id;
  std::set<std::uint64_t> connections;  // seen and not ended; empty: this is no longer the peer's entry
  std::size_t under_way = 0;            // identifications
  std::optional<PeerInfo> info;
  std::optional<runtime::Error> failure;  // of the last identification
  std::uint64_t record_sequence = 0;      // of the newest signed record
  std::uint64_t told = 0;                 // SelfDescription::version() that it was told last; 0: nothing yet
  bool pushing = false;
  TokenBucket pushes;          // received
  runtime::WaitQueue settled;  // woken when an identification ends
};
using PeerPtr = std::shared_ptr<Peer>;

// Counts an identification from its start to its end, also when it never gets to run.
class Pending {
 public:
  explicit Pending(PeerPtr peer) : peer_(std::move(peer)) { ++peer_->under_way; }
  ~Pending() {
    if (!peer_) return;
    --peer_->under_way;
    peer_->settled.wake_all();
  }
  Pending(const Pending&) = delete;
  Pending(Pending&&) noexcept = default;
  Pending& operator=(const Pending&) = delete;
  Pending& operator=(Pending&&) = delete;
  Peer& peer() const { return *peer_; }

 private:
  PeerPtr peer_;
};

// The same for a push.
class Pushing {
 public:
  explicit Pushing(PeerPtr peer) : peer_(std::move(peer)) { peer_->pushing = true; }
  ~Pushing() {
    if (peer_) peer_->pushing = false;
  }
  Pushing(const Pushing&) = delete;
  Pushing(Pushing&&) noexcept = default;
  Pushing& operator=(const Pushing&) = delete;
  Pushing& operator=(Pushing&&) = delete;
  Peer& peer() const { return *peer_; }

 private:
  PeerPtr peer_;
};

// The address as the peer itself is meant; nullopt when it ends with the id of another one.
std::optional<Multiaddr> address_of(const PeerId& peer, const Multiaddr& address) {
  const auto parts = address.components();
  if (parts.empty() || parts.back().protocol != multiformats::Protocol::p2p) return address;
  if (!std::ranges::equal(parts.back().value, peer.bytes())) return std::nullopt;
  return address.without(multiformats::Protocol::p2p);
}

std::vector<Multiaddr> addresses_of(const PeerId& peer, const std::vector<Multiaddr>& addresses) {
  std::vector<Multiaddr> result;
  for (const Multiaddr& entry : addresses) {
    auto address = address_of(peer, entry);
    const bool fresh = address && !address->empty() && std::ranges::find(result, *address) == result.end();
    if (fresh && result.size() < kIdentifyAddressesMax) result.push_back(*std::move(address));
  }
  return result;
}

Result<void> check_key(const PeerId& peer, const std::optional<Bytes>& key) {
  if (!key) return {};
  const auto parsed = identity::PublicKey::from_protobuf(*key);
  if (!parsed) return fail(Errc::bad_message, "the key of " + peer.text() + ": " + parsed.error().message());
  if (!peer.is_of(*parsed)) return fail(Errc::bad_message, peer.text() + " shows the key of another peer");
  return {};
}

// What the message says, put over what was known; what it does not say stays.
void apply(Peer& peer, PeerInfo& info, IdentifyMessage message) {
  if (message.protocol_version) info.protocol_version = *std::move(message.protocol_version);
  if (message.agent_version) info.agent_version = *std::move(message.agent_version);
  if (message.observed_address) info.observed_address = std::move(message.observed_address);
  if (!message.protocols.empty()) info.protocols = std::move(message.protocols);
  if (!message.listen_addresses.empty()) {
    info.listen_addresses = addresses_of(peer.id, message.listen_addresses);
    info.addresses_signed = false;
  }
  if (!message.signed_peer_record) return;
  const auto record = identity::open_peer_record(*message.signed_peer_record);
  if (!record || record->peer != peer.id || record->sequence < peer.record_sequence) return;
  peer.record_sequence = record->sequence;
  info.listen_addresses = addresses_of(peer.id, record->addresses);
  info.addresses_signed = true;
}

}  // namespace

struct Identify::State {
  State(connection::Swarm& the_swarm, runtime::Runtime& the_runtime, identity::PrivateKey key,
        IdentifyConfig the_config)
      : swarm(the_swarm),
        runtime(the_runtime),
        config(std::move(the_config)),
        self(swarm, runtime, std::move(key),
             {.protocol_version = config.protocol_version,
              .agent_version = config.agent_version,
              .more_addresses = config.more_addresses}) {}

  // Connections as they come and go.
  Task<void> follow(connection::EventQueue& events);
  void handle(const connection::Event& event);
  void catch_up();
  void begin(const ConnectionInfo& connection);
  void end(const PeerId& id, std::uint64_t connection);
  PeerPtr find(const PeerId& id) const;

  // What others say.
  Task<void> identify(Pending pending, ConnectionInfo connection);
  Task<Result<IdentifyMessage>> ask(std::uint64_t connection);
  Result<void> accept(Peer& peer, IdentifyMessage message, bool pushed) const;
  void note_observed(const ConnectionInfo& connection, const std::optional<Multiaddr>& observed);
  Task<Result<void>> take_push(PeerPtr peer, connection::PeerStream& stream) const;
  static Task<void> serve_push(std::shared_ptr<State> state, PeerStreamPtr stream);

  // What is said to others.
  static Task<void> serve_identify(std::shared_ptr<State> state, PeerStreamPtr stream);
  Bytes description(std::uint64_t connection);
  void changed();
  Task<void> keep_pushing();
  void push_if_due(const PeerPtr& peer);
  Task<void> push(Pushing pushing);
  Task<Result<void>> send_push(Peer& peer);

  connection::Swarm& swarm;
  runtime::Runtime& runtime;
  IdentifyConfig config;
  SelfDescription self;
  std::map<PeerId, PeerPtr> peers;  // no more than the swarm has connections
  std::vector<Listener> listeners;
  runtime::TaskGroup* group = nullptr;  // while run() runs
  bool stale = true;                    // addresses may have changed since they were looked at
  std::uint64_t announced = 0;          // version that went out to all
  runtime::Waiter change;
};

Task<void> Identify::State::follow(connection::EventQueue& events) {
  catch_up();
  for (;;) {
    const auto event = co_await events.next();
    if (!event) co_return;
    handle(*event);
  }
}

void Identify::State::handle(const connection::Event& event) {
  if (const auto* opened = std::get_if<connection::ConnectionOpened>(&event)) {
    if (const auto now = swarm.connection(opened->info.id)) begin(*now);
  } else if (const auto* closed = std::get_if<connection::ConnectionClosed>(&event)) {
    end(closed->info.peer, closed->info.id);
  } else if (std::holds_alternative<connection::ListenStarted>(event) ||
             std::holds_alternative<connection::ListenStopped>(event)) {
    changed();
  } else if (std::holds_alternative<connection::EventsLost>(event)) {
    catch_up();
  }
}

// What the events would have said.
void Identify::State::catch_up() {
  std::set<std::uint64_t> live;
  const auto connections = swarm.connections();
  for (const ConnectionInfo& connection : connections) live.insert(connection.id);
  std::vector<std::pair<PeerId, std::uint64_t>> gone;
  for (const auto& [id, peer] : peers) {
    for (const std::uint64_t connection : peer->connections) {
      if (!live.contains(connection)) gone.emplace_back(id, connection);
    }
  }
  for (const auto& [id, connection] : gone) end(id, connection);
  for (const ConnectionInfo& connection : connections) begin(connection);
  changed();
}

void Identify::State::begin(const ConnectionInfo& connection) {
  if (!group || connection.status != connection::ConnectionStatus::open) return;
  PeerPtr& peer = peers[connection.peer];
  if (!peer) peer = std::make_shared<Peer>(connection.peer, runtime.clock().now());
  if (peer->connections.insert(connection.id).second) group->spawn(identify(Pending(peer), connection));
}

void Identify::State::end(const PeerId& id, std::uint64_t connection) {
  const PeerPtr peer = find(id);
  if (!peer || peer->connections.erase(connection) == 0) return;
  const auto before = self.observed().confirmed();
  self.observed().forget(connection);
  if (self.observed().confirmed() != before) changed();
  if (!peer->connections.empty()) return;
  peers.erase(id);
  peer->settled.wake_all();
}

PeerPtr Identify::State::find(const PeerId& id) const {
  const auto peer = peers.find(id);
  return peer == peers.end() ? nullptr : peer->second;
}

Task<void> Identify::State::identify(Pending pending, ConnectionInfo connection) {
  auto asked = ask(connection.id);
  auto message = co_await runtime::with_timeout(runtime.clock(), config.timeout, std::move(asked));
  Peer& peer = pending.peer();
  if (!peer.connections.contains(connection.id)) co_return;
  if (!message) {
    peer.failure = std::move(message).error();
    co_return;
  }
  const auto observed = message->observed_address;
  if (auto accepted = accept(peer, *std::move(message), false); !accepted) {
    peer.failure = std::move(accepted).error();
    co_return;
  }
  note_observed(connection, observed);
  // It asked while this node was about to change.
  if (peer.told > 0) push_if_due(find(peer.id));
}

Task<Result<IdentifyMessage>> Identify::State::ask(std::uint64_t connection) {
  std::vector<std::string> protocols{std::string(kIdentify)};
  CO_TRY(const PeerStreamPtr stream, co_await swarm.open(connection, std::move(protocols)));
  auto message = co_await read_identify(*stream);
  if (!message) stream->abort();
  co_return message;
}

Result<void> Identify::State::accept(Peer& peer, IdentifyMessage message, bool pushed) const {
  if (auto checked = check_key(peer.id, message.public_key); !checked) return checked;
  PeerInfo info = pushed && peer.info ? *peer.info : PeerInfo{.peer = peer.id};
  apply(peer, info, std::move(message));
  peer.info = info;
  for (const Listener& listener : std::vector(listeners)) listener(info, pushed);
  return {};
}

void Identify::State::note_observed(const ConnectionInfo& connection, const std::optional<Multiaddr>& observed) {
  if (!observed) return;
  const auto before = self.observed().confirmed();
  const auto listening = swarm.listen_addresses();
  self.observed().note({.id = connection.id,
                        .local = connection.local,
                        .remote = connection.remote,
                        .inbound = connection.direction == connection::Direction::inbound},
                       *observed, listening);
  if (self.observed().confirmed() != before) changed();
}

Task<void> Identify::State::serve_push(std::shared_ptr<State> state, PeerStreamPtr stream) {
  if (const auto connection = state->swarm.connection(stream->connection())) state->begin(*connection);
  const PeerPtr peer = state->find(stream->peer());
  if (!peer || !peer->pushes.take(state->runtime.clock().now())) {
    stream->abort();
    co_return;
  }
  auto taken = state->take_push(peer, *stream);
  if (!co_await runtime::with_timeout(state->runtime.clock(), state->config.timeout, std::move(taken))) stream->abort();
}

Task<Result<void>> Identify::State::take_push(PeerPtr peer, connection::PeerStream& stream) const {
  CO_TRY(auto message, co_await read_identify(stream));
  // What was asked for before must not be put over what is pushed now.
  while (peer->under_way > 0) co_await peer->settled.wait();
  if (peer->connections.empty()) co_return Result<void>();
  co_return accept(*peer, std::move(message), true);
}

Task<void> Identify::State::serve_identify(std::shared_ptr<State> state, PeerStreamPtr stream) {
  if (const auto connection = state->swarm.connection(stream->connection())) state->begin(*connection);
  const Bytes message = state->description(stream->connection());
  if (const PeerPtr peer = state->find(stream->peer())) peer->told = state->self.version();
  auto written = write_message(*stream, message);
  if (!co_await runtime::with_timeout(state->runtime.clock(), state->config.timeout, std::move(written)))
    stream->abort();
}

// As the peer of that connection is to read it.
Bytes Identify::State::description(std::uint64_t connection) {
  if (self.refresh(std::exchange(stale, false))) changed();
  std::optional<Multiaddr> observed;
  if (const auto info = swarm.connection(connection)) observed = info->remote;
  return self.encode(observed);
}

void Identify::State::changed() {
  stale = true;
  change.wake();
}

Task<void> Identify::State::keep_pushing() {
  runtime::Timer look(runtime.clock(), [](void* state) { static_cast<State*>(state)->change.wake(); }, this);
  for (;;) {
    look.arm(runtime.clock().now() + kLookInterval);
    if (!stale) co_await change.wait();
    co_await runtime.clock().sleep_for(config.push_delay);
    stale = false;
    self.refresh(true);
    // Who has not asked yet will, and hears no news before there are any.
    const bool news = announced > 0 && announced != self.version();
    announced = self.version();
    for (const auto& [id, peer] : peers) {
      if (news || peer->told > 0) push_if_due(peer);
    }
  }
}

void Identify::State::push_if_due(const PeerPtr& peer) {
  if (!group || !peer || peer->pushing || peer->told >= self.version()) return;
  const std::optional<PeerInfo>& info = peer->info;
  if (!info || std::ranges::find(info->protocols, kIdentifyPush) == info->protocols.end()) return;
  group->spawn(push(Pushing(peer)));
}

Task<void> Identify::State::push(Pushing pushing) {
  Peer& peer = pushing.peer();
  while (!peer.connections.empty() && peer.told < self.version()) {
    // Once for each change: what a peer cannot take now it is not told again and again.
    peer.told = self.version();
    auto sent = send_push(peer);
    (void)co_await runtime::with_timeout(runtime.clock(), config.timeout, std::move(sent));
  }
}

Task<Result<void>> Identify::State::send_push(Peer& peer) {
  std::vector<std::string> protocols{std::string(kIdentifyPush)};
  CO_TRY(const PeerStreamPtr stream, co_await swarm.open(peer.id, std::move(protocols)));
  const Bytes message = description(stream->connection());
  auto written = co_await write_message(*stream, message);
  if (written) written = co_await stream->agreed();
  if (!written) stream->abort();
  co_return written;
}

Identify::Identify(connection::Swarm& swarm, runtime::Runtime& runtime, identity::PrivateKey key, IdentifyConfig config)
    : state_(std::make_shared<State>(swarm, runtime, std::move(key), std::move(config))) {
  swarm.handle(std::string(kIdentify),
               [state = state_](PeerStreamPtr stream) { return State::serve_identify(state, std::move(stream)); });
  swarm.handle(std::string(kIdentifyPush),
               [state = state_](PeerStreamPtr stream) { return State::serve_push(state, std::move(stream)); });
}

Identify::~Identify() {
  state_->swarm.unhandle(std::string(kIdentify));
  state_->swarm.unhandle(std::string(kIdentifyPush));
}

Task<void> Identify::run() {
  // Whoever waits in of() is told that nothing more will come.
  struct Running {
    explicit Running(State& identify) : state(identify) {}
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    State& state;
    ~Running() {
      state.group = nullptr;
      for (const auto& [id, peer] : state.peers) peer->settled.wake_all();
    }
  };
  const Running running(*state_);
  const auto events = state_->swarm.subscribe();
  const auto body = [&](runtime::TaskGroup& group) {
    state_->group = &group;
    group.spawn(state_->keep_pushing());
    return state_->follow(*events);
  };
  co_await runtime::with_group<void>(body);
}

Task<Result<PeerInfo>> Identify::of(PeerId peer) {
  for (;;) {
    if (!state_->swarm.connected(peer)) co_return fail(connection::Errc::unknown_peer, peer.text());
    for (const ConnectionInfo& connection : state_->swarm.connections(peer)) state_->begin(connection);
    const PeerPtr entry = state_->find(peer);
    if (!entry || !state_->group) co_return fail(connection::Errc::stopped, "identify is not running");
    if (const auto& info = entry->info) co_return *info;
    if (const auto& failure = entry->failure; failure && entry->under_way == 0) co_return std::unexpected(*failure);
    co_await entry->settled.wait();
  }
}

std::optional<PeerInfo> Identify::known(const PeerId& peer) const {
  // The event that the last connection has ended may still be on its way.
  const PeerPtr entry = state_->swarm.connected(peer) ? state_->find(peer) : nullptr;
  return entry ? entry->info : std::nullopt;
}

std::vector<Multiaddr> Identify::own_addresses() const {
  return state_->self.addresses();
}

void Identify::changed() {
  state_->changed();
}

void Identify::on_identified(Listener listener) {
  state_->listeners.push_back(std::move(listener));
}

}  // namespace quern::protocols
