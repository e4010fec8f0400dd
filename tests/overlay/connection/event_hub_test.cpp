#include "overlay/connection/event_hub.hpp"

#include <gtest/gtest.h>

#include "overlay/runtime/task_group.hpp"
#include "tests/overlay/connection/test_peers.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::connection {
namespace {

using runtime::Runtime;
using runtime::Task;

Event started(int port) {
  return ListenStarted{.address = multiaddr("/ip4/192.0.2.7/tcp/" + std::to_string(port))};
}

// The port of a ListenStarted, minus the count of an EventsLost, 0 at the end.
Task<int> next(EventQueue& queue) {
  const auto event = co_await queue.next();
  if (!event) co_return 0;
  if (const auto* lost = std::get_if<EventsLost>(&*event)) co_return -static_cast<int>(lost->count);
  co_return std::stoi(*std::get<ListenStarted>(*event).address.find_text(multiformats::Protocol::tcp));
}

TEST(EventHub, every_subscriber_gets_every_event_in_order_and_then_the_end) {
  EXPECT_TRUE(runtime::run_simulated([](Runtime& /*runtime*/) -> Task<void> {
    EventHub hub;
    const auto first = hub.subscribe();
    hub.publish(started(1));
    const auto second = hub.subscribe();
    hub.publish(started(2));
    hub.close();
    EXPECT_EQ(co_await next(*first), 1);
    EXPECT_EQ(co_await next(*first), 2);
    EXPECT_EQ(co_await next(*first), 0);
    EXPECT_EQ(co_await next(*second), 2);
    EXPECT_EQ(co_await next(*second), 0);
  }));
}

TEST(EventHub, what_a_slow_subscriber_misses_is_counted_where_it_is_missing) {
  EXPECT_TRUE(runtime::run_simulated([](Runtime& /*runtime*/) -> Task<void> {
    EventHub hub;
    const auto queue = hub.subscribe(3);
    for (int port = 1; port <= 5; ++port) hub.publish(started(port));
    EXPECT_EQ(co_await next(*queue), 1);
    hub.publish(started(6));  // one place is free, but the note needs one, too
    EXPECT_EQ(co_await next(*queue), 2);
    hub.publish(started(7));
    EXPECT_EQ(co_await next(*queue), 3);
    EXPECT_EQ(co_await next(*queue), -3);
    EXPECT_EQ(co_await next(*queue), 7);
    for (int port = 8; port <= 12; ++port) hub.publish(started(port));
    hub.close();
    for (int port = 8; port <= 10; ++port) EXPECT_EQ(co_await next(*queue), port);
    EXPECT_EQ(co_await next(*queue), -2);
    EXPECT_EQ(co_await next(*queue), 0);
  }));
}

TEST(EventHub, a_waiting_subscriber_is_woken_and_a_gone_one_forgotten) {
  EXPECT_TRUE(runtime::run_simulated([](Runtime& runtime) -> Task<void> {
    EventHub hub;
    hub.subscribe();
    const auto queue = hub.subscribe();
    co_await runtime::with_group<void>([&](runtime::TaskGroup& tasks) -> Task<void> {
      tasks.spawn([](Runtime& world, EventHub& events) -> Task<void> {
        co_await world.clock().sleep_for(std::chrono::seconds(1));
        events.publish(started(1));
      }(runtime, hub));
      EXPECT_EQ(co_await next(*queue), 1);
    });
  }));
}

}  // namespace
}  // namespace quern::connection
