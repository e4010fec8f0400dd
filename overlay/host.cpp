#include "overlay/host.hpp"

#include <chrono>
#include <utility>

#include "overlay/protocols/ping.hpp"
#include "overlay/runtime/cleanup.hpp"
#include "overlay/runtime/task_group.hpp"
#include "overlay/security/noise.hpp"
#include "overlay/security/tls.hpp"
#include "overlay/transport/tcp.hpp"

namespace quern::overlay {

using connection::PeerStreamPtr;
using multiformats::Multiaddr;
using runtime::fail;
using runtime::Result;
using runtime::Task;

namespace {

constexpr runtime::Duration kPingTimeout = std::chrono::seconds(10);

runtime::Error unknown(std::string_view what, const std::string& name) {
  return runtime::Error(runtime::Errc::not_found, "no " + std::string(what) + " is named \"" + name + "\"");
}

Result<std::vector<transport::TransportPtr>> make_transports(runtime::Runtime& runtime, const HostConfig& config) {
  std::vector<transport::TransportPtr> out;
  for (const std::string& name : config.transports) {
    if (name == "tcp") {
      out.push_back(transport::make_tcp(runtime));
    } else if (name == "ws") {
      auto made = transport::make_websocket(runtime, config.websocket);
      if (!made) return std::unexpected(std::move(made).error());
      out.push_back(*std::move(made));
    } else if (name == "memory" && config.memory_exchange) {
      out.push_back(transport::make_memory(runtime, config.memory_exchange));
    } else if (name == "memory") {
      return fail(runtime::Errc::not_found, "transport memory needs a memory_exchange");
    } else {
      return std::unexpected(unknown("transport", name));
    }
  }
  return out;
}

Result<std::vector<std::string>> muxer_ids(const HostConfig& config) {
  std::vector<std::string> out;
  for (const std::string& name : config.muxers) {
    if (name != "yamux") return std::unexpected(unknown("muxer", name));
    out.emplace_back(muxer::kYamux);
  }
  return out;
}

Result<std::vector<security::SecurityPtr>> make_security(runtime::Runtime& runtime, const HostConfig& config) {
  auto muxers = muxer_ids(config);
  if (!muxers) return std::unexpected(std::move(muxers).error());
  std::vector<security::SecurityPtr> out;
  for (const std::string& name : config.security) {
    if (name == "noise") {
      out.push_back(security::make_noise(runtime, config.key, *muxers));
    } else if (name == "tls") {
      out.push_back(security::make_tls(runtime, config.key, *muxers));
    } else {
      return std::unexpected(unknown("secure channel", name));
    }
  }
  return out;
}

Result<void> add_rules(connection::Gater& gater, const HostConfig& config) {
  for (const std::string& rule : config.allow) {
    if (auto added = gater.allow(rule); !added) return added;
  }
  for (const std::string& rule : config.deny) {
    if (auto added = gater.deny(rule); !added) return added;
  }
  return {};
}

Task<Result<identity::PeerId>> peer_of(Task<Result<connection::ConnectionInfo>> connecting) {
  CO_TRY(auto info, co_await std::move(connecting));
  co_return std::move(info.peer);
}

Task<Result<identity::PeerId>> failed(runtime::Error error) {
  co_return std::unexpected(std::move(error));
}

Task<Result<runtime::Duration>> ping_once(connection::Swarm& swarm, runtime::Runtime& runtime, identity::PeerId peer) {
  protocols::Pinger pinger(swarm, runtime, std::move(peer));
  co_return co_await pinger.ping(kPingTimeout);
}

}  // namespace

// Handlers of identify run on the swarm's connections, so it outlives their end in stop().
struct Host::State {
  State(runtime::Runtime& r, std::vector<transport::TransportPtr> transports,
        std::vector<security::SecurityPtr> security, const HostConfig& config)
      : runtime(r),
        swarm(runtime, identity::PeerId::of(config.key.public_key()), std::move(transports), std::move(security),
              config.swarm),
        identify(swarm, runtime, config.key, config.identify),
        tasks(runtime.executor()) {}

