// What a new connection costs: dial, secure channel, muxer, and the first byte of a stream there and back; processor
// time of both sides together. With identify, which a host runs on every connection, and without.
//
// usage: bench_overlay_dial [DIALS]      exit status 1 when the goal is missed
#include <cstdio>
#include <string>
#include <utility>
#include <variant>

#include "bench/overlay_side.hpp"
#include "overlay/negotiation/multistream.hpp"
#include "overlay/security/noise.hpp"
#include "overlay/transport/tcp.hpp"

namespace {

namespace bench = quern::bench;
namespace connection = quern::connection;
namespace identity = quern::identity;
namespace multiformats = quern::multiformats;
namespace muxer = quern::muxer;
namespace overlay = quern::overlay;
namespace runtime = quern::runtime;
namespace security = quern::security;
namespace transport = quern::transport;
using bench::Announce;
using bench::Say;
using runtime::Task;

constexpr const char* kEcho = "/bench/echo/1.0.0";
constexpr double kGoalMicroseconds = 700;

Task<void> echo(connection::PeerStreamPtr stream) {
  std::byte byte{};
  if (co_await stream->read_some({&byte, 1})) bench::value_of(co_await stream->write({&byte, 1}));
}

Task<void> first_byte(connection::Swarm& swarm, identity::PeerId peer) {
  const std::vector<std::string> protocols{kEcho};
  const auto stream = bench::value_of(co_await swarm.open(std::move(peer), protocols));
  std::byte byte{1};
  bench::value_of(co_await stream->write({&byte, 1}));
  bench::value_of(co_await stream->read_some({&byte, 1}));
}

// Waits for the event rather than looking again and again, which would be counted.
Task<void> part(connection::Swarm& swarm, connection::EventQueue& events, identity::PeerId peer) {
  swarm.disconnect(peer);
  for (;;) {
    const auto event = co_await events.next();
    if (!event || std::holds_alternative<connection::PeerDisconnected>(*event)) co_return;
  }
}

Task<void> dial_again_and_again(connection::Swarm& swarm, std::string address, int dials) {
  const auto target = bench::value_of(multiformats::Multiaddr::from_text(address));
  const auto events = swarm.subscribe();
  for (int i = 0; i < dials; ++i) {
    const auto info = bench::value_of(co_await swarm.connect(target));
    co_await first_byte(swarm, info.peer);
    co_await part(swarm, *events, info.peer);
  }
}

std::unique_ptr<connection::Swarm> make_swarm(runtime::Runtime& runtime) {
  const auto config = bench::open_config(runtime, "noise");
  std::vector<transport::TransportPtr> transports;
  transports.push_back(transport::make_tcp(runtime));
  std::vector<security::SecurityPtr> security;
  security.push_back(security::make_noise(runtime, config.key, {std::string(muxer::kYamux)}));
  return std::make_unique<connection::Swarm>(runtime, identity::PeerId::of(config.key.public_key()),
                                             std::move(transports), std::move(security), config.swarm);
}

void with_swarm(const std::function<Task<void>(connection::Swarm&, runtime::Runtime&)>& program) {
  runtime::SystemRuntime system({.node = "swarm", .data_directory = {}, .random_seed = {}});
  system.run([&](runtime::Runtime& runtime) -> Task<void> {
    const auto swarm = make_swarm(runtime);
    co_await program(*swarm, runtime);
    co_await swarm->stop();
  });
}

// Microseconds of both sides for one dial, without what it costs to start and stop.
double swarm_cost(int dials) {
  const auto run = [](int count) {
    const auto outcome = bench::run_pair(
        [](const Announce& announce) {
          with_swarm([&](connection::Swarm& swarm, runtime::Runtime& runtime) -> Task<void> {
            swarm.handle(kEcho, echo);
            const auto at = bench::value_of(swarm.listen(*multiformats::Multiaddr::from_text("/ip4/127.0.0.1/tcp/0")));
            announce(at.text() + "/p2p/" + swarm.self().text());
            co_await runtime.clock().sleep_for(std::chrono::hours(1));
          });
        },
        [&](const std::string& address, const Say&) {
          with_swarm([&](connection::Swarm& swarm, runtime::Runtime&) -> Task<void> {
            return dial_again_and_again(swarm, address, count);
          });
        });
    return outcome.dialer_cpu + outcome.listener_cpu;
  };
  return (run(dials + 1) - run(1)) / dials * 1e6;
}

double host_cost(int dials) {
  const auto run = [](int count) {
    const auto outcome = bench::run_pair(
        [](const Announce& announce) {
          bench::serve_host(announce, "noise", [](overlay::Host& host) { host.handle(kEcho, echo); });
        },
        [&](const std::string& address, const Say&) {
          bench::dial_host(address, "noise", [&](overlay::Host& host, identity::PeerId peer) -> Task<void> {
            co_await part(host.swarm(), *host.swarm().subscribe(), std::move(peer));
            co_await dial_again_and_again(host.swarm(), address, count);
          });
        });
    return outcome.dialer_cpu + outcome.listener_cpu;
  };
  return (run(dials + 1) - run(1)) / dials * 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  const int dials = bench::count_argument(argc, argv, 2'000, "bench_overlay_dial [DIALS]");
  double cost = 0;
  for (const bool share : {false, true}) {
    bench::share_one_processor(share);
    std::vector<double> swarm, host;
    for (int turn = 0; turn < 3; ++turn) {
      swarm.push_back(swarm_cost(dials));
      host.push_back(host_cost(dials));
    }
    cost = bench::median(swarm);
    std::printf("dial + Noise + Yamux + first byte there and back, %s: %.0f us CPU both sides; with identify %.0f us\n",
                share ? "on one processor" : "a processor each", cost, bench::median(host));
  }
  std::printf("goal: at most %.0f us without identify and without waking processors: %s\n", kGoalMicroseconds,
              cost <= kGoalMicroseconds ? "met" : "MISSED");
  return cost <= kGoalMicroseconds ? 0 : 1;
}
