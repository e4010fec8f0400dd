#include "scheduler/ledger/ledger.hpp"

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/ledger/schema.hpp"
#include "scheduler/ledger/verify.hpp"
#include "scheduler/store/schema.hpp"
#include "tests/scheduler/store/simulated_files.hpp"

namespace quern::ledger {
namespace {

using model::Credits;
using store::Database;
using store::Transaction;

model::Digest digest(std::uint8_t number) {
  model::Digest digest{};
  digest.front() = std::byte{number};
  return digest;
}

class Ledgers : public testing::Test {
 protected:
  static constexpr Budget kBudget{.all = {100'000'000}, .each_peer = Credits{60'000'000}};

  // What `enter` answers, in a transaction of its own that is committed when it was not refused.
  template <class Enter>
  auto in_transaction(Enter enter) {
    auto transaction = Transaction::begin(database_);
    EXPECT_TRUE(transaction);
    auto result = enter();
    if (result) EXPECT_TRUE(transaction->commit());
    return result;
  }
  runtime::Result<Reservation> reserve(std::uint8_t number, std::int64_t credits, const std::string& peer = "alice") {
    const ReservationRequest request{.agreement = digest(number), .peer = peer, .job = "job", .amount = of(credits)};
    return in_transaction([&] { return ledger_.reserve(request); });
  }
  Charge charge(std::uint8_t number, std::int64_t credits, const std::string& peer = "alice") {
    return {.agreement = digest(number), .peer = peer, .job = "job", .amount = of(credits), .receipt = digest(99)};
  }
  runtime::Result<Posted> spend(const Charge& charge) {
    return in_transaction([&] { return ledger_.spend(charge); });
  }
  runtime::Result<Posted> earn(const Charge& charge) {
    return in_transaction([&] { return ledger_.earn(charge); });
  }
  runtime::Result<Reservation> release(std::uint8_t number) {
    return in_transaction([&] { return ledger_.release(digest(number)); });
  }
  using Settle = runtime::Result<Posted> (Ledger::*)(const Payment&);
  runtime::Result<Posted> settle(Settle how, std::uint8_t key, std::int64_t credits,
                                 const std::string& peer = "alice") {
    const Payment payment{.key = digest(key), .peer = peer, .amount = of(credits)};
    return in_transaction([&] { return (ledger_.*how)(payment); });
  }
  static Credits of(std::int64_t credits) { return {credits * model::kMicroPerCredit}; }
  std::string balance(AccountKind kind, const std::string& peer = {}) {
    return to_text(ledger_.balance({kind, peer}).value_or(Credits{-1}));
  }
  void TearDown() override {
    const auto verified = verify(ledger_);
    ASSERT_TRUE(verified) << verified.error().message();
    EXPECT_EQ(verified->breach.value_or(""), "");
  }

