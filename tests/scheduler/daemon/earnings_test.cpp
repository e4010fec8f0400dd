#include "scheduler/daemon/earnings.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "scheduler/daemon/receipt_table.hpp"
#include "scheduler/daemon/work_energy.hpp"
#include "scheduler/engagement/provider.hpp"
#include "tests/scheduler/store/simulated_files.hpp"

namespace quern::daemon {
namespace {

constexpr std::int64_t kDay = 1'795'046'400'000;  // midnight UTC of 2026-11-19
constexpr std::int64_t kHour = 3'600'000;

EarningsEntry entry(std::int64_t at, std::string part, std::int64_t earned, std::int64_t spent = 0) {
  return {.at_unix_ms = at, .part = std::move(part), .amounts = {.earned_micro = earned, .spent_micro = spent}};
}

TEST(Earnings, are_by_the_days_of_the_callers_clock) {
  const auto days = [](std::int64_t offset) {
    EarningsSum sum({.from_unix_ms = kDay - kDayMs, .until_unix_ms = kDay + kDayMs, .utc_offset_minutes = offset});
    sum.add(entry(kDay - 1, "gpu", 1));
    sum.add(entry(kDay, "gpu", 2));
    sum.add(entry(kDay + kDayMs, "gpu", 4));  // outside
    std::vector<std::pair<std::string, std::int64_t>> list;
    for (const EarningsDay& day : sum.result().days) list.emplace_back(day.day, day.parts.at("gpu").earned_micro);
    return list;
  };
  using List = std::vector<std::pair<std::string, std::int64_t>>;
  EXPECT_EQ(days(0), (List{{"2026-11-18", 1}, {"2026-11-19", 2}}));
  EXPECT_EQ(days(60), (List{{"2026-11-19", 3}}));
  EXPECT_EQ(days(-60), (List{{"2026-11-18", 3}}));
}

TEST(Earnings, name_the_largest_parts_and_sum_the_rest) {
  EarningsSum sum({.from_unix_ms = 0, .until_unix_ms = kDayMs, .utc_offset_minutes = 0});
  for (int i = 1; i <= 100; ++i) sum.add(entry(i, "peer " + std::to_string(i), i));
  const Earnings earnings = sum.result();
  ASSERT_EQ(earnings.days.size(), 1u);
  const auto& parts = earnings.days[0].parts;
  EXPECT_EQ(parts.size(), kEarningsPartsMax);
  EXPECT_TRUE(parts.contains("peer 100"));
  EXPECT_FALSE(parts.contains("peer 1"));
  EXPECT_EQ(parts.at("").earned_micro, 37 * 38 / 2);
  EXPECT_EQ(earnings.totals.earned_micro, 5050);
}

TEST(Earnings, are_asked_for_within_bounds) {
  EXPECT_TRUE(check({.from_unix_ms = kDay, .until_unix_ms = kDay + 400 * kDayMs, .utc_offset_minutes = 0}));
  const auto long_one = check({.from_unix_ms = kDay, .until_unix_ms = kDay + 401 * kDayMs, .utc_offset_minutes = 0});
  ASSERT_FALSE(long_one);
  EXPECT_EQ(long_one.error(), "until_unix_ms: 401 days are more than 400; ask for less at a time");
  EXPECT_FALSE(check({.from_unix_ms = 1, .until_unix_ms = 0, .utc_offset_minutes = 0}));
}

// A ledger, and receipts for some of what stands in it.
class Kept {
 public:
  Kept() {
    EXPECT_TRUE(migrate_receipts(database_));
    EXPECT_TRUE(migrate_work_energy(database_));
    EXPECT_TRUE(database_.execute("BEGIN"));
  }
  ~Kept() { EXPECT_TRUE(database_.execute("COMMIT")); }

  static model::Digest key(std::uint64_t number) {
    model::Digest made{};
    for (std::size_t i = 0; i < sizeof(number); ++i) made[i] = static_cast<std::byte>(number >> (8 * i));
    return made;
  }

