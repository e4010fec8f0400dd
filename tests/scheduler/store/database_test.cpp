#include "scheduler/store/database.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/scheduler/store/simulated_files.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::store {
namespace {

constexpr const char* kNotes = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL, bytes BLOB) STRICT";

class Databases : public testing::Test {
 protected:
  Database open(const std::string& name = "test.db") {
    auto database = Database::open({.path = name, .vfs = files_.vfs()});
    EXPECT_TRUE(database) << database.error().message();
    return std::move(*database);
  }
  static std::int64_t count(Database& database) {
    const auto found = database.find("SELECT count(*) FROM notes", [](const Row& row) { return row.integer(0); });
    EXPECT_TRUE(found) << found.error().message();
    return found ? found->value_or(-1) : -1;
  }

  SimulatedFiles files_;
};

TEST_F(Databases, give_back_what_they_took) {
  Database database = open();
  ASSERT_TRUE(database.execute(kNotes));
  const std::array bytes = {std::byte{0}, std::byte{255}};
  ASSERT_TRUE(database.run("INSERT INTO notes (text, bytes) VALUES (?, ?)", "a\0b", bytes));
  ASSERT_TRUE(
      database.run("INSERT INTO notes (text, bytes) VALUES (?, ?)", std::string(), std::optional<std::string>()));
  EXPECT_EQ(database.last_insert_id(), 2);
  std::vector<std::string> texts;
  std::vector<std::size_t> sizes;
  std::vector<bool> nulls;
  const auto take = [&](const Row& row) {
    texts.emplace_back(row.text(1));
    sizes.push_back(row.bytes(2).size());
    nulls.push_back(row.is_null(2));
    return true;
  };
  ASSERT_TRUE(database.each("SELECT id, text, bytes FROM notes WHERE id > ? ORDER BY id", take, 0));
  EXPECT_EQ(texts, (std::vector<std::string>{"a", ""}));
  EXPECT_EQ(sizes, (std::vector<std::size_t>{2, 0}));
  EXPECT_EQ(nulls, (std::vector<bool>{false, true}));
}

RC_GTEST_PROP(DatabaseValues, of_any_content_come_back,
              (std::int64_t number, const std::string& text, const std::vector<std::uint8_t>& bytes)) {
  SimulatedFiles files;
  auto database = Database::open({.path = "test.db", .vfs = files.vfs()});
  RC_ASSERT(database && database->execute(kNotes));
  const auto blob = std::as_bytes(std::span(bytes));
  RC_ASSERT(database->run("INSERT INTO notes VALUES (?, ?, ?)", number, text, blob).has_value());
  const auto same = database->find("SELECT id, text, bytes FROM notes", [&](const Row& row) {
    return row.integer(0) == number && row.text(1) == text && std::ranges::equal(row.bytes(2), blob);
  });
  RC_ASSERT(same && same->value_or(false));
}

TEST_F(Databases, read_one_state_however_others_write) {
  Database database = open();
  ASSERT_TRUE(database.execute(kNotes));
  Database reader = open();
  const auto reading = Transaction::begin_reading(reader);
  ASSERT_TRUE(reading);
  EXPECT_EQ(count(reader), 0);
  ASSERT_TRUE(database.run("INSERT INTO notes (text) VALUES ('later')"));
  EXPECT_EQ(count(reader), 0);
}

TEST_F(Databases, are_durable_and_keep_a_log_ahead) {
  Database database = open();
  const auto text = [](const Row& row) { return std::string(row.text(0)); };
  EXPECT_EQ(*database.find("PRAGMA journal_mode", text), "wal");
  EXPECT_EQ(*database.find("PRAGMA synchronous", text), "2");
  EXPECT_EQ(*database.find("PRAGMA foreign_keys", text), "1");
}