  store::SimulatedFiles files_;
  Database database_ = *Database::open({.path = "ledger.db", .vfs = files_.vfs()});
  Ledger ledger_ = *Ledger::open(database_, kBudget);
};

TEST_F(Ledgers, a_receipt_ends_the_reservation_and_is_owed) {
  ASSERT_TRUE(reserve(1, 10));
  EXPECT_EQ(*ledger_.exposure(), (Exposure{.reserved = of(10)}));
  const auto posted = spend(charge(1, 7));
  ASSERT_TRUE(posted) << posted.error().message();
  EXPECT_EQ(*posted, (Posted{.id = 1}));
  EXPECT_EQ(balance(AccountKind::spent), "7");
  EXPECT_EQ(balance(AccountKind::payable, "alice"), "-7");
  EXPECT_EQ(*ledger_.exposure(), (Exposure{.payable = of(7)}));
  EXPECT_EQ((*ledger_.reservation(digest(1)))->state, ReservationState::settled);
}

TEST_F(Ledgers, a_receipt_of_a_submitter_is_earned) {
  ASSERT_TRUE(earn(charge(1, 7)));
  EXPECT_EQ(balance(AccountKind::earned), "-7");
  EXPECT_EQ(balance(AccountKind::receivable, "alice"), "7");
  EXPECT_EQ(*ledger_.exposure("alice"), (Exposure{.receivable = of(7)}));
  EXPECT_EQ(*ledger_.exposure("bob"), Exposure{});
}

TEST_F(Ledgers, what_is_paid_is_owed_no_more) {
  ASSERT_TRUE(reserve(1, 10));
  ASSERT_TRUE(spend(charge(1, 10)));
  ASSERT_TRUE(earn(charge(2, 6)));
  ASSERT_TRUE(settle(&Ledger::set_off, 1, 4));
  ASSERT_TRUE(settle(&Ledger::pay, 2, 6));
  ASSERT_TRUE(settle(&Ledger::collect, 3, 2));
  EXPECT_EQ(*ledger_.exposure("alice"), Exposure{});
  EXPECT_EQ(balance(AccountKind::settled), "-4");
}

TEST_F(Ledgers, the_same_again_answers_the_same_and_changes_nothing) {
  ASSERT_TRUE(reserve(1, 10));
  EXPECT_TRUE(reserve(1, 10));
  ASSERT_TRUE(spend(charge(1, 7)));
  EXPECT_EQ(*spend(charge(1, 7)), (Posted{.id = 1, .repeated = true}));
  EXPECT_EQ(reserve(1, 10)->state, ReservationState::settled) << "the answer says what became of it";
  ASSERT_TRUE(settle(&Ledger::pay, 5, 7));
  EXPECT_EQ(*settle(&Ledger::pay, 5, 7), (Posted{.id = 2, .repeated = true}));
  EXPECT_EQ(balance(AccountKind::spent), "7");
  EXPECT_EQ(*ledger_.last_transaction(), 2);
}

TEST_F(Ledgers, the_same_key_for_something_else_is_refused_by_name) {
  ASSERT_TRUE(reserve(1, 10));
  const auto other_peer = reserve(1, 10, "bob");
  ASSERT_FALSE(other_peer);
  EXPECT_EQ(other_peer.error(), Errc::key_reused);
  EXPECT_EQ(other_peer.error().detail(), "the peer is alice, not bob");
  ASSERT_TRUE(spend(charge(1, 7)));
  const auto other_amount = spend(charge(1, 8));
  ASSERT_FALSE(other_amount);
  EXPECT_EQ(other_amount.error(), Errc::key_reused);
  EXPECT_EQ(other_amount.error().detail(), "transaction 1: the amount is 7, not 8");
  Charge other_receipt = charge(1, 7);
  other_receipt.receipt = digest(98);
  EXPECT_EQ(spend(other_receipt).error(), Errc::key_reused);
  EXPECT_TRUE(earn(charge(1, 7))) << "kinds have keys of their own";
}

TEST_F(Ledgers, reservations_and_what_is_not_paid_count_against_the_budget) {
  ASSERT_TRUE(reserve(1, 50));
  const auto of_peer = reserve(2, 11);
  ASSERT_FALSE(of_peer);
  EXPECT_EQ(of_peer.error(), Errc::budget_exceeded);
  EXPECT_EQ(of_peer.error().detail(), "11 wanted with 50 reserved and 0 not paid yet, of 60 for alice");
  EXPECT_EQ(reason_of(of_peer.error()), model::Reason::budget_exceeded);
  ASSERT_TRUE(spend(charge(1, 40)));
  EXPECT_FALSE(reserve(3, 61, "bob"));
  ASSERT_TRUE(reserve(4, 60, "bob"));
  const auto of_all = reserve(5, 1, "carol");
  ASSERT_FALSE(of_all);
  EXPECT_EQ(of_all.error().detail(), "1 wanted with 60 reserved and 40 not paid yet, of 100 for all peers");
  ASSERT_TRUE(settle(&Ledger::pay, 6, 40));
  EXPECT_TRUE(reserve(5, 1, "carol"));
  ASSERT_TRUE(release(4));
  EXPECT_EQ(*ledger_.exposure(), (Exposure{.reserved = of(1)}));
}

TEST_F(Ledgers, a_peer_that_was_paid_too_much_raises_no_budget) {
  ASSERT_TRUE(settle(&Ledger::pay, 1, 50));
  EXPECT_FALSE(reserve(1, 61));
  EXPECT_TRUE(reserve(1, 60));
}

TEST_F(Ledgers, nothing_is_spent_that_was_not_reserved) {
  EXPECT_EQ(spend(charge(1, 1)).error(), Errc::not_reserved);
  EXPECT_EQ(release(1).error(), Errc::not_reserved);
  ASSERT_TRUE(reserve(1, 10));
  const auto above = spend(charge(1, 11));
  ASSERT_FALSE(above);
  EXPECT_EQ(above.error(), Errc::above_reservation);
  EXPECT_EQ(above.error().detail(), "11 of 10");
  EXPECT_EQ(spend(charge(1, 1, "bob")).error(), Errc::key_reused);
}

TEST_F(Ledgers, what_was_signed_is_owed_also_when_it_is_shown_late) {
  ASSERT_TRUE(reserve(1, 10));
  ASSERT_TRUE(release(1));
  EXPECT_TRUE(release(1));
  EXPECT_EQ(*ledger_.exposure(), Exposure{});
  ASSERT_TRUE(spend(charge(1, 3)));
  EXPECT_EQ(*ledger_.exposure(), (Exposure{.payable = of(3)}));
  EXPECT_EQ(release(1).error(), Errc::reservation_settled);
}

TEST_F(Ledgers, a_job_that_used_nothing_is_settled_too) {
  ASSERT_TRUE(reserve(1, 10));
  ASSERT_TRUE(spend(charge(1, 0)));
  EXPECT_EQ(*ledger_.exposure(), Exposure{});
}

TEST_F(Ledgers, a_mistake_is_put_right_by_a_further_entry_once) {
  ASSERT_TRUE(earn(charge(1, 7)));
  const auto reverse = [&](TransactionId id, std::uint8_t key) {
    return in_transaction([&] { return ledger_.reverse(id, digest(key), 5); });
  };
  EXPECT_EQ(*reverse(1, 9), (Posted{.id = 2}));
  EXPECT_EQ(balance(AccountKind::earned), "0");
  EXPECT_EQ(*reverse(1, 9), (Posted{.id = 2, .repeated = true}));
  const auto again = reverse(1, 8);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().detail(), "transaction 1 was reversed by 2");
  EXPECT_EQ(reverse(2, 7).error(), Errc::not_reversible);
  EXPECT_EQ(reverse(3, 7).error(), Errc::not_found);
  EXPECT_EQ(reverse(0, 7).error(), Errc::not_found);
}

TEST_F(Ledgers, an_entry_that_cannot_be_names_value_and_limit) {
  EXPECT_EQ(reserve(1, 1, "").error().detail(), "a peer of 0 bytes: 1 to 128");
  EXPECT_EQ(reserve(1, 1, std::string(129, 'a')).error().detail(), "a peer of 129 bytes: 1 to 128");
  for (const char* name : {"a,b", "=1", "-a", "a b", "a\nb", "\"", "a/b"}) {
    EXPECT_EQ(reserve(1, 1, name).error(), Errc::entry_invalid) << name;
  }
  EXPECT_EQ(reserve(1, -1).error().detail(), "an amount of -1: 0 to 1000000000");
  EXPECT_EQ(earn(charge(1, 1'000'000'001)).error().detail(), "an amount of 1000000001: 0 to 1000000000");
  EXPECT_EQ(settle(&Ledger::pay, 1, 0).error().detail(), "an amount of 0: 0.000001 to 1000000000");
  Charge no_job = charge(1, 1);
  no_job.job.clear();
  EXPECT_EQ(earn(no_job).error().detail(), "a job of 0 bytes: 1 to 64");
  Charge of_the_past = charge(1, 1);
  of_the_past.at_unix_ms = -1;
  EXPECT_EQ(earn(of_the_past).error().detail(), "a time of -1 ms: 0 to 253402300799999");
  EXPECT_EQ(*ledger_.last_transaction(), 0);
}

TEST_F(Ledgers, a_balance_that_would_not_fit_is_refused) {
  constexpr int kFit = 9223;  // times kAmountMax
  auto transaction = Transaction::begin(database_);
  ASSERT_TRUE(transaction);
  model::Digest key{};
  for (int at = 0; at <= kFit; ++at) {
    key[0] = static_cast<std::byte>(at);
    key[1] = static_cast<std::byte>(at >> 8);
    const auto posted = ledger_.pay({.key = key, .peer = "alice", .amount = {kAmountMax}});
    ASSERT_EQ(posted.has_value(), at < kFit) << at;
    if (!posted) EXPECT_EQ(posted.error(), Errc::out_of_range) << posted.error().message();
  }
}

TEST_F(Ledgers, rows_are_never_changed_or_removed) {
  ASSERT_TRUE(reserve(1, 10));
  ASSERT_TRUE(spend(charge(1, 7)));
  for (const char* sql : {"UPDATE ledger_postings SET amount = 1", "DELETE FROM ledger_postings",
                          "UPDATE ledger_transactions SET amount = 1", "DELETE FROM ledger_transactions",
                          "DELETE FROM ledger_reservations"}) {
    const auto refused = database_.run(sql);
    ASSERT_FALSE(refused) << sql;
    EXPECT_NE(refused.error().message().find("append-only"), std::string::npos) << refused.error().message();
  }
}

TEST_F(Ledgers, are_found_again_as_they_were_left) {
  ASSERT_TRUE(reserve(1, 10));
  ASSERT_TRUE(reserve(2, 5, "bob"));
  ASSERT_TRUE(reserve(3, 4));
  ASSERT_TRUE(spend(charge(1, 7)));
  const auto again = Ledger::open(database_, kBudget);
  ASSERT_TRUE(again);
  const auto open = again->open_reservations();
  ASSERT_TRUE(open);
  ASSERT_EQ(open->size(), 2);
  EXPECT_EQ((*open)[0].peer, "bob");
  EXPECT_EQ(again->open_reservations(digest(2))->size(), 1);
  const auto found = again->transaction(TransactionKind::spend, digest(1));
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->receipt, digest(99));
  EXPECT_EQ((*found)->postings.size(), 2);
  EXPECT_EQ(*again->transaction(TransactionKind::earn, digest(1)), std::nullopt);
}

TEST_F(Ledgers, of_a_newer_program_are_refused) {
  ASSERT_TRUE(
      database_.run("INSERT INTO schema_steps VALUES ('ledger', ?, 'what is to come')", schema_steps().size() + 1));
  const auto refused = Ledger::open(database_, kBudget);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), store::Errc::newer_schema);
}

TEST_F(Ledgers, are_verified_beside_the_writer_as_they_were_committed) {
  ASSERT_TRUE(reserve(1, 10));
  Database other = *Database::open({.path = "ledger.db", .vfs = files_.vfs()});
  const auto beside = Ledger::open(other, kBudget);
  ASSERT_TRUE(beside) << beside.error().message();
  auto transaction = Transaction::begin(database_);
  ASSERT_TRUE(transaction);
  ASSERT_TRUE(ledger_.spend(charge(1, 7)));
  const auto verified = verify(*beside);
  ASSERT_TRUE(verified) << verified.error().message();
  EXPECT_EQ(verified->breach.value_or(""), "");
  EXPECT_EQ(verified->transactions, 0);
  ASSERT_TRUE(transaction->commit());
  EXPECT_EQ(verify(*beside)->transactions, 1);
}

// What somebody could do to the tables by hand, and what verify() says of it.
struct Tampering {
  const char* sql;
  const char* breach;
};

TEST(Verification, names_the_first_row_that_does_not_hold) {
  const std::string hash = "0100000000000000000000000000000000000000000000000000000000000000";
  const std::vector<Tampering> tamperings = {
      {"UPDATE ledger_postings SET amount = 8 WHERE transaction_id = 2 AND number = 0",
       "transaction 2: the amount debited is 0.000008, not 3"},
      {"UPDATE ledger_postings SET amount = -8 WHERE transaction_id = 2 AND number = 1",
       "transaction 2, posting 1: the balance of earned is -3, not -0.000008"},
      {"UPDATE ledger_postings SET balance = 1 WHERE transaction_id = 3 AND number = 0",
       "transaction 3, posting 0: the balance of payable:alice is 0.000001, not -2"},
      {"DELETE FROM ledger_postings WHERE transaction_id = 2", "transaction 2: it has 0 postings, not 2"},
      {"DELETE FROM ledger_postings WHERE transaction_id = 2 AND number = 0",
       "the database is damaged: transaction 2 holds what no program wrote"},
      {"DELETE FROM ledger_transactions WHERE id = 2", "transaction 3 follows 1"},
      {"UPDATE ledger_transactions SET amount = 1 WHERE id = 1",
       "transaction 1: the amount debited is 7, not 0.000001"},
      {"UPDATE ledger_transactions SET kind = 2 WHERE id = 1",
       "transaction 1: the debit is spent, not receivable:alice"},
      {"UPDATE ledger_transactions SET peer = 'bob' WHERE id = 1",
       "transaction 1: the credit is payable:alice, not payable:bob"},
      {"UPDATE ledger_transactions SET kind = 9 WHERE id = 1",
       "the database is damaged: transaction 1 holds what no program wrote"},
      {"UPDATE ledger_transactions SET key = x'00' WHERE id = 1",
       "the database is damaged: transaction 1 holds what no program wrote"},
      {"UPDATE ledger_transactions SET reverses = 3 WHERE id = 4",
       "transaction 4: it is not the reversal of another before it"},
      {"UPDATE ledger_transactions SET reverses = NULL WHERE id = 4",
       "transaction 4: it is not the reversal of another before it"},
      {"UPDATE ledger_accounts SET balance = 5 WHERE kind = 1", "the balance of spent is 0.000005, not 7"},
      {"INSERT INTO ledger_accounts (kind, peer, balance) VALUES (3, 'carol', 0)", "payable:carol has no postings"},
      {"UPDATE ledger_totals SET reserved = 1", "the total reserved is 0.000001, not 4"},
      {"UPDATE ledger_totals SET payable = 1", "the total payable is 0.000001, not 2"},
      {"UPDATE ledger_reservations SET state = 1 WHERE state = 3",
       "the reservation for HASH is open, but was spent from"},
      {"UPDATE ledger_reservations SET amount = 1 WHERE state = 3",
       "the reservation for HASH was spent from beyond its amount"},
      {"UPDATE ledger_reservations SET peer = 'bob' WHERE state = 3",
       "the reservation for HASH was spent from by another job"},
      {"DELETE FROM ledger_reservations WHERE state = 3", "transaction 1: nothing was reserved for it"},
  };
  for (const Tampering& tampering : tamperings) {
    store::SimulatedFiles files;
    auto database = Database::open({.path = "ledger.db", .vfs = files.vfs()});
    ASSERT_TRUE(database);
    auto ledger = Ledger::open(*database, {.all = {100'000'000}});
    ASSERT_TRUE(ledger);
    {
      auto transaction = Transaction::begin(*database);
      ASSERT_TRUE(ledger->reserve({.agreement = digest(1), .peer = "alice", .job = "job", .amount = {9'000'000}}));
      ASSERT_TRUE(ledger->reserve({.agreement = digest(2), .peer = "alice", .job = "job", .amount = {4'000'000}}));
      ASSERT_TRUE(ledger->spend({.agreement = digest(1), .peer = "alice", .job = "job", .amount = {7'000'000}}));
      ASSERT_TRUE(ledger->earn({.agreement = digest(3), .peer = "bob", .job = "job", .amount = {3'000'000}}));
      ASSERT_TRUE(ledger->pay({.key = digest(4), .peer = "alice", .amount = {5'000'000}}));
      ASSERT_TRUE(ledger->reverse(2, digest(5), 1));
      ASSERT_TRUE(transaction->commit());
    }
    ASSERT_EQ(verify(*ledger)->breach.value_or(""), "");
    for (const char* trigger : {"transactions_stay", "transactions_do_not_change", "postings_stay",
                                "postings_do_not_change", "reservations_stay"}) {
      ASSERT_TRUE(database->execute(std::string("DROP TRIGGER ledger_") + trigger));
    }
    ASSERT_TRUE(database->execute(std::string("PRAGMA foreign_keys=OFF; ") + tampering.sql)) << tampering.sql;
    std::string breach = verify(*ledger)->breach.value_or("");
    if (const auto at = breach.find(hash); at != std::string::npos) breach.replace(at, hash.size(), "HASH");
    EXPECT_EQ(breach, tampering.breach) << tampering.sql;
  }
}

}  // namespace
}  // namespace quern::ledger
