// Dialing: shared attempts, refusals, back-off, many addresses, and two peers that dial each other at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "overlay/connection/back_off.hpp"
#include "overlay/runtime/simulation/network.hpp"
#include "tests/overlay/connection/swarm_fixture.hpp"

namespace quern::connection {
namespace {

using testing::HasSubstr;

class SwarmDial : public TwoSwarms {};
QUERN_ON_BOTH_WORLDS(SwarmDial);

TEST_P(SwarmDial, concurrent_calls_for_a_peer_share_one_attempt) {
  run_two([&](Runtime& /*runtime*/, Swarm& a, Swarm& b) -> Task<void> {
    std::vector<std::uint64_t> ids;
    co_await with_group<void>([&](TaskGroup& tasks) -> Task<void> {
      for (int i = 0; i < 10; ++i) {
        tasks.spawn([](Swarm& swarm, multiformats::Multiaddr at, bool named, std::vector<std::uint64_t>& got,
                       identity::PeerId peer) -> Task<void> {
          PeerAddresses addresses{.peer = peer, .addresses = {}};
          addresses.addresses.push_back(at);
          auto connecting = named ? swarm.connect(of_peer(at, peer)) : swarm.connect(std::move(addresses));
          const auto info = co_await std::move(connecting);
          EXPECT_TRUE(info) << info.error().message();
          if (info) got.push_back(info->id);
        }(a, at_, i % 2 == 0, ids, b.self()));
      }
      co_await tasks.join();
    });
    EXPECT_EQ(ids.size(), 10u);
    EXPECT_EQ(std::ranges::count(ids, ids.at(0)), 10);
    EXPECT_EQ(a.connections().size(), 1u);
    const auto again = co_await a.connect(of_peer(at_, b.self()));
    EXPECT_EQ(again->id, ids.at(0));
  });
}

TEST_P(SwarmDial, a_node_does_not_dial_itself) {
  run_two([&](Runtime& /*runtime*/, Swarm& a, Swarm& b) -> Task<void> {
    EXPECT_EQ((co_await b.connect(of_peer(at_, b.self()))).error(), Errc::self_dial);
    PeerAddresses self{.peer = b.self(), .addresses = {}};
    EXPECT_EQ((co_await b.connect(self)).error(), Errc::self_dial);
    const auto found_out = co_await b.connect(at_);
    EXPECT_EQ(found_out.error(), Errc::self_dial) << found_out.error().message();
    EXPECT_TRUE(b.connections().empty());
    EXPECT_TRUE(co_await a.connect(at_));
  });
}

TEST_P(SwarmDial, another_peer_than_the_one_asked_for_is_refused) {
  run_two([&](Runtime& /*runtime*/, Swarm& a, Swarm& b) -> Task<void> {
    const auto events = b.subscribe();
    const auto refused = co_await a.connect(of_peer(at_, test_peer(7)));
    EXPECT_EQ(refused.error(), security::Errc::wrong_peer) << refused.error().message();
    EXPECT_THAT(refused.error().detail(), HasSubstr(test_peer(7).text()));
    EXPECT_THAT(refused.error().detail(), HasSubstr(b.self().text()));
    EXPECT_THAT(refused.error().detail(), HasSubstr("handshake (/noise)"));
    EXPECT_EQ((co_await next_of<InboundRefused>(*events)).remote.find_text(multiformats::Protocol::ip4),
              at_.find_text(multiformats::Protocol::ip4));
    EXPECT_TRUE(a.connections().empty());
    PeerAddresses mixed{.peer = b.self(), .addresses = {}};
    mixed.addresses.push_back(of_peer(at_, test_peer(7)));
    EXPECT_EQ((co_await a.connect(mixed)).error(), Errc::no_address) << "an address of another peer is not dialed";
    mixed.addresses.push_back(of_peer(at_, b.self()));
    EXPECT_TRUE(co_await a.connect(mixed));
  });
}

TEST_P(SwarmDial, what_cannot_be_dialed_is_named) {
  run_two([&](Runtime& /*runtime*/, Swarm& a, Swarm& b) -> Task<void> {
    PeerAddresses peer{.peer = b.self(), .addresses = {}};
    EXPECT_EQ((co_await a.connect(peer)).error(), Errc::no_address);
    peer.addresses.push_back(multiaddr("/ip4/192.0.2.7/udp/4001/quic-v1"));
    const auto refused = co_await a.connect(peer);
    EXPECT_EQ(refused.error(), Errc::no_address);
    EXPECT_THAT(refused.error().detail(), HasSubstr("/ip4/192.0.2.7/udp/4001/quic-v1: "));
    EXPECT_EQ((co_await a.connect(multiaddr("/memory/1"))).error(), Errc::no_address);
  });
}

TEST_P(SwarmDial, addresses_that_failed_are_left_alone_for_a_while) {
  run_two([&](Runtime& runtime, Swarm& a, Swarm& b) -> Task<void> {
    EXPECT_TRUE(b.stop_listening(at_));
    PeerAddresses peer{.peer = b.self(), .addresses = {}};
    peer.addresses.push_back(at_);
    const auto failed = co_await a.connect(peer);
    EXPECT_EQ(failed.error(), Errc::all_failed) << failed.error().message();
    EXPECT_THAT(failed.error().detail(), HasSubstr(at_.text() + ": "));
    const auto left_alone = co_await a.connect(peer);
    EXPECT_EQ(left_alone.error(), Errc::backed_off) << left_alone.error().message();
    EXPECT_THAT(left_alone.error().detail(), HasSubstr("may be tried again in "));
    const auto named = co_await a.connect(at_);
    EXPECT_EQ(named.error(), runtime::Errc::refused) << "an address the user names is dialed all the same";
    EXPECT_TRUE(b.listen(at_));
    EXPECT_EQ((co_await a.connect(peer)).error(), Errc::backed_off);
    co_await runtime.clock().sleep_for(2 * kBackOffMin);
    EXPECT_TRUE(co_await a.connect(peer));
  });
}

TEST_P(SwarmDial, a_caller_whose_addresses_another_has_not_tried_has_them_tried) {
  run_two([&](Runtime& /*runtime*/, Swarm& a, Swarm& b) -> Task<void> {
    const auto gone = b.listen(tcp_at(loopback()));
    EXPECT_TRUE(b.stop_listening(*gone));
    co_await with_group<void>([&](TaskGroup& tasks) -> Task<void> {
      tasks.spawn([](Swarm& swarm, identity::PeerId peer, multiformats::Multiaddr at) -> Task<void> {
        PeerAddresses addresses{.peer = peer, .addresses = {}};
        addresses.addresses.push_back(at);
        EXPECT_FALSE(co_await swarm.connect(addresses));
      }(a, b.self(), *gone));
      tasks.spawn([](Swarm& swarm, identity::PeerId peer, multiformats::Multiaddr at) -> Task<void> {
        PeerAddresses addresses{.peer = peer, .addresses = {}};
        addresses.addresses.push_back(at);
        EXPECT_TRUE(co_await swarm.connect(addresses));
      }(a, b.self(), at_));
      co_await tasks.join();
    });
  });
}

// Two nodes; the second listens at port 4001 and lives as long as the world.
class TwoNodes {
 public:
  explicit TwoNodes(simulation::WorldOptions options) : world(options) {}