TEST_F(Databases, forget_a_transaction_that_was_not_committed) {
  Database database = open();
  ASSERT_TRUE(database.execute(kNotes));
  {
    auto transaction = Transaction::begin(database);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(database.run("INSERT INTO notes (text) VALUES (?)", "gone"));
    EXPECT_TRUE(database.in_transaction());
  }
  EXPECT_FALSE(database.in_transaction());
  EXPECT_EQ(count(database), 0);
}

TEST_F(Databases, name_a_row_that_the_schema_refuses) {
  Database database = open();
  ASSERT_TRUE(database.execute(kNotes));
  const auto refused = database.run("INSERT INTO notes (text) VALUES (?)", std::optional<std::string>());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), Errc::constraint);
  EXPECT_NE(refused.error().message().find("NOT NULL"), std::string::npos) << refused.error().message();
}

TEST_F(Databases, say_that_another_connection_writes) {
  Database database = open();
  ASSERT_TRUE(database.execute(kNotes));
  Database other = open();
  const auto transaction = Transaction::begin(database);
  ASSERT_TRUE(transaction);
  const auto refused = Transaction::begin(other);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), Errc::busy);
  EXPECT_EQ(count(other), 0) << "reading goes on";
}

TEST_F(Databases, refuse_a_file_that_is_none) {
  files_.replace("test.db", std::vector<std::byte>(8192, std::byte{'x'}));
  const auto refused = Database::open({.path = "test.db", .vfs = files_.vfs()});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), Errc::corrupt);
  EXPECT_NE(refused.error().message().find("test.db"), std::string::npos) << refused.error().message();
}

TEST(DatabaseFiles, that_cannot_be_opened_are_named) {
  const auto refused = Database::open({.path = "/nowhere/at/all.db"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), Errc::io);
  EXPECT_NE(refused.error().message().find("/nowhere/at/all.db"), std::string::npos) << refused.error().message();
}

TEST(DatabaseFiles, are_readable_by_their_owner_only) {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "test.db";
  auto database = Database::open({.path = path});
  ASSERT_TRUE(database);
  ASSERT_TRUE(database->execute(kNotes));
  for (const std::string& file : {path, path + "-wal", path + "-shm"}) {
    const auto mode = std::filesystem::status(file).permissions();
    EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write) << file;
  }
}

// Fills a database of some pages, whose log is written back into the file.
void fill(Database& database) {
  ASSERT_TRUE(database.execute(kNotes));
  for (int at = 0; at < 200; ++at) {
    ASSERT_TRUE(database.run("INSERT INTO notes (text) VALUES (?)", std::string(100, 'a')));
  }
  ASSERT_TRUE(database.execute("PRAGMA wal_checkpoint(TRUNCATE)"));
}

TEST_F(Databases, damage_is_an_outcome_with_a_name) {
  {
    Database database = open();
    fill(database);
  }
  constexpr std::size_t kPageBytes = 4096;
  const std::size_t size = files_.size("test.db");
  ASSERT_GT(size, 5 * kPageBytes);
  runtime::Random random(7);
  for (int round = 0; round < 300; ++round) {
    const auto copy = files_.crashed_copy(Crash::all_kept, random);
    const bool head = round % 2 == 0;  // what a page says of itself is always checked; a text's bytes may be any
    const std::size_t at = head ? random.below(size / kPageBytes) * kPageBytes : random.below(size);
    ASSERT_TRUE(copy->damage("test.db", at));
    auto database = Database::open({.path = "test.db", .vfs = copy->vfs()});
    const auto outcome = database ? database->check() : std::unexpected(database.error());
    EXPECT_TRUE(!head || !outcome) << "byte " << at;
    if (!outcome) EXPECT_EQ(outcome.error(), Errc::corrupt) << outcome.error().message();
  }
}

// What the operations of a disk under faults do: each row is a transaction.
std::int64_t add_rows(Database& database, int rows) {
  std::int64_t acknowledged = 0;
  for (int at = 0; at < rows; ++at) {
    auto transaction = Transaction::begin(database);
    if (!transaction) break;
    if (!database.run("INSERT INTO notes (text) VALUES (?)", std::string(500, 'r'))) break;
    if (!transaction->commit()) break;
    ++acknowledged;
  }
  return acknowledged;
}

