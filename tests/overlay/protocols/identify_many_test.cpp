// Identify among more than two hosts, and where its events did not reach it. In the simulator.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "overlay/protocols/identify.hpp"
#include "overlay/protocols/length_delimited.hpp"
#include "overlay/runtime/channel.hpp"
#include "overlay/runtime/simulation/world.hpp"
#include "overlay/security/noise.hpp"
#include "overlay/transport/tcp.hpp"
#include "tests/overlay/protocols/host_pair.hpp"

namespace quern::protocols {
namespace {

using namespace std::chrono_literals;
using connection::multiaddr;
using connection::PeerStreamPtr;
using connection::test_key;
using connection::test_peer;
using multiformats::Multiaddr;
using runtime::Runtime;
using runtime::Task;
using runtime::Time;

bool has(const std::vector<Multiaddr>& addresses, const std::string& text) {
  return std::ranges::find(addresses, multiaddr(text)) != addresses.end();
}

// A host that tells everybody that they look like /ip4/198.51.100.9/tcp/50000 from here.
Task<void> run_observer(Runtime& runtime, unsigned number) {
  auto host = Host::make(runtime, test_config(number, {}));
  const auto stop = [&]() -> Task<void> { co_await (*host)->stop(); };
  const auto body = [&]() -> Task<void> {
    EXPECT_TRUE((*host)->listen("/ip4/0.0.0.0/tcp/4001"));
    const auto answer = [](PeerStreamPtr stream) -> Task<void> {
      const auto bytes = encode_identify({.observed_address = multiaddr("/ip4/198.51.100.9/tcp/50000")});
      (void)co_await write_message(*stream, bytes);
    };
    (*host)->swarm().handle(std::string(kIdentify), answer);
    co_await runtime.clock().sleep_until(Time::max());
  };
  co_await runtime::with_cleanup<void>(body, stop);
}

// The subject dials observers until it believes `claimed`, and hangs up on some until it does not.
void expect_believed(bool reuse_port, const std::string& claimed) {
  constexpr unsigned kObservers = 5;  // two in one network
  const auto ip_of = [](unsigned number) {
    return "10." + std::to_string(number == 5 ? 4 : number) + ".0." + std::to_string(number);
  };
  simulation::World world({.seed = 1});
  for (unsigned number = 1; number <= kObservers; ++number) {
    world.add_node({.addresses = {connection::ip(ip_of(number).c_str())}},
                   [number](Runtime& runtime) { return run_observer(runtime, number); });
  }
  bool ended = false;
  const auto subject = [&](Runtime& runtime) -> Task<void> {
    const auto config = test_config(77, [&](HostConfig& one) { one.swarm.reuse_port = reuse_port; });
    auto host = Host::make(runtime, config);
    EXPECT_TRUE((*host)->listen("/ip4/10.9.0.1/tcp/4077"));
    const auto told = [&] { return has((*host)->identification().own_addresses(), claimed); };
    for (const unsigned number : {4u, 5u, 3u, 2u, 1u}) {
      EXPECT_FALSE(told()) << "before observer " << number;
      connection::PeerAddresses target{.peer = test_peer(number),
                                       .addresses = {multiaddr("/ip4/" + ip_of(number) + "/tcp/4001")}};
      EXPECT_TRUE(co_await (*host)->connect(std::move(target)));
      EXPECT_TRUE(co_await (*host)->identify(test_peer(number)));
    }
    EXPECT_TRUE(told());
    const auto events = (*host)->events();
    (*host)->disconnect(test_peer(4));
    (*host)->disconnect(test_peer(1));
    for (int closed = 0; closed < 2;) {
      const auto event = co_await events->next();
      if (event && std::holds_alternative<connection::PeerDisconnected>(*event)) ++closed;
    }
    co_await runtime.clock().sleep_for(1ms);  // the event's other reader has its turn
    EXPECT_FALSE(told());
    co_await (*host)->stop();
    ended = true;
  };
  world.add_node({.addresses = {connection::ip("10.9.0.1")}}, subject);
  world.run_until(Time{} + 1min);
  EXPECT_TRUE(ended);
}

TEST(IdentifyAmongMany, an_address_that_four_networks_observe_is_told_until_they_are_gone) {
  expect_believed(false, "/ip4/198.51.100.9/tcp/4077");
}

TEST(IdentifyAmongMany, the_port_that_a_router_gave_to_the_listeners_own_is_told) {
  expect_believed(true, "/ip4/198.51.100.9/tcp/50000");
}

TEST(IdentifyAmongMany, more_events_than_it_can_hear_leave_it_right) {
  run_simulated_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    EXPECT_TRUE(co_await dialer.identify(listener.id()));
    EXPECT_TRUE(co_await listener.identify(dialer.id()));
    for (std::size_t i = 0; i < connection::kEventsMax; ++i) {
      const auto at = dialer.listen("/ip4/10.0.0.1/tcp/5000");
      EXPECT_TRUE(at && dialer.swarm().stop_listening(*at));
    }
    EXPECT_TRUE(dialer.listen("/ip4/10.0.0.1/tcp/5001"));
    co_await runtime.clock().sleep_for(1s);  // the push's delay and its way
    const auto known = listener.identification().known(dialer.id());
    EXPECT_TRUE(known && known->listen_addresses == std::vector{multiaddr("/ip4/10.0.0.1/tcp/5001")});
    EXPECT_TRUE(dialer.identification().known(listener.id()));
  });
}

