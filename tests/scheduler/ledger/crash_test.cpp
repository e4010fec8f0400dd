// The ledger beside its naive twin, on a disk that loses what a power loss may take.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "overlay/runtime/assertion.hpp"
#include "scheduler/ledger/rows.hpp"
#include "scheduler/ledger/verify.hpp"
#include "scheduler/store/writer.hpp"
#include "tests/scheduler/ledger/twin.hpp"
#include "tests/scheduler/store/simulated_files.hpp"

namespace quern::ledger {
namespace {

using store::Crash;
using store::Database;
using store::Row;
using store::SimulatedFiles;

constexpr Budget kBudget{.all = {60'000'000}, .each_peer = model::Credits{30'000'000}};

// Everything a ledger holds.
struct Content {
  std::vector<Transaction> transactions;
  std::map<model::Digest, Reservation> reservations;
  bool operator==(const Content&) const = default;
};
Content content_of(const Twin& twin) {
  return {twin.transactions(), twin.reservations()};
}
Content content_of(const Ledger& ledger) {
  Content content;
  const auto take = [&](Transaction& entry) {
    content.transactions.push_back(std::move(entry));
    return true;
  };
  EXPECT_TRUE(each_transaction(ledger.database(), 1, INT64_MAX, take));
  const auto take_reserved = [&](const Row& row) {
    const Reservation reserved = reservation_of(row);
    content.reservations[reserved.agreement] = reserved;
    return true;
  };
  EXPECT_TRUE(ledger.database().each("SELECT agreement, peer, job, amount, state, at_unix_ms FROM ledger_reservations",
                                     take_reserved));
  return content;
}

// A ledger on a simulated disk; opened again after each crash.
struct Node {
  explicit Node(const SimulatedFiles& files) { open(files); }
  void open(const SimulatedFiles& files) {
    ledger.reset();
    database.reset();
    auto opened = Database::open({.path = "ledger.db", .vfs = files.vfs()});
    ASSERT_TRUE(opened) << opened.error().message();
    database.emplace(std::move(*opened));
    auto found = Ledger::open(*database, kBudget);
    ASSERT_TRUE(found) << found.error().message();
    ledger.emplace(*found);
  }
  // Enters all in one transaction, one sync. The answers; an error when it was not committed.
  runtime::Result<std::vector<Answer>> enter_together(const std::vector<Entry>& entries) {
    std::vector<Answer> answers(entries.size());
    std::vector<store::Operation> operations;
    operations.reserve(entries.size());
    for (std::size_t at = 0; at < entries.size(); ++at) {
      operations.emplace_back([&, at](Database&) -> runtime::Result<void> {
        std::optional<runtime::Error> failed;
        answers[at] = enter(*ledger, entries[at], failed);
        if (const auto& error = failed) return std::unexpected(*error);
        if (const auto refused = answers[at].refused) return runtime::fail(*refused);
        return {};
      });
    }
    const auto results = store::commit_together(*database, operations);
    for (std::size_t at = 0; at < results.size(); ++at) {
      const bool refused = !results[at] && answers[at].refused && results[at].error() == *answers[at].refused;
      if (!results[at] && !refused) return std::unexpected(results[at].error());
    }
    return answers;
  }

  std::optional<Database> database;
  std::optional<Ledger> ledger;
};

void expect_verified(const Ledger& ledger) {
  const auto verified = verify(ledger);
  ASSERT_TRUE(verified) << verified.error().message();
  EXPECT_EQ(verified->breach.value_or(""), "");
}

struct Tally {
  std::size_t entered = 0;
  std::size_t crashes = 0;   // looked at on a copy of the disk
  std::size_t restarts = 0;  // of the node itself
};

// One run: groups of operations, and a crash at every sync.
class CrashRun {
 public:
  CrashRun(std::uint64_t seed, Tally& tally)
      : random_(seed), entries_(random_.next(), 24), tally_(tally), node_(files_) {
    files_.on_sync([this](std::string_view) { at_sync(); });
  }
  ~CrashRun() { files_.on_sync({}); }
  CrashRun(const CrashRun&) = delete;
  CrashRun& operator=(const CrashRun&) = delete;

  void run(std::size_t operations) {
    for (std::size_t done = 0; done < operations && !testing::Test::HasFailure();) {
      const std::size_t size = std::min<std::size_t>(1 + random_.below(12), operations - done);
      std::vector<Entry> group;
      group.reserve(size);
      std::vector<Answer> expected;
      expected.reserve(size);
      for (std::size_t at = 0; at < size; ++at) {
        group.push_back(entries_.next(after_));
        expected.push_back(after_.enter(group.back()));
      }
      commit(group, expected);
      done += size;
      tally_.entered += size;
    }
    EXPECT_EQ(content_of(*node_.ledger), content_of(before_));
    const Exposure open = node_.ledger->exposure().value_or(Exposure{});
    EXPECT_EQ(open, before_.exposure(nullptr));
  }

 private:
  void commit(const std::vector<Entry>& group, const std::vector<Answer>& expected) {
    const auto answers = node_.enter_together(group);
    if (answers) {
      EXPECT_EQ(*answers, expected);
      before_ = after_;
      return;
    }
    // The power went. What was in flight is there whole or not at all; asked for again it is there once.
    ASSERT_EQ(answers.error(), store::Errc::io) << answers.error().message();
    ++tally_.restarts;
    node_.open(files_);
    const Content found = content_of(*node_.ledger);
    const bool kept = found == content_of(after_);
    EXPECT_TRUE(kept || found == content_of(before_));
    if (!kept) after_ = before_;
    before_ = after_;
    std::vector<Answer> again;
    again.reserve(group.size());
    for (const Entry& entry : group) again.push_back(after_.enter(entry));
    commit(group, again);
  }

