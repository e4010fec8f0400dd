#include "scheduler/store/writer.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "overlay/runtime/task_group.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"
#include "tests/scheduler/store/simulated_files.hpp"

namespace quern::store {
namespace {

using runtime::Result;
using runtime::Runtime;
using runtime::Task;

constexpr const char* kNotes = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT";

std::int64_t count(Database& database) {
  const auto found = database.find("SELECT count(*) FROM notes", [](const Row& row) { return row.integer(0); });
  return found && *found ? **found : -1;
}

Operation add(std::string text) {
  return [text = std::move(text)](Database& database) {
    return database.run("INSERT INTO notes (text) VALUES (?)", text);
  };
}

class Groups : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(database_.execute(kNotes)); }

  SimulatedFiles files_;
  Database database_ = *Database::open({.path = "test.db", .vfs = files_.vfs()});
};

TEST_F(Groups, share_one_sync) {
  std::vector<Operation> operations;
  for (int at = 0; at < 100; ++at) operations.push_back(add(std::to_string(at)));
  const std::size_t before = files_.syncs();
  for (const auto& result : commit_together(database_, operations)) EXPECT_TRUE(result);
  EXPECT_EQ(files_.syncs() - before, 1);
  EXPECT_EQ(count(database_), 100);
}

TEST_F(Groups, undo_what_a_failed_operation_wrote_and_nothing_else) {
  std::vector<Operation> operations;
  operations.push_back(add("a"));
  operations.emplace_back([](Database& database) -> Result<void> {
    if (auto added = database.run("INSERT INTO notes (text) VALUES ('half')"); !added) return added;
    return database.run("INSERT INTO notes (text) VALUES ('a')");
  });
  operations.push_back(add("b"));
  const auto results = commit_together(database_, operations);
  EXPECT_TRUE(results[0]);
  ASSERT_FALSE(results[1]);
  EXPECT_EQ(results[1].error(), Errc::constraint);
  EXPECT_TRUE(results[2]);
  EXPECT_EQ(count(database_), 2);
}

TEST_F(Groups, acknowledge_nothing_when_the_disk_is_full) {
  std::vector<Operation> operations;
  operations.push_back(add("a"));
  operations.push_back(add("b"));
  files_.fill_after(0);
  for (const auto& result : commit_together(database_, operations)) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), Errc::disk_full);
  }
  EXPECT_EQ(count(database_), 0);
  EXPECT_FALSE(database_.in_transaction());
}

TEST_F(Groups, acknowledge_nothing_that_a_failed_sync_may_have_lost) {
  std::vector<Operation> operations;
  operations.push_back(add("a"));
  files_.fail_syncs_after(0);
  const auto results = commit_together(database_, operations);
  ASSERT_FALSE(results[0]);
  EXPECT_EQ(results[0].error(), Errc::io);
  EXPECT_EQ(count(database_), 0);
  files_.make_room();
  std::vector<Operation> again;
  again.push_back(add("a"));
  EXPECT_TRUE(commit_together(database_, again)[0]);
}

// A writer on a file of the disk or of simulated_files.
class Writers : public runtime::BothWorlds {
 protected:
  Database open() {
    const bool simulated = GetParam() == runtime::WorldKind::simulated;
    auto database = Database::open({.path = simulated ? "test.db" : std::string(folder_.path() / "test.db"),
                                    .vfs = simulated ? files_.vfs() : std::string()});
    EXPECT_TRUE(database && database->execute(kNotes));
    return std::move(*database);
  }
  // Runs `body` beside the writer's own task.
  void run_with(const std::function<Task<void>(Runtime&, Writer&)>& body) {
    run([&](Runtime& runtime) -> Task<void> {
      Writer writer(runtime, database_);
      co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
        group.spawn(writer.run());
        co_await body(runtime, writer);
      });
    });
  }

  SimulatedFiles files_;
  Database database_ = open();
};
QUERN_ON_BOTH_WORLDS(Writers);

TEST_P(Writers, give_the_value_of_an_operation_once_it_is_durable) {
  run_with([](Runtime&, Writer& writer) -> Task<void> {
    const auto id = co_await writer.write([](Database& database) -> Result<std::int64_t> {
      if (auto added = database.run("INSERT INTO notes (text) VALUES ('a')"); !added) {
        return std::unexpected(std::move(added).error());
      }
      return database.last_insert_id();
    });
    EXPECT_EQ(id.value_or(0), 1);
    const auto refused =
        co_await writer.write([](Database& database) { return database.run("INSERT INTO notes (text) VALUES ('a')"); });
    EXPECT_FALSE(refused);
  });
  EXPECT_EQ(count(database_), 1);
}