  ReceiptRow row(std::uint64_t number, std::string device) {
    ReceiptRow made;
    made.demand[0] = static_cast<std::byte>(number);
    made.demand[1] = static_cast<std::byte>(number >> 8);
    made.agreement = key(number);
    made.peer = "peer";
    made.device = std::move(device);
    made.kind = "OpenCLKernel";
    return made;
  }

  store::Database& database() { return database_; }
  ledger::Ledger& ledger() { return ledger_; }

 private:
  store::SimulatedFiles files_;
  store::Database database_ = *store::Database::open({.path = "quern.sqlite", .vfs = files_.vfs()});
  ledger::Ledger ledger_ = *ledger::Ledger::open(database_, {.all = {ledger::kAmountMax}, .each_peer = {}});
};

// Whatever is earned, spent and reversed, and whatever of it has a receipt.
void fill(Kept& kept, std::uint64_t count) {
  std::vector<ledger::TransactionId> made;
  for (std::uint64_t i = 1; i <= count; ++i) {
    const auto at = *rc::gen::inRange<std::int64_t>(kDay - 2 * kDayMs, kDay + 2 * kDayMs);
    const model::Credits amount{*rc::gen::inRange<std::int64_t>(0, 1'000'000)};
    const std::string peer = *rc::gen::element<std::string>("ada", "bob");
    ledger::Charge charge{
        .agreement = Kept::key(i), .peer = peer, .job = "job", .amount = amount, .receipt = {}, .at_unix_ms = at};
    if (*rc::gen::arbitrary<bool>()) {
      RC_ASSERT(kept.ledger().earn(charge).has_value());
    } else {
      RC_ASSERT(
          kept.ledger()
              .reserve({.agreement = charge.agreement, .peer = peer, .job = "job", .amount = amount, .at_unix_ms = at})
              .has_value());
      RC_ASSERT(kept.ledger().spend(charge).has_value());
    }
    if (*rc::gen::inRange(0, 5) == 0) {
      const auto last = kept.ledger().last_transaction();
      RC_ASSERT(last.has_value());
      if (*last > 0) std::ignore = kept.ledger().reverse(*last, Kept::key(10'000 + i), at + kHour);
    }
    if (*rc::gen::inRange(0, 4) != 0) {
      RC_ASSERT(save_receipt(kept.database(), kept.row(i, *rc::gen::element<std::string>("gpu", "cpu"))).has_value());
    }
  }
}

RC_GTEST_PROP(Earnings, are_in_sum_what_the_ledger_says_to_the_micro_credit, ()) {
  Kept kept;
  fill(kept, *rc::gen::inRange<std::uint64_t>(0, 20));
  const EarningsQuery query{
      .from_unix_ms = *rc::gen::inRange<std::int64_t>(kDay - 2 * kDayMs, kDay),
      .until_unix_ms = *rc::gen::inRange<std::int64_t>(kDay, kDay + 3 * kDayMs),
      .utc_offset_minutes = *rc::gen::inRange<std::int64_t>(-kUtcOffsetMinutesMax, kUtcOffsetMinutesMax)};
  const auto lines = ledger::statement(kept.ledger(), ledger::GroupBy::peer,
                                       {.from_unix_ms = query.from_unix_ms, .until_unix_ms = query.until_unix_ms});
  RC_ASSERT(lines.has_value());
  Amounts said;
  for (const auto& line : *lines) {
    said.earned_micro += line.earned.micro;
    said.spent_micro += line.spent.micro;
  }
  for (const EarningsBy by : {EarningsBy::device, EarningsBy::peer, EarningsBy::kind}) {
    const auto earnings = read_earnings(kept.ledger(), query, by);
    RC_ASSERT(earnings.has_value());
    RC_ASSERT(earnings->totals == said);
    Amounts sum;
    std::int64_t before = INT64_MIN;
    for (const EarningsDay& day : earnings->days) {
      RC_ASSERT(day.from_unix_ms > before);
      before = day.from_unix_ms;
      for (const auto& [name, amounts] : day.parts) {
        sum.earned_micro += amounts.earned_micro;
        sum.spent_micro += amounts.spent_micro;
      }
    }
    RC_ASSERT(sum == said);
  }
}

TEST(Receipts, come_back_as_they_were_saved_page_by_page) {
  Kept kept;
  std::vector<ReceiptRow> rows;
  for (std::uint64_t i = 1; i <= 7; ++i) {
    ReceiptRow row = kept.row(i, "gpu \"1\"\n");
    row.role = i % 2 == 0 ? agreement::Party::provider : agreement::Party::submitter;
    row.usage[model::Dimension::device_time] = model::kQuantityMax;
    row.usage[model::Dimension::tokens_out] = i;
    row.owed = {static_cast<std::int64_t>(i)};
    const bool is_over = i < 7;
    row.end = is_over ? model::Reason::preempted : model::Reason::unspecified;
    row.state = is_over ? ReceiptState::settled : ReceiptState::pending;
    row.at_unix_ms = kDay;
    ASSERT_TRUE(save_receipt(kept.database(), row));
    row.number = static_cast<std::int64_t>(i);
    rows.insert(rows.begin(), row);
  }
  std::vector<ReceiptRow> read;
  for (std::int64_t before = INT64_MAX;;) {
    const auto page = load_receipts(kept.database(), before, 3);
    ASSERT_TRUE(page);
    if (page->empty()) break;
    read.insert(read.end(), page->begin(), page->end());
    before = page->back().number;
  }
  EXPECT_EQ(read, rows);
  const auto one = find_receipt(kept.database(), rows[2].demand);
  ASSERT_TRUE(one && *one);
  EXPECT_EQ(**one, rows[2]);
  EXPECT_FALSE(*find_receipt(kept.database(), {}));
}

TEST(Receipts, say_what_peers_left_unpaid_less_their_part_of_what_they_paid) {
  Kept kept;
  auto save = [&, number = 0ULL](std::string peer, ReceiptState state, std::int64_t due, std::int64_t owed) mutable {
    ReceiptRow row = kept.row(++number, "gpu");
    row.peer = std::move(peer);
    row.state = state;
    row.due = {due};
    row.owed = {owed};
    ASSERT_TRUE(save_receipt(kept.database(), row));
  };
  save("ada", ReceiptState::settled, 1'000, 1'000);
  ASSERT_TRUE(load_unpaid(kept.database()));
  EXPECT_TRUE(load_unpaid(kept.database())->empty());
  save("ada", ReceiptState::unpaid, 500, 100);
  save("bob", ReceiptState::unpaid, 70, 0);
  save("bob", ReceiptState::unpaid, 30, 10);
  save("eve", ReceiptState::unpaid, 10, 0);
  save("eve", ReceiptState::settled, 160, 160);
  const auto unpaid = load_unpaid(kept.database());
  ASSERT_TRUE(unpaid);
  ASSERT_EQ(unpaid->size(), 2u);
  EXPECT_EQ(unpaid->at(0).peer, "ada");
  EXPECT_EQ(unpaid->at(0).amount.micro, 400 - 1'000 / engagement::kForgivenShare);
  EXPECT_EQ(unpaid->at(1).peer, "bob");
  EXPECT_EQ(unpaid->at(1).amount.micro, 90);
}

TEST(Receipts, that_have_ended_stay_and_what_was_known_of_the_job_is_kept) {
  Kept kept;
  ReceiptRow begun = kept.row(1, "gpu");
  begun.name = "mandelbrot";
  ASSERT_TRUE(save_receipt(kept.database(), begun));
  ReceiptRow ended = kept.row(1, "gpu");
  ended.kind.clear();
  ended.owed = {9};
  ended.state = ReceiptState::settled;
  ASSERT_TRUE(save_receipt(kept.database(), ended));
  begun.owed = {1};
  ASSERT_TRUE(save_receipt(kept.database(), begun));  // an earlier copy of it
  const auto read = find_receipt(kept.database(), begun.demand);
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->name, "mandelbrot");
  EXPECT_EQ((*read)->kind, "OpenCLKernel");
  EXPECT_EQ((*read)->owed.micro, 9);
  EXPECT_EQ((*read)->state, ReceiptState::settled);
}

}  // namespace
}  // namespace quern::daemon
