#include "scheduler/agreement/trail_file.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "overlay/runtime/random.hpp"
#include "scheduler/agreement/verify.hpp"
#include "tests/scheduler/agreement/example_trail.hpp"

namespace quern::agreement {
namespace {

using model::Reason;
using runtime::Bytes;
using runtime::ByteView;
using runtime::Random;

// Records one after another, whether or not they are a trail.
Bytes file_of(const std::vector<ByteView>& records) {
  Bytes file = runtime::copy_of(runtime::bytes_of(kTrailMagic));
  for (const ByteView record : records) {
    file.push_back(static_cast<std::byte>(record.size() >> 8));
    file.push_back(static_cast<std::byte>(record.size() & 0xff));
    runtime::append(file, record);
  }
  return file;
}
std::string refusal(ByteView file) {
  const auto statement = verify(file);
  return statement ? "" : std::string(text_of(statement.error().why.reason).name);
}

// Notes and vouchers at random: some notes without a voucher, some jobs without either.
Trail any_trail(Random& random) {
  ExampleTrail example;
  example.running();
  std::uint64_t device_us = 0;
  if (random.below(3) == 0) example.voucher(credits(random.between(0, 1'000'000)));
  for (std::uint64_t steps = random.below(6); steps > 0; --steps) {
    example.note(device_us += random.below(2'000'000));
    if (random.below(2) == 0) example.voucher();
  }
  const auto reasons = model::reasons();
  example.ended(device_us + random.below(1'000'000), reasons[random.below(reasons.size())].reason).closed();
  return example.trail;
}

TEST(TrailFile, says_what_both_have_signed) {
  const Trail trail = example_trail();
  const auto verified = verify(write_trail(trail));
  ASSERT_TRUE(verified);
  const Statement& statement = *verified;
  EXPECT_EQ(statement.submitter, identity::PeerId::of(submitter_key().public_key()).text());
  EXPECT_EQ(statement.provider, identity::PeerId::of(provider_key().public_key()).text());
  ASSERT_EQ(statement.tasks.size(), 1);
  EXPECT_EQ(statement.tasks[0].job, example_demand().tasks[0].job);
  EXPECT_EQ(statement.tasks[0].shard, 3);
  EXPECT_EQ(statement.tasks[0].shards, 8);
  EXPECT_EQ(statement.tasks[0].amount, statement.amount);
  EXPECT_EQ(statement.device, "qd1-0123");
  EXPECT_EQ(statement.offer_sequence, 42);
  EXPECT_EQ(statement.rates, example_bid(Hash{}).rates);
  EXPECT_EQ(statement.max_total, credits(10'000'000));
  EXPECT_EQ(statement.usage, usage_of(4'600'000));
  EXPECT_EQ(statement.amount, credits(5'100'000));
  EXPECT_EQ(statement.authorised, credits(4'500'000));
  EXPECT_EQ(statement.reason, Reason::completed);
  ASSERT_EQ(statement.tasks[0].outputs.size(), 1);
  EXPECT_EQ(statement.tasks[0].outputs[0].bytes, 100);
  EXPECT_EQ(statement.notes, 5);
  EXPECT_EQ(statement.vouchers, 4);
  EXPECT_EQ(statement.demanded_unix_ms, kNow.unix_ms);
  EXPECT_EQ(statement.accepted_unix_ms, kNow.unix_ms);
  EXPECT_EQ(statement.closed_unix_ms, kNow.unix_ms + 4500);
}

RC_GTEST_PROP(TrailFile, every_trail_reads_as_it_was_written, (std::uint64_t seed)) {
  Random random(seed);
  const Trail trail = any_trail(random);
  const Bytes file = write_trail(trail);
  RC_ASSERT(file == file_of(trail.records()));
  RC_ASSERT(verify(file).has_value());
  RC_ASSERT(write_trail(read_trail(file).value()) == file);
}

TEST(TrailFile, a_trail_that_goes_on_is_kept_too) {
  const Trail whole = example_trail();
  const auto records = whole.records();
  for (std::size_t count = 0; count <= records.size(); ++count) {
    const Bytes file = file_of({records.begin(), records.begin() + static_cast<std::ptrdiff_t>(count)});
    const auto trail = read_trail(file);
    ASSERT_TRUE(trail) << count;
    EXPECT_EQ(trail->records().size(), count);
    EXPECT_EQ(write_trail(*trail), file);
  }
}

TEST(TrailFile, any_changed_byte_is_refused) {
  const Bytes file = write_trail(example_trail());
  Random random(1);
  for (std::size_t at = 0; at < file.size(); ++at) {
    Bytes changed = file;
    changed[at] ^= static_cast<std::byte>(1 + random.below(255));
    EXPECT_NE(refusal(changed), "") << at;
  }
}

RC_GTEST_PROP(TrailFile, any_changed_byte_of_any_trail_is_refused, (std::uint64_t seed)) {
  Random random(seed);
  Bytes file = write_trail(any_trail(random));
  file[random.below(file.size())] ^= static_cast<std::byte>(1 + random.below(255));
  RC_ASSERT(!verify(file).has_value());
}

TEST(TrailFile, any_file_that_is_cut_off_is_incomplete) {
  const Bytes file = write_trail(example_trail());
  for (std::size_t size = kTrailMagic.size(); size < file.size(); ++size)
    EXPECT_EQ(refusal(ByteView(file).first(size)), "trail_incomplete") << size;
  for (std::size_t size = 0; size < kTrailMagic.size(); ++size)
    EXPECT_EQ(refusal(ByteView(file).first(size)), "record_malformed") << size;
}

TEST(TrailFile, bytes_behind_it_are_refused) {
  const Bytes file = write_trail(example_trail());
  for (const std::size_t more : {1, 2, 3, 300}) {
    for (const std::byte filling : {std::byte{0}, std::byte{1}, std::byte{0xff}}) {
      Bytes longer = file;
      longer.resize(file.size() + more, filling);
      EXPECT_EQ(refusal(longer), "record_malformed") << more;
    }
  }
}

TEST(TrailFile, any_dropped_record_is_refused) {
  const Trail whole = example_trail();
  const auto records = whole.records();
  for (std::size_t drop = 0; drop < records.size(); ++drop) {
    auto left = records;
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(drop));
    EXPECT_NE(refusal(file_of(left)), "") << drop;
  }
  auto left = records;
  left.pop_back();
  EXPECT_EQ(refusal(file_of(left)), "trail_incomplete");
}

TEST(TrailFile, any_records_dropped_together_are_refused) {
  const Trail whole = example_trail();
  const auto records = whole.records();
  for (std::size_t from = 0; from < records.size(); ++from) {
    for (std::size_t to = from + 1; to <= records.size(); ++to) {
      auto left = records;
      left.erase(left.begin() + static_cast<std::ptrdiff_t>(from), left.begin() + static_cast<std::ptrdiff_t>(to));
      EXPECT_NE(refusal(file_of(left)), "") << from << " to " << to;
    }
  }
}

TEST(TrailFile, any_record_at_another_place_is_refused) {
  const Trail whole = example_trail();
  const auto records = whole.records();
  for (std::size_t from = 0; from < records.size(); ++from) {
    for (std::size_t to = 0; to < records.size(); ++to) {
      if (from == to) continue;
      auto moved = records;
      moved.erase(moved.begin() + static_cast<std::ptrdiff_t>(from));
      moved.insert(moved.begin() + static_cast<std::ptrdiff_t>(to), records[from]);
      EXPECT_NE(refusal(file_of(moved)), "") << from << " to " << to;
      auto swapped = records;
      std::swap(swapped[from], swapped[to]);
      EXPECT_NE(refusal(file_of(swapped)), "") << from << " with " << to;
    }
  }
}

TEST(TrailFile, any_repeated_record_is_refused) {
  const Trail whole = example_trail();
  const auto records = whole.records();
  for (std::size_t from = 0; from < records.size(); ++from) {
    for (std::size_t to = 0; to <= records.size(); ++to) {
      auto repeated = records;
      repeated.insert(repeated.begin() + static_cast<std::ptrdiff_t>(to), records[from]);
      EXPECT_NE(refusal(file_of(repeated)), "") << from << " at " << to;
    }
    auto last = records;
    last.push_back(records[from]);
    EXPECT_EQ(refusal(file_of(last)), "record_duplicate") << from;
  }
}

TEST(TrailFile, records_of_another_agreement_are_refused) {
  const Trail whole = example_trail();
  const auto records = whole.records();
  ExampleTrail other;
  Demand demand = example_demand();
  demand.id.fill(std::byte{9});
  other.add(demand);
  other.add(example_bid(other.trail.newest(RecordKind::demand)));
  other.add(draft_agreement(other.trail, kNow));
  other.add(draft_acceptance(other.trail, kNow));
  other.voucher(credits(1'000'000)).note(1'000'000).voucher().ended(1'000'000).closed();
  for (const ByteView foreign : other.trail.records()) {
    for (std::size_t at = 0; at < records.size(); ++at) {
      auto exchanged = records;
      exchanged[at] = foreign;
      EXPECT_NE(refusal(file_of(exchanged)), "") << at;
    }
  }
}

TEST(TrailFile, a_voucher_that_crossed_the_receipt_does_not_belong_in_it) {
  ExampleTrail example;
  example.running().note(1'000'000);
  const Bytes receipt =
      example.sealed(draft_receipt(example.trail, one_task(Reason::completed, usage_of(1'000'000)), kNow));
  example.voucher();
  auto records = example.trail.records();
  records.emplace_back(receipt);
  ExampleTrail without;
  for (const ByteView record : records) ASSERT_EQ(without.offer(record), "");
  const Bytes acknowledgement = without.sealed(draft_acknowledgement(without.trail, kNow));
  records.emplace_back(acknowledgement);
  const auto verified = verify(file_of(records));
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().why.reason, Reason::record_out_of_order);
  EXPECT_EQ(verified.error().record, 5);
  EXPECT_EQ(without.offer(acknowledgement), "");
  EXPECT_EQ(refusal(write_trail(without.trail)), "");
}

