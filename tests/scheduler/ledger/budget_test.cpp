#include <string>

#include <gtest/gtest.h>

#include "overlay/runtime/task_group.hpp"
#include "scheduler/ledger/ledger.hpp"
#include "scheduler/ledger/verify.hpp"
#include "scheduler/store/writer.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::ledger {
namespace {

using runtime::Runtime;
using runtime::Task;

class Budgets : public runtime::BothWorlds {};
QUERN_ON_BOTH_WORLDS(Budgets);

TEST_P(Budgets, are_not_exceeded_by_requests_that_come_at_the_same_time) {
  auto database = store::Database::open({.path = folder_.path() / "ledger.db"});
  ASSERT_TRUE(database);
  auto ledger = Ledger::open(*database, {.all = {10}});
  ASSERT_TRUE(ledger);
  int reserved = 0;
  int refused = 0;
  run([&](Runtime& runtime) -> Task<void> {
    store::Writer writer(runtime, *database);
    auto one = [&](std::uint8_t number) -> Task<void> {
      ReservationRequest request{.peer = "alice", .job = "job", .amount = {1}};
      request.agreement.front() = std::byte{number};
      const auto done =
          co_await writer.write([&books = *ledger, request](store::Database&) { return books.reserve(request); });
      if (done) {
        ++reserved;
        EXPECT_EQ(done->state, ReservationState::open);
      } else {
        ++refused;
        EXPECT_EQ(done.error(), Errc::budget_exceeded);
      }
    };
    co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
      group.spawn(writer.run());
      runtime::TaskGroup requests(runtime.executor());
      for (std::uint8_t number = 0; number < 50; ++number) requests.spawn(one(number));
      co_await requests.join();
    });
  });
  EXPECT_EQ(reserved, 10);
  EXPECT_EQ(refused, 40);
  EXPECT_EQ(ledger->exposure()->reserved, model::Credits{10});
  EXPECT_EQ(verify(*ledger)->breach.value_or(""), "");
}

}  // namespace
}  // namespace quern::ledger