// A swarm whose identify may begin late.
struct BareNode {
  BareNode(Runtime& runtime, unsigned number)
      : swarm(runtime, test_peer(number), transports(runtime), security(runtime, number), {}),
        identify(swarm, runtime, test_key(number), {}) {}
  static std::vector<transport::TransportPtr> transports(Runtime& runtime) {
    std::vector<transport::TransportPtr> result;
    result.push_back(transport::make_tcp(runtime));
    return result;
  }
  static std::vector<security::SecurityPtr> security(Runtime& runtime, unsigned number) {
    std::vector<security::SecurityPtr> result;
    result.push_back(security::make_noise(runtime, test_key(number), {std::string(muxer::kYamux)}));
    return result;
  }
  connection::Swarm swarm;
  Identify identify;
};

TEST(IdentifyAmongMany, connections_from_before_it_ran_are_identified) {
  EXPECT_TRUE(runtime::run_simulated([](Runtime& runtime) -> Task<void> {
    BareNode dialer(runtime, 1);
    BareNode listener(runtime, 2);
    const auto at = listener.swarm.listen(multiaddr("/ip4/10.0.0.1/tcp/4001"));
    EXPECT_TRUE(at);
    EXPECT_TRUE(co_await dialer.swarm.connect(*at));
    const auto before = co_await dialer.identify.of(test_peer(2));
    EXPECT_EQ(before.error(), connection::Errc::stopped) << "nobody runs it";
    runtime::TaskGroup group(runtime.executor());
    runtime::Channel<PeerInfo> found(1);
    dialer.identify.on_identified([&](const PeerInfo& info, bool) { found.try_push(info); });
    group.spawn(dialer.identify.run());
    const auto info = co_await found.pop();
    EXPECT_TRUE(info && info->peer == test_peer(2));
    co_await group.stop();
    const auto after = co_await dialer.identify.of(test_peer(2));
    EXPECT_EQ(after.error(), connection::Errc::stopped);
    co_await dialer.swarm.stop();
    co_await listener.swarm.stop();
  }));
}

TEST(IdentifyAmongMany, who_waits_when_it_is_stopped_is_told) {
  EXPECT_TRUE(runtime::run_simulated([](Runtime& runtime) -> Task<void> {
    BareNode dialer(runtime, 1);
    BareNode listener(runtime, 2);
    const auto hold = [&runtime](PeerStreamPtr stream) -> Task<void> {
      const auto held = std::move(stream);
      co_await runtime.clock().sleep_for(1h);
    };
    listener.swarm.handle(std::string(kIdentify), hold);
    const auto at = listener.swarm.listen(multiaddr("/ip4/10.0.0.1/tcp/4001"));
    runtime::TaskGroup running(runtime.executor());
    runtime::TaskGroup waiting(runtime.executor());
    running.spawn(dialer.identify.run());
    EXPECT_TRUE(co_await dialer.swarm.connect(*at));
    std::optional<runtime::Error> told;
    const auto wait = [](Identify& identify, std::optional<runtime::Error>& error) -> Task<void> {
      const auto info = co_await identify.of(test_peer(2));
      if (!info) error = info.error();
    };
    waiting.spawn(wait(dialer.identify, told));
    co_await runtime.clock().sleep_for(1s);
    EXPECT_FALSE(told);
    co_await running.stop();
    co_await waiting.join();
    EXPECT_EQ(told, connection::Errc::stopped);
    co_await dialer.swarm.stop();
    co_await listener.swarm.stop();
  }));
}

}  // namespace
}  // namespace quern::protocols
