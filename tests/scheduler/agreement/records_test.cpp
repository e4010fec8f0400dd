#include "scheduler/agreement/records.hpp"

#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "overlay/identity/signed_envelope.hpp"
#include "overlay/runtime/random.hpp"
#include "scheduler/agreement/records.pb.h"
#include "tests/scheduler/agreement/example_trail.hpp"

namespace quern::agreement {
namespace {

using model::Credits;
using model::Reason;
using runtime::Bytes;
using runtime::bytes_of;
using runtime::ByteView;
using runtime::Random;

Hash any_hash(Random& random) {
  Hash hash;
  random.fill(hash);
  return hash;
}
model::Usage any_usage(Random& random) {
  model::Usage usage;
  for (std::uint64_t& quantity : usage.quantity)
    quantity = random.below(3) == 0 ? 0 : random.below(model::kQuantityMax + 1);
  return usage;
}
Credits any_amount(Random& random) {
  return {random.between(0, kAmountMax.micro)};
}
std::int64_t any_time(Random& random) {
  return random.between(kTimeMinUnixMs, kTimeMaxUnixMs - kDemandValidityMaxMs - 1);
}

Demand any_demand(Random& random) {
  Demand demand = example_demand();
  demand.made_unix_ms = any_time(random);
  random.fill(demand.id);
  demand.tasks.resize(random.between(1, kTasksMax));
  Credits sum;
  for (TaskRef& task : demand.tasks) {
    task.job = any_hash(random);
    task.shards = static_cast<std::uint32_t>(random.between(1, kShardsMax));
    task.shard = static_cast<std::uint32_t>(random.below(task.shards));
    task.max_total = {any_amount(random).micro / static_cast<std::int64_t>(kTasksMax)};
    sum.micro += task.max_total.micro;
  }
  demand.device = std::string(random.between(1, model::kNameBytesMax), static_cast<char>(random.between('!', '~')));
  demand.offer_sequence = random.next();
  demand.usage_max = any_usage(random);
  demand.max_total = sum;
  demand.deadline_unix_ms = demand.made_unix_ms + random.between(0, kDemandValidityMaxMs);
  return demand;
}
Bid any_bid(Random& random) {
  std::array<Credits, 3> costs{any_amount(random), any_amount(random), any_amount(random)};
  std::ranges::sort(costs);
  Bid bid{.made_unix_ms = any_time(random),
          .demand = any_hash(random),
          .cost_low = costs[0],
          .cost_likely = costs[1],
          .cost_high = costs[2],
          .max_total = any_amount(random),
          .credit_limit = any_amount(random),
          .note_interval_ms = static_cast<std::uint32_t>(random.between(kNoteIntervalMinMs, kNoteIntervalMaxMs)),
          .walltime_ms = static_cast<std::uint32_t>(random.between(1, kWalltimeMaxMs))};
  bid.valid_until_unix_ms = bid.made_unix_ms + random.between(0, kDemandValidityMaxMs);
  for (std::int64_t& rate : bid.rates.rate) rate = random.between(0, model::kRateMax);
  return bid;
}
TaskEnd any_task_end(Random& random, std::size_t outputs) {
  const auto reasons = model::reasons();
  TaskEnd task{.reason = reasons[random.below(reasons.size())].reason, .outputs = std::vector<OutputDigest>(outputs)};
  for (OutputDigest& output : task.outputs)
    output = {any_hash(random), static_cast<std::uint64_t>(random.between(0, model::kFileBytesMax))};
  return task;
}
Receipt any_receipt(Random& random) {
  Receipt receipt{.made_unix_ms = any_time(random),
                  .usage = any_usage(random),
                  .amount = any_amount(random),
                  .note = any_hash(random),
                  .voucher = any_hash(random)};
  const auto tasks = random.between(1, kTasksMax);
  std::size_t outputs = 0;
  model::Usage left = receipt.usage;
  for (std::int64_t i = 0; i < tasks; ++i) {
    const std::size_t more = std::min(random.below(model::kFilesMax + 1), kOutputsMax - outputs);
    outputs += more;
    TaskEnd& task = receipt.tasks.emplace_back(any_task_end(random, more));
    for (std::size_t d = 0; d < model::kDimensions; ++d) {
      task.usage.quantity[d] = i + 1 == tasks ? left.quantity[d] : random.below(left.quantity[d] + 1);
      left.quantity[d] -= task.usage.quantity[d];
    }
  }
  return receipt;
}
Body any_body(Random& random, RecordKind kind) {
  const auto sequence = [&] { return static_cast<std::uint32_t>(random.between(1, UINT32_MAX)); };
  switch (kind) {
    case RecordKind::demand:
      return any_demand(random);
    case RecordKind::bid:
      return any_bid(random);
    case RecordKind::agreement:
      return Agreement{.made_unix_ms = any_time(random), .bid = any_hash(random)};
    case RecordKind::acceptance:
      return Acceptance{.made_unix_ms = any_time(random), .agreement = any_hash(random)};
    case RecordKind::usage_note:
      return UsageNote{.made_unix_ms = any_time(random),
                       .sequence = sequence(),
                       .usage = any_usage(random),
                       .amount = any_amount(random),
                       .before = any_hash(random)};
    case RecordKind::voucher:
      return Voucher{.made_unix_ms = any_time(random),
                     .sequence = sequence(),
                     .amount = any_amount(random),
                     .note = any_hash(random),
                     .before = any_hash(random)};
    case RecordKind::receipt:
      return any_receipt(random);
    case RecordKind::receipt_acknowledgement:
      break;
  }
  return ReceiptAcknowledgement{.made_unix_ms = any_time(random), .receipt = any_hash(random)};
}
RecordKind kind_at(std::size_t index) {
  return static_cast<RecordKind>(index);
}

// A message under a good signature.
template <class Message>
Bytes envelope_of(const Message& message, std::string_view name) {
  return identity::seal_envelope(submitter_key(), "quern-" + std::string(name), bytes_of("/quern/" + std::string(name)),
                                 bytes_of(message.SerializeAsString()));
}
std::string refusal(ByteView envelope) {
  const auto record = open_record(envelope);
  return record ? "" : to_text(record.error());
}

RC_GTEST_PROP(Records, what_was_sealed_is_opened, (std::uint64_t seed)) {
  Random random(seed);
  for (std::size_t i = 0; i < kRecordKinds; ++i) {
    const Body body = any_body(random, kind_at(i));
    const Bytes envelope = seal_record(provider_key(), body);
    const auto record = open_record(envelope);
    RC_ASSERT(record.has_value());
    RC_ASSERT(record->kind() == kind_at(i));
    RC_ASSERT(record->body == body);
    RC_ASSERT(record->signer == identity::PeerId::of(provider_key().public_key()));
    RC_ASSERT(record->hash == hash_of(envelope));
    RC_ASSERT(envelope.size() <= kRecordBytesMax);
  }
}

RC_GTEST_PROP(Records, any_changed_byte_is_refused, (std::uint64_t seed)) {
  Random random(seed);
  Bytes envelope = seal_record(provider_key(), any_body(random, kind_at(random.below(kRecordKinds))));
  const std::size_t at = random.below(envelope.size());
  envelope[at] ^= static_cast<std::byte>(1 + random.below(255));
  RC_ASSERT(!open_record(envelope).has_value());
}

TEST(Records, a_hash_is_sha_256_of_the_bytes) {
  // FIPS 180-4, the example of one block: "abc".
  const Hash hash = hash_of(bytes_of("abc"));
  EXPECT_EQ(hash.front(), std::byte{0xba});
  EXPECT_EQ(hash.back(), std::byte{0xad});
}

TEST(Records, an_envelope_for_another_purpose_is_none) {
  const Bytes other = identity::seal_envelope(submitter_key(), "libp2p-peer-record", bytes_of("\3\1"), bytes_of("x"));
  EXPECT_TRUE(refusal(other).starts_with("record_malformed")) << refusal(other);
  EXPECT_TRUE(refusal({}).starts_with("record_malformed"));
  // One kind's payload under the type of another kind, whose message it fits.
  const wire::agreement::Agreement message;
  const Bytes crossed = identity::seal_envelope(submitter_key(), "quern-agreement", bytes_of("/quern/acceptance"),
                                                bytes_of(message.SerializeAsString()));
  EXPECT_TRUE(refusal(crossed).starts_with("signature_invalid")) << refusal(crossed);
}

TEST(Records, a_record_above_the_limit_is_refused_by_size) {
  const Bytes large(kRecordBytesMax + 1);
  EXPECT_NE(refusal(large).find("16385 bytes, limit 16384"), std::string::npos) << refusal(large);
}

// Changes the message of a demand, a bid and so on that would be taken, and says why it is not.
class StrictRecords : public testing::Test {
 protected:
  template <class Message>
  static Message message_of(const Body& body) {
    const auto envelope = seal_record(submitter_key(), body);
    const std::string name(text(kind_of(body)));
    const auto opened = identity::open_envelope(envelope, "quern-" + name, bytes_of("/quern/" + name));
    Message message;
    EXPECT_TRUE(opened && message.ParseFromArray(opened->payload.data(), static_cast<int>(opened->payload.size())));
    return message;
  }
  static std::string text(RecordKind kind) {
    std::string name(to_string(kind));
    std::ranges::replace(name, ' ', '-');
    return name;
  }
  template <class Message, class Change>
  static std::string changed(const Body& body, Change change) {
    Message message = message_of<Message>(body);
    change(message);
    return refusal(envelope_of(message, text(kind_of(body))));
  }
  template <class Change>
  static std::string demand(Change change) {
    return changed<wire::agreement::Demand>(example_demand(), change);
  }
  template <class Change>
  static std::string bid(Change change) {
    return changed<wire::agreement::Bid>(example_bid(digest_of(1)), change);
  }
  template <class Change>
  static std::string note(Change change) {
    return changed<wire::agreement::UsageNote>(UsageNote{.made_unix_ms = kNow.unix_ms}, change);
  }
  template <class Change>
  static std::string receipt(Change change) {
    return changed<wire::agreement::Receipt>(Receipt{.made_unix_ms = kNow.unix_ms, .tasks = {{}}}, change);
  }
  static void names(const std::string& refusal, std::string_view part) {
    EXPECT_TRUE(refusal.starts_with("record_malformed")) << refusal;
    EXPECT_NE(refusal.find(part), std::string::npos) << refusal;
  }
};

TEST_F(StrictRecords, are_taken_unchanged) {
  EXPECT_EQ(demand([](auto&) {}), "");
  EXPECT_EQ(bid([](auto&) {}), "");
  EXPECT_EQ(note([](auto&) {}), "");
  EXPECT_EQ(receipt([](auto&) {}), "");
}

TEST_F(StrictRecords, other_versions_are_named) {
  names(demand([](auto& m) { m.set_version(2); }), "version is 2, this node knows version 1");
  names(note([](auto& m) { m.clear_version(); }), "version is 0");
}

TEST_F(StrictRecords, fields_of_later_versions_are_refused_wherever_they_stand) {
  const std::string field = "\xa2\x06\x01x";  // number 100, one byte
  names(demand([&](auto& m) { *m.mutable_unknown_fields() = field; }), "does not know");
  names(demand([&](auto& m) { *m.mutable_usage_max()->mutable_unknown_fields() = field; }), "does not know");
  names(bid([&](auto& m) { *m.mutable_rates()->mutable_unknown_fields() = field; }), "does not know");
  names(receipt([&](auto& m) {
          m.mutable_tasks(0)->add_outputs()->set_digest(std::string(32, 'x'));
          *m.mutable_tasks(0)->mutable_outputs(0)->mutable_unknown_fields() = field;
        }),
        "does not know");
  names(receipt([&](auto& m) { *m.mutable_tasks(0)->mutable_unknown_fields() = field; }), "does not know");
  names(demand([&](auto& m) { *m.mutable_tasks(0)->mutable_unknown_fields() = field; }), "does not know");
}

TEST_F(StrictRecords, absurd_times_are_refused) {
  for (const std::int64_t time :
       {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, kTimeMinUnixMs - 1, kTimeMaxUnixMs, INT64_MAX}) {
    names(note([&](auto& m) { m.set_made_unix_ms(time); }), "made_unix_ms");
    names(demand([&](auto& m) { m.set_deadline_unix_ms(time); }), "deadline_unix_ms");
    names(bid([&](auto& m) { m.set_valid_until_unix_ms(time); }), "valid_until_unix_ms");
  }
  EXPECT_EQ(note([](auto& m) { m.set_made_unix_ms(kTimeMinUnixMs); }), "");
  EXPECT_EQ(note([](auto& m) { m.set_made_unix_ms(kTimeMaxUnixMs - 1); }), "");
}

TEST_F(StrictRecords, validity_lies_within_a_day_of_the_making) {
  const std::int64_t made = kNow.unix_ms;
  names(demand([&](auto& m) { m.set_deadline_unix_ms(made - 1); }), "deadline_unix_ms");
  names(demand([&](auto& m) { m.set_deadline_unix_ms(made + kDemandValidityMaxMs + 1); }), "deadline_unix_ms");
  names(bid([&](auto& m) { m.set_valid_until_unix_ms(made - 1); }), "valid_until_unix_ms");
  names(bid([&](auto& m) { m.set_valid_until_unix_ms(made + kDemandValidityMaxMs + 1); }), "valid_until_unix_ms");
  EXPECT_EQ(bid([&](auto& m) { m.set_valid_until_unix_ms(made + kDemandValidityMaxMs); }), "");
}

TEST_F(StrictRecords, quantities_amounts_and_rates_have_limits) {
  names(note([](auto& m) { m.mutable_usage()->set_memory_time(model::kQuantityMax + 1); }), "memory_time");
  names(demand([](auto& m) { m.mutable_usage_max()->set_tokens_out(UINT64_MAX); }), "tokens_out");
  names(bid([](auto& m) { m.mutable_rates()->set_bytes_in(-1); }), "bytes_in is -1");
  names(bid([](auto& m) { m.mutable_rates()->set_device_time(model::kRateMax + 1); }), "device_time");
  for (const std::int64_t amount : {std::int64_t{-1}, kAmountMax.micro + 1, INT64_MIN, INT64_MAX}) {
    names(note([&](auto& m) { m.set_amount(amount); }), "amount");
    names(receipt([&](auto& m) { m.set_amount(amount); }), "amount");
    names(demand([&](auto& m) { m.set_max_total(amount); }), "max_total");
    names(bid([&](auto& m) { m.set_credit_limit(amount); }), "credit_limit");
    names(bid([&](auto& m) { m.set_max_total(amount); }), "max_total");
  }
  EXPECT_EQ(bid([](auto& m) { m.set_credit_limit(kAmountMax.micro); }), "");
}

TEST_F(StrictRecords, numbers_that_make_no_sense_are_refused) {
  names(note([](auto& m) { m.set_sequence(0); }), "sequence is 0, must be 1 to");
  names(demand([](auto& m) { m.mutable_tasks(0)->set_shards(0); }), "shards");
  names(demand([](auto& m) { m.mutable_tasks(0)->set_shard(8); }), "shard is 8, must be 0 to 7");
  names(demand([](auto& m) { m.mutable_tasks(0)->set_shards(kShardsMax + 1); }), "shards");
  names(bid([](auto& m) { m.set_cost_low(m.cost_likely() + 1); }), "cost_low is above cost_likely");
  names(bid([](auto& m) { m.set_cost_likely(m.cost_high() + 1); }), "cost_likely is above cost_high");
  names(bid([](auto& m) { m.set_note_interval_ms(kNoteIntervalMinMs - 1); }), "note_interval_ms");
  names(bid([](auto& m) { m.set_note_interval_ms(kNoteIntervalMaxMs + 1); }), "note_interval_ms");
  names(bid([](auto& m) { m.set_walltime_ms(0); }), "walltime_ms");
  names(demand([](auto& m) { m.mutable_tasks(0)->set_max_total(-1); }), "task max_total is -1");
  names(demand([](auto& m) { m.mutable_tasks(0)->clear_max_total(); }), "max_total is not the sum of the tasks'");
  names(demand([](auto& m) { m.set_max_total(m.max_total() + 1); }), "max_total is not the sum of the tasks'");
  names(bid([](auto& m) { m.set_walltime_ms(kWalltimeMaxMs + 1); }), "walltime_ms");
}

TEST_F(StrictRecords, names_hashes_and_peers_have_their_form) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{31}, std::size_t{33}}) {
    names(demand([&](auto& m) { m.mutable_tasks(0)->set_job(std::string(size, 'x')); }),
          "job has " + std::to_string(size));
    names(bid([&](auto& m) { m.set_demand(std::string(size, 'x')); }), "demand");
    names(note([&](auto& m) { m.set_before(std::string(size, 'x')); }), "before");
    names(receipt([&](auto& m) { m.set_voucher(std::string(size, 'x')); }), "voucher");
  }
  names(demand([](auto& m) { m.set_id("short"); }), "id has 5 bytes, must have 16");
  names(demand([](auto& m) { m.set_provider("nobody"); }), "provider is no peer id");
  names(demand([](auto& m) { m.clear_submitter(); }), "submitter is no peer id");
  names(demand([](auto& m) { m.set_provider(m.submitter()); }), "provider is the submitter itself");
  names(demand([](auto& m) { m.set_device(""); }), "device");
  names(demand([](auto& m) { m.set_device("two words"); }), "not visible ASCII");
  names(demand([](auto& m) { m.set_device("\x1b[2J"); }), "not visible ASCII");
  names(demand([](auto& m) { m.set_device(std::string(model::kNameBytesMax + 1, 'x')); }), "device");
}

