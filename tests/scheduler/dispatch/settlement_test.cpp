#include "scheduler/dispatch/settlement.hpp"

#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "overlay/runtime/hex.hpp"
#include "overlay/runtime/random.hpp"
#include "scheduler/ledger/verify.hpp"
#include "tests/scheduler/agreement/example_trail.hpp"
#include "tests/scheduler/store/simulated_files.hpp"

namespace quern::dispatch {
namespace {

using agreement::ExampleTrail;
using agreement::Stage;
using agreement::Trail;
using ledger::Exposure;
using ledger::ReservationState;
using model::Credits;

constexpr Credits kMaxTotal{10'000'000};  // of the example's bid
const identity::PeerId kSubmitter = identity::PeerId::of(agreement::submitter_key().public_key());
const identity::PeerId kProvider = identity::PeerId::of(agreement::provider_key().public_key());

// A party's ledger on a disk that survives its crashes.
class Books {
 public:
  explicit Books(identity::PeerId self, ledger::Budget budget = {.all = {1'000'000'000}})
      : self_(std::move(self)), budget_(budget) {
    open();
  }

  runtime::Result<void> post(const Trail& trail, Outlook outlook = Outlook::open) {
    auto transaction = store::Transaction::begin(*database_);
    if (!transaction) return std::unexpected(transaction.error());
    if (auto posted = dispatch::post(*ledger_, trail, self_, agreement::kNow, outlook); !posted) return posted;
    return transaction->commit();
  }
  // The node dies after posting, before or after the commit, and comes back.
  void post_and_crash(const Trail& trail, bool committed, runtime::Random& random) {
    {
      auto transaction = store::Transaction::begin(*database_);
      ASSERT_TRUE(transaction);
      ASSERT_TRUE(dispatch::post(*ledger_, trail, self_, agreement::kNow));
      if (committed) ASSERT_TRUE(transaction->commit());
      files_.crash(store::Crash::scattered, random);
    }
    open();
  }
  bool is_settled(const Trail& trail) const { return *dispatch::settled(*ledger_, trail, self_); }
  Exposure exposure() const { return *ledger_->exposure(); }
  ledger::TransactionId entries() const { return *ledger_->last_transaction(); }
  const ledger::Ledger& ledger() const { return *ledger_; }
  void expect_whole() const { EXPECT_EQ(ledger::verify(*ledger_)->breach.value_or(""), ""); }

 private:
  void open() {
    ledger_.reset();
    database_.reset();
    auto opened = store::Database::open({.path = "ledger.db", .vfs = files_.vfs()});
    ASSERT_TRUE(opened) << opened.error().message();
    database_.emplace(std::move(*opened));
    auto found = ledger::Ledger::open(*database_, budget_);
    ASSERT_TRUE(found) << found.error().message();
    ledger_.emplace(*std::move(found));
  }

  identity::PeerId self_;
  ledger::Budget budget_;
  store::SimulatedFiles files_;
  std::optional<store::Database> database_;
  std::optional<ledger::Ledger> ledger_;
};

// A trail as it was after each of its records.
std::vector<Trail> copies_of(const Trail& trail) {
  std::vector<Trail> copies(1);
  for (const runtime::ByteView record : trail.records()) {
    Trail next = copies.back();
    EXPECT_TRUE(next.replay(record));
    copies.push_back(std::move(next));
  }
  return copies;
}

// With notes and vouchers in any number; closed.
Trail drawn_trail(runtime::Random& random) {
  ExampleTrail example;
  example.running();
  std::uint64_t used = 0;
  for (auto notes = random.below(5); notes > 0; --notes) {
    used += 1 + random.below(1'500'000);
    example.note(used);
    if (random.below(3) != 0) example.voucher();
  }
  const auto reason = random.below(2) == 0 ? model::Reason::completed : model::Reason::worker_crashed;
  example.ended(used + random.below(1'000'000), reason).closed();
  return example.trail;
}

TEST(Settlement, reserves_at_the_agreement_and_turns_it_into_what_the_receipt_says) {
  ExampleTrail example;
  Books submitter(kSubmitter);
  Books provider(kProvider);
  const auto post = [&] { return submitter.post(example.trail) && provider.post(example.trail); };
  example.bid();
  ASSERT_TRUE(post());
  EXPECT_EQ(submitter.exposure(), Exposure{}) << "a bid binds the provider alone";
  example.add(draft_agreement(example.trail, example.now));
  ASSERT_TRUE(post());
  EXPECT_EQ(submitter.exposure(), Exposure{.reserved = kMaxTotal});
  example.add(draft_acceptance(example.trail, example.now));
  example.note(1'000'000).voucher().ended(2'000'000);
  ASSERT_TRUE(post());
  EXPECT_EQ(submitter.exposure(), Exposure{.reserved = kMaxTotal});
  EXPECT_EQ(provider.exposure(), Exposure{});
  EXPECT_FALSE(submitter.is_settled(example.trail));
  example.closed();
  ASSERT_TRUE(post());
  EXPECT_EQ(submitter.exposure(), Exposure{.payable = {2'500'000}});
  EXPECT_EQ(provider.exposure(), Exposure{.receivable = {2'500'000}});
  EXPECT_TRUE(submitter.is_settled(example.trail));
  EXPECT_TRUE(provider.is_settled(example.trail));
  const auto entry = *submitter.ledger().transaction(1);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->peer, kProvider.text());
  EXPECT_EQ(entry->receipt, example.trail.newest(agreement::RecordKind::receipt));
  EXPECT_EQ(entry->job, runtime::to_hex(example.trail.demand().tasks[0].job));
}

TEST(Settlement, of_what_is_given_up_posts_what_was_signed_for_and_the_rest_is_free_again) {
  ExampleTrail example;
  example.agreed();
  Books nothing(kSubmitter);
  ASSERT_TRUE(nothing.post(example.trail));
  ASSERT_TRUE(nothing.post(example.trail, Outlook::given_up));
  EXPECT_EQ(nothing.exposure(), Exposure{});
  EXPECT_EQ(nothing.entries(), 0u);
  EXPECT_TRUE(nothing.is_settled(example.trail));
  example.add(draft_acceptance(example.trail, example.now));
  example.note(1'000'000).voucher().note(2'000'000);
  Books submitter(kSubmitter);
  Books provider(kProvider);
  for (int again = 0; again < 2; ++again) {
    ASSERT_TRUE(submitter.post(example.trail, Outlook::given_up));
    ASSERT_TRUE(provider.post(example.trail, Outlook::given_up));
  }
  EXPECT_EQ(submitter.exposure(), Exposure{.payable = {1'500'000}}) << "the note without a voucher is not owed";
  EXPECT_EQ(provider.exposure(), Exposure{.receivable = {1'500'000}});
  EXPECT_EQ(submitter.entries(), 1u);
  EXPECT_TRUE(provider.is_settled(example.trail));
  // Who goes on nevertheless is told, and the first entry holds.
  example.ended(2'000'000).closed();
  const auto late = submitter.post(example.trail);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error(), ledger::Errc::key_reused);
  EXPECT_EQ(submitter.exposure(), Exposure{.payable = {1'500'000}});
}

TEST(Settlement, asks_the_budget_while_the_agreement_can_be_kept_back_and_never_later) {
  ExampleTrail example;
  example.agreed();
  Books submitter(kSubmitter, {.all = {kMaxTotal.micro - 1}});
  const auto refused = submitter.post(example.trail);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), ledger::Errc::budget_exceeded);
  EXPECT_EQ(submitter.exposure(), Exposure{});
  example.add(draft_acceptance(example.trail, example.now));
  ASSERT_TRUE(submitter.post(example.trail)) << "it is owed whatever the budget";
  EXPECT_EQ(submitter.exposure(), Exposure{.reserved = kMaxTotal});
}

TEST(Settlement, of_an_agreement_between_others_is_refused) {
  ExampleTrail example;
  example.agreed();
  Books stranger(identity::PeerId::of(agreement::key_of(9).public_key()));
  const auto refused = stranger.post(example.trail);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), ledger::Errc::entry_invalid);
}

