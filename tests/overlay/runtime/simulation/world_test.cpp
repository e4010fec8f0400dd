#include "overlay/runtime/simulation/world.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

#include "overlay/runtime/deadline.hpp"
#include "overlay/runtime/simulation/network.hpp"
#include "overlay/runtime/simulation/node.hpp"
#include "overlay/runtime/task_group.hpp"

namespace quern::simulation {
namespace {

using namespace std::chrono_literals;
using runtime::Endpoint;
using runtime::Errc;
using runtime::SocketStreamPtr;
using runtime::TaskGroup;
using Bytes = std::vector<std::byte>;

constexpr std::uint16_t kPort = 4001;

// Accepts for ever and counts the bytes that come.
Task<void> sink(Runtime& runtime, std::size_t& received) {
  auto listener = runtime.network().listen({boost::asio::ip::address_v4::any(), kPort});
  auto drain = [&received](SocketStreamPtr stream) -> Task<void> {
    Bytes buffer(64 << 10);
    while (auto size = co_await stream->read_some(buffer)) received += *size;
  };
  co_await runtime::with_group<void>([&](TaskGroup& streams) -> Task<void> {
    while (auto stream = co_await (*listener)->accept()) streams.spawn(drain(*std::move(stream)));
  });
}

Task<void> nothing(Runtime& /*runtime*/) {
  co_return;
}

// Connects, then reads until something happens, and says what and when.
struct Watch {
  std::string outcome;
  Time at;
};
Task<void> watch(Runtime& runtime, IpAddress to, Watch& seen) {
  auto stream = co_await runtime.network().connect({to, kPort});
  if (stream) {
    Bytes buffer(16);
    const auto size = co_await (*stream)->read_some(buffer);
    seen.outcome = size ? "bytes" : size.error().code().message();
  } else {
    seen.outcome = "connect: " + stream.error().code().message();
  }
  seen.at = runtime.clock().now();
}

TEST(World, connecting_takes_a_round_trip) {
  Time connected;
  std::size_t received = 0;
  World world({.link = {.latency = 30ms, .jitter = 0ms}});
  world.add_node({}, [&](Runtime& runtime) { return sink(runtime, received); });
  world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    EXPECT_TRUE(co_await runtime.network().connect({world.address_of(0), kPort}));
    connected = runtime.clock().now();
  });
  world.run_for(1s);
  EXPECT_EQ(connected, Time{} + 60ms);
}

TEST(World, bandwidth_is_shared_by_everything_on_a_link) {
  std::size_t received = 0;
  World world({.link = {.latency = 10ms, .jitter = 0ms, .bytes_per_second = 1'000'000}});
  world.add_node({}, [&](Runtime& runtime) { return sink(runtime, received); });
  world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    auto send = [](Runtime& node, IpAddress to) -> Task<void> {
      auto stream = co_await node.network().connect({to, kPort});
      EXPECT_TRUE(co_await (*stream)->write(Bytes(1'000'000)));
      co_await node.clock().sleep_until(Time::max());
    };
    TaskGroup group(runtime.executor());
    group.spawn(send(runtime, world.address_of(0)));
    group.spawn(send(runtime, world.address_of(0)));
    co_await group.join();
  });
  world.run_until(Time{} + 1s);
  EXPECT_NEAR(static_cast<double>(received), 970'000, 70'000);
  world.run_until(Time{} + 2100ms);
  EXPECT_EQ(received, 2'000'000u);
}

TEST(World, lost_segments_arrive_late_but_arrive) {
  std::size_t received = 0;
  World world({.link = {.loss_ppm = 100'000}});
  world.add_node({}, [&](Runtime& runtime) { return sink(runtime, received); });
  world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    auto stream = co_await runtime.network().connect({world.address_of(0), kPort});
    EXPECT_TRUE(stream);
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(co_await (*stream)->write(Bytes(100)));
    (*stream)->shutdown_write();
    co_await runtime.clock().sleep_until(Time::max());
  });
  world.run_for(10min);
  EXPECT_EQ(received, 100'000u);
}

TEST(World, a_partition_stops_traffic_and_healing_lets_it_through) {
  std::size_t received = 0;
  World world({});
  world.add_node({}, [&](Runtime& runtime) { return sink(runtime, received); });
  world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    auto stream = co_await runtime.network().connect({world.address_of(0), kPort});
    for (int i = 0; i < 100; ++i) {
      EXPECT_TRUE(co_await (*stream)->write(Bytes(10)));
      co_await runtime.clock().sleep_for(1s);
    }
    co_await runtime.clock().sleep_until(Time::max());
  });
  world.run_until(Time{} + 10s);
  const std::size_t before = received;
  EXPECT_GE(before, 90u);
  world.links().partition({{0}, {1}});
  world.run_until(Time{} + 60s);
  EXPECT_LE(received, before + 10);
  world.links().heal();
  world.run_until(Time{} + 200s);
  EXPECT_EQ(received, 1000u);
}

