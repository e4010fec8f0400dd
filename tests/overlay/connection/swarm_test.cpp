#include "overlay/connection/swarm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/overlay/connection/swarm_fixture.hpp"

namespace quern::connection {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SwarmTest : public TwoSwarms {};
QUERN_ON_BOTH_WORLDS(SwarmTest);

TEST_P(SwarmTest, a_connection_shows_the_same_on_both_ends) {
  run_two([&](Runtime& /*runtime*/, Swarm& a, Swarm& b) -> Task<void> {
    const auto events = b.subscribe();
    const auto info = co_await a.connect(at_);
    EXPECT_TRUE(info) << info.error().message();
    EXPECT_EQ(info->peer, b.self());
    EXPECT_EQ(info->remote, at_);
    EXPECT_EQ(info->direction, Direction::outbound);
    EXPECT_EQ(info->status, ConnectionStatus::open);
    EXPECT_EQ(info->transport, "tcp");
    EXPECT_EQ(info->encryption, "/noise");
    EXPECT_EQ(info->muxer, "/yamux/1.0.0");
    const auto opened = co_await next_of<ConnectionOpened>(*events);
    EXPECT_EQ(opened.info.peer, a.self());
    EXPECT_EQ(opened.info.local, at_);
    EXPECT_EQ(opened.info.remote, info->local);
    EXPECT_EQ(opened.info.direction, Direction::inbound);
    EXPECT_EQ(opened.info.encryption, "/noise");
    EXPECT_TRUE(a.connected(b.self()));
    EXPECT_EQ(a.connections().size(), 1u);
    EXPECT_EQ(a.connections(b.self()).size(), 1u);
    EXPECT_EQ(a.connection(info->id)->id, info->id);
    EXPECT_FALSE(a.connection(info->id + 1));
    const auto round_trip = co_await a.measure(info->id);
    EXPECT_TRUE(round_trip);
  });
}

TEST_P(SwarmTest, a_stream_carries_bytes_both_ways_and_is_counted) {
  run_two([&](Runtime& /*runtime*/, Swarm& a, Swarm& b) -> Task<void> {
    EXPECT_TRUE(co_await a.connect(at_));
    const auto back = co_await echo(a, b.self(), "hello");
    EXPECT_TRUE(back);
    EXPECT_EQ(*back, "hello");
    const auto here = a.traffic();
    EXPECT_EQ(here.by_peer.at(b.self()).bytes_out, 5u);
    EXPECT_EQ(here.by_protocol.at(kEcho).bytes_in, 5u);
    EXPECT_EQ(here.all.streams_out, 1u);
    const auto there = b.traffic();
    EXPECT_EQ(there.by_peer.at(a.self()).bytes_in, 5u);
    EXPECT_EQ(there.by_protocol.at(kEcho).bytes_out, 5u);
    EXPECT_EQ(there.all.streams_in, 1u);
  });
}

TEST_P(SwarmTest, a_handler_knows_who_speaks_which_protocol) {
  run_two([&](Runtime& /*runtime*/, Swarm& a, Swarm& b) -> Task<void> {
    std::optional<identity::PeerId> peer;
    std::string id;
    bool inbound = false;
    b.handle("/who/1", [&](PeerStreamPtr stream) -> Task<void> {
      peer = stream->peer();
      id = stream->protocol();
      inbound = stream->inbound();
      co_return;
    });
    EXPECT_THAT(b.protocols(), ElementsAre(kEcho, "/who/1"));
    EXPECT_TRUE(co_await a.connect(at_));
    const auto stream = co_await a.open(b.self(), protocol("/who/1"));
    EXPECT_TRUE(stream);
    EXPECT_FALSE((*stream)->inbound());
    EXPECT_EQ((*stream)->peer(), b.self());
    EXPECT_EQ((*stream)->connection(), a.connections().front().id);
    EXPECT_TRUE(co_await (*stream)->agreed());
    co_await read_all(**stream);
    EXPECT_EQ(peer, a.self());
    EXPECT_EQ(id, "/who/1");
    EXPECT_TRUE(inbound);
  });
}

TEST_P(SwarmTest, the_first_protocol_that_the_peer_serves_is_taken) {
  run_two([&](Runtime& /*runtime*/, Swarm& a, Swarm& b) -> Task<void> {
    EXPECT_TRUE(co_await a.connect(at_));
    const std::vector<std::string> ids{"/unknown/1", kEcho};
    const auto stream = co_await a.open(b.self(), ids);
    EXPECT_TRUE(stream);
    EXPECT_EQ((*stream)->protocol(), kEcho);
    EXPECT_TRUE(co_await (*stream)->agreed());
    const std::vector<std::string> none{"/unknown/1", "/unknown/2"};
    const auto refused = co_await a.open(b.self(), none);
    EXPECT_FALSE(refused);
    EXPECT_EQ(refused.error(), Errc::unknown_protocol);
  });
}

TEST_P(SwarmTest, a_single_protocol_that_the_peer_does_not_serve_shows_when_agreed_and_when_read) {
  run_two([&](Runtime& /*runtime*/, Swarm& a, Swarm& b) -> Task<void> {
    EXPECT_TRUE(co_await a.connect(at_));
    const auto first = co_await a.open(b.self(), protocol("/unknown/1"));
    EXPECT_TRUE(first);
    EXPECT_EQ((co_await (*first)->agreed()).error(), negotiation::Errc::none_in_common);
    const auto second = co_await a.open(b.self(), protocol("/unknown/1"));
    EXPECT_TRUE(second);
    Bytes buffer(1);
    EXPECT_EQ((co_await (*second)->read_some(buffer)).error(), negotiation::Errc::none_in_common);
    b.unhandle(kEcho);
    const auto third = co_await echo(a, b.self(), "hello");
    EXPECT_EQ(third.error(), negotiation::Errc::none_in_common);
  });
}

TEST_P(SwarmTest, without_a_connection_nothing_can_be_opened) {
  run_two([&](Runtime& /*runtime*/, Swarm& a, Swarm& b) -> Task<void> {
    EXPECT_EQ((co_await a.open(b.self(), protocol(kEcho))).error(), Errc::unknown_peer);
    EXPECT_EQ((co_await a.measure(7)).error(), Errc::unknown_peer);
    EXPECT_FALSE(a.disconnect(b.self()));
    EXPECT_FALSE(a.close(7));
  });
}

TEST_P(SwarmTest, a_handler_that_throws_resets_its_stream_and_nothing_else) {
  run_two([&](Runtime& /*runtime*/, Swarm& a, Swarm& b) -> Task<void> {
    b.handle("/bad/1", [](PeerStreamPtr stream) -> Task<void> {
      Bytes buffer(1);
      co_await stream->read_some(buffer);
      throw std::runtime_error("the handler broke");
    });
    const auto events = b.subscribe();
    EXPECT_TRUE(co_await a.connect(at_));
    const auto stream = co_await a.open(b.self(), protocol("/bad/1"));
    EXPECT_TRUE(stream);
    EXPECT_TRUE(co_await (*stream)->write(runtime::bytes_of("x")));
    Bytes buffer(1);
    EXPECT_EQ((co_await (*stream)->read_some(buffer)).error(), runtime::Errc::reset);
    const auto failed = co_await next_of<HandlerFailed>(*events);
    EXPECT_EQ(failed.peer, a.self());
    EXPECT_EQ(failed.protocol, "/bad/1");
    EXPECT_EQ(failed.what, "the handler broke");
    EXPECT_EQ((co_await echo(a, b.self(), "still there")).value(), "still there");
  });
}

TEST_P(SwarmTest, hanging_up_is_told_on_both_ends_with_a_reason) {
  run_two([&](Runtime& /*runtime*/, Swarm& a, Swarm& b) -> Task<void> {
    const auto here = a.subscribe();
    const auto there = b.subscribe();
    EXPECT_TRUE(co_await a.connect(at_));
    EXPECT_EQ((co_await next_of<PeerConnected>(*here)).peer, b.self());
    EXPECT_EQ((co_await next_of<PeerConnected>(*there)).peer, a.self());
    EXPECT_TRUE(a.disconnect(b.self()));
    EXPECT_FALSE(a.connected(b.self())) << "a connection that is closing is of no use";
    const auto closed = co_await next_of<ConnectionClosed>(*here);
    EXPECT_EQ(closed.reason, CloseReason::local_closed);
    EXPECT_EQ(closed.info.peer, b.self());
    EXPECT_EQ((co_await next_of<PeerDisconnected>(*here)).peer, b.self());
    EXPECT_EQ((co_await next_of<ConnectionClosed>(*there)).reason, CloseReason::remote_closed);
    EXPECT_EQ((co_await next_of<PeerDisconnected>(*there)).reason, CloseReason::remote_closed);
    EXPECT_TRUE(a.connections().empty());
    EXPECT_TRUE(b.connections().empty());
  });
}

TEST_P(SwarmTest, stopping_says_goodbye_and_refuses_what_comes_after) {
  run_two([&](Runtime& /*runtime*/, Swarm& a, Swarm& b) -> Task<void> {
    const auto here = a.subscribe();
    const auto there = b.subscribe();
    EXPECT_TRUE(co_await a.connect(at_));
    co_await a.stop();
    EXPECT_EQ((co_await next_of<ConnectionClosed>(*here)).reason, CloseReason::host_stopped);
    EXPECT_TRUE(std::holds_alternative<PeerDisconnected>(*co_await here->next()));
    EXPECT_FALSE(co_await here->next()) << "the events end";
    EXPECT_EQ((co_await next_of<ConnectionClosed>(*there)).reason, CloseReason::remote_closed);
    EXPECT_EQ((co_await a.connect(at_)).error(), Errc::stopped);
    EXPECT_EQ(a.listen(tcp_at(loopback())).error(), Errc::stopped);
    EXPECT_EQ((co_await a.open(b.self(), protocol(kEcho))).error(), Errc::unknown_peer);
    co_await a.stop();
  });
}

TEST_P(SwarmTest, listening_is_told_and_can_be_ended_while_connections_go_on) {
  run_two([&](Runtime& /*runtime*/, Swarm& a, Swarm& b) -> Task<void> {
    const auto events = b.subscribe();
    const auto second = b.listen(tcp_at(loopback()));
    EXPECT_TRUE(second);
    EXPECT_EQ((co_await next_of<ListenStarted>(*events)).address, *second);
    EXPECT_EQ(b.listen_addresses().size(), 2u);
    EXPECT_TRUE(co_await a.connect(*second));
    co_await next_of<ConnectionOpened>(*events);
    EXPECT_TRUE(b.stop_listening(*second));
    EXPECT_FALSE(b.stop_listening(*second));
    EXPECT_EQ((co_await next_of<ListenStopped>(*events)).address, *second);
    EXPECT_THAT(b.listen_addresses(), ElementsAre(at_));
    EXPECT_EQ((co_await echo(a, b.self(), "hello")).value(), "hello");
    EXPECT_EQ(b.listen(multiaddr("/memory/7")).error(), transport::Errc::unsupported_address);
    EXPECT_FALSE(b.listen(at_)) << "is in use";
  });
}

TEST_P(SwarmTest, both_ends_speak_a_secure_channel_that_they_have_in_common) {
  run([&](Runtime& runtime) -> Task<void> {
    const auto both = make_swarm(runtime, 1, {}, {"noise", "tls"});
    const auto tls = make_swarm(runtime, 2, {}, {"tls"});
    const auto noise = make_swarm(runtime, 3, {}, {"noise"});
    const auto none = make_swarm(runtime, 4, {}, {});
    const auto body = [&]() -> Task<void> {
      const auto at = tls->listen(tcp_at(loopback())).value();
      const auto info = co_await both->connect(at);
      EXPECT_EQ(info.value().encryption, "/tls/1.0.0");
      EXPECT_EQ(info.value().muxer, "/yamux/1.0.0");
      // The only proposal travels with the handshake: that may break on the way before the answer is read.
      const auto refused = co_await noise->connect(at);
      EXPECT_THAT(refused.error().detail(), HasSubstr("secure channel's handshake (/noise)"));
      const auto bare = none->listen(tcp_at(loopback())).value();
      const auto told = co_await both->connect(bare);
      EXPECT_EQ(told.error(), Errc::no_security_in_common) << told.error().message();
    };
    const auto stop = [&]() -> Task<void> {
      co_await both->stop();
      co_await tls->stop();
      co_await noise->stop();
      co_await none->stop();
    };
    co_await with_cleanup<void>(body, stop);
  });
}

TEST_P(SwarmTest, a_private_network_lets_only_members_in) {
  security::PresharedKey key{};
  key.bytes.fill(std::byte{7});
  const SwarmConfig member{.handshake_timeout = 500ms, .preshared_key = key};
  run_two(
      [&](Runtime& runtime, Swarm& a, Swarm& b) -> Task<void> {
        EXPECT_TRUE(co_await a.connect(at_));
        EXPECT_EQ((co_await echo(a, b.self(), "hello")).value(), "hello");
        const auto events = b.subscribe();
        const auto stranger = make_swarm(runtime, 3, {.handshake_timeout = 500ms});
        const auto refused = co_await stranger->connect(at_);
        EXPECT_FALSE(refused);
        EXPECT_THAT(refused.error().detail(), HasSubstr("secure channel"));
        co_await next_of<InboundRefused>(*events);
        co_await stranger->stop();
      },
      member, member);
}

}  // namespace
}  // namespace quern::connection