  simulation::World world;
  multiformats::Multiaddr address_of(simulation::NodeId node) const { return tcp_at(world.address_of(node), 4001); }
};

TEST(SwarmDialRace, the_next_address_is_tried_while_the_first_is_silent_and_the_rest_is_cancelled) {
  bool done = false;
  TwoNodes nodes({.link = {.latency = 10ms, .jitter = 0ms}});
  nodes.world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    const auto swarm = make_swarm(runtime, 1);
    const auto body = [&]() -> Task<void> {
      co_await runtime.clock().sleep_for(1s);
      const auto start = runtime.clock().now();
      PeerAddresses peer{.peer = test_peer(2), .addresses = {}};
      peer.addresses.push_back(multiaddr("/ip4/198.51.100.7/tcp/4001"));
      peer.addresses.push_back(multiaddr("/ip4/203.0.113.9/tcp/4001"));
      const auto info = co_await swarm->connect(peer);
      EXPECT_TRUE(info) << info.error().message();
      EXPECT_EQ(info->remote, multiaddr("/ip4/203.0.113.9/tcp/4001"));
      EXPECT_GE(runtime.clock().now() - start, 250ms);
      EXPECT_LT(runtime.clock().now() - start, 400ms);
      done = true;
    };
    co_await with_cleanup<void>(body, [&] { return swarm->stop(); });
  });
  nodes.world.add_node({.addresses = {ip("203.0.113.9")}}, [&](Runtime& runtime) -> Task<void> {
    const auto swarm = make_swarm(runtime, 2);
    EXPECT_TRUE(swarm->listen(multiaddr("/ip4/0.0.0.0/tcp/4001")));
    const auto body = [&]() -> Task<void> { co_await runtime.clock().sleep_for(5s); };
    co_await with_cleanup<void>(body, [&] { return swarm->stop(); });
  });
  const auto silent = nodes.world.add_node({.addresses = {ip("198.51.100.7")}}, [](Runtime& runtime) -> Task<void> {
    co_await runtime.clock().sleep_until(runtime::Time::max());
  });
  nodes.world.run_for(500ms);
  nodes.world.crash(silent, simulation::CrashKind::machine);
  nodes.world.run_for(1min);
  EXPECT_TRUE(done);
  EXPECT_EQ(nodes.world.network().open_connections(), 0u);
}

