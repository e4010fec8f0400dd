// Sessions under virtual time: life signs, round trips, long fat ways.
#include <optional>
#include <utility>

#include <gtest/gtest.h>

#include "overlay/runtime/deadline.hpp"
#include "overlay/runtime/simulation/world.hpp"
#include "tests/overlay/muxer/session_pair.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::muxer {
namespace {

using namespace std::chrono_literals;
using runtime::Bytes;
using runtime::Duration;
using runtime::Error;
using runtime::Runtime;
using runtime::Task;
using runtime::TaskGroup;
using runtime::Time;
using simulation::World;

constexpr std::uint16_t kPort = 4001;

// Two nodes with a session between them; each runs its part beside the session, which ends with it.
class TwoNodes {
 public:
  using Part = std::function<Task<void>(Runtime&, SessionPtr)>;

  TwoNodes(simulation::WorldOptions options, Part dialer, Part listener)
      : world(options), dialer_(std::move(dialer)), listener_(std::move(listener)) {
    listener_node = world.add_node({}, [this](Runtime& runtime) { return listen(runtime); });
    dialer_node = world.add_node({}, [this](Runtime& runtime) { return dial(runtime); });
  }

  World world;
  simulation::NodeId listener_node = 0;
  simulation::NodeId dialer_node = 0;
  std::optional<Error> dialer_end;
  std::optional<Error> listener_end;
  std::optional<Time> dialer_ended_at;

 private:
  Task<void> listen(Runtime& runtime) {
    auto listener = runtime.network().listen({boost::asio::ip::address_v4::any(), kPort});
    auto stream = co_await (*listener)->accept();
    const auto session =
        make_yamux(runtime, plain_channel(*std::move(stream)), negotiation::Role::listener, YamuxConfig());
    co_await run(runtime, session, listener_, listener_end);
  }
  Task<void> dial(Runtime& runtime) {
    auto stream = co_await runtime.network().connect({world.address_of(listener_node), kPort});
    const auto session =
        make_yamux(runtime, plain_channel(*std::move(stream)), negotiation::Role::dialer, YamuxConfig());
    co_await run(runtime, session, dialer_, dialer_end);
    dialer_ended_at = runtime.clock().now();
  }
  static Task<void> run(Runtime& runtime, SessionPtr session, const Part& part, std::optional<Error>& end) {
    co_await runtime::with_group<void>([&](TaskGroup& group) -> Task<void> {
      if (part) group.spawn(part(runtime, session));
      end = co_await session->run();
    });
  }

