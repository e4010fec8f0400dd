// What is refused, and how it is told: limits and rules, at every door.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/overlay/connection/swarm_fixture.hpp"

namespace quern::connection {
namespace {

using testing::HasSubstr;

class SwarmLimits : public TwoSwarms {
 protected:
  std::string address() const { return loopback().to_string(); }
  // Connects swarm `number` and tells what the other end said when it refused.
  static Task<std::string> refusal_of(Runtime& runtime, unsigned number, EventQueue& events,
                                      multiformats::Multiaddr at) {
    const auto swarm = make_swarm(runtime, number);
    std::string detail;
    const auto body = [&]() -> Task<void> {
      co_await swarm->connect(at);
      const auto refused = co_await next_of<InboundRefused>(events);
      EXPECT_EQ(refused.why, runtime::Errc::limit_reached) << refused.why.message();
      detail = refused.why.detail();
    };
    co_await with_cleanup<void>(body, [&] { return swarm->stop(); });
    co_return detail;
  }
};
QUERN_ON_BOTH_WORLDS(SwarmLimits);

TEST_P(SwarmLimits, inbound_connections_in_all) {
  run_two(
      [&](Runtime& runtime, Swarm& a, Swarm& b) -> Task<void> {
        const auto events = b.subscribe();
        EXPECT_TRUE(co_await a.connect(at_));
        co_await next_of<ConnectionOpened>(*events);
        EXPECT_EQ(co_await refusal_of(runtime, 3, *events, at_), "connections_in: 2 of 1 for " + address());
        EXPECT_TRUE(a.disconnect(b.self()));
        co_await next_of<ConnectionClosed>(*events);
        EXPECT_TRUE(co_await a.connect(at_)) << "an ended connection gives back what it took";
      },
      {}, {.limits = {.connections_in = 1}});
}

TEST_P(SwarmLimits, inbound_connections_of_an_address) {
  run_two(
      [&](Runtime& runtime, Swarm& a, Swarm& b) -> Task<void> {
        const auto events = b.subscribe();
        EXPECT_TRUE(co_await a.connect(at_));
        EXPECT_EQ(co_await refusal_of(runtime, 3, *events, at_), "connections_in_per_ip: 2 of 1 for " + address());
      },
      {}, {.limits = {.connections_in_per_ip = 1}});
}

TEST_P(SwarmLimits, connections_with_a_peer) {
  run_two(
      [&](Runtime& runtime, Swarm& a, Swarm& b) -> Task<void> {
        const auto events = b.subscribe();
        EXPECT_TRUE(co_await a.connect(at_));
        co_await next_of<ConnectionOpened>(*events);
        // Another node with the same key.
        EXPECT_EQ(co_await refusal_of(runtime, 1, *events, at_), "connections_per_peer: 2 of 1 for " + a.self().text());
        EXPECT_TRUE(a.connected(b.self()));
      },
      {}, {.limits = {.connections_per_peer = 1}});
}

TEST_P(SwarmLimits, handshakes_in_a_second) {
  run_two(
      [&](Runtime& runtime, Swarm& a, Swarm& b) -> Task<void> {
        const auto events = b.subscribe();
        EXPECT_TRUE(co_await a.connect(at_));
        EXPECT_EQ(co_await refusal_of(runtime, 3, *events, at_), "handshakes_in_per_second: 2 of 1 for " + address());
      },
      {}, {.limits = {.handshakes_in_per_second = 1}});
}

TEST_P(SwarmLimits, outbound_connections) {
  run_two(
      [&](Runtime& /*runtime*/, Swarm& a, Swarm& b) -> Task<void> {
        const auto second = b.listen(tcp_at(loopback()));
        EXPECT_TRUE(co_await a.connect(at_));
        const auto refused = co_await a.connect(*second);
        EXPECT_EQ(refused.error(), runtime::Errc::limit_reached);
        EXPECT_EQ(refused.error().detail(), "connections_out: 2 of 1 for this node");
      },
      {.limits = {.connections_out = 1}});
}

TEST_P(SwarmLimits, dials_that_would_wait) {
  run_two(
      [&](Runtime& /*runtime*/, Swarm& a, Swarm& /*b*/) -> Task<void> {
        const auto refused = co_await a.connect(at_);
        EXPECT_EQ(refused.error(), runtime::Errc::limit_reached);
        EXPECT_THAT(refused.error().detail(), HasSubstr("dials: 1 of 0 for this node"));
      },
      {.limits = {.dials = 0}});
}

TEST_P(SwarmLimits, inbound_streams_of_a_protocol_and_peer) {
  run_two(
      [&](Runtime& /*runtime*/, Swarm& a, Swarm& b) -> Task<void> {
        const auto events = b.subscribe();
        EXPECT_TRUE(co_await a.connect(at_));
        const auto first = co_await a.open(b.self(), protocol(kEcho));
        EXPECT_TRUE(co_await (*first)->agreed());
        const auto second = co_await a.open(b.self(), protocol(kEcho));
        Bytes buffer(1);
        const auto read = co_await (*second)->read_some(buffer);
        EXPECT_FALSE(read);
        const auto refused = co_await next_of<InboundRefused>(*events);
        EXPECT_EQ(refused.why, runtime::Errc::limit_reached);
        EXPECT_EQ(refused.why.detail(),
                  "streams_in_per_protocol_per_peer: 2 of 1 for " + kEcho + " from " + a.self().text());
        EXPECT_EQ(refused.remote, a.connections().front().local);
      },
      {}, {.limits = {.streams_in_per_protocol_per_peer = 1}});
}

TEST_P(SwarmLimits, inbound_streams_of_a_protocol_from_all) {
  run_two(
      [&](Runtime& /*runtime*/, Swarm& a, Swarm& b) -> Task<void> {
        const auto events = b.subscribe();
        EXPECT_TRUE(co_await a.connect(at_));
        EXPECT_FALSE((co_await echo(a, b.self(), "hello")).value_or("") == "hello");
        const auto refused = co_await next_of<InboundRefused>(*events);
        EXPECT_EQ(refused.why.detail(), "streams_in_per_protocol: 1 of 0 for " + kEcho + " from " + a.self().text());
      },
      {}, {.limits = {.streams_in_per_protocol = 0}});
}

TEST_P(SwarmLimits, outbound_streams_of_a_protocol_to_a_peer) {
  run_two(
      [&](Runtime& /*runtime*/, Swarm& a, Swarm& b) -> Task<void> {
        EXPECT_TRUE(co_await a.connect(at_));
        auto first = co_await a.open(b.self(), protocol(kEcho));
        EXPECT_TRUE(first);
        const auto refused = co_await a.open(b.self(), protocol(kEcho));
        EXPECT_EQ(refused.error(), runtime::Errc::limit_reached);
        EXPECT_EQ(refused.error().detail(),
                  "streams_out_per_protocol_per_peer: 2 of 1 for " + kEcho + " to " + b.self().text());
        first->reset();
        EXPECT_TRUE(co_await a.open(b.self(), protocol(kEcho)));
      },
      {.limits = {.streams_out_per_protocol_per_peer = 1}});
}

TEST_P(SwarmLimits, rules_are_checked_before_dialing) {
  run_two([&](Runtime& /*runtime*/, Swarm& a, Swarm& b) -> Task<void> {
    EXPECT_TRUE(a.gater().deny(address()));
    EXPECT_EQ((co_await a.connect(at_)).error(), Errc::denied);
    a.gater().clear();
    EXPECT_TRUE(a.gater().deny(b.self().text()));
    EXPECT_EQ((co_await a.connect(of_peer(at_, b.self()))).error(), Errc::denied);
    EXPECT_EQ((co_await a.connect(at_)).error(), Errc::denied) << "who answers is known after the handshake";
    EXPECT_TRUE(a.connections().empty());
  });
}

TEST_P(SwarmLimits, rules_are_checked_at_the_door_and_after_the_handshake) {
  run_two([&](Runtime& /*runtime*/, Swarm& a, Swarm& b) -> Task<void> {
    const auto events = b.subscribe();
    EXPECT_TRUE(b.gater().deny(address() + "/32"));
    EXPECT_FALSE(co_await a.connect(at_));
    auto refused = co_await next_of<InboundRefused>(*events);
    EXPECT_EQ(refused.why, Errc::denied);
    EXPECT_EQ(refused.why.detail(), address() + " is on the block list");
    b.gater().clear();
    EXPECT_TRUE(b.gater().allow(test_peer(7).text()));
    const auto info = co_await a.connect(at_);
    refused = co_await next_of<InboundRefused>(*events);
    EXPECT_EQ(refused.why, Errc::denied);
    EXPECT_EQ(refused.why.detail(), "peer (/noise): peer " + a.self().text() + " is not on the allow list");
    EXPECT_TRUE(b.connections().empty());
  });
}

TEST_P(SwarmLimits, enforcing_new_rules_ends_what_they_do_not_allow) {
  run_two([&](Runtime& /*runtime*/, Swarm& a, Swarm& b) -> Task<void> {
    const auto events = b.subscribe();
    EXPECT_TRUE(co_await a.connect(at_));
    co_await next_of<ConnectionOpened>(*events);
    b.enforce_gater();
    EXPECT_TRUE(b.connected(a.self()));
    EXPECT_TRUE(b.gater().deny(a.self().text()));
    b.enforce_gater();
    const auto closed = co_await next_of<ConnectionClosed>(*events);
    EXPECT_EQ(closed.reason, CloseReason::denied);
    EXPECT_EQ(closed.detail, "peer " + a.self().text() + " is on the block list");
  });
}

}  // namespace
}  // namespace quern::connection
