#include "scheduler/ledger/statement.hpp"

#include <gtest/gtest.h>

#include "tests/scheduler/ledger/twin.hpp"
#include "tests/scheduler/store/simulated_files.hpp"

namespace quern::ledger {
namespace {

constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;

class Statements : public testing::Test {
 protected:
  void SetUp() override {
    auto transaction = store::Transaction::begin(database_);
    ASSERT_TRUE(transaction);
    const auto key = [](std::uint8_t number) {
      Key key{};
      key.front() = std::byte{number};
      return key;
    };
    ASSERT_TRUE(ledger_.reserve({.agreement = key(1), .peer = "alice", .job = "one", .amount = {10}}));
    ASSERT_TRUE(ledger_.spend({.agreement = key(1), .peer = "alice", .job = "one", .amount = {7}, .at_unix_ms = 1}));
    ASSERT_TRUE(
        ledger_.earn({.agreement = key(2), .peer = "bob", .job = "two", .amount = {5}, .at_unix_ms = kDayMs - 1}));
    ASSERT_TRUE(
        ledger_.earn({.agreement = key(3), .peer = "alice", .job = "one", .amount = {4}, .at_unix_ms = kDayMs}));
    ASSERT_TRUE(
        ledger_.earn({.agreement = key(4), .peer = "bob", .job = "two", .amount = {100}, .at_unix_ms = kDayMs}));
    ASSERT_TRUE(ledger_.reverse(4, key(5), kDayMs));
    ASSERT_TRUE(ledger_.pay({.key = key(6), .peer = "alice", .amount = {6}, .at_unix_ms = kDayMs}));
    ASSERT_TRUE(ledger_.collect({.key = key(7), .peer = "bob", .amount = {3}, .at_unix_ms = 2 * kDayMs}));
    ASSERT_TRUE(transaction->commit());
  }

  store::SimulatedFiles files_;
  store::Database database_ = *store::Database::open({.path = "ledger.db", .vfs = files_.vfs()});
  Ledger ledger_ = *Ledger::open(database_, {.all = {1000}});
};

TEST_F(Statements, sum_what_was_done_with_each_peer) {
  const auto lines = statement(ledger_, GroupBy::peer);
  ASSERT_TRUE(lines) << lines.error().message();
  ASSERT_EQ(lines->size(), 2);
  EXPECT_EQ((*lines)[0], (StatementLine{"alice", 3, {7}, {4}, {6}, {0}}));
  EXPECT_EQ((*lines)[1], (StatementLine{"bob", 4, {0}, {5}, {0}, {3}}));
}

TEST_F(Statements, sum_each_day_of_utc) {
  const auto lines = statement(ledger_, GroupBy::day);
  ASSERT_TRUE(lines) << lines.error().message();
  ASSERT_EQ(lines->size(), 3);
  EXPECT_EQ((*lines)[0], (StatementLine{"1970-01-01", 2, {7}, {5}, {0}, {0}}));
  EXPECT_EQ((*lines)[1], (StatementLine{"1970-01-02", 4, {0}, {4}, {6}, {0}}));
  EXPECT_EQ((*lines)[2], (StatementLine{"1970-01-03", 1, {0}, {0}, {0}, {3}}));
}

TEST_F(Statements, list_what_was_moved_with_reversals_below_zero_and_without_settlements) {
  std::vector<Movement> moved;
  const auto take = [&](const Movement& movement) {
    moved.push_back(movement);
    return true;
  };
  ASSERT_TRUE(each_movement(ledger_, {}, take));
  ASSERT_EQ(moved.size(), 5u);
  Key hundred{};
  hundred.front() = std::byte{4};
  EXPECT_EQ(moved[0].spent.micro, 7);
  EXPECT_EQ(moved[3], (Movement{kDayMs, hundred, "bob", {0}, {100}}));
  EXPECT_EQ(moved[4], (Movement{kDayMs, hundred, "bob", {0}, {-100}}));
  moved.clear();
  ASSERT_TRUE(each_movement(ledger_, {.from_unix_ms = 2, .until_unix_ms = kDayMs}, take));
  ASSERT_EQ(moved.size(), 1u);
  EXPECT_EQ(moved[0].earned.micro, 5);
}

TEST_F(Statements, sum_each_job_with_settlements_under_no_name) {
  const auto lines = statement(ledger_, GroupBy::job);
  ASSERT_TRUE(lines) << lines.error().message();
  ASSERT_EQ(lines->size(), 3);
  EXPECT_EQ((*lines)[0], (StatementLine{"", 2, {0}, {0}, {6}, {3}}));
  EXPECT_EQ((*lines)[1], (StatementLine{"one", 2, {7}, {4}, {0}, {0}}));
  EXPECT_EQ((*lines)[2], (StatementLine{"two", 3, {0}, {5}, {0}, {0}}));
}

TEST_F(Statements, take_a_period_and_go_on_after_a_line) {
  const auto days = statement(ledger_, GroupBy::day, {.from_unix_ms = kDayMs - 1, .until_unix_ms = 2 * kDayMs});
  ASSERT_TRUE(days);
  ASSERT_EQ(days->size(), 2);
  EXPECT_EQ((*days)[0], (StatementLine{"1970-01-01", 1, {0}, {5}, {0}, {0}}));
  const auto rest = statement(ledger_, GroupBy::day, {}, "1970-01-02");
  ASSERT_TRUE(rest);
  ASSERT_EQ(rest->size(), 1);
  EXPECT_EQ(rest->front().group, "1970-01-03");
}

TEST(StatementSums, are_the_balances_whatever_was_entered) {
  store::SimulatedFiles files;
  auto database = store::Database::open({.path = "ledger.db", .vfs = files.vfs()});
  ASSERT_TRUE(database);
  const Budget budget{.all = {60'000'000}};
  auto ledger = Ledger::open(*database, budget);
  ASSERT_TRUE(ledger);
  Twin twin(budget);
  Entries entries(21, 200);
  auto transaction = store::Transaction::begin(*database);
  ASSERT_TRUE(transaction);
  for (int at = 0; at < 1000; ++at) {
    const Entry entry = entries.next(twin);
    std::optional<runtime::Error> failed;
    ASSERT_EQ(enter(*ledger, entry, failed), twin.enter(entry));
  }
  ASSERT_TRUE(transaction->commit());
  for (const GroupBy by : {GroupBy::peer, GroupBy::day, GroupBy::job}) {
    StatementLine sum;
    const auto lines = statement(*ledger, by);
    ASSERT_TRUE(lines);
    for (const StatementLine& line : *lines) {
      sum.transactions += line.transactions;
      sum.spent.micro += line.spent.micro;
      sum.earned.micro += line.earned.micro;
      sum.paid.micro += line.paid.micro;
      sum.collected.micro += line.collected.micro;
    }
    EXPECT_EQ(sum.transactions, twin.last());
    EXPECT_EQ(sum.spent.micro, twin.balance({AccountKind::spent, {}}));
    EXPECT_EQ(sum.earned.micro, -twin.balance({AccountKind::earned, {}}));
    EXPECT_EQ(sum.collected.micro - sum.paid.micro, twin.balance({AccountKind::settled, {}}));
  }
}

}  // namespace
}  // namespace quern::ledger