TEST_P(Writers, gather_what_waits_while_a_group_is_synced) {
  constexpr std::size_t kWriters = 500;
  std::size_t acknowledged = 0;
  const std::size_t before = files_.syncs();
  run_with([&](Runtime& runtime, Writer& writer) -> Task<void> {
    auto one = [&](std::size_t name) -> Task<void> {
      const auto done = co_await writer.write(add("note " + std::to_string(name)));
      EXPECT_TRUE(done);
      acknowledged += done.has_value();
    };
    runtime::TaskGroup group(runtime.executor());
    for (std::size_t name = 0; name < kWriters; ++name) group.spawn(one(name));
    co_await group.join();
  });
  EXPECT_EQ(acknowledged, kWriters);
  EXPECT_EQ(count(database_), kWriters);
  if (GetParam() == runtime::WorldKind::simulated) EXPECT_LE(files_.syncs() - before, 8);
}

TEST_P(Writers, refuse_more_than_may_wait) {
  run([&](Runtime& runtime) -> Task<void> {
    Writer writer(runtime, database_);  // does not run
    auto one = [&](std::size_t name) -> Task<void> {
      std::ignore = co_await writer.write(add("note " + std::to_string(name)));
    };
    runtime::TaskGroup group(runtime.executor());
    for (std::size_t name = 0; name < kWritesWaitingMax; ++name) group.spawn(one(name));
    while (writer.waiting() < kWritesWaitingMax)
      co_await runtime.clock().sleep_until(runtime.clock().now() + std::chrono::milliseconds(1));
    const auto refused = co_await writer.write(add("one too many"));
    EXPECT_FALSE(refused);
    if (!refused) {
      EXPECT_EQ(refused.error(), runtime::Errc::limit_reached);
      EXPECT_EQ(refused.error().detail(), "store_writes_waiting: 4097 of 4096");
    }
    co_await group.stop();
    EXPECT_EQ(writer.waiting(), 0) << "callers that went left the queue";
  });
  EXPECT_EQ(count(database_), 0);
}

TEST_P(Writers, that_were_stopped_take_nothing_more) {
  run([&](Runtime& runtime) -> Task<void> {
    Writer writer(runtime, database_);
    runtime::TaskGroup group(runtime.executor());
    group.spawn(writer.run());
    EXPECT_TRUE(co_await writer.write(add("before")));
    co_await group.stop();
    const auto refused = co_await writer.write(add("after"));
    EXPECT_FALSE(refused);
    if (!refused) EXPECT_EQ(refused.error(), runtime::Errc::closed);
  });
  EXPECT_EQ(count(database_), 1);
}

TEST_P(Writers, end_what_waits_when_they_stop) {
  run([&](Runtime& runtime) -> Task<void> {
    Writer writer(runtime, database_);
    std::size_t kept = 0;
    std::size_t closed = 0;
    auto one = [&](std::size_t name) -> Task<void> {
      const auto done = co_await writer.write(add("note " + std::to_string(name)));
      kept += done.has_value();
      closed += !done && done.error() == runtime::Errc::closed;
    };
    runtime::TaskGroup callers(runtime.executor());
    for (std::size_t name = 0; name < 3 * kGroupMax; ++name) callers.spawn(one(name));
    while (writer.waiting() < 3 * kGroupMax)
      co_await runtime.clock().sleep_until(runtime.clock().now() + std::chrono::milliseconds(1));
    runtime::TaskGroup group(runtime.executor());
    group.spawn(writer.run());
    while (writer.waiting() == 3 * kGroupMax)
      co_await runtime.clock().sleep_until(runtime.clock().now() + std::chrono::microseconds(1));
    co_await group.stop();
    co_await callers.join();
    EXPECT_EQ(kept + closed, 3 * kGroupMax);
    EXPECT_EQ(kept % kGroupMax, 0) << "groups are whole";
    EXPECT_EQ(count(database_), kept);
  });
}

}  // namespace
}  // namespace quern::store
