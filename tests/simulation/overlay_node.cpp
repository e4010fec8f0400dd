#include "tests/simulation/overlay_node.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "overlay/protocols/ping.hpp"
#include "overlay/runtime/cleanup.hpp"
#include "overlay/runtime/deadline.hpp"
#include "overlay/runtime/task_group.hpp"
#include "overlay/security/noise.hpp"

namespace quern::simulation {

using namespace runtime;
using namespace std::chrono_literals;
using connection::PeerStreamPtr;
using identity::PeerId;
using multiformats::Multiaddr;
using overlay::Host;

namespace {

constexpr std::size_t kWorkers = 2;
constexpr std::size_t kEchoBytesMax = 20'000;
// More than any sum of time-outs below: what takes longer is stuck.
constexpr Duration kStuckAfter = 60s;

Multiaddr address_of(const IpAddress& ip) {
  return *Multiaddr::from_text("/ip4/" + ip.to_string() + "/tcp/" + std::to_string(kOverlayPort));
}

// What a connection may hold besides what it received: output that is not sent, and the record being sealed.
const std::size_t kOutputMax = muxer::YamuxConfig().output_max + security::kNoiseRecordBytesMax;

// Returns all bytes until the end of writing.
Task<void> echo_stream(PeerStreamPtr stream) {
  Bytes buffer(4096);
  for (;;) {
    const auto size = co_await stream->read_some(buffer);
    if (!size) break;
    const auto part = std::span(buffer).first(*size);
    if (!co_await stream->write(part)) break;
  }
  stream->shutdown_write();
}

Task<Result<Bytes>> echo_request(PeerId /*from*/, Bytes request) {
  co_return request;
}

class OverlayNode {
 public:
  OverlayNode(Runtime& runtime, std::uint32_t number, const OverlayPlan& plan, OverlayTally& tally)
      : runtime_(runtime), number_(number), plan_(plan), tally_(tally), random_(runtime.random().fork()) {}

  Task<void> run(Time end) {
    host_ = *Host::make(runtime_, config());
    events_ = host_->events();
    const auto live = [this, end]() -> Task<void> {
      if (!host_->listen("/ip4/0.0.0.0/tcp/" + std::to_string(kOverlayPort))) violated("cannot listen");
      host_->handle(kEchoStream, echo_stream);
      host_->serve(kEchoRequest, {}, echo_request);
      co_await run_until(runtime_.clock(), end, work_and_watch());
    };
    const auto stop = [this]() -> Task<void> {
      co_await host_->stop();
      while (const auto event = co_await events_->next()) note(*event);
      look_at_the_end();
    };
    co_await with_cleanup<void>(live, stop);
  }

 private:
  overlay::HostConfig config() const {
    overlay::HostConfig config{.key = numbered_key(number_)};
    config.transports = {"tcp"};
    config.security = {"noise"};  // OpenSSL draws its own random numbers: no two runs with TLS are equal
    config.swarm.limits = plan_.limits;
    config.swarm.water_marks = {.low = 6, .high = 10, .grace = 10s, .interval = 10s};
    config.swarm.yamux.keep_alive = 2min;
    return config;
  }

  Task<void> work_and_watch() {
    co_await with_group<void>([this](TaskGroup& group) -> Task<void> {
      for (std::size_t i = 0; i < kWorkers; ++i) group.spawn(work());
      while (const auto event = co_await events_->next()) note(*event);
    });
  }

  Task<void> work() {
    for (;;) {
      co_await runtime_.clock().sleep_for(Duration{random_.between(0, 2 * plan_.pause.count())});
      const Time before = runtime_.clock().now();
      co_await meet(static_cast<std::uint32_t>(random_.below(plan_.calm ? plan_.honest : plan_.addresses.size())));
      if (runtime_.clock().now() - before > kStuckAfter) violated("something took longer than all its time-outs");
      look();
    }
  }

  // Goes to a peer, does something with it, and leaves it in half of all cases.
  Task<void> meet(std::uint32_t other) {
    const PeerId peer = PeerId::of(numbered_key(other).public_key());
    connection::PeerAddresses target{.peer = peer, .addresses = {address_of(plan_.addresses[other])}};
    const auto connected = co_await host_->connect(std::move(target));
    ++(connected ? tally_.connected : tally_.connect_failed);
    if (!connected && other == number_ && connected.error() != connection::Errc::self_dial)
      violated("dialed itself: " + connected.error().message());
    if (!connected) co_return;
    const bool done = co_await exchange(peer);
    // A hostile peer that came by itself is connected, too.
    if (other < plan_.honest) ++(done ? tally_.exchanges : tally_.exchanges_failed);
    runtime_.trace(done ? 1 : 2);
    if (random_.below(2) == 0) host_->disconnect(peer);
  }

