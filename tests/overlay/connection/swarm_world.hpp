// Worlds of many swarms, one a node.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "overlay/runtime/simulation/network.hpp"
#include "tests/overlay/connection/swarm_fixture.hpp"

namespace quern::connection {

// Nodes are numbered from 1; node n has the key n and the address 10.0.0.n.
class SwarmWorld {
 public:
  using Body = std::function<Task<void>(Runtime& runtime, Swarm& swarm)>;

  explicit SwarmWorld(simulation::WorldOptions options = {}) : world(options) {}

  // A node with a swarm that listens at port 4001 and echoes; stopped when `body` has ended, however that ended.
  simulation::NodeId add(const Body& body, const SwarmConfig& config = {}) {
    const unsigned number = ++count_;
    return add_raw([number, body, config](Runtime& runtime) -> Task<void> {
      const auto swarm = make_swarm(runtime, number, config);
      swarm->handle(kEcho, echo_back);
      EXPECT_TRUE(swarm->listen(multiaddr("/ip4/0.0.0.0/tcp/4001")));
      const auto run = [&]() -> Task<void> { co_await body(runtime, *swarm); };
      co_await with_cleanup<void>(run, [&] { return swarm->stop(); });
    });
  }
  // A node without a swarm, which does not count.
  simulation::NodeId add_raw(const simulation::Program& program) {
    return world.add_node({.addresses = {ip(("10.0.0." + std::to_string(world.node_count() + 1)).c_str())}}, program);
  }
  static multiformats::Multiaddr at(unsigned number) {
    return of_peer(tcp_at(ip(("10.0.0." + std::to_string(number)).c_str()), 4001), test_peer(number));
  }
  static runtime::Endpoint endpoint(unsigned number) {
    return {ip(("10.0.0." + std::to_string(number)).c_str()), 4001};
  }

  simulation::World world;

 private:
  unsigned count_ = 0;
};

// Lives until the world ends it.
inline Task<void> stay(Runtime& runtime, Swarm& /*swarm*/) {
  co_await runtime.clock().sleep_until(runtime::Time::max());
}

}  // namespace quern::connection
