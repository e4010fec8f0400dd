#include "overlay/runtime/channel.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "overlay/runtime/deadline.hpp"
#include "overlay/runtime/task_group.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::runtime {
namespace {

class Channels : public BothWorlds {};
QUERN_ON_BOTH_WORLDS(Channels);

Task<Result<bool>> push_one(Channel<int>& channel, int value) {
  co_return co_await channel.push(value);
}

TEST_P(Channels, values_come_out_in_the_order_they_went_in_and_never_exceed_the_capacity) {
  run([](Runtime& runtime) -> Task<void> {
    Channel<int> channel(3);
    std::vector<int> got;
    TaskGroup group(runtime.executor());
    auto produce = [](Channel<int>& out) -> Task<void> {
      for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(co_await out.push(i));
        EXPECT_LE(out.size(), 3u);
      }
      out.close();
    };
    group.spawn(produce(channel));
    while (auto value = co_await channel.pop()) got.push_back(*value);
    co_await group.join();
    EXPECT_EQ(got.size(), 100u);
    for (int i = 0; i < static_cast<int>(got.size()); ++i) EXPECT_EQ(got[i], i);
  });
}

TEST_P(Channels, a_full_channel_refuses_a_push_that_does_not_wait) {
  run([](Runtime& runtime) -> Task<void> {
    Channel<int> channel(1);
    EXPECT_TRUE(channel.try_push(1));
    EXPECT_FALSE(channel.try_push(2));
    const auto pushed = co_await with_timeout(runtime.clock(), 1ms, push_one(channel, 3));
    EXPECT_TRUE(!pushed && pushed.error() == Errc::timed_out);
    EXPECT_EQ((co_await channel.pop()).value_or(0), 1);
    EXPECT_EQ(channel.size(), 0u);
  });
}

TEST_P(Channels, closing_wakes_who_waits_and_keeps_what_is_inside) {
  run([](Runtime& runtime) -> Task<void> {
    Channel<int> empty(1);
    Channel<int> full(1);
    EXPECT_TRUE(full.try_push(5));
    int ended = 0;
    TaskGroup group(runtime.executor());
    auto popper = [&ended](Channel<int>& channel) -> Task<void> {
      EXPECT_FALSE((co_await channel.pop()).has_value());
      ++ended;
    };
    auto pusher = [&ended](Channel<int>& channel) -> Task<void> {
      EXPECT_FALSE(co_await channel.push(6));
      ++ended;
    };
    group.spawn(popper(empty));
    group.spawn(pusher(full));
    co_await runtime.clock().sleep_for(1ms);
    empty.close();
    full.close();
    co_await group.join();
    EXPECT_EQ(ended, 2);
    EXPECT_EQ((co_await full.pop()).value_or(0), 5);
  });
}

TEST_P(Channels, a_cancelled_popper_does_not_swallow_the_wake_up_of_the_next) {
  run([](Runtime& runtime) -> Task<void> {
    Channel<int> channel(2);
    int got = 0;
    TaskGroup impatient(runtime.executor());
    TaskGroup patient(runtime.executor());
    auto popper = [&got](Channel<int>& from) -> Task<void> { got += (co_await from.pop()).value_or(100); };
    impatient.spawn(popper(channel));
    co_await runtime.clock().sleep_for(1ms);
    patient.spawn(popper(channel));
    co_await runtime.clock().sleep_for(1ms);
    impatient.cancel();
    EXPECT_TRUE(channel.try_push(7));
    co_await patient.join();
    co_await impatient.join();
    EXPECT_EQ(got, 7);
  });
}

}  // namespace
}  // namespace quern::runtime