TEST_F(StrictRecords, receipts_have_a_known_reason_and_bounded_outputs) {
  for (const std::uint32_t reason : {0u, 1u, 399u, UINT32_MAX})
    names(receipt([&](auto& m) { m.mutable_tasks(0)->set_reason(reason); }), "reason " + std::to_string(reason));
  const auto outputs = [](std::size_t count, std::uint64_t size) {
    return [=](auto& m) {
      for (std::size_t i = 0; i < count; ++i) {
        m.mutable_tasks(0)->add_outputs()->set_digest(std::string(32, 'x'));
        m.mutable_tasks(0)->mutable_outputs(static_cast<int>(i))->set_size(size);
      }
    };
  };
  EXPECT_EQ(receipt(outputs(model::kFilesMax, model::kFileBytesMax)), "");
  names(receipt(outputs(model::kFilesMax + 1, 0)), "outputs is 65, must be 0 to 64");
  names(receipt(outputs(1, model::kFileBytesMax + 1)), "output size");
}

TEST_F(StrictRecords, tasks_have_a_limit_and_so_have_all_their_outputs) {
  names(demand([](auto& m) { m.clear_tasks(); }), "tasks is 0, must be 1 to 64");
  names(receipt([](auto& m) { m.clear_tasks(); }), "tasks is 0, must be 1 to 64");
  const auto tasks = [](std::size_t count, std::size_t outputs) {
    return [=](auto& m) {
      m.clear_tasks();
      for (std::size_t i = 0; i < count; ++i) {
        auto& task = *m.add_tasks();
        task.set_reason(static_cast<std::uint32_t>(model::Reason::completed));
        for (std::size_t o = 0; o < outputs; ++o) task.add_outputs()->set_digest(std::string(32, 'x'));
      }
    };
  };
  EXPECT_EQ(receipt(tasks(kTasksMax, kOutputsMax / kTasksMax)), "");
  names(receipt(tasks(kTasksMax + 1, 0)), "tasks is 65");
  names(receipt(tasks(3, 43)), "outputs is 129, must be 0 to 128");
}

