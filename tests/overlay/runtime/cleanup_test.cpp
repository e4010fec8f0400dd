#include "overlay/runtime/cleanup.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "overlay/runtime/task_group.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::runtime {
namespace {

class Cleanup : public BothWorlds {};
QUERN_ON_BOTH_WORLDS(Cleanup);

TEST_P(Cleanup, follows_the_body_and_its_value_comes_out) {
  std::string order;
  run([&](Runtime& runtime) -> Task<void> {
    const int value = co_await with_cleanup<int>(
        [&]() -> Task<int> {
          co_await runtime.clock().sleep_for(1ms);
          order += "body ";
          co_return 7;
        },
        [&]() -> Task<void> {
          co_await runtime.clock().sleep_for(1ms);
          order += "cleanup";
        });
    EXPECT_EQ(value, 7);
  });
  EXPECT_EQ(order, "body cleanup");
}

TEST_P(Cleanup, follows_a_body_that_throws) {
  bool cleaned = false;
  run([&](Runtime& runtime) -> Task<void> {
    const auto body = []() -> Task<void> {
      throw std::runtime_error("no");
      co_return;
    };
    const auto cleanup = [&]() -> Task<void> {
      co_await runtime.clock().sleep_for(1ms);
      cleaned = true;
    };
    std::string what;
    try {
      co_await with_cleanup<void>(body, cleanup);
    } catch (const std::runtime_error& error) {
      what = error.what();
    }
    EXPECT_EQ(what, "no");
  });
  EXPECT_TRUE(cleaned);
}

TEST_P(Cleanup, can_wait_in_a_cancelled_task_which_stays_cancelled) {
  bool cleaned = false;
  bool went_on = false;
  run([&](Runtime& runtime) -> Task<void> {
    co_await with_group<void>([&](TaskGroup& tasks) -> Task<void> {
      tasks.spawn([](Runtime& world, bool& done, bool& after) -> Task<void> {
        const auto body = [&]() -> Task<void> { co_await world.clock().sleep_for(1h); };
        const auto cleanup = [&]() -> Task<void> {
          co_await world.clock().sleep_for(1ms);
          done = true;
        };
        co_await with_cleanup<void>(body, cleanup);
        after = true;
      }(runtime, cleaned, went_on));
      co_await runtime.clock().sleep_for(1ms);
    });
  });
  EXPECT_TRUE(cleaned);
  EXPECT_FALSE(went_on);
}

}  // namespace
}  // namespace quern::runtime