TEST_F(Databases, a_full_disk_at_any_write_loses_nothing_acknowledged) {
  constexpr int kRows = 30;
  const auto setup = [](SimulatedFiles& files) {
    auto database = Database::open({.path = "test.db", .vfs = files.vfs()});
    EXPECT_TRUE(database && database->execute(std::string(kNotes) + "; PRAGMA wal_autocheckpoint=8"));
    return std::move(*database);
  };
  Database unharmed = setup(files_);
  const std::size_t before = files_.writes();
  ASSERT_EQ(add_rows(unharmed, kRows), kRows);
  const std::size_t writes = files_.writes() - before;
  ASSERT_GT(writes, 60);
  runtime::Random random(1);
  for (std::size_t at = 0; at < writes; ++at) {
    SimulatedFiles files;
    Database database = setup(files);
    files.fill_after(at);
    const std::int64_t acknowledged = add_rows(database, kRows);
    EXPECT_EQ(count(database), acknowledged) << "full at write " << at;
    const auto copy = files.crashed_copy(static_cast<Crash>(random.below(4)), random);
    auto found = Database::open({.path = "test.db", .vfs = copy->vfs()});
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_EQ(count(*found), acknowledged) << "full at write " << at << ", then crashed";
    if (acknowledged < kRows) {
      const auto refused = database.run("INSERT INTO notes (text) VALUES (?)", "more");
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error(), Errc::disk_full) << refused.error().message();
    }
    files.make_room();
    EXPECT_EQ(add_rows(database, 1), 1) << "full at write " << at;
    EXPECT_TRUE(database.check());
  }
}

TEST_F(Databases, a_crash_at_any_sync_leaves_whole_transactions) {
  runtime::Random random(3);
  std::int64_t acknowledged = 0;
  std::size_t crashes = 0;
  Database database = open();  // closing it syncs, too
  ASSERT_TRUE(database.execute(std::string(kNotes) + "; PRAGMA wal_autocheckpoint=8"));
  files_.on_sync([&](std::string_view) {
    for (const Crash kind : {Crash::all_lost, Crash::all_kept, Crash::prefix, Crash::scattered}) {
      const auto copy = files_.crashed_copy(kind, random);
      auto found = Database::open({.path = "test.db", .vfs = copy->vfs()});
      ASSERT_TRUE(found) << found.error().message();
      EXPECT_TRUE(found->check());
      const std::int64_t rows = count(*found);
      EXPECT_TRUE(rows == acknowledged || rows == acknowledged + 1) << rows << " of " << acknowledged;
      ++crashes;
    }
  });
  for (int at = 0; at < 60; ++at) acknowledged += add_rows(database, 1);
  EXPECT_EQ(acknowledged, 60);
  EXPECT_GT(crashes, 4 * 75) << "commits, and what writes the log back";
}

TEST_F(Databases, without_sync_a_power_loss_would_be_seen) {
  Database database = open();
  ASSERT_TRUE(database.execute(kNotes));
  ASSERT_TRUE(database.execute("PRAGMA synchronous=OFF"));
  const std::int64_t acknowledged = add_rows(database, 20);
  runtime::Random random(1);
  const auto copy = files_.crashed_copy(Crash::all_lost, random);
  auto found = Database::open({.path = "test.db", .vfs = copy->vfs()});
  ASSERT_TRUE(found);
  EXPECT_LT(count(*found), acknowledged) << "the simulated disk would not notice a missing sync";
}

TEST_F(Databases, a_connection_of_before_the_crash_can_do_nothing) {
  Database database = open();
  ASSERT_TRUE(database.execute(kNotes));
  runtime::Random random(1);
  files_.crash(Crash::all_lost, random);
  Database after = open();
  ASSERT_FALSE(database.run("INSERT INTO notes (text) VALUES (?)", "from the dead"));
  EXPECT_EQ(count(after), 0);
}

}  // namespace
}  // namespace quern::store
