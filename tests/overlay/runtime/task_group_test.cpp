#include "overlay/runtime/task_group.hpp"

#include <stdexcept>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::runtime {
namespace {

class TaskGroups : public BothWorlds {};
QUERN_ON_BOTH_WORLDS(TaskGroups);

Task<void> count_after(Clock& clock, Duration delay, int& count) {
  co_await clock.sleep_for(delay);
  ++count;
}

// Notes that it unwound.
struct Leaving {
  int& count;
  ~Leaving() { ++count; }
};

Task<void> sleep_forever(Clock& clock, int& unwound) {
  const Leaving leaving{unwound};
  co_await clock.sleep_until(Time::max());
}

TEST_P(TaskGroups, join_waits_for_every_task) {
  run([](Runtime& runtime) -> Task<void> {
    int count = 0;
    TaskGroup group(runtime.executor());
    for (int i = 0; i < 10; ++i) group.spawn(count_after(runtime.clock(), i * 1ms, count));
    co_await group.join();
    EXPECT_EQ(count, 10);
  });
}

TEST_P(TaskGroups, a_task_begins_in_a_turn_of_its_own) {
  run([](Runtime& runtime) -> Task<void> {
    const auto set = [](bool& flag) -> Task<void> {
      flag = true;
      co_return;
    };
    bool begun = false;
    TaskGroup group(runtime.executor());
    group.spawn(set(begun));
    EXPECT_FALSE(begun);
    co_await group.join();
    EXPECT_TRUE(begun);
  });
}

TEST_P(TaskGroups, stop_unwinds_what_would_never_end) {
  run([](Runtime& runtime) -> Task<void> {
    int unwound = 0;
    TaskGroup group(runtime.executor());
    for (int i = 0; i < 10; ++i) group.spawn(sleep_forever(runtime.clock(), unwound));
    co_await runtime.clock().sleep_for(1ms);
    co_await group.stop();
    EXPECT_EQ(unwound, 10);
    EXPECT_EQ(group.size(), 0u);
  });
}

TEST_P(TaskGroups, a_task_cancelled_before_its_first_turn_ends) {
  run([](Runtime& runtime) -> Task<void> {
    int unwound = 0;
    TaskGroup group(runtime.executor());
    group.spawn(sleep_forever(runtime.clock(), unwound));
    co_await group.stop();
    EXPECT_EQ(group.size(), 0u);
  });
}

TEST_P(TaskGroups, a_task_that_cancels_its_own_group_and_never_waits_ends) {
  run([](Runtime& runtime) -> Task<void> {
    TaskGroup group(runtime.executor());
    auto suicidal = [](TaskGroup& own) -> Task<void> {
      own.cancel();
      co_return;
    };
    group.spawn(suicidal(group));
    co_await group.join();
    EXPECT_EQ(group.size(), 0u);
  });
}

TEST_P(TaskGroups, a_cancelled_group_takes_no_more_tasks) {
  run([](Runtime& runtime) -> Task<void> {
    int count = 0;
    TaskGroup group(runtime.executor());
    co_await group.stop();
    group.spawn(count_after(runtime.clock(), 0ms, count));
    co_await group.join();
    EXPECT_EQ(count, 0);
  });
}

TEST_P(TaskGroups, a_scope_that_ends_cancels_and_joins_what_it_started) {
  run([](Runtime& runtime) -> Task<void> {
    int unwound = 0;
    const int answer = co_await with_group<int>([&](TaskGroup& group) -> Task<int> {
      group.spawn(sleep_forever(runtime.clock(), unwound));
      group.spawn(sleep_forever(runtime.clock(), unwound));
      co_await runtime.clock().sleep_for(1ms);
      co_return 42;
    });
    EXPECT_EQ(answer, 42);
    EXPECT_EQ(unwound, 2);
  });
}

TEST_P(TaskGroups, cancelling_a_scope_from_outside_reaches_the_tasks_it_started) {
  run([](Runtime& runtime) -> Task<void> {
    int unwound = 0;
    bool went_on = false;
    TaskGroup outer(runtime.executor());
    auto nested = [&]() -> Task<void> {
      co_await with_group<void>([&](TaskGroup& inner) -> Task<void> {
        inner.spawn(sleep_forever(runtime.clock(), unwound));
        inner.spawn(sleep_forever(runtime.clock(), unwound));
        co_await inner.join();
      });
      went_on = true;
    };
    outer.spawn(nested());
    co_await runtime.clock().sleep_for(1ms);
    co_await outer.stop();
    EXPECT_EQ(unwound, 2);
    EXPECT_FALSE(went_on);
  });
}

TEST_P(TaskGroups, a_failing_task_cancels_its_siblings_and_join_throws_its_failure) {
  run([](Runtime& runtime) -> Task<void> {
    int unwound = 0;
    bool thrown = false;
    TaskGroup group(runtime.executor());
    group.spawn(sleep_forever(runtime.clock(), unwound));
    auto failing = [](Clock& clock) -> Task<void> {
      co_await clock.sleep_for(1ms);
      throw std::runtime_error("broken");
    };
    group.spawn(failing(runtime.clock()));
    try {
      co_await group.join();
    } catch (const std::runtime_error& error) {
      thrown = std::string_view(error.what()) == "broken";
    }
    EXPECT_TRUE(thrown);
    EXPECT_EQ(unwound, 1);
  });
}

TEST_P(TaskGroups, a_body_that_throws_still_joins_its_tasks) {
  run([](Runtime& runtime) -> Task<void> {
    int unwound = 0;
    bool thrown = false;
    try {
      co_await with_group<void>([&](TaskGroup& group) -> Task<void> {
        group.spawn(sleep_forever(runtime.clock(), unwound));
        co_await runtime.clock().sleep_for(1ms);
        throw std::runtime_error("body");
      });
    } catch (const std::runtime_error&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
    EXPECT_EQ(unwound, 1);
  });
}

TEST_P(TaskGroups, a_spawned_task_that_fails_ends_the_body_of_its_scope) {
  run([](Runtime& runtime) -> Task<void> {
    bool thrown = false;
    int unwound = 0;
    try {
      co_await with_group<int>([&](TaskGroup& group) -> Task<int> {
        auto failing = [](Clock& clock) -> Task<void> {
          co_await clock.sleep_for(1ms);
          throw std::runtime_error("child");
        };
        group.spawn(failing(runtime.clock()));
        co_await sleep_forever(runtime.clock(), unwound);
        co_return 1;
      });
    } catch (const std::runtime_error&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
    EXPECT_EQ(unwound, 1);
  });
}

TEST_P(TaskGroups, scopes_nest_and_unwind_from_the_inside_out) {
  run([](Runtime& runtime) -> Task<void> {
    std::vector<int> order;
    struct Leave {
      std::vector<int>& order;
      int depth;
      ~Leave() { order.push_back(depth); }
    };
    auto nest = [&](auto self, int depth) -> Task<void> {
      const Leave leave{order, depth};
      co_await with_group<void>([&](TaskGroup& group) -> Task<void> {
        if (depth < 4) group.spawn(self(self, depth + 1));
        co_await runtime.clock().sleep_until(Time::max());
      });
    };
    TaskGroup root(runtime.executor());
    root.spawn(nest(nest, 1));
    co_await runtime.clock().sleep_for(5ms);
    co_await root.stop();
    EXPECT_EQ(order, (std::vector{4, 3, 2, 1}));
  });
}

}  // namespace
}  // namespace quern::runtime
