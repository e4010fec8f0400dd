#include "overlay/runtime/runtime.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "overlay/runtime/deadline.hpp"
#include "overlay/runtime/task_group.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::runtime {
namespace {

class Runtimes : public BothWorlds {};
QUERN_ON_BOTH_WORLDS(Runtimes);

TEST_P(Runtimes, sleep_returns_at_its_deadline_and_not_before) {
  run([](Runtime& runtime) -> Task<void> {
    const Time start = runtime.clock().now();
    co_await runtime.clock().sleep_until(start + 5ms);
    EXPECT_GE(runtime.clock().now(), start + 5ms);
    co_await runtime.clock().sleep_until(start);  // long past
  });
}

TEST_P(Runtimes, sleepers_wake_in_the_order_of_their_deadlines) {
  run([](Runtime& runtime) -> Task<void> {
    std::vector<int> order;
    auto sleeper = [&order](Clock& clock, Time at, int name) -> Task<void> {
      co_await clock.sleep_until(at);
      order.push_back(name);
    };
    TaskGroup group(runtime.executor());
    const Time start = runtime.clock().now();
    for (const int name : {3, 1, 2}) group.spawn(sleeper(runtime.clock(), start + name * 10ms, name));
    co_await group.join();
    EXPECT_EQ(order, (std::vector{1, 2, 3}));
  });
}

TEST_P(Runtimes, offloaded_work_gives_its_value_and_other_tasks_run_meanwhile) {
  run([](Runtime& runtime) -> Task<void> {
    bool other_ran = false;
    std::atomic<bool> seen = false;
    auto other = [&]() -> Task<void> {
      other_ran = true;
      seen = true;
      co_return;
    };
    TaskGroup group(runtime.executor());
    group.spawn(other());
    const int value = co_await offload(runtime, [&seen, simulated = runtime.node() != "test"] {
      // On the real pool the work waits for the other task: it would hang if the executor were blocked.
      while (!simulated && !seen) std::this_thread::yield();
      return 42;
    });
    EXPECT_EQ(value, 42);
    EXPECT_TRUE(other_ran);
    co_await group.join();
  });
}

TEST_P(Runtimes, what_offloaded_work_throws_comes_through) {
  run([](Runtime& runtime) -> Task<void> {
    bool thrown = false;
    try {
      co_await offload(runtime, [] { throw std::runtime_error("broken"); });
    } catch (const std::runtime_error&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
  });
}

TEST_P(Runtimes, cancelling_a_task_waits_for_its_offloaded_work) {
  run([](Runtime& runtime) -> Task<void> {
    std::atomic<bool> worked = false;
    bool went_on = false;
    auto task = [&]() -> Task<void> {
      co_await offload(runtime, [&worked] { worked = true; });
      co_await runtime.clock().sleep_for(0ms);
      went_on = true;
    };
    TaskGroup group(runtime.executor());
    group.spawn(task());
    auto yield = [](Clock& clock) -> Task<void> { co_await clock.sleep_for(0ms); };
    co_await yield(runtime.clock());
    co_await group.stop();
    EXPECT_TRUE(worked);
    EXPECT_FALSE(went_on);
  });
}

TEST_P(Runtimes, more_offloads_than_the_limit_all_end) {
  run([](Runtime& runtime) -> Task<void> {
    std::atomic<std::size_t> done = 0;
    TaskGroup group(runtime.executor());
    auto task = [&]() -> Task<void> { co_await offload(runtime, [&done] { ++done; }); };
    for (std::size_t i = 0; i < kOffloadsMax * 2; ++i) group.spawn(task());
    co_await group.join();
    EXPECT_EQ(done, kOffloadsMax * 2);
  });
}

TEST_P(Runtimes, secrets_differ_from_call_to_call) {
  run([](Runtime& runtime) -> Task<void> {
    std::array<std::byte, 32> first{};
    std::array<std::byte, 32> second{};
    runtime.fill_secret(first);
    runtime.fill_secret(second);
    EXPECT_NE(first, second);
    co_return;
  });
}

TEST(SystemRuntime, stop_from_another_thread_ends_the_program) {
  SystemRuntime runtime({});
  std::atomic<bool> running = false;
  bool unwound = false;
  std::jthread stopper([&] {
    running.wait(false);
    runtime.stop();
  });
  runtime.run([&](Runtime& node) -> Task<void> {
    struct Leave {
      bool& flag;
      ~Leave() { flag = true; }
    } leave{unwound};
    running = true;
    running.notify_all();
    co_await node.clock().sleep_until(Time::max());
  });
  EXPECT_TRUE(unwound);
}

TEST(SystemRuntime, run_throws_what_the_program_threw) {
  SystemRuntime runtime({});
  const auto program = [](Runtime&) -> Task<void> {
    throw std::runtime_error("start-up");
    co_return;
  };
  EXPECT_THROW(runtime.run(program), std::runtime_error);
}

TEST(SystemRuntime, the_same_random_seed_gives_the_same_numbers) {
  SystemRuntime first({.random_seed = 5});
  SystemRuntime second({.random_seed = 5});
  EXPECT_EQ(first.random().next(), second.random().next());
}

}  // namespace
}  // namespace quern::runtime
