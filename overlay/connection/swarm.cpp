#include "overlay/connection/swarm.hpp"

#include <utility>

#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "overlay/connection/connection_table.hpp"
#include "overlay/connection/dialer.hpp"
#include "overlay/connection/listeners.hpp"
#include "overlay/muxer/memory_budget.hpp"
#include "overlay/runtime/task_group.hpp"

namespace quern::connection {

using multiformats::Multiaddr;
using runtime::fail;
using runtime::Result;
using runtime::Task;

struct Swarm::State {
  State(runtime::Runtime& r, identity::PeerId id, std::vector<transport::TransportPtr> t,
        std::vector<security::SecurityPtr> security, SwarmConfig c);

  muxer::YamuxConfig yamux() const;
  void stop_taking();

  runtime::Runtime& runtime;
  const identity::PeerId self;
  const std::vector<transport::TransportPtr> transports;
  const SwarmConfig config;
  const std::shared_ptr<muxer::MemoryBudget> memory;
  Gater gater;
  LimitBook limits;
  ProtocolTable protocols;
  TrafficBook traffic;
  EventHub events;
  runtime::TaskGroup tasks;
  StreamServices stream_services;
  Upgrader upgrader;
  ConnectionTable table;
  Dialer dialer;
  Listeners listeners;
};

Swarm::State::State(runtime::Runtime& r, identity::PeerId id, std::vector<transport::TransportPtr> t,
                    std::vector<security::SecurityPtr> security, SwarmConfig c)
    : runtime(r),
      self(std::move(id)),
      transports(std::move(t)),
      config(std::move(c)),
      memory(std::make_shared<muxer::MemoryBudget>(config.limits.memory_bytes)),
      limits(runtime.clock(), config.limits),
      tasks(runtime.executor()),
      stream_services{.clock = runtime.clock(),
                      .limits = limits,
                      .protocols = protocols,
                      .traffic = traffic,
                      .events = events,
                      .stream_timeout = config.stream_timeout,
                      .goodbye_timeout = config.goodbye_timeout},
      upgrader(runtime, self, std::move(security), gater, yamux(), config.preshared_key),
      table(self, stream_services, gater, config.water_marks, tasks),
      dialer({.runtime = runtime,
              .self = self,
              .config = config,
              .transports = transports,
              .gater = gater,
              .limits = limits,
              .upgrader = upgrader,
              .table = table,
              .tasks = tasks}),
      listeners({.clock = runtime.clock(),
                 .config = config,
                 .transports = transports,
                 .gater = gater,
                 .limits = limits,
                 .events = events,
                 .upgrader = upgrader,
                 .table = table,
                 .tasks = tasks}) {
  table.on_inbound([this](const identity::PeerId& peer) { dialer.on_inbound(peer); });
}

muxer::YamuxConfig Swarm::State::yamux() const {
  muxer::YamuxConfig out = config.yamux;
  out.memory_max = config.limits.memory_bytes_per_connection;
  out.node_memory = memory;
  return out;
}

void Swarm::State::stop_taking() {
  listeners.stop_all();
  dialer.stop();
  table.close_all(CloseReason::host_stopped);
}

Swarm::Swarm(runtime::Runtime& runtime, identity::PeerId self, std::vector<transport::TransportPtr> transports,
             std::vector<security::SecurityPtr> security, SwarmConfig config)
    : state_(std::make_shared<State>(runtime, std::move(self), std::move(transports), std::move(security),
                                     std::move(config))) {}

Swarm::~Swarm() {
  QUERN_ASSERT(state_->tasks.size() == 0, "a Swarm died before stop()");
}

const identity::PeerId& Swarm::self() const {
  return state_->self;
}

Gater& Swarm::gater() {
  return state_->gater;
}

void Swarm::enforce_gater() {
  state_->table.enforce_gater();
}

Result<Multiaddr> Swarm::listen(const Multiaddr& address) {
  return state_->listeners.listen(address);
}

bool Swarm::stop_listening(const Multiaddr& address) {
  return state_->listeners.stop(address);
}

std::vector<Multiaddr> Swarm::listen_addresses() const {
  return state_->listeners.addresses();
}

namespace {

// `state` keeps what the call uses alive, also when the swarm goes first.
template <class State>
Task<Result<ConnectionInfo>> connect_with(std::shared_ptr<State> state, DialRequest request) {
  CO_TRY(const auto connection, co_await state->dialer.connect(std::move(request)));
  co_return connection->info();
}

template <class State>
Task<Result<PeerStreamPtr>> open_on(std::shared_ptr<State> /*state*/, ConnectionPtr connection,
                                    std::vector<std::string> protocols) {
  if (!connection) co_return fail(Errc::unknown_peer);
  co_return co_await connection->open(std::move(protocols));
}

template <class State>
Task<Result<runtime::Duration>> measure_on(std::shared_ptr<State> /*state*/, ConnectionPtr connection) {
  if (!connection) co_return fail(Errc::unknown_peer);
  co_return co_await connection->measure();
}

std::vector<ConnectionInfo> infos(const std::vector<ConnectionPtr>& connections) {
  std::vector<ConnectionInfo> out;
  out.reserve(connections.size());
  for (const ConnectionPtr& connection : connections) out.push_back(connection->info());
  return out;
}

// The peer that an address names at its end.
std::optional<identity::PeerId> named_peer(const Multiaddr& address) {
  const auto components = address.components();
  if (components.empty() || components.back().protocol != multiformats::Protocol::p2p) return std::nullopt;
  auto peer = identity::PeerId::from_bytes(components.back().value);
  return peer ? std::optional(*std::move(peer)) : std::nullopt;
}

}  // namespace

Task<Result<ConnectionInfo>> Swarm::connect(PeerAddresses peer) {
  return connect_with(state_, {.peer = std::move(peer.peer), .addresses = std::move(peer.addresses)});
}

Task<Result<ConnectionInfo>> Swarm::connect(Multiaddr address) {
  auto peer = named_peer(address);
  return connect_with(state_, {.peer = std::move(peer), .addresses = {std::move(address)}, .named_by_user = true});
}

bool Swarm::disconnect(const identity::PeerId& peer, CloseReason reason) {
  const auto connections = state_->table.of(peer);
  for (const ConnectionPtr& connection : connections) connection->close(reason);
  return !connections.empty();
}

bool Swarm::close(std::uint64_t connection, CloseReason reason) {
  const auto found = state_->table.find(connection);
  if (found) found->close(reason);
  return found != nullptr;
}

Task<Result<PeerStreamPtr>> Swarm::open(identity::PeerId peer, std::vector<std::string> protocols) {
  return open_on(state_, state_->table.best(peer), std::move(protocols));
}

Task<Result<PeerStreamPtr>> Swarm::open(std::uint64_t connection, std::vector<std::string> protocols) {
  return open_on(state_, state_->table.find(connection), std::move(protocols));
}

void Swarm::handle(std::string protocol, StreamHandler handler) {
  state_->protocols.set(std::move(protocol), std::move(handler));
}

void Swarm::unhandle(const std::string& protocol) {
  state_->protocols.erase(protocol);
}

std::vector<std::string> Swarm::protocols() const {
  return *state_->protocols.served();
}

std::vector<ConnectionInfo> Swarm::connections() const {
  return infos(state_->table.all());
}

std::vector<ConnectionInfo> Swarm::connections(const identity::PeerId& peer) const {
  return infos(state_->table.of(peer));
}

std::optional<ConnectionInfo> Swarm::connection(std::uint64_t id) const {
  const auto found = state_->table.find(id);
  return found ? std::optional(found->info()) : std::nullopt;
}

bool Swarm::connected(const identity::PeerId& peer) const {
  return state_->table.best(peer) != nullptr;
}

Task<Result<runtime::Duration>> Swarm::measure(std::uint64_t connection) {
  return measure_on(state_, state_->table.find(connection));
}

void Swarm::tag(const identity::PeerId& peer, std::string tag, std::int64_t worth) {
  state_->table.tag(peer, std::move(tag), worth);
}

void Swarm::protect(const identity::PeerId& peer, std::string purpose) {
  state_->table.protect(peer, std::move(purpose));
}

void Swarm::unprotect(const identity::PeerId& peer, const std::string& purpose) {
  state_->table.unprotect(peer, purpose);
}

std::unique_ptr<EventQueue> Swarm::subscribe() {
  return state_->events.subscribe();
}

TrafficReport Swarm::traffic() const {
  return state_->traffic.report();
}

std::size_t Swarm::memory_used() const {
  return state_->memory->used();
}

std::size_t Swarm::reserved() const {
  return state_->limits.reserved();
}

Task<void> Swarm::stop() {
  const auto state = state_;
  const bool throwing = co_await boost::asio::this_coro::throw_if_cancelled();
  // What was begun is ended, also in a task that is cancelled; but then nothing is waited for that others decide.
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  state->stop_taking();
  std::exception_ptr aborted;
  if (cancellation.cancelled() == boost::asio::cancellation_type::none) {
    try {
      co_await state->table.wait_until_empty();
    } catch (const boost::system::system_error&) {
      aborted = std::current_exception();
    }
  }
  co_await state->tasks.stop();
  state->table.drop_all();
  state->events.close();
  co_await boost::asio::this_coro::throw_if_cancelled(throwing);
  if (aborted) std::rethrow_exception(aborted);
}

}  // namespace quern::connection
