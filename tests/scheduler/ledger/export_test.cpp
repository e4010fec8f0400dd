#include "scheduler/ledger/export.hpp"

#include <algorithm>
#include <string>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "overlay/runtime/hex.hpp"
#include "tests/scheduler/ledger/twin.hpp"
#include "tests/scheduler/store/simulated_files.hpp"

namespace quern::ledger {
namespace {

class Exports : public testing::Test {
 protected:
  void fill(int operations) {
    auto transaction = store::Transaction::begin(database_);
    ASSERT_TRUE(transaction);
    for (int at = 0; at < operations; ++at) {
      const Entry entry = entries_.next(twin_);
      std::optional<runtime::Error> failed;
      ASSERT_EQ(enter(ledger_, entry, failed), twin_.enter(entry));
    }
    ASSERT_TRUE(transaction->commit());
  }
  std::string whole(Format format, std::optional<std::string> peer = std::nullopt) {
    std::string text;
    Export pieces(ledger_, format, std::move(peer));
    for (;;) {
      const auto piece = pieces.next();
      EXPECT_TRUE(piece) << piece.error().message();
      if (!piece || !*piece) return text;
      EXPECT_LE((*piece)->size(), kExportTransactions * 1200);
      text += **piece;
    }
  }

  store::SimulatedFiles files_;
  store::Database database_ = *store::Database::open({.path = "ledger.db", .vfs = files_.vfs()});
  Ledger ledger_ = *Ledger::open(database_, {.all = {60'000'000}});
  Twin twin_{{.all = {60'000'000}}};
  Entries entries_{13, 300};
};

TEST_F(Exports, of_nothing_are_whole) {
  EXPECT_EQ(whole(Format::json), "[\n]\n");
  EXPECT_EQ(whole(Format::csv), csv_head());
}

TEST_F(Exports, say_in_json_what_stands_in_the_ledger) {
  fill(800);
  const auto parsed = boost::json::parse(whole(Format::json)).as_array();
  ASSERT_EQ(parsed.size(), twin_.last());
  ASSERT_GT(parsed.size(), 3 * kExportTransactions);
  for (std::size_t at = 0; at < parsed.size(); ++at) {
    const Transaction& entry = twin_.transactions()[at];
    const auto& object = parsed[at].as_object();
    EXPECT_EQ(object.at("transaction").to_number<std::uint64_t>(), entry.id);
    EXPECT_EQ(object.at("kind").as_string(), name_of(entry.kind));
    EXPECT_EQ(object.at("key").as_string(), runtime::to_hex(entry.key));
    EXPECT_EQ(object.contains("reverses"), entry.reverses.has_value());
    ASSERT_EQ(object.at("postings").as_array().size(), entry.postings.size());
    for (std::size_t number = 0; number < entry.postings.size(); ++number) {
      const auto& posting = object.at("postings").as_array()[number].as_object();
      EXPECT_EQ(posting.at("account").as_string(), to_text(entry.postings[number].account));
      EXPECT_EQ(posting.at("amount_micro").as_int64(), entry.postings[number].amount.micro);
      EXPECT_EQ(posting.at("balance_micro").as_int64(), entry.postings[number].balance.micro);
    }
  }
}

TEST_F(Exports, have_a_line_of_csv_for_each_posting) {
  fill(300);
  const std::string text = whole(Format::csv);
  EXPECT_EQ(std::ranges::count(text, '\n'), 1 + 2 * twin_.last());
  EXPECT_TRUE(text.starts_with(
      "transaction,time,kind,peer,job,key,receipt,reverses,posting,account,amount,balance,job_id\r\n"));
}

TEST_F(Exports, of_one_peer_leave_out_the_others) {
  fill(300);
  const auto parsed = boost::json::parse(whole(Format::json, "bob")).as_array();
  const auto of_bob = [](const Transaction& entry) { return entry.peer == "bob"; };
  EXPECT_EQ(parsed.size(), std::ranges::count_if(twin_.transactions(), of_bob));
}

TEST_F(Exports, hold_what_there_was_when_they_began) {
  fill(300);
  const TransactionId last = twin_.last();
  Export pieces(ledger_, Format::csv);
  ASSERT_TRUE(pieces.next());
  fill(300);
  ASSERT_GT(twin_.last(), last);
  std::string text;
  for (auto piece = pieces.next(); piece && *piece; piece = pieces.next()) text += **piece;
  EXPECT_NE(text.find("\n" + std::to_string(last) + ","), std::string::npos);
  EXPECT_EQ(text.find("\n" + std::to_string(last + 1) + ","), std::string::npos);
}

TEST(ExportedText, is_made_of_all_fields) {
  const Transaction entry{.id = 17,
                          .kind = TransactionKind::spend,
                          .peer = "alice",
                          .job = "job-1",
                          .amount = {1'500'000},
                          .receipt = Key{},
                          .at_unix_ms = 1'787'400'000'123,
                          .postings = {{{AccountKind::spent, {}}, {1'500'000}, {2'000'000}}}};
  const std::string zeros(64, '0');
  EXPECT_EQ(to_csv(entry),
            "17,2026-08-22T12:00:00.123Z,spend,alice,job-1," + zeros + "," + zeros + ",,0,spent,1.5,2,\r\n");
  EXPECT_TRUE(to_csv(entry, "j-1").ends_with(",1.5,2,j-1\r\n"));
  EXPECT_EQ(to_json(entry), R"({"transaction":17,"time":"2026-08-22T12:00:00.123Z","kind":"spend","peer":"alice",)"
                            R"("job":"job-1","key":")" +
                                zeros + R"(","receipt":")" + zeros +
                                R"(","amount_micro":1500000,"postings":[{"account":"spent","amount_micro":1500000,)"
                                R"("balance_micro":2000000}]})");
  EXPECT_NE(to_json(entry, "j-1").find(R"("job":"job-1","job_id":"j-1",)"), std::string::npos);
  EXPECT_EQ(to_json(Reservation{.peer = "bob", .job = "job", .amount = {5}}),
            R"({"agreement":")" + zeros + R"(","peer":"bob","job":"job","amount_micro":5,"state":"open",)" +
                R"("time":"1970-01-01T00:00:00.000Z"})");
}

TEST(ExportedText, quotes_what_no_program_wrote) {
  const Transaction entry{.id = 1, .peer = "a\"b,c", .postings = {{}}};
  EXPECT_NE(to_csv(entry).find(",\"a\"\"b,c\","), std::string::npos);
}

}  // namespace
}  // namespace quern::ledger