TEST(TrailFile, a_fault_is_named_with_its_place) {
  const Trail whole = example_trail();
  auto records = whole.records();
  Bytes broken = runtime::copy_of(records[7]);
  broken.back() ^= std::byte{1};
  records[7] = broken;
  const auto verified = verify(file_of(records));
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().why.reason, Reason::signature_invalid);
  EXPECT_EQ(verified.error().record, 7);
  std::size_t offset = kTrailMagic.size();
  for (std::size_t i = 0; i < 7; ++i) offset += 2 + records[i].size();
  EXPECT_EQ(verified.error().offset, offset);
}

TEST(TrailFile, what_is_missing_is_named_with_what_is_owed) {
  ExampleTrail example;
  const auto detail = [&] { return verify(write_trail(example.trail)).error().why.detail; };
  EXPECT_EQ(detail(), "the demand is not there: nothing was agreed");
  example.agreed();
  EXPECT_EQ(detail(), "the acceptance is not there: nothing was agreed");
  example.add(draft_acceptance(example.trail, kNow));
  example.note(1'000'000).voucher().note(2'000'000);
  EXPECT_EQ(detail(), "the receipt is not there: vouchers are for 1.5 credits, so the submitter owes 1.5 of 2.5");
  example.ended(3'000'000);
  EXPECT_EQ(detail(),
            "the receipt acknowledgement is not there: vouchers are for 1.5 credits, so the submitter owes 1.5 of 3.5");
}

TEST(TrailFile, other_files_are_told_apart) {
  const auto detail = [](std::string_view file) { return verify(runtime::bytes_of(file)).error().why.detail; };
  EXPECT_EQ(detail("quern trail 2\n..."), "a trail of a version that this program does not know");
  EXPECT_EQ(detail(R"({"version": 1})"), "not a trail: it does not begin with the line \"quern trail 1\"");
  EXPECT_EQ(detail(""), "not a trail: it does not begin with the line \"quern trail 1\"");
}

TEST(TrailFile, the_largest_trail_is_within_the_limit_and_a_larger_file_is_refused) {
  const Bytes large(kTrailFileBytesMax + 1);
  EXPECT_EQ(refusal(large), "record_malformed");
  ExampleTrail example;
  example.running().voucher();
  for (std::size_t i = 0; i < kNotesMax; ++i) example.note(i).voucher();
  example.ended(kNotesMax).closed();
  EXPECT_EQ(example.trail.records().size(), kTrailRecordsMax);
  EXPECT_EQ(refusal(write_trail(example.trail)), "");
}

}  // namespace
}  // namespace quern::agreement