TEST_F(StrictRecords, a_receipt_bills_what_its_tasks_used) {
  names(receipt([](auto& m) { m.mutable_usage()->set_device_time(1); }), "usage is not the sum of the tasks'");
  names(receipt([](auto& m) { m.mutable_tasks(0)->mutable_usage()->set_device_time(1); }), "usage is not the sum");
  EXPECT_EQ(receipt([](auto& m) {
              m.mutable_tasks(0)->mutable_usage()->set_device_time(1);
              m.add_tasks()->set_reason(static_cast<std::uint32_t>(model::Reason::canceled));
              m.mutable_tasks(1)->mutable_usage()->set_device_time(2);
              m.mutable_usage()->set_device_time(3);
            }),
            "");
}

TEST_F(StrictRecords, of_the_largest_size_are_within_the_limit) {
  Receipt receipt{.made_unix_ms = kNow.unix_ms, .tasks = std::vector<TaskEnd>(kTasksMax), .amount = kAmountMax};
  for (TaskEnd& task : receipt.tasks) {
    task.usage.quantity.fill(model::kQuantityMax / kTasksMax);
    task.outputs = std::vector<OutputDigest>(kOutputsMax / kTasksMax, {digest_of(9), model::kFileBytesMax});
    receipt.usage = model::sum(receipt.usage, task.usage);
  }
  constexpr std::size_t kRsaEnvelope = 1100;  // key and signature of 4,096 bits, beyond those of Ed25519
  EXPECT_LE(seal_record(provider_key(), receipt).size() + kRsaEnvelope, kRecordBytesMax);
  Demand demand = example_demand();
  demand.max_total = kAmountMax;
  demand.tasks.assign(kTasksMax, {.job = digest_of(1),
                                  .shard = kShardsMax - 1,
                                  .shards = kShardsMax,
                                  .max_total = {kAmountMax.micro / std::int64_t{kTasksMax}}});
  EXPECT_LE(seal_record(submitter_key(), demand).size() + kRsaEnvelope, kRecordBytesMax);
}

TEST_F(StrictRecords, bytes_that_are_no_message_are_refused) {
  const Bytes garbage = identity::seal_envelope(submitter_key(), "quern-bid", bytes_of("/quern/bid"), bytes_of("\xff"));
  names(refusal(garbage), "bid: the payload is no protobuf message");
}

}  // namespace
}  // namespace quern::agreement