// What two nodes that dial each other at the same time end with.
struct BothDialed {
  std::vector<ConnectionInfo> first;
  std::vector<ConnectionInfo> second;
  std::vector<CloseReason> closed;
  bool connected = true;  // what connect() said
};

Task<void> dial_and_note(Runtime& runtime, unsigned number, unsigned other, multiformats::Multiaddr at,
                         const SwarmConfig& config, std::vector<ConnectionInfo>& left, BothDialed& seen) {
  const auto swarm = make_swarm(runtime, number, config);
  const auto body = [&]() -> Task<void> {
    EXPECT_TRUE(swarm->listen(multiaddr("/ip4/0.0.0.0/tcp/4001")));
    const auto events = swarm->subscribe();
    co_await runtime.clock().sleep_until(runtime::Time{} + 1s);
    const auto info = co_await swarm->connect(of_peer(at, test_peer(other)));
    seen.connected = seen.connected && info.has_value();
    co_await runtime.clock().sleep_until(runtime::Time{} + 10s);
    left = swarm->connections();
    co_await swarm->stop();
    while (const auto event = co_await events->next()) {
      if (const auto* closed = std::get_if<ConnectionClosed>(&*event)) seen.closed.push_back(closed->reason);
    }
  };
  co_await with_cleanup<void>(body, [&] { return swarm->stop(); });
}

BothDialed dial_each_other(std::uint64_t seed, const SwarmConfig& config) {
  BothDialed seen;
  simulation::World world({.seed = seed, .link = {.latency = 20ms, .jitter = 5ms}});
  const auto first = tcp_at(ip("10.0.0.1"), 4001);
  const auto second = tcp_at(ip("10.0.0.2"), 4001);
  world.add_node({.addresses = {ip("10.0.0.1")}}, [&, second](Runtime& runtime) -> Task<void> {
    co_await dial_and_note(runtime, 1, 2, second, config, seen.first, seen);
  });
  world.add_node({.addresses = {ip("10.0.0.2")}}, [&, first](Runtime& runtime) -> Task<void> {
    co_await dial_and_note(runtime, 2, 1, first, config, seen.second, seen);
  });
  world.run_for(1min);
  EXPECT_EQ(world.network().open_connections(), 0u);
  return seen;
}

TEST(SwarmDialRace, two_that_dial_each_other_at_once_keep_one_connection_and_the_same) {
  std::size_t doubles = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const auto seen = dial_each_other(seed, {});
    EXPECT_TRUE(seen.connected) << seed;
    EXPECT_EQ(seen.first.size(), 1u) << seed;
    EXPECT_EQ(seen.second.size(), 1u) << seed;
    if (seen.first.empty() || seen.second.empty()) continue;
    EXPECT_EQ(seen.first.front().local, seen.second.front().remote) << seed;
    EXPECT_EQ(seen.first.front().remote, seen.second.front().local) << seed;
    for (const auto reason : seen.closed) {
      if (reason == CloseReason::duplicate) ++doubles;
      EXPECT_TRUE(reason == CloseReason::duplicate || reason == CloseReason::host_stopped ||
                  reason == CloseReason::remote_closed || reason == CloseReason::remote_reset)
          << seed << ' ' << name_of(reason);
    }
  }
  EXPECT_GT(doubles, 0u) << "no run had two connections: the test shows nothing";
}

TEST(SwarmDialRace, also_where_only_one_connection_a_peer_is_allowed) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const auto seen = dial_each_other(seed, {.limits = {.connections_per_peer = 1}});
    EXPECT_EQ(seen.first.size(), 1u) << seed;
    EXPECT_EQ(seen.second.size(), 1u) << seed;
    EXPECT_TRUE(seen.connected) << seed;
  }
}

}  // namespace
}  // namespace quern::connection