  runtime::Runtime& runtime;
  connection::Swarm swarm;
  protocols::Identify identify;
  runtime::TaskGroup tasks;
};

Result<std::unique_ptr<Host>> Host::make(runtime::Runtime& runtime, HostConfig config) {
  auto transports = make_transports(runtime, config);
  if (!transports) return std::unexpected(std::move(transports).error());
  auto security = make_security(runtime, config);
  if (!security) return std::unexpected(std::move(security).error());
  auto state = std::make_unique<State>(runtime, *std::move(transports), *std::move(security), config);
  if (auto ruled = add_rules(state->swarm.gater(), config); !ruled) return std::unexpected(std::move(ruled).error());
  protocols::serve_ping(state->swarm, runtime);
  if (config.serve_perf) protocols::serve_perf(state->swarm, runtime);
  state->tasks.spawn(state->identify.run());
  return std::unique_ptr<Host>(new Host(std::move(state)));
}

Host::Host(std::unique_ptr<State> state) : state_(std::move(state)) {}
Host::~Host() = default;

const identity::PeerId& Host::id() const {
  return state_->swarm.self();
}

std::vector<Multiaddr> Host::addresses() const {
  auto out = state_->identify.own_addresses();
  for (Multiaddr& address : out) address = address.with(multiformats::Protocol::p2p, id().bytes());
  return out;
}

Result<Multiaddr> Host::listen(std::string_view address) {
  const auto parsed = Multiaddr::from_text(address);
  if (!parsed) return std::unexpected(parsed.error());
  return listen(*parsed);
}

Result<Multiaddr> Host::listen(const Multiaddr& address) {
  return state_->swarm.listen(address);
}

Task<Result<identity::PeerId>> Host::connect(std::string address) {
  auto parsed = Multiaddr::from_text(address);
  if (!parsed) return failed(std::move(parsed).error());
  return peer_of(state_->swarm.connect(*std::move(parsed)));
}

Task<Result<identity::PeerId>> Host::connect(connection::PeerAddresses peer) {
  return peer_of(state_->swarm.connect(std::move(peer)));
}

bool Host::disconnect(const identity::PeerId& peer) {
  return state_->swarm.disconnect(peer);
}

Task<Result<PeerStreamPtr>> Host::open(identity::PeerId peer, std::string protocol) {
  std::vector<std::string> protocols;
  protocols.push_back(std::move(protocol));
  return state_->swarm.open(std::move(peer), std::move(protocols));
}

void Host::handle(std::string protocol, connection::StreamHandler handler) {
  state_->swarm.handle(std::move(protocol), std::move(handler));
  state_->identify.changed();
}

void Host::unhandle(const std::string& protocol) {
  state_->swarm.unhandle(protocol);
  state_->identify.changed();
}

Task<Result<runtime::Duration>> Host::ping(identity::PeerId peer) {
  return ping_once(state_->swarm, state_->runtime, std::move(peer));
}

Task<Result<protocols::PeerInfo>> Host::identify(identity::PeerId peer) {
  return state_->identify.of(std::move(peer));
}

Task<Result<runtime::Bytes>> Host::request(identity::PeerId peer, std::string protocol, runtime::Bytes message,
                                           protocols::RequestOptions options) {
  return protocols::request(state_->swarm, state_->runtime, std::move(peer), std::move(protocol), std::move(message),
                            options);
}

void Host::serve(std::string protocol, protocols::ServeOptions options, protocols::RequestHandler handler) {
  protocols::serve_requests(state_->swarm, state_->runtime, std::move(protocol), options, std::move(handler));
  state_->identify.changed();
}

std::unique_ptr<connection::EventQueue> Host::events() {
  return state_->swarm.subscribe();
}

connection::Swarm& Host::swarm() {
  return state_->swarm;
}

protocols::Identify& Host::identification() {
  return state_->identify;
}

runtime::Runtime& Host::runtime() {
  return state_->runtime;
}

Task<void> Host::stop() {
  State& state = *state_;
  // Identification ends first: it would follow every goodbye.
  const auto identification = [&state]() -> Task<void> { co_await state.tasks.stop(); };
  const auto swarm = [&state]() -> Task<void> { co_await state.swarm.stop(); };
  co_await runtime::with_cleanup<void>(identification, swarm);
}

}  // namespace quern::overlay
