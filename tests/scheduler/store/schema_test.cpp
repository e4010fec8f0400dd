#include "scheduler/store/schema.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "tests/scheduler/store/simulated_files.hpp"

namespace quern::store {
namespace {

constexpr std::array kSteps = {
    SchemaStep{"first", "CREATE TABLE first (id INTEGER PRIMARY KEY) STRICT; INSERT INTO first VALUES (1)"},
    SchemaStep{"second", "ALTER TABLE first ADD COLUMN more INTEGER NOT NULL DEFAULT 5; UPDATE first SET more = 6"},
    SchemaStep{"third", "CREATE TABLE third (id INTEGER PRIMARY KEY) STRICT"},
};

std::int64_t steps_applied(Database& database, std::string_view room) {
  const auto found = database.find(
      "SELECT count(*) FROM schema_steps WHERE room = ?", [](const Row& row) { return row.integer(0); }, room);
  return found && *found ? **found : -1;
}

TEST(Schema, steps_are_applied_once_and_in_order) {
  SimulatedFiles files;
  auto database = Database::open({.path = "test.db", .vfs = files.vfs()});
  ASSERT_TRUE(database);
  ASSERT_TRUE(migrate(*database, "room", std::span(kSteps).first(1)));
  EXPECT_EQ(steps_applied(*database, "room"), 1);
  ASSERT_TRUE(migrate(*database, "room", kSteps));
  ASSERT_TRUE(migrate(*database, "room", kSteps));
  EXPECT_EQ(steps_applied(*database, "room"), 3);
  EXPECT_EQ(*database->find("SELECT more FROM first", [](const Row& row) { return row.integer(0); }), 6);
}

TEST(Schema, rooms_count_apart) {
  SimulatedFiles files;
  auto database = Database::open({.path = "test.db", .vfs = files.vfs()});
  ASSERT_TRUE(database);
  ASSERT_TRUE(migrate(*database, "one", std::span(kSteps).first(2)));
  ASSERT_TRUE(migrate(*database, "other", std::span(kSteps).last(1)));
  EXPECT_EQ(steps_applied(*database, "one"), 2);
  EXPECT_EQ(steps_applied(*database, "other"), 1);
}

TEST(Schema, of_a_newer_program_is_refused_with_both_versions) {
  SimulatedFiles files;
  auto database = Database::open({.path = "test.db", .vfs = files.vfs()});
  ASSERT_TRUE(database);
  ASSERT_TRUE(migrate(*database, "ledger", kSteps));
  const auto refused = migrate(*database, "ledger", std::span(kSteps).first(2));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), Errc::newer_schema);
  EXPECT_EQ(refused.error().detail(),
            "tables of ledger are at version 3, this program knows up to 2: use the newer program");
  EXPECT_EQ(steps_applied(*database, "ledger"), 3);
}

TEST(Schema, a_step_that_fails_leaves_those_before) {
  SimulatedFiles files;
  auto database = Database::open({.path = "test.db", .vfs = files.vfs()});
  ASSERT_TRUE(database);
  std::array steps = kSteps;
  steps[1].sql = "CREATE TABLE half (id INTEGER) STRICT; CREATE TABLE nonsense (";
  ASSERT_FALSE(migrate(*database, "room", steps));
  EXPECT_EQ(steps_applied(*database, "room"), 1);
  EXPECT_FALSE(database->in_transaction());
  EXPECT_FALSE(database->run("SELECT * FROM half"));
  EXPECT_TRUE(migrate(*database, "room", kSteps)) << "with the step put right";
}

TEST(Schema, a_crash_at_any_sync_lets_the_next_start_go_on) {
  runtime::Random random(5);
  SimulatedFiles files;
  std::size_t crashes = 0;
  files.on_sync([&](std::string_view) {
    for (int round = 0; round < 8; ++round) {
      const auto copy = files.crashed_copy(static_cast<Crash>(random.below(4)), random);
      auto found = Database::open({.path = "test.db", .vfs = copy->vfs()});
      ASSERT_TRUE(found) << found.error().message();
      const auto migrated = migrate(*found, "room", kSteps);
      ASSERT_TRUE(migrated) << migrated.error().message();
      EXPECT_EQ(steps_applied(*found, "room"), 3);
      EXPECT_TRUE(found->check());
      ++crashes;
    }
  });
  auto database = Database::open({.path = "test.db", .vfs = files.vfs()});
  ASSERT_TRUE(database);
  ASSERT_TRUE(migrate(*database, "room", kSteps));
  EXPECT_GE(crashes, 8 * 5);
}

}  // namespace
}  // namespace quern::store
