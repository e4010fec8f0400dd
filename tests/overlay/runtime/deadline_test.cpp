#include "overlay/runtime/deadline.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

#include "overlay/runtime/task_group.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::runtime {
namespace {

class Deadlines : public BothWorlds {};
QUERN_ON_BOTH_WORLDS(Deadlines);

Task<Result<int>> answer_after(Clock& clock, Duration delay, int answer) {
  co_await clock.sleep_for(delay);
  co_return answer;
}

TEST_P(Deadlines, a_task_that_ends_in_time_gives_its_own_result) {
  run([](Runtime& runtime) -> Task<void> {
    const auto answer = co_await with_timeout(runtime.clock(), 20s, answer_after(runtime.clock(), 1ms, 7));
    EXPECT_EQ(answer.value_or(0), 7);
  });
}

TEST_P(Deadlines, a_task_that_is_late_is_cancelled_and_the_result_says_timed_out) {
  run([](Runtime& runtime) -> Task<void> {
    const Time start = runtime.clock().now();
    const auto answer = co_await with_timeout(runtime.clock(), 10ms, answer_after(runtime.clock(), 20s, 7));
    EXPECT_FALSE(answer);
    EXPECT_TRUE(!answer && answer.error() == Errc::timed_out);
    EXPECT_GE(runtime.clock().now() - start, 10ms);
    EXPECT_LT(runtime.clock().now() - start, 10s);
  });
}

TEST_P(Deadlines, a_deadline_that_has_passed_cancels_at_the_first_wait) {
  run([](Runtime& runtime) -> Task<void> {
    const auto answer = co_await with_deadline(runtime.clock(), Time{0}, answer_after(runtime.clock(), 20s, 7));
    EXPECT_TRUE(!answer && answer.error() == Errc::timed_out);
  });
}

TEST_P(Deadlines, the_task_has_ended_when_its_deadline_is_reported) {
  run([](Runtime& runtime) -> Task<void> {
    bool unwound = false;
    auto holding = [](Clock& clock, bool& flag) -> Task<Result<int>> {
      struct Leave {
        bool& flag;
        ~Leave() { flag = true; }
      } leave{flag};
      co_await clock.sleep_until(Time::max());
      co_return 1;
    };
    const auto answer = co_await with_timeout(runtime.clock(), 1ms, holding(runtime.clock(), unwound));
    EXPECT_FALSE(answer);
    EXPECT_TRUE(unwound);
  });
}

TEST_P(Deadlines, the_inner_of_two_deadlines_ends_only_the_inner_task) {
  run([](Runtime& runtime) -> Task<void> {
    auto outer = [](Clock& clock) -> Task<Result<int>> {
      const auto inner = co_await with_timeout(clock, 1ms, answer_after(clock, 20s, 1));
      co_return inner ? 0 : 2;
    };
    const auto answer = co_await with_timeout(runtime.clock(), 20s, outer(runtime.clock()));
    EXPECT_EQ(answer.value_or(0), 2);
  });
}

TEST_P(Deadlines, the_outer_of_two_deadlines_ends_both_tasks) {
  run([](Runtime& runtime) -> Task<void> {
    bool went_on = false;
    auto outer = [&went_on](Clock& clock) -> Task<Result<int>> {
      (void)co_await with_timeout(clock, 20s, answer_after(clock, 20s, 1));
      went_on = true;
      co_return 2;
    };
    const auto answer = co_await with_timeout(runtime.clock(), 2ms, outer(runtime.clock()));
    EXPECT_TRUE(!answer && answer.error() == Errc::timed_out);
    EXPECT_FALSE(went_on);
  });
}

TEST_P(Deadlines, cancelling_the_caller_ends_the_task_under_the_deadline) {
  run([](Runtime& runtime) -> Task<void> {
    bool went_on = false;
    auto caller = [&went_on](Clock& clock) -> Task<void> {
      (void)co_await with_timeout(clock, 20s, answer_after(clock, 20s, 1));
      went_on = true;
    };
    TaskGroup group(runtime.executor());
    group.spawn(caller(runtime.clock()));
    co_await runtime.clock().sleep_for(1ms);
    co_await group.stop();
    EXPECT_FALSE(went_on);
  });
}

TEST_P(Deadlines, what_the_task_throws_comes_through) {
  run([](Runtime& runtime) -> Task<void> {
    auto throwing = []() -> Task<Result<int>> {
      throw std::runtime_error("broken");
      co_return 0;
    };
    bool thrown = false;
    try {
      (void)co_await with_timeout(runtime.clock(), 1s, throwing());
    } catch (const std::runtime_error&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
  });
}

}  // namespace
}  // namespace quern::runtime
