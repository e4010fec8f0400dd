#include "bench/overlay_side.hpp"

#include <stdexcept>
#include <utility>

#include "overlay/runtime/cleanup.hpp"

namespace quern::bench {

using runtime::Task;

overlay::HostConfig open_config(runtime::Runtime& runtime, const std::string& security) {
  overlay::HostConfig config{.key = identity::PrivateKey::generate(runtime), .transports = {"tcp"}, .security = {}};
  config.security = {security};
  config.serve_perf = true;
  connection::Limits& limits = config.swarm.limits;
  constexpr std::size_t kPlenty = 1'000'000;
  limits.connections_in = limits.connections_out = limits.connections_in_per_ip = kPlenty;
  limits.connections_per_peer = kPlenty;
  limits.handshakes_in = limits.handshakes_in_per_second = limits.handshakes_in_per_second_per_ip = kPlenty;
  limits.dials = limits.dials_waiting = limits.dials_per_second = kPlenty;
  limits.streams_in_per_protocol = limits.streams_in_per_protocol_per_peer = kPlenty;
  limits.streams_out_per_protocol_per_peer = kPlenty;
  config.swarm.water_marks = {.low = kPlenty, .high = kPlenty};
  return config;
}

void serve_host(const Announce& announce, const std::string& security,
                const std::function<void(overlay::Host&)>& prepare) {
  runtime::SystemRuntime system({.node = "listener", .data_directory = {}, .random_seed = {}});
  system.run([&](runtime::Runtime& runtime) -> Task<void> {
    const auto host = value_of(overlay::Host::make(runtime, open_config(runtime, security)));
    prepare(*host);
    const auto address = value_of(host->listen("/ip4/127.0.0.1/tcp/0"));
    announce(address.text() + "/p2p/" + host->id().text());
    co_await runtime.clock().sleep_for(std::chrono::hours(1));
    co_await host->stop();
  });
}

void dial_host(const std::string& address, const std::string& security, const Work& work) {
  runtime::SystemRuntime system({.node = "dialer", .data_directory = {}, .random_seed = {}});
  system.run([&](runtime::Runtime& runtime) -> Task<void> {
    const auto host = value_of(overlay::Host::make(runtime, open_config(runtime, security)));
    const auto talk = [&]() -> Task<void> {
      const auto peer = value_of(co_await host->connect(address));
      co_await work(*host, peer);
    };
    const auto stop = [&]() -> Task<void> { co_await host->stop(); };
    co_await runtime::with_cleanup<void>(talk, stop);
  });
}

}  // namespace quern::bench
