#include "overlay/protocols/ping.hpp"

#include <array>
#include <utility>

#include "tests/overlay/protocols/host_pair.hpp"

namespace quern::protocols {
namespace {

using namespace std::chrono_literals;
using connection::PeerStreamPtr;
using runtime::Runtime;
using runtime::Task;

class Pings : public HostPairs {};
QUERN_ON_BOTH_WORLDS(Pings);

TEST_P(Pings, many_go_over_one_stream) {
  run_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    Pinger pinger(dialer.swarm(), runtime, listener.id());
    for (int i = 0; i < 100; ++i) {
      const auto trip = co_await pinger.ping(5s);
      EXPECT_TRUE(trip) << trip.error().message();
      EXPECT_TRUE(trip && *trip > 0ns && *trip < 5s);
    }
    EXPECT_EQ(streams_opened(dialer, kPing), 1u);
  });
}

TEST_P(Pings, go_both_ways_at_once) {
  run_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    const auto many = [](Runtime& world, Host& from, const Host& to) -> Task<void> {
      Pinger pinger(from.swarm(), world, to.id());
      for (int i = 0; i < 20; ++i) {
        const auto trip = co_await pinger.ping(5s);
        EXPECT_TRUE(trip) << trip.error().message();
      }
    };
    runtime::TaskGroup group(runtime.executor());
    group.spawn(many(runtime, dialer, listener));
    group.spawn(many(runtime, listener, dialer));
    co_await group.join();
  });
}

TEST_P(Pings, a_third_stream_of_a_peer_is_reset_and_another_taken_once_one_has_ended) {
  run_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    Pinger first(dialer.swarm(), runtime, listener.id());
    auto second = std::make_unique<Pinger>(dialer.swarm(), runtime, listener.id());
    Pinger third(dialer.swarm(), runtime, listener.id());
    EXPECT_TRUE(co_await first.ping(5s));
    EXPECT_TRUE(co_await second->ping(5s));
    EXPECT_FALSE(co_await third.ping(5s));
    second.reset();
    // Its end and the next stream arrive in order.
    EXPECT_TRUE(co_await third.ping(5s));
    EXPECT_TRUE(co_await first.ping(5s));
  });
}

TEST_P(Pings, other_bytes_than_were_sent_are_a_bad_message) {
  run_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    const auto lie = [](PeerStreamPtr stream) -> Task<void> {
      std::array<std::byte, kPingBytes> payload;
      if (!co_await runtime::read_exactly(*stream, payload)) co_return;
      payload[31] ^= std::byte{1};
      (void)co_await stream->write(payload);
    };
    listener.handle(std::string(kPing), lie);
    Pinger pinger(dialer.swarm(), runtime, listener.id());
    const auto trip = co_await pinger.ping(5s);
    EXPECT_EQ(trip.error(), Errc::bad_message);
  });
}

TEST_P(Pings, a_silent_peer_costs_the_timeout_and_the_next_ping_begins_anew) {
  run_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    const auto swallow = [](PeerStreamPtr stream) -> Task<void> {
      std::array<std::byte, 100> ignored;
      while (co_await stream->read_some(ignored)) {
      }
    };
    listener.handle(std::string(kPing), swallow);
    Pinger pinger(dialer.swarm(), runtime, listener.id());
    const auto trip = co_await pinger.ping(100ms);
    EXPECT_EQ(trip.error(), runtime::Errc::timed_out);
    serve_ping(listener.swarm(), runtime);
    EXPECT_TRUE(co_await pinger.ping(5s));
    EXPECT_EQ(streams_opened(dialer, kPing), 2u);
  });
}

TEST_P(Pings, a_peer_that_is_gone_or_does_not_serve_pings_is_an_error) {
  run_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    listener.unhandle(std::string(kPing));
    Pinger pinger(dialer.swarm(), runtime, listener.id());
    EXPECT_FALSE(co_await pinger.ping(5s));
    dialer.disconnect(listener.id());
    const auto trip = co_await pinger.ping(5s);
    EXPECT_EQ(trip.error(), connection::Errc::unknown_peer);
  });
}

TEST(PingsInVirtualTime, a_stream_that_is_eight_seconds_old_is_replaced_however_busy) {
  run_simulated_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    Pinger pinger(dialer.swarm(), runtime, listener.id());
    EXPECT_TRUE(co_await pinger.ping(5s));
    co_await runtime.clock().sleep_for(7s);
    EXPECT_TRUE(co_await pinger.ping(5s));
    EXPECT_EQ(streams_opened(dialer, kPing), 1u);
    co_await runtime.clock().sleep_for(2s);
    EXPECT_TRUE(co_await pinger.ping(5s));
    EXPECT_EQ(streams_opened(dialer, kPing), 2u);
  });
}

TEST(PingsInVirtualTime, a_stream_on_which_half_a_ping_comes_is_ended_after_the_idle_time) {
  run_simulated_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    const auto stream = co_await open_stream(dialer, listener, std::string(kPing));
    std::array<std::byte, kPingBytes> payload{};
    EXPECT_TRUE(co_await stream->write(payload));
    EXPECT_TRUE(co_await runtime::read_exactly(*stream, payload));
    const auto half = std::span(payload).first(16);
    EXPECT_TRUE(co_await stream->write(half));
    const runtime::Time before = runtime.clock().now();
    EXPECT_FALSE(co_await stream->read_some(payload));
    const auto waited = runtime.clock().now() - before;
    EXPECT_GE(waited, 59s);
    EXPECT_LT(waited, 61s);
  });
}

}  // namespace
}  // namespace quern::protocols
