#include "overlay/connection/dial_line.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "overlay/runtime/task_group.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::connection {
namespace {

using namespace std::chrono_literals;
using runtime::Runtime;
using runtime::Task;
using testing::ElementsAre;

struct Entered {
  int who;
  std::int64_t at_ms;
  friend bool operator==(const Entered&, const Entered&) = default;
};

// Dials for `lasts` once it is let in.
Task<void> dial(Runtime& runtime, DialLine& line, int who, runtime::Duration lasts, std::vector<Entered>& entered) {
  const auto slot = co_await line.enter();
  EXPECT_TRUE(slot);
  entered.push_back({who, runtime.clock().now().ns / 1'000'000});
  co_await runtime.clock().sleep_for(lasts);
}

TEST(DialLine, lets_so_many_in_at_once_and_the_rest_in_order) {
  std::vector<Entered> entered;
  EXPECT_TRUE(runtime::run_simulated([&](Runtime& runtime) -> Task<void> {
    const Limits limits{.dials = 2};
    DialLine line(runtime.clock(), limits);
    co_await runtime::with_group<void>([&](runtime::TaskGroup& tasks) -> Task<void> {
      for (int who = 0; who < 5; ++who) tasks.spawn(dial(runtime, line, who, 1s, entered));
      co_await tasks.join();
    });
    EXPECT_EQ(line.under_way(), 0u);
    EXPECT_EQ(line.waiting(), 0u);
  }));
  EXPECT_THAT(entered, ElementsAre(Entered{0, 0}, Entered{1, 0}, Entered{2, 1000}, Entered{3, 1000}, Entered{4, 2000}));
}

TEST(DialLine, starts_no_more_in_a_second_than_the_rate) {
  std::vector<Entered> entered;
  EXPECT_TRUE(runtime::run_simulated([&](Runtime& runtime) -> Task<void> {
    const Limits limits{.dials = 100, .dials_per_second = 2};
    DialLine line(runtime.clock(), limits);
    co_await runtime::with_group<void>([&](runtime::TaskGroup& tasks) -> Task<void> {
      for (int who = 0; who < 5; ++who) tasks.spawn(dial(runtime, line, who, 1ms, entered));
      co_await tasks.join();
    });
  }));
  EXPECT_THAT(entered, ElementsAre(Entered{0, 0}, Entered{1, 0}, Entered{2, 1000}, Entered{3, 1000}, Entered{4, 2000}));
}

TEST(DialLine, refuses_who_would_wait_beyond_the_limit) {
  EXPECT_TRUE(runtime::run_simulated([&](Runtime& runtime) -> Task<void> {
    const Limits limits{.dials = 1, .dials_waiting = 1};
    DialLine line(runtime.clock(), limits);
    std::vector<Entered> entered;
    co_await runtime::with_group<void>([&](runtime::TaskGroup& tasks) -> Task<void> {
      const auto slot = co_await line.enter();
      tasks.spawn(dial(runtime, line, 1, 1s, entered));
      while (line.waiting() == 0) co_await runtime.clock().sleep_for(1ms);
      const auto refused = co_await line.enter();
      EXPECT_FALSE(refused);
      EXPECT_EQ(refused.error(), runtime::Errc::limit_reached);
      EXPECT_EQ(refused.error().detail(), "dials_waiting: 2 of 1 for this node");
    });
    EXPECT_EQ(line.waiting(), 0u) << "who was cancelled has left the line";
    EXPECT_TRUE(co_await line.enter());
  }));
}

TEST(DialLine, a_cancelled_waiter_holds_nobody_up) {
  std::vector<Entered> entered;
  EXPECT_TRUE(runtime::run_simulated([&](Runtime& runtime) -> Task<void> {
    const Limits limits{.dials = 1};
    DialLine line(runtime.clock(), limits);
    co_await runtime::with_group<void>([&](runtime::TaskGroup& tasks) -> Task<void> {
      tasks.spawn(dial(runtime, line, 0, 1s, entered));
      while (line.under_way() == 0) co_await runtime.clock().sleep_for(1ms);
      co_await runtime::with_group<void>([&](runtime::TaskGroup& impatient) -> Task<void> {
        impatient.spawn(dial(runtime, line, 1, 1s, entered));
        while (line.waiting() == 0) co_await runtime.clock().sleep_for(1ms);
        tasks.spawn(dial(runtime, line, 2, 1s, entered));
        while (line.waiting() < 2) co_await runtime.clock().sleep_for(1ms);
      });
      co_await tasks.join();
    });
  }));
  EXPECT_THAT(entered, ElementsAre(Entered{0, 0}, Entered{2, 1000}));
}

TEST(DialLine, a_limit_of_zero_lets_nobody_in) {
  EXPECT_TRUE(runtime::run_simulated([&](Runtime& runtime) -> Task<void> {
    const Limits none{.dials = 0};
    DialLine closed(runtime.clock(), none);
    EXPECT_FALSE(co_await closed.enter());
    const Limits never{.dials_per_second = 0};
    DialLine still(runtime.clock(), never);
    EXPECT_FALSE(co_await still.enter());
  }));
}

}  // namespace
}  // namespace quern::connection