// Copies of a trail of any age, in any order, again and again, with crashes between and within: what is posted is what
// the newest of them says, once, and both ledgers agree.
RC_GTEST_PROP(Settlement, posted_in_any_order_with_crashes_comes_to_the_same, (std::uint64_t seed)) {
  runtime::Random random(seed);
  const Trail trail = drawn_trail(random);
  const auto copies = copies_of(trail);
  Books submitter(kSubmitter);
  Books provider(kProvider);
  for (Books* books : {&submitter, &provider}) {
    for (auto posts = random.below(12); posts > 0; --posts) {
      const Trail& copy = copies[random.below(copies.size())];
      if (random.below(3) == 0) {
        books->post_and_crash(copy, random.below(2) == 0, random);
      } else {
        RC_ASSERT(books->post(copy));
      }
    }
    RC_ASSERT(books->post(trail));
    RC_ASSERT(books->post(copies[random.below(copies.size())]));
    RC_ASSERT(books->entries() == 1u);
    RC_ASSERT(books->is_settled(trail));
    books->expect_whole();
  }
  RC_ASSERT(submitter.exposure() == (Exposure{.payable = trail.due()}));
  RC_ASSERT(provider.exposure() == (Exposure{.receivable = trail.due()}));
}

// The parties may have come to know different parts of it when they give up: the provider never books more than the
// submitter does, and the submitter never more than it signed for.
RC_GTEST_PROP(Settlement, given_up_at_any_stage_never_makes_credits, (std::uint64_t seed)) {
  runtime::Random random(seed);
  const auto copies = copies_of(drawn_trail(random));
  const std::size_t ours = random.below(copies.size() - 1);  // not closed
  const std::size_t theirs = random.below(ours + 1);
  Books submitter(kSubmitter);
  Books provider(kProvider);
  RC_ASSERT(submitter.post(copies[ours]));
  for (int again = 0; again < 2; ++again) {
    RC_ASSERT(submitter.post(copies[ours], Outlook::given_up));
    RC_ASSERT(provider.post(copies[theirs], Outlook::given_up));
  }
  const Exposure owing = submitter.exposure();
  RC_ASSERT(owing.reserved == Credits{});
  RC_ASSERT(owing.payable <= copies[ours].authorised());
  RC_ASSERT(provider.exposure().receivable <= owing.payable);
  submitter.expect_whole();
  provider.expect_whole();
}

}  // namespace
}  // namespace quern::dispatch