TEST(World, a_stream_that_cannot_deliver_gives_up_by_name) {
  Errc why{};
  std::size_t received = 0;
  World world({.stream_give_up = 30s});
  world.add_node({}, [&](Runtime& runtime) { return sink(runtime, received); });
  world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    auto stream = co_await runtime.network().connect({world.address_of(0), kPort});
    world.links().cut(0, 1, true);
    EXPECT_TRUE(co_await (*stream)->write(Bytes(10)));
    Bytes buffer(1);
    const auto read = co_await (*stream)->read_some(buffer);
    if (!read && read.error() == Errc::timed_out) why = Errc::timed_out;
  });
  world.run_for(2min);
  EXPECT_EQ(why, Errc::timed_out);
}

TEST(World, a_killed_process_resets_its_peers_and_a_dead_machine_is_silent) {
  for (const CrashKind kind : {CrashKind::process, CrashKind::machine}) {
    std::size_t received = 0;
    Watch seen;
    World world({.link = {.latency = 20ms, .jitter = 0ms}});
    world.add_node({}, [&](Runtime& runtime) { return sink(runtime, received); });
    world.add_node({}, [&](Runtime& runtime) { return watch(runtime, world.address_of(0), seen); });
    world.at(Time{} + 1s, [&] { world.crash(0, kind); });
    world.run_for(1h);
    EXPECT_EQ(seen.outcome, kind == CrashKind::process ? "connection reset" : "");
    if (kind == CrashKind::process) EXPECT_EQ(seen.at, Time{} + 1020ms);
  }
}

TEST(World, connecting_to_a_killed_process_is_refused_and_to_a_dead_machine_times_out) {
  for (const CrashKind kind : {CrashKind::process, CrashKind::machine}) {
    Watch seen;
    World world({.connect_give_up = 20s});
    world.add_node({}, nothing);
    world.crash(0, kind);
    world.add_node({}, [&](Runtime& runtime) { return watch(runtime, world.address_of(0), seen); });
    world.run_for(1min);
    EXPECT_EQ(seen.outcome, kind == CrashKind::process ? "connect: connection refused" : "connect: timed out");
    EXPECT_LE(seen.at, Time{} + 20s);
  }
}

TEST(World, a_restarted_machine_answers_old_connections_with_a_reset) {
  std::string why;
  std::size_t received = 0;
  World world({});
  world.add_node({}, [&](Runtime& runtime) { return sink(runtime, received); });
  world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    auto stream = co_await runtime.network().connect({world.address_of(0), kPort});
    co_await runtime.clock().sleep_until(Time{} + 10s);
    EXPECT_TRUE(co_await (*stream)->write(Bytes(10)));
    Bytes buffer(1);
    const auto read = co_await (*stream)->read_some(buffer);
    why = read ? "bytes" : read.error().code().message();
  });
  world.at(Time{} + 1s, [&] { world.crash(0, CrashKind::machine); });
  world.at(Time{} + 2s, [&] { world.restart(0); });
  world.run_for(1min);
  EXPECT_EQ(why, "connection reset");
}

TEST(World, what_a_crashed_node_does_while_it_unwinds_reaches_nobody) {
  std::size_t received = 0;
  World world({});
  world.add_node({}, [&](Runtime& runtime) { return sink(runtime, received); });
  struct LastWords {
    runtime::SocketStream& stream;
    ~LastWords() { stream.shutdown_write(); }
  };
  world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    auto stream = co_await runtime.network().connect({world.address_of(0), kPort});
    const LastWords last_words{**stream};
    try {
      co_await runtime.clock().sleep_until(Time::max());
    } catch (...) {
      // Even code that (wrongly) goes on after its cancellation finds its sockets dead.
    }
    (void)runtime.network().listen({boost::asio::ip::address_v4::any(), 1}).has_value();
    EXPECT_FALSE(runtime.network().listen({boost::asio::ip::address_v4::any(), 1}));
  });
  world.run_for(1s);
  world.crash(1, CrashKind::machine);
  world.run_for(1s);
  EXPECT_EQ(received, 0u);
  EXPECT_EQ(world.node(1).task_count(), 0u);
}