  Part dialer_;
  Part listener_;
};

simulation::WorldOptions way(Duration latency, std::uint64_t bytes_per_second = 0) {
  return {.link = {.latency = latency, .jitter = Duration{0}, .bytes_per_second = bytes_per_second},
          .stream_buffer_bytes = 32 << 20};
}

TEST(YamuxTime, an_idle_connection_lives_on_pings) {
  std::optional<Duration> round_trip;
  TwoNodes nodes(
      way(25ms),
      [&](Runtime& runtime, SessionPtr session) -> Task<void> {
        co_await runtime.clock().sleep_for(1h);
        round_trip = session->stats().round_trip;
        EXPECT_LT(session->stats().frames_in, 300u);
      },
      nullptr);
  nodes.world.run_until(Time{} + 2h);
  EXPECT_FALSE(nodes.dialer_end);
  ASSERT_TRUE(round_trip);
  EXPECT_GE(*round_trip, 50ms);
  EXPECT_LT(*round_trip, 55ms);
}

TEST(YamuxTime, a_peer_that_falls_silent_is_given_up_after_keep_alive_and_ping_timeout) {
  TwoNodes nodes(way(25ms), nullptr, nullptr);
  nodes.world.run_until(Time{} + 10s);
  nodes.world.links().cut(nodes.dialer_node, nodes.listener_node, true);
  nodes.world.run_until(Time{} + 10min);
  ASSERT_TRUE(nodes.dialer_end);
  EXPECT_EQ(*nodes.dialer_end, Errc::peer_silent);
  EXPECT_GE(*nodes.dialer_ended_at, Time{} + 45s);
  EXPECT_LT(*nodes.dialer_ended_at, Time{} + 46s);
  ASSERT_TRUE(nodes.listener_end);
  EXPECT_EQ(*nodes.listener_end, Errc::peer_silent);
}

TEST(YamuxTime, a_peer_that_is_busy_sending_is_not_silent_though_its_pong_is_late) {
  // 64 KiB a second: the answer to a ping waits behind megabytes.
  const auto send = [](Runtime&, SessionPtr session) -> Task<void> {
    auto stream = co_await session->open();
    const Bytes data(16 << 20);
    (void)co_await (*stream)->write(data);
    co_await (*stream)->wait_readable();
  };
  std::uint64_t received = 0;
  const auto receive = [&](Runtime&, SessionPtr session) -> Task<void> {
    auto stream = co_await session->accept();
    Bytes buffer(64 << 10);
    while (const auto size = co_await (*stream)->read_some(buffer)) received += *size;
  };
  TwoNodes nodes(way(25ms, 64 << 10), receive, send);
  nodes.world.run_until(Time{} + 4min);
  EXPECT_FALSE(nodes.dialer_end) << nodes.dialer_end->message();
  EXPECT_GT(received, 10u << 20);
}

TEST(YamuxTime, a_long_fat_way_is_filled_once_windows_have_grown) {
  constexpr std::uint64_t kBytesPerSecond = 125'000'000;  // 1 Gbit/s
  constexpr std::uint64_t kBytes = 1 << 30;
  constexpr std::uint64_t kGrowing = 256 << 20;  // let pass before the measurement begins
  const auto send = [](Runtime&, SessionPtr session) -> Task<void> {
    auto stream = co_await session->open();
    const Bytes data(1 << 20);
    for (std::uint64_t sent = 0; sent < kBytes; sent += data.size()) {
      if (!co_await (*stream)->write(data)) co_return;
    }
    (*stream)->shutdown_write();
    co_await (*stream)->wait_readable();
  };
  std::uint64_t received = 0;
  double gigabits_per_second = 0;
  const auto receive = [&](Runtime& runtime, SessionPtr session) -> Task<void> {
    auto stream = co_await session->accept();
    Bytes buffer(256 << 10);
    std::optional<Time> begin;
    while (const auto size = co_await (*stream)->read_some(buffer)) {
      received += *size;
      if (!begin && received >= kGrowing) begin = runtime.clock().now();
    }
    const Duration took = runtime.clock().now() - *begin;
    gigabits_per_second = static_cast<double>(received - kGrowing) * 8 / static_cast<double>(took.count());
  };
  TwoNodes nodes(way(30ms, kBytesPerSecond), send, receive);
  nodes.world.run_until(Time{} + 60s);
  EXPECT_EQ(received, kBytes);
  EXPECT_GE(gigabits_per_second, 0.9);
  RecordProperty("gigabits_per_second", std::to_string(gigabits_per_second));
}

TEST(YamuxTime, the_same_seed_gives_the_same_run) {
  const auto hash_of_run = [] {
    const auto send = [](Runtime& runtime, SessionPtr session) -> Task<void> {
      for (int i = 0; i < 50; ++i) {
        auto stream = co_await session->open();
        const Bytes data(1 + runtime.random().below(100'000));
        (void)co_await (*stream)->write(data);
      }
    };
    const auto receive = [](Runtime& runtime, SessionPtr session) -> Task<void> {
      Bytes buffer(10'000);
      while (auto stream = co_await session->accept()) {
        const Duration patience = std::chrono::milliseconds(runtime.random().below(100));
        (void)co_await runtime::with_timeout(runtime.clock(), patience, (*stream)->read_some(buffer));
      }
    };
    simulation::WorldOptions options = way(10ms);
    options.seed = 7;
    options.link.loss_ppm = 10'000;
    TwoNodes nodes(options, send, receive);
    nodes.world.run_until(Time{} + 2min);
    return nodes.world.trace_hash();
  };
  EXPECT_EQ(hash_of_run(), hash_of_run());
}

}  // namespace
}  // namespace quern::muxer
