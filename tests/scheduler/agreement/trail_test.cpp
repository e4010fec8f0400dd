#include "scheduler/agreement/trail.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "overlay/identity/signed_envelope.hpp"
#include "overlay/runtime/random.hpp"
#include "tests/scheduler/agreement/example_trail.hpp"

namespace quern::agreement {
namespace {

using model::Reason;
using runtime::Bytes;
using runtime::ByteView;
using runtime::Random;

UsageNote note_of(const ExampleTrail& example, std::uint64_t device_us) {
  return draft_usage_note(example.trail, usage_of(device_us), example.now);
}

TEST(Trail, goes_from_demand_to_acknowledgement) {
  ExampleTrail example;
  Trail& trail = example.trail;
  EXPECT_EQ(trail.stage(), Stage::empty);
  EXPECT_EQ(example.demanded().trail.stage(), Stage::demanded);
  example.add(example_bid(trail.newest(RecordKind::demand)));
  EXPECT_EQ(trail.stage(), Stage::bid);
  example.add(draft_agreement(trail, kNow));
  EXPECT_EQ(trail.stage(), Stage::agreed);
  example.add(draft_acceptance(trail, kNow));
  EXPECT_EQ(trail.stage(), Stage::running);
  example.note(1'000'000).voucher().ended(2'000'000);
  EXPECT_EQ(trail.stage(), Stage::ended);
  example.closed();
  EXPECT_EQ(trail.stage(), Stage::closed);
  EXPECT_EQ(trail.receipt().reason(), Reason::completed);
  EXPECT_EQ(trail.records().size(), 8);
}

TEST(Trail, says_whose_turn_it_is) {
  ExampleTrail example;
  Trail& trail = example.trail;
  using enum RecordKind;
  const auto turns = [&] { return std::pair(trail.next_of(Party::submitter), trail.next_of(Party::provider)); };
  using Turns = std::pair<std::optional<RecordKind>, std::optional<RecordKind>>;
  EXPECT_EQ(turns(), Turns(demand, std::nullopt));
  example.demanded();
  EXPECT_EQ(turns(), Turns(std::nullopt, bid));
  example.add(example_bid(trail.newest(demand)));
  EXPECT_EQ(turns(), Turns(agreement, std::nullopt));
  example.add(draft_agreement(trail, kNow));
  EXPECT_EQ(turns(), Turns(std::nullopt, acceptance));
  example.add(draft_acceptance(trail, kNow));
  EXPECT_EQ(turns(), Turns(std::nullopt, usage_note));
  example.note(1'000'000);
  EXPECT_EQ(turns(), Turns(voucher, usage_note));
  example.voucher();
  EXPECT_EQ(turns(), Turns(std::nullopt, usage_note));
  example.ended(2'000'000);
  EXPECT_EQ(turns(), Turns(receipt_acknowledgement, std::nullopt));
  example.closed();
  EXPECT_EQ(turns(), Turns(std::nullopt, std::nullopt));
}

TEST(Trail, a_short_job_needs_neither_notes_nor_vouchers) {
  ExampleTrail example;
  example.running().ended(100'000);
  EXPECT_EQ(example.trail.owed(), credits(0)) << "nothing is signed for yet";
  example.closed();
  EXPECT_EQ(example.trail.owed(), credits(600'000));
  EXPECT_EQ(example.trail.records().size(), 6);
}

TEST(Trail, what_comes_before_its_turn_is_out_of_order) {
  ExampleTrail whole;
  whole.running();
  const Bytes note = whole.sealed(note_of(whole, 1));
  const Bytes receipt = whole.sealed(draft_receipt(whole.trail, one_task(Reason::completed, usage_of(1)), kNow));
  const auto records = whole.trail.records();
  ExampleTrail example;
  for (std::size_t i = 0; i < records.size(); ++i) {
    for (std::size_t later = i + 1; later < records.size(); ++later)
      EXPECT_EQ(example.offer(records[later]), "record_out_of_order") << later << " at " << i;
    EXPECT_EQ(example.offer(note), "record_out_of_order");
    EXPECT_EQ(example.offer(receipt), "record_out_of_order");
    EXPECT_EQ(example.offer(records[i]), "");
  }
  EXPECT_EQ(example.offer(ReceiptAcknowledgement{.made_unix_ms = kNow.unix_ms}), "record_out_of_order");
}

TEST(Trail, copies_are_duplicates_at_any_time) {
  const Trail whole = example_trail();
  const auto records = whole.records();
  ExampleTrail example;
  for (std::size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(example.offer(records[i]), "") << i;
    for (std::size_t copy = 0; copy <= i; ++copy) {
      // What is over is over: nothing is looked at any more but whether it was there.
      EXPECT_EQ(example.offer(records[copy]), "record_duplicate") << copy << " at " << i;
    }
  }
}

TEST(Trail, a_second_word_where_one_counts_is_a_duplicate) {
  ExampleTrail example;
  example.demanded();
  Demand other = example_demand();
  other.id.fill(std::byte{9});
  EXPECT_EQ(example.offer(other), "record_duplicate");
  Bid bid = example_bid(example.trail.newest(RecordKind::demand));
  example.add(bid);
  bid.rates[model::Dimension::device_time] = 1;
  EXPECT_EQ(example.offer(bid), "record_duplicate");
  example.add(draft_agreement(example.trail, kNow));
  example.add(draft_acceptance(example.trail, kNow));
  EXPECT_EQ(example.offer(draft_agreement(example.trail, {kNow.unix_ms + 1})), "record_duplicate");
  EXPECT_EQ(example.offer(draft_acceptance(example.trail, {kNow.unix_ms + 1})), "record_duplicate");
  Receipt receipt = draft_receipt(example.trail, one_task(Reason::completed, usage_of(1)), kNow);
  example.add(receipt);
  receipt.tasks[0].reason = Reason::canceled;
  EXPECT_EQ(example.offer(receipt), "record_duplicate");
}

TEST(Trail, what_comes_after_the_end_is_late) {
  ExampleTrail example;
  example.running().note(1'000'000);
  const Bytes note = example.sealed(note_of(example, 2'000'000));
  const Bytes voucher = example.sealed(draft_voucher(example.trail, kNow));
  example.ended(1'500'000);
  EXPECT_EQ(example.offer(note), "record_late");
  EXPECT_EQ(example.offer(voucher), "record_late");
  const Bytes again = example.sealed(draft_acknowledgement(example.trail, {kNow.unix_ms + 1}));
  example.closed();
  EXPECT_EQ(example.offer(note), "record_late");
  EXPECT_EQ(example.offer(voucher), "record_late");
  EXPECT_EQ(example.offer(again), "record_late");
  EXPECT_EQ(example.offer(example_demand()), "record_duplicate") << "the very same";
}

TEST(Trail, every_record_must_be_of_the_party_whose_word_it_is) {
  const Trail whole = example_trail();
  ExampleTrail example;
  for (const ByteView envelope : whole.records()) {
    const auto record = open_record(envelope);
    ASSERT_TRUE(record);
    const Party other = signer_of(record->kind()) == Party::submitter ? Party::provider : Party::submitter;
    EXPECT_EQ(example.offer(seal_record(key_of(other), record->body)), "wrong_party") << to_string(record->kind());
    EXPECT_EQ(example.offer(seal_record(key_of(9), record->body)), "wrong_party") << to_string(record->kind());
    EXPECT_EQ(example.offer(envelope), "");
  }
}

TEST(Trail, a_forged_signature_is_named) {
  ExampleTrail example;
  Bytes envelope = example.sealed(example_demand());
  envelope.back() ^= std::byte{1};
  EXPECT_EQ(example.offer(envelope), "signature_invalid");
  envelope.front() ^= std::byte{1};
  EXPECT_EQ(example.offer(envelope), "record_malformed");
  EXPECT_EQ(example.offer(Bytes(kRecordBytesMax + 1)), "record_malformed");
  EXPECT_EQ(example.trail.stage(), Stage::empty);
}

TEST(Trail, each_record_of_the_opening_names_the_one_before) {
  ExampleTrail example;
  example.demanded();
  EXPECT_EQ(example.offer(example_bid(digest_of(1))), "chain_broken");
  example.add(example_bid(example.trail.newest(RecordKind::demand)));
  EXPECT_EQ(example.offer(Agreement{.made_unix_ms = kNow.unix_ms, .bid = digest_of(1)}), "chain_broken");
  example.add(draft_agreement(example.trail, kNow));
  EXPECT_EQ(example.offer(Acceptance{.made_unix_ms = kNow.unix_ms, .agreement = digest_of(1)}), "chain_broken");
}

TEST(Trail, a_demand_is_answered_up_to_its_deadline) {
  const std::int64_t deadline = example_demand().deadline_unix_ms;
  for (const std::int64_t past : {0, 1}) {
    ExampleTrail example;
    example.now.unix_ms = deadline + past;
    EXPECT_EQ(example.offer(example_demand()), past == 0 ? "" : "demand_expired");
    ExampleTrail bidding;
    bidding.demanded().now.unix_ms = deadline + past;
    Bid bid = example_bid(bidding.trail.newest(RecordKind::demand));
    bid.valid_until_unix_ms = deadline + 1000;
    EXPECT_EQ(bidding.offer(bid), past == 0 ? "" : "demand_expired");
  }
}

TEST(Trail, a_bid_binds_up_to_its_end) {
  for (const std::int64_t past : {0, 1}) {
    ExampleTrail example;
    example.demanded();
    const Bid bid = example_bid(example.trail.newest(RecordKind::demand));
    const runtime::WallTime at{bid.valid_until_unix_ms + past};
    example.now = at;
    EXPECT_EQ(example.offer(bid), past == 0 ? "" : "bid_expired");
    example.now = kNow;
    if (past != 0) example.add(bid);
    example.now = at;
    EXPECT_EQ(example.offer(draft_agreement(example.trail, at)), past == 0 ? "" : "bid_expired");
  }
}

TEST(Trail, an_acceptance_counts_by_the_clock_that_set_the_limit) {
  ExampleTrail example;
  example.agreed();
  const std::int64_t until = example.trail.bid().valid_until_unix_ms;
  EXPECT_EQ(example.offer(draft_acceptance(example.trail, {until + 1})), "bid_expired");
  // It was in time there; that it took long to come, or that the clock here is another, changes nothing.
  example.now.unix_ms = until + 3'600'000;
  EXPECT_EQ(example.offer(draft_acceptance(example.trail, {until})), "");
}

TEST(Trail, clocks_far_apart_are_found_before_anything_is_agreed) {
  ExampleTrail example;
  example.now.unix_ms = kNow.unix_ms - kClockSkewMaxMs - 1;
  EXPECT_EQ(example.offer(example_demand()), "clocks_differ");
  example.now.unix_ms += 1;
  EXPECT_EQ(example.offer(example_demand()), "");
  const Bid bid = example_bid(example.trail.newest(RecordKind::demand));
  example.now.unix_ms -= 1;
  EXPECT_EQ(example.offer(bid), "clocks_differ");
}

TEST(Trail, a_clock_that_jumps_breaks_no_agreement) {
  ExampleTrail example;
  example.running();
  for (const std::int64_t jump : {-86'400'000, 86'400'000}) {
    example.now.unix_ms = kNow.unix_ms + jump;
    example.note(static_cast<std::uint64_t>(1'000'000 + (jump > 0 ? 1 : 0))).voucher();
  }
  example.ended(3'000'000).closed();
  EXPECT_EQ(example.trail.stage(), Stage::closed);
}

TEST(Trail, a_bid_above_the_demand_is_too_dear) {
  ExampleTrail example;
  example.demanded();
  Bid bid = example_bid(example.trail.newest(RecordKind::demand));
  bid.max_total = credits(12'000'001);
  EXPECT_EQ(example.offer(bid), "price_too_high");
  bid.max_total = credits(12'000'000);
  EXPECT_EQ(example.offer(bid), "");
}

TEST(Trail, notes_are_counted_and_chained) {
  ExampleTrail example;
  example.running();
  UsageNote first = note_of(example, 1'000'000);
  UsageNote ahead = first;
  ahead.sequence = 2;
  EXPECT_EQ(example.offer(ahead), "record_out_of_order");
  first.before = digest_of(1);
  EXPECT_EQ(example.offer(first), "chain_broken");
  example.note(1'000'000);
  UsageNote fork = note_of(example, 3'000'000);
  fork.sequence = 1;
  EXPECT_EQ(example.offer(fork), "chain_broken") << "the provider says two things";
  fork.sequence = 2;
  fork.before = example.trail.newest(RecordKind::acceptance);
  EXPECT_EQ(example.offer(fork), "chain_broken");
  EXPECT_EQ(example.trail.due(), credits(1'500'000));
}

TEST(Trail, usage_never_shrinks_in_any_dimension) {
  ExampleTrail example;
  example.running().note(2'000'000);
  UsageNote note = note_of(example, 2'000'000);
  note.usage = usage_of(1'999'999);
  EXPECT_EQ(example.offer(note), "usage_shrank");
  note.usage = usage_of(3'000'000, 0);
  EXPECT_EQ(example.offer(note), "usage_shrank");
  note.usage = usage_of(2'000'000);
  EXPECT_EQ(example.offer(note), "") << "as much as before is no less";
}

TEST(Trail, usage_above_the_demand_is_an_overcharge) {
  ExampleTrail example;
  example.running();
  UsageNote note = note_of(example, 20'000'000);
  note.usage[model::Dimension::bytes_in] = 1;
  EXPECT_EQ(example.offer(note), "overcharged");
  note.usage = usage_of(20'000'001);
  EXPECT_EQ(example.offer(note), "overcharged");
  note.usage = usage_of(20'000'000);
  EXPECT_EQ(example.offer(note), "") << "20.5 credits' worth, capped at 10";
  EXPECT_EQ(example.trail.due(), credits(10'000'000));
}

TEST(Trail, an_amount_is_the_cost_to_the_micro_credit) {
  ExampleTrail example;
  example.running();
  for (const std::int64_t off : {-1'500'000, -1, 1}) {
    UsageNote note = note_of(example, 1'000'000);
    note.amount.micro += off;
    EXPECT_EQ(example.offer(note), "amount_wrong") << off;
  }
  UsageNote note = note_of(example, 20'000'000);
  note.amount = credits(10'000'001);
  EXPECT_EQ(example.offer(note), "overcharged");
}

TEST(Trail, notes_are_bounded) {
  ExampleTrail example;
  example.running();
  for (std::size_t i = 0; i < kNotesMax; ++i) example.note(i);
  EXPECT_EQ(example.offer(note_of(example, kNotesMax)), "rate_limited");
  EXPECT_EQ(example.trail.next_of(Party::provider), RecordKind::receipt);
  example.ended(kNotesMax).closed();
}

TEST(Trail, vouchers_are_counted_and_chained) {
  ExampleTrail example;
  example.running().note(1'000'000);
  Voucher first = draft_voucher(example.trail, kNow);
  Voucher ahead = first;
  ahead.sequence = 2;
  EXPECT_EQ(example.offer(ahead), "record_out_of_order");
  first.before = digest_of(1);
  EXPECT_EQ(example.offer(first), "chain_broken");
  example.voucher().note(2'000'000);
  Voucher fork = draft_voucher(example.trail, kNow);
  fork.sequence = 1;
  EXPECT_EQ(example.offer(fork), "chain_broken");
  fork = draft_voucher(example.trail, kNow);
  fork.note = digest_of(1);
  EXPECT_EQ(example.offer(fork), "record_out_of_order") << "the note may still come";
}

TEST(Trail, vouchers_acknowledge_later_and_later_notes) {
  ExampleTrail example;
  example.running().note(1'000'000);
  const Hash first = example.trail.newest(RecordKind::usage_note);
  example.note(2'000'000);
  const Hash second = example.trail.newest(RecordKind::usage_note);
  example.voucher().note(3'000'000);
  for (const Hash& passed : {first, second, example.trail.newest(RecordKind::acceptance)}) {
    Voucher voucher = draft_voucher(example.trail, kNow);
    voucher.note = passed;
    EXPECT_EQ(example.offer(voucher), "chain_broken");
  }
  EXPECT_EQ(example.voucher().trail.authorised(), credits(3'500'000));
}

TEST(Trail, a_voucher_is_for_no_less_than_its_note_and_the_voucher_before) {
  ExampleTrail example;
  example.running().note(1'000'000);
  Voucher voucher = draft_voucher(example.trail, kNow);
  voucher.amount = credits(1'499'999);
  EXPECT_EQ(example.offer(voucher), "voucher_too_small");
  example.voucher(credits(5'000'000)).note(2'000'000);
  voucher = draft_voucher(example.trail, kNow);
  EXPECT_EQ(voucher.amount, credits(5'000'000));
  voucher.amount = credits(4'999'999);
  EXPECT_EQ(example.offer(voucher), "voucher_too_small");
}

TEST(Trail, a_voucher_is_never_above_the_bid) {
  ExampleTrail example;
  example.running().note(1'000'000);
  Voucher voucher = draft_voucher(example.trail, kNow, credits(11'000'000));
  EXPECT_EQ(voucher.amount, credits(10'000'000));
  voucher.amount = credits(10'000'001);
  EXPECT_EQ(example.offer(voucher), "terms_differ");
}

TEST(Trail, a_promise_can_be_made_before_the_first_note) {
  ExampleTrail example;
  example.running().voucher(credits(3'000'000));
  EXPECT_EQ(example.trail.authorised(), credits(3'000'000));
  EXPECT_EQ(example.trail.owed(), credits(0));
  EXPECT_EQ(example.note(1'000'000).trail.owed(), credits(1'500'000));
}

TEST(Trail, a_receipt_names_the_last_note_and_the_last_voucher) {
  ExampleTrail example;
  example.running().note(1'000'000).voucher();
  const Receipt good = draft_receipt(example.trail, one_task(Reason::completed, usage_of(1'000'000)), kNow);
  Receipt receipt = good;
  receipt.note = example.trail.newest(RecordKind::acceptance);
  EXPECT_EQ(example.offer(receipt), "chain_broken") << "it leaves a note out";
  receipt.note = digest_of(1);
  EXPECT_EQ(example.offer(receipt), "record_out_of_order") << "a note is missing here";
  receipt = good;
  receipt.voucher = digest_of(1);
  EXPECT_EQ(example.offer(receipt), "record_out_of_order") << "a voucher is missing here";
  EXPECT_EQ(example.offer(good), "");
}

TEST(Trail, vouchers_that_crossed_the_receipt_are_not_part_of_the_trail) {
  ExampleTrail example;
  example.running().note(1'000'000).voucher();
  Trail provider = example.trail;
  example.note(2'000'000);
  ASSERT_TRUE(provider.take(example.trail.records().back(), kNow));
  const Bytes receipt = example.sealed(draft_receipt(provider, one_task(Reason::completed, usage_of(2'000'000)), kNow));
  ASSERT_TRUE(provider.take(receipt, kNow));
  const Bytes crossing = example.add(draft_voucher(example.trail, kNow));
  EXPECT_EQ(provider.take(crossing, kNow).error().reason, Reason::record_late);
  EXPECT_EQ(example.offer(receipt), "");
  EXPECT_EQ(example.trail.progress(), provider.progress());
  EXPECT_EQ(example.trail.owed(), provider.owed());
  EXPECT_EQ(example.offer(crossing), "record_late");
}

TEST(Trail, a_receipt_bills_at_least_the_last_note_and_at_most_what_was_agreed) {
  ExampleTrail example;
  example.running().note(1'000'000);
  const auto receipt_of = [&](std::uint64_t device_us) {
    Receipt receipt = draft_receipt(example.trail, one_task(Reason::completed, usage_of(device_us)), kNow);
    receipt.usage = receipt.tasks[0].usage = usage_of(device_us);
    return receipt;
  };
  EXPECT_EQ(example.offer(receipt_of(999'999)), "usage_shrank");
  EXPECT_EQ(example.offer(receipt_of(20'000'001)), "overcharged");
  Receipt dear = receipt_of(20'000'000);
  dear.amount = credits(10'000'001);
  EXPECT_EQ(example.offer(dear), "overcharged");
  dear = receipt_of(1'500'000);
  dear.amount.micro += 1;
  EXPECT_EQ(example.offer(dear), "amount_wrong");
}

TEST(Trail, only_work_that_is_not_done_can_be_charged_below_its_cost) {
  ExampleTrail example;
  example.running();
  Receipt receipt = draft_receipt(example.trail, one_task(Reason::completed, usage_of(1'000'000)), kNow, credits(1));
  EXPECT_EQ(receipt.amount, credits(1'500'000)) << "the draft knows";
  receipt.amount = credits(1);
  EXPECT_EQ(example.offer(receipt), "amount_wrong");
  receipt = draft_receipt(example.trail, one_task(Reason::preempted, usage_of(1'000'000)), kNow, credits(1));
  EXPECT_EQ(receipt.amount, credits(1));
  EXPECT_EQ(example.offer(receipt), "");
  example.closed();
  EXPECT_EQ(example.trail.owed(), credits(1));
}

TEST(Trail, an_acknowledgement_names_the_receipt) {
  ExampleTrail example;
  example.running().ended(1);
  EXPECT_EQ(example.offer(ReceiptAcknowledgement{.made_unix_ms = kNow.unix_ms, .receipt = digest_of(1)}),
            "chain_broken");
}

TEST(Trail, the_submitter_owes_what_is_due_but_never_more_than_it_signed_for) {
  ExampleTrail example;
  const Trail& trail = example.running().trail;
  EXPECT_EQ(trail.owed(), credits(0));
  example.note(1'000'000);
  EXPECT_EQ(trail.due(), credits(1'500'000));
  EXPECT_EQ(trail.owed(), credits(0));
  example.voucher();
  EXPECT_EQ(trail.owed(), credits(1'500'000));
  example.note(2'000'000);
  EXPECT_EQ(trail.owed(), credits(1'500'000));
  example.ended(3'000'000);
  EXPECT_EQ(trail.due(), credits(3'500'000));
  EXPECT_EQ(trail.owed(), credits(1'500'000)) << "a receipt is the provider's word only";
  example.closed();
  EXPECT_EQ(trail.owed(), credits(3'500'000));
}

TEST(Trail, the_provider_works_up_to_its_credit_limit) {
  ExampleTrail example;
  const Trail& trail = example.running().trail;
  EXPECT_EQ(trail.headroom(usage_of(0)), credits(1'500'000)) << "2 credits of credit, half a one for the set-up";
  EXPECT_TRUE(trail.may_work(usage_of(1'500'000)));
  EXPECT_FALSE(trail.may_work(usage_of(1'500'001)));
  EXPECT_EQ(trail.headroom(usage_of(2'000'000)), credits(-500'000));
  example.note(1'500'000);
  EXPECT_FALSE(trail.may_work(usage_of(1'500'001))) << "a note alone is no promise";
  example.voucher();
  EXPECT_TRUE(trail.may_work(usage_of(3'500'000)));
  EXPECT_FALSE(trail.may_work(usage_of(3'500'001)));
}

TEST(Trail, the_provider_works_for_no_more_than_the_bid_and_the_demand) {
  ExampleTrail example;
  const Trail& trail = example.running().voucher(credits(10'000'000)).trail;
  EXPECT_TRUE(trail.may_work(usage_of(9'500'000)));
  EXPECT_FALSE(trail.may_work(usage_of(9'500'001))) << "beyond max_total nothing is earned";
  EXPECT_FALSE(trail.may_work(usage_of(1, 2))) << "one set-up was agreed";
  EXPECT_FALSE(trail.may_work(usage_of(UINT64_MAX)));
  example.ended(1);
  EXPECT_FALSE(trail.may_work(usage_of(1)));
}

TEST(Trail, what_is_free_needs_no_promise) {
  ExampleTrail example;
  example.demanded();
  Bid bid = example_bid(example.trail.newest(RecordKind::demand));
  bid.rates = {};
  bid.credit_limit = {};
  example.add(bid);
  EXPECT_FALSE(example.trail.may_work(usage_of(0))) << "nothing is agreed";
  example.add(draft_agreement(example.trail, kNow));
  example.add(draft_acceptance(example.trail, kNow));
  EXPECT_TRUE(example.trail.may_work(usage_of(20'000'000)));
  example.ended(20'000'000).closed();
  EXPECT_EQ(example.trail.owed(), credits(0));
}

TEST(Trail, what_cannot_be_billed_is_left_out_of_notes) {
  ExampleTrail example;
  example.running().note(3'000'000);
  EXPECT_EQ(example.trail.billable(usage_of(30'000'000, 5)), usage_of(20'000'000));
  EXPECT_EQ(example.trail.billable(usage_of(0, 0)), usage_of(3'000'000)) << "a meter that was reset";
}

RC_GTEST_PROP(Trail, amounts_are_costs_up_to_the_cap, (std::uint64_t seed)) {
  Random random(seed);
  Bid bid = example_bid(digest_of(1));
  for (std::int64_t& rate : bid.rates.rate) rate = random.between(0, model::kRateMax);
  model::Usage usage;
  for (std::uint64_t& quantity : usage.quantity) quantity = random.below(model::kQuantityMax + 1);
  const auto cost = model::cost(bid.rates, usage);
  bid.max_total = credits(random.between(0, kAmountMax.micro));
  const model::Credits amount = amount_due(bid, usage);
  RC_ASSERT(amount <= bid.max_total);
  RC_ASSERT(amount == bid.max_total || (cost && amount == *cost));
}

// Everything that a trail says.
auto state_of(const Trail& trail) {
  std::vector<Bytes> records;
  for (const ByteView record : trail.records()) records.push_back(runtime::copy_of(record));
  return std::tuple(trail.stage(), trail.usage(), trail.due(), trail.authorised(), trail.owed(), trail.progress(),
                    trail.next_of(Party::submitter), trail.next_of(Party::provider), records);
}

RC_GTEST_PROP(Trail, refused_records_leave_nothing_behind, (std::uint64_t seed)) {
  Random random(seed);
  const Trail whole = example_trail();
  const auto records = whole.records();
  Trail trail;
  for (const ByteView next : records) {
    for (std::uint64_t tries = random.below(4); tries > 0; --tries) {
      Bytes envelope = runtime::copy_of(records[random.below(records.size())]);
      auto record = open_record(envelope).value();
      switch (random.below(3)) {
        case 0:  // out of its turn, or once more
          break;
        case 1:
          envelope[random.below(envelope.size())] ^= std::byte{1};
          break;
        case 2:  // another record, truly signed
          std::visit([](auto& body) { body.made_unix_ms += 1; }, record.body);
          envelope = seal_record(key_of(signer_of(record.kind())), record.body);
      }
      Trail tried = trail;
      if (!tried.take(envelope, kNow)) RC_ASSERT(state_of(tried) == state_of(trail));
    }
    RC_ASSERT(trail.take(next, kNow).has_value());
  }
  RC_ASSERT(state_of(trail) == state_of(whole));
}

RC_GTEST_PROP(Trail, whoever_lacks_records_is_told_which, (std::uint64_t seed)) {
  Random random(seed);
  const Trail whole = example_trail();
  const auto records = whole.records();
  Trail part;
  const std::size_t count = random.below(records.size() + 1);
  for (std::size_t i = 0; i < count; ++i) RC_ASSERT(part.take(records[i], kNow).has_value());
  const auto lacking = whole.lacking(part.progress());
  RC_ASSERT(lacking.size() == records.size() - count);
  for (const ByteView record : lacking) RC_ASSERT(part.take(record, kNow).has_value());
  RC_ASSERT(state_of(part) == state_of(whole));
  RC_ASSERT(whole.lacking(part.progress()).empty());
  RC_ASSERT(whole.lacking({.opening = 9, .notes = 99, .vouchers = 99, .closing = 9}).empty());
}

}  // namespace
}  // namespace quern::agreement