  Task<bool> exchange(const PeerId& peer) {
    const std::uint64_t kind = random_.below(4);
    if (kind == 0) co_return (co_await host_->ping(peer)).has_value();
    if (kind == 1) co_return (co_await host_->identify(peer)).has_value();
    Bytes message(random_.below(kEchoBytesMax));
    random_.fill(message);
    if (kind == 2) co_return check(co_await host_->request(peer, kEchoRequest, message), message);
    auto echoed = with_timeout(runtime_.clock(), 20s, echo(peer, message));
    co_return check(co_await std::move(echoed), message);
  }

  Task<Result<Bytes>> echo(PeerId peer, const Bytes& message) {
    CO_TRY(PeerStreamPtr stream, co_await host_->open(std::move(peer), kEchoStream));
    CO_CHECK(co_await stream->write(message));
    CO_CHECK(co_await stream->agreed());
    stream->shutdown_write();
    Bytes back(message.size());
    CO_CHECK(co_await read_exactly(*stream, back));
    if (plan_.leak) leaked_ = std::move(stream);
    co_return back;
  }

  // What came back is what was sent, or nothing did.
  bool check(const Result<Bytes>& back, const Bytes& message) {
    if (back && *back != message) violated("other bytes came back than were sent");
    return back.has_value();
  }

  void note(const connection::Event& event) {
    if (const auto* opened = std::get_if<connection::ConnectionOpened>(&event)) {
      ++tally_.opened;
      if (!open_.insert(opened->info.id).second) violated("a connection was opened twice");
    } else if (const auto* closed = std::get_if<connection::ConnectionClosed>(&event)) {
      const std::string reason(connection::name_of(closed->reason));
      if (reason.empty()) violated("a connection was closed for no reason");
      ++tally_.closed[reason];
      if (open_.erase(closed->info.id) == 0) violated("a connection was closed that was not open");
    } else if (std::holds_alternative<connection::InboundRefused>(event)) {
      ++tally_.inbound_refused;
    } else if (const auto* failed = std::get_if<connection::HandlerFailed>(&event)) {
      violated("a handler threw: " + failed->what);
    } else if (std::holds_alternative<connection::EventsLost>(event)) {
      violated("more events than a reader could take");
    }
  }

  // What must hold at any time.
  void look() {
    const std::size_t memory = host_->swarm().memory_used();
    tally_.memory_peak = std::max<std::uint64_t>(tally_.memory_peak, memory);
    if (memory > plan_.limits.memory_bytes) violated("holds " + std::to_string(memory) + " bytes");
    const auto connections = host_->swarm().connections();
    if (connections.size() > plan_.limits.connections_in + plan_.limits.connections_out)
      violated("has " + std::to_string(connections.size()) + " connections");
    for (const auto& connection : connections) {
      if (connection.stats.buffered_bytes > plan_.limits.memory_bytes_per_connection + kOutputMax)
        violated("holds " + std::to_string(connection.stats.buffered_bytes) + " bytes for one connection");
      if (connection.stats.streams_in > muxer::YamuxConfig().streams_in_max) violated("too many streams of one peer");
    }
  }

  void look_at_the_end() {
    if (!open_.empty()) violated(std::to_string(open_.size()) + " connections were never said to be closed");
    if (!host_->swarm().connections().empty()) violated("connections are left after stop()");
    if (const auto bytes = host_->swarm().memory_used()) violated(std::to_string(bytes) + " bytes are left");
    if (const auto units = host_->swarm().reserved()) violated(std::to_string(units) + " units of limits are left");
  }

  void violated(const std::string& what) {
    tally_.violated(what + ", host " + std::to_string(number_) + " at " +
                    std::to_string(runtime_.clock().now().ns / 1'000'000) + " ms of its clock");
  }

  Runtime& runtime_;
  std::uint32_t number_;
  const OverlayPlan& plan_;
  OverlayTally& tally_;
  Random random_;
  std::unique_ptr<Host> host_;
  std::unique_ptr<connection::EventQueue> events_;
  std::set<std::uint64_t> open_;  // connections, as the events say
  PeerStreamPtr leaked_;
};

}  // namespace

identity::PrivateKey numbered_key(std::uint32_t number) {
  std::array<std::byte, identity::kSeedBytes> seed{};
  for (std::size_t i = 0; i < sizeof number; ++i) seed[i] = static_cast<std::byte>(number >> 8 * i);
  return identity::PrivateKey::from_seed(seed);
}

void OverlayTally::violated(const std::string& what) {
  if (!violation) violation = what;
}

Task<void> run_overlay_node(Runtime& runtime, std::uint32_t number, Time end, const OverlayPlan& plan,
                            OverlayTally& tally) {
  OverlayNode node(runtime, number, plan, tally);
  co_await node.run(end);
}

}  // namespace quern::simulation