  void at_sync() {
    if (testing::Test::HasFailure()) return;
    const auto kind = static_cast<Crash>(random_.below(4));
    const auto copy = files_.crashed_copy(kind, random_);
    const Node found(*copy);
    if (!found.ledger) return;
    expect_verified(*found.ledger);
    const Content content = content_of(*found.ledger);
    EXPECT_TRUE(content == content_of(before_) || content == content_of(after_))
        << "neither what was acknowledged nor that and the group in flight";
    ++tally_.crashes;
    if (random_.below(16) == 0) files_.crash(static_cast<Crash>(random_.below(4)), random_);
  }

  runtime::Random random_;
  Entries entries_;
  Tally& tally_;
  SimulatedFiles files_;
  Twin before_{kBudget};  // what was acknowledged
  Twin after_{kBudget};   // with the group in flight
  Node node_;
};

// 100,000 operations in all, in eight parts that ctest can run beside each other.
class LedgerCrashes : public testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Part, LedgerCrashes, testing::Range<std::uint64_t>(0, 8));

TEST_P(LedgerCrashes, at_every_sync_lose_nothing_acknowledged_and_enter_nothing_twice) {
  constexpr std::size_t kRuns = 125;
  constexpr std::size_t kOperations = 100;
  Tally tally;
  for (std::uint64_t run = 0; run < kRuns && !HasFailure(); ++run) {
    const std::uint64_t seed = GetParam() * kRuns + run;
    CrashRun(seed, tally).run(kOperations);
    EXPECT_FALSE(HasFailure()) << "seed " << seed;
  }
  EXPECT_EQ(tally.entered, kRuns * kOperations);
  EXPECT_GT(tally.crashes, kRuns * kOperations / 8);
  EXPECT_GT(tally.restarts, kRuns / 4);
}

TEST(LedgerFaults, a_full_disk_at_any_write_refuses_by_name_and_loses_nothing) {
  std::vector<std::vector<Entry>> groups;
  Twin whole(kBudget);
  Entries entries(5, 24);
  for (int group = 0; group < 12; ++group) {
    groups.emplace_back();
    for (int at = 0; at < 5; ++at) {
      groups.back().push_back(entries.next(whole));
      whole.enter(groups.back().back());
    }
  }
  std::size_t full = 0;
  bool more = true;
  for (std::size_t at = 0; more; ++at) {
    SimulatedFiles files;
    Node node(files);
    ASSERT_TRUE(node.database->execute("PRAGMA wal_autocheckpoint=20"));
    const std::size_t start = files.writes();
    files.fill_after(at);
    more = false;
    Twin twin(kBudget);
    for (const auto& group : groups) {
      auto answers = node.enter_together(group);
      if (!answers) {
        EXPECT_EQ(answers.error(), store::Errc::disk_full) << answers.error().message();
        EXPECT_EQ(reason_of(answers.error()), model::Reason::disk_full);
        EXPECT_EQ(content_of(*node.ledger), content_of(twin));
        more = true;
        ++full;
        files.make_room();
        answers = node.enter_together(group);
      }
      ASSERT_TRUE(answers) << answers.error().message();
      for (std::size_t one = 0; one < group.size(); ++one) EXPECT_EQ((*answers)[one], twin.enter(group[one]));
    }
    more = more || files.writes() - start >= at;  // also when only the log could not be written back
    expect_verified(*node.ledger);
    if (HasFailure() || at > 2000) break;
  }
  EXPECT_GT(full, 50);
}

TEST(LedgerFaults, a_damaged_file_is_named_and_no_amount_changes_unseen) {
  SimulatedFiles files;
  Twin twin(kBudget);
  Entries entries(9, 60);
  {
    Node node(files);
    for (int group = 0; group < 60; ++group) {
      std::vector<Entry> together;
      for (int at = 0; at < 5; ++at) together.push_back(entries.next(twin));
      for (const Entry& entry : together) twin.enter(entry);
      ASSERT_TRUE(node.enter_together(together));
    }
    ASSERT_TRUE(node.database->execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  }
  runtime::Random random(3);
  std::size_t named = 0;
  for (int round = 0; round < 400 && !HasFailure(); ++round) {
    const auto copy = files.crashed_copy(Crash::all_kept, random);
    const auto mask = static_cast<std::byte>(1 + random.below(255));
    ASSERT_TRUE(copy->damage("ledger.db", random.below(files.size("ledger.db")), mask));
    auto database = Database::open({.path = "ledger.db", .vfs = copy->vfs()});
    auto ledger = database ? Ledger::open(*database, kBudget) : std::unexpected(database.error());
    if (!ledger) {
      EXPECT_TRUE(ledger.error() == store::Errc::corrupt || ledger.error() == store::Errc::newer_schema)
          << ledger.error().message();
      ++named;
      continue;
    }
    const auto verified = verify(*ledger);
    ASSERT_TRUE(verified) << verified.error().message();
    named += verified->breach.has_value();
    if (verified->breach) continue;
    const Content found = content_of(*ledger);
    ASSERT_EQ(found.transactions.size(), twin.transactions().size());
    for (std::size_t at = 0; at < found.transactions.size(); ++at) {
      EXPECT_EQ(found.transactions[at].postings, twin.transactions()[at].postings);
      EXPECT_EQ(found.transactions[at].amount, twin.transactions()[at].amount);
    }
  }
  EXPECT_GT(named, 100);
}

}  // namespace
}  // namespace quern::ledger
