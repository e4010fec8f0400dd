#include "overlay/runtime/simulation/datagram.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "overlay/runtime/simulation/world.hpp"

namespace quern::simulation {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<std::byte>;

constexpr std::uint16_t kPort = 4001;

// Sends 0, 1, 2 ... 249 from one node to another and returns what came, in order.
std::vector<int> send_numbers(WorldOptions options) {
  std::vector<int> got;
  World world(options);
  world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    auto socket = runtime.network().bind_datagram({boost::asio::ip::address_v4::any(), kPort});
    Bytes buffer(1);
    while (auto datagram = co_await (*socket)->receive(buffer)) {
      EXPECT_EQ(datagram->from.address, world.address_of(1));
      got.push_back(std::to_integer<int>(buffer[0]));
    }
  });
  world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    auto socket = runtime.network().bind_datagram({boost::asio::ip::address_v4::any(), 0});
    for (int i = 0; i < 250; ++i) {
      const Bytes bytes{static_cast<std::byte>(i)};
      EXPECT_TRUE(co_await (*socket)->send(bytes, {world.address_of(0), kPort}));
    }
  });
  world.run_for(10s);
  return got;
}

TEST(Datagrams, overtake_each_other_when_the_link_jitters_and_not_otherwise) {
  const auto steady = send_numbers({.link = {.jitter = 0ms}, .shuffle_ties = false});
  EXPECT_EQ(steady.size(), 250u);
  EXPECT_TRUE(std::ranges::is_sorted(steady));
  const auto jittery = send_numbers({.link = {.jitter = 10ms}});
  EXPECT_EQ(std::set(jittery.begin(), jittery.end()).size(), 250u);
  EXPECT_FALSE(std::ranges::is_sorted(jittery));
}

TEST(Datagrams, are_lost_and_doubled_as_often_as_the_link_says) {
  EXPECT_NEAR(static_cast<double>(send_numbers({.link = {.loss_ppm = 500'000}}).size()), 125, 40);
  EXPECT_TRUE(send_numbers({.link = {.loss_ppm = 1'000'000}}).empty());
  EXPECT_EQ(send_numbers({.link = {.duplicate_ppm = 1'000'000}, .datagram_queue_max = 1000}).size(), 500u);
}

TEST(Datagrams, beyond_a_full_queue_are_dropped) {
  std::size_t got = 0;
  World world({.link = {.jitter = 0ms}, .datagram_queue_max = 10});
  world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    auto socket = runtime.network().bind_datagram({boost::asio::ip::address_v4::any(), kPort});
    co_await runtime.clock().sleep_for(5s);
    Bytes buffer(1);
    while (auto datagram = co_await (*socket)->receive(buffer)) ++got;
  });
  world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    auto socket = runtime.network().bind_datagram({boost::asio::ip::address_v4::any(), 0});
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(co_await (*socket)->send(Bytes(1), {world.address_of(0), kPort}));
  });
  world.run_for(10s);
  EXPECT_EQ(got, 10u);
}

TEST(Datagrams, to_a_crashed_node_or_across_a_cut_vanish) {
  std::size_t got = 0;
  World world({});
  const Program receiver = [&](Runtime& runtime) -> Task<void> {
    auto socket = runtime.network().bind_datagram({boost::asio::ip::address_v4::any(), kPort});
    Bytes buffer(1);
    while (auto datagram = co_await (*socket)->receive(buffer)) ++got;
  };
  world.add_node({}, receiver);
  world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    auto socket = runtime.network().bind_datagram({boost::asio::ip::address_v4::any(), 0});
    for (;;) {
      EXPECT_TRUE(co_await (*socket)->send(Bytes(1), {world.address_of(0), kPort}));
      co_await runtime.clock().sleep_for(1s);
    }
  });
  world.run_until(Time{} + 9500ms);
  EXPECT_EQ(got, 10u);
  world.crash(0, CrashKind::process);
  world.run_until(Time{} + 19500ms);
  EXPECT_EQ(got, 10u);
  world.restart(0);
  world.links().cut(0, 1, true);
  world.run_until(Time{} + 29500ms);
  EXPECT_EQ(got, 10u);
  world.links().cut(0, 1, false);
  world.run_until(Time{} + 39500ms);
  EXPECT_EQ(got, 20u);
}

}  // namespace
}  // namespace quern::simulation