TEST(World, a_clock_that_drifts_and_is_set_wrong_says_so_and_still_sleeps_to_its_deadline) {
  Time fast;
  runtime::WallTime wall;
  runtime::WallTime true_wall;
  World world({});
  world.add_node({.wall_offset = 1h, .drift_ppm = 100'000}, [&](Runtime& runtime) -> Task<void> {
    co_await runtime.clock().sleep_for(11s);
    fast = runtime.clock().now();
    wall = runtime.clock().wall_now();
  });
  world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    co_await runtime.clock().sleep_for(10s);
    true_wall = runtime.clock().wall_now();
  });
  world.run_for(1min);
  EXPECT_EQ(fast, Time{} + 11s);
  EXPECT_EQ(wall.unix_ms - true_wall.unix_ms, 3'600'000);
}

TEST(World, names_resolve_as_the_world_says) {
  World world({});
  world.set_name("seed.quern.test",
                 {boost::asio::ip::make_address("10.0.0.1"), boost::asio::ip::make_address("fd00::1")});
  std::size_t count = 0;
  world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    const auto addresses = co_await runtime.network().resolve("seed.quern.test");
    count = addresses ? addresses->size() : 0;
  });
  world.run_for(1s);
  EXPECT_EQ(count, 2u);
}

// One run whose every part depends on the seed.
struct Run {
  std::uint64_t trace = 0;
  std::uint64_t next_random = 0;
  std::uint64_t turns = 0;
  bool operator==(const Run&) const = default;
};
Run seeded_run(std::uint64_t seed, bool shuffle_ties = true) {
  std::size_t received = 0;
  World world({.seed = seed, .link = {.loss_ppm = 20'000}, .shuffle_ties = shuffle_ties});
  world.add_node({}, [&](Runtime& runtime) { return sink(runtime, received); });
  for (int i = 0; i < 4; ++i) {
    world.add_node({}, [&](Runtime& runtime) -> Task<void> {
      auto stream = co_await runtime.network().connect({world.address_of(0), kPort});
      for (int n = 0; n < 50; ++n) {
        Bytes bytes(runtime.random().below(1000) + 1);
        runtime.random().fill(bytes);
        if (!co_await (*stream)->write(bytes)) co_return;
        co_await runtime.clock().sleep_for(100ms);
      }
    });
  }
  Run run;
  run.turns = world.run_for(1min);
  run.trace = world.trace_hash();
  run.next_random = world.random().next();
  return run;
}

TEST(World, the_same_seed_gives_the_same_run_and_another_seed_another) {
  EXPECT_EQ(seeded_run(1), seeded_run(1));
  EXPECT_NE(seeded_run(1).trace, seeded_run(2).trace);
}

TEST(World, the_order_of_simultaneous_timers_is_drawn_from_the_seed) {
  const auto order = [](std::uint64_t seed, bool shuffle) {
    World world({.seed = seed, .shuffle_ties = shuffle});
    std::string text;
    for (char name = 'a'; name < 'i'; ++name) world.at(Time{} + 1s, [&text, name] { text += name; });
    world.run_for(2s);
    return text;
  };
  EXPECT_EQ(order(1, false), "abcdefgh");
  EXPECT_EQ(order(1, true), order(1, true));
  EXPECT_NE(order(1, true), order(2, true));
}

TEST(World, runs_in_one_thread) {
  (void)seeded_run(3);
  std::size_t threads = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) threads += entry.exists();
#if defined(__SANITIZE_THREAD__) || (defined(__has_feature) && __has_feature(thread_sanitizer))
  EXPECT_LE(threads, 2u);  // the sanitizer has one of its own
#else
  EXPECT_EQ(threads, 1u);
#endif
}

TEST(World, forgets_connections_once_both_ends_are_gone) {
  std::size_t received = 0;
  World world({});
  world.add_node({}, [&](Runtime& runtime) { return sink(runtime, received); });
  world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    for (int i = 0; i < 100; ++i) {
      auto stream = co_await runtime.network().connect({world.address_of(0), kPort});
      (void)co_await (*stream)->write(Bytes(100));
      if (i % 2) (*stream)->abort();
    }
  });
  world.run_for(1min);
  EXPECT_EQ(world.network().open_connections(), 0u);
}

using WorldDeathTest = testing::Test;

TEST(WorldDeathTest, a_task_that_goes_on_after_its_cancellation_is_reported_with_its_seed) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto stubborn = [] {
    World world({.seed = 77});
    world.add_node({.name = "stubborn"}, [](Runtime& runtime) -> Task<void> {
      co_await boost::asio::this_coro::throw_if_cancelled(false);
      for (;;) {
        try {
          co_await runtime.clock().sleep_for(1s);
        } catch (const boost::system::system_error&) {
          continue;
        }
      }
    });
    world.run_for(10s);
    world.crash(0, CrashKind::process);
    world.run_for(1s);
  };
  EXPECT_DEATH(stubborn(), "did not end when it was cancelled(.|\n)*virtual time 10000000000 ns, seed 77");
}

}  // namespace
}  // namespace quern::simulation
