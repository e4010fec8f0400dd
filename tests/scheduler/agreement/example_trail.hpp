// A trail in the making, with terms that are easy to reckon with: a credit a device second, and half a one to set up.
#pragma once
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/agreement/drafts.hpp"
#include "scheduler/agreement/records.hpp"
#include "scheduler/agreement/trail.hpp"

namespace quern::agreement {

inline constexpr runtime::WallTime kNow{1'790'000'000'000};

inline identity::PrivateKey key_of(unsigned char seed) {
  const runtime::Bytes bytes(identity::kSeedBytes, std::byte{seed});
  return identity::PrivateKey::from_seed(runtime::ByteView(bytes).first<identity::kSeedBytes>());
}
inline const identity::PrivateKey& submitter_key() {
  static const identity::PrivateKey kKey = key_of(1);
  return kKey;
}
inline const identity::PrivateKey& provider_key() {
  static const identity::PrivateKey kKey = key_of(2);
  return kKey;
}
inline const identity::PrivateKey& key_of(Party party) {
  return party == Party::submitter ? submitter_key() : provider_key();
}

constexpr model::Credits credits(std::int64_t micro) {
  return {micro};
}
inline model::Usage usage_of(std::uint64_t device_us, std::uint64_t setup = 1) {
  model::Usage usage;
  usage[model::Dimension::setup] = setup;
  usage[model::Dimension::device_time] = device_us;
  return usage;
}
inline Hash digest_of(unsigned char filling) {
  Hash digest;
  digest.fill(std::byte{filling});
  return digest;
}

// The end of the one task of an example.
inline std::vector<TaskEnd> one_task(model::Reason reason, const model::Usage& used,
                                     std::vector<OutputDigest> outputs = {}) {
  return {{.reason = reason, .usage = used, .outputs = std::move(outputs)}};
}
inline std::vector<TaskEnd> one_task(model::Reason reason, std::uint64_t device_us,
                                     std::vector<OutputDigest> outputs = {}) {
  return one_task(reason, usage_of(device_us), std::move(outputs));
}

inline Demand example_demand() {
  return {.made_unix_ms = kNow.unix_ms,
          .id = {std::byte{7}},
          .submitter = identity::PeerId::of(submitter_key().public_key()),
          .provider = identity::PeerId::of(provider_key().public_key()),
          .tasks = {{.job = digest_of(0x0b), .shard = 3, .shards = 8, .max_total = credits(12'000'000)}},
          .device = "qd1-0123",
          .offer_sequence = 42,
          .usage_max = usage_of(20'000'000),
          .max_total = credits(12'000'000),
          .deadline_unix_ms = kNow.unix_ms + 60'000};
}
inline Bid example_bid(const Hash& demand) {
  Bid bid{.made_unix_ms = kNow.unix_ms,
          .demand = demand,
          .cost_low = credits(1'000'000),
          .cost_likely = credits(2'000'000),
          .cost_high = credits(3'000'000),
          .max_total = credits(10'000'000),
          .valid_until_unix_ms = kNow.unix_ms + 30'000,
          .credit_limit = credits(2'000'000),
          .note_interval_ms = 1000,
          .walltime_ms = 60'000};
  bid.rates[model::Dimension::setup] = 500'000;
  bid.rates[model::Dimension::device_time] = 1'000'000;
  return bid;
}

class ExampleTrail {
 public:
  Trail trail;
  runtime::WallTime now = kNow;

  // Seals by the key of the party whose record it is.
  runtime::Bytes sealed(const Body& body) const { return seal_record(key_of(signer_of(kind_of(body))), body); }
  // "" when it was taken, else the reason's name.
  std::string offer(runtime::ByteView envelope) {
    const Outcome outcome = trail.take(envelope, now);
    return outcome ? "" : std::string(text_of(outcome.error().reason).name);
  }
  std::string offer(const Body& body) { return offer(sealed(body)); }
  runtime::Bytes add(const Body& body) {
    runtime::Bytes envelope = sealed(body);
    if (const Outcome outcome = trail.take(envelope, now); !outcome)
      throw std::runtime_error("not taken: " + to_text(outcome.error()));
    return envelope;
  }

  ExampleTrail& demanded() { return add(example_demand()), *this; }
  ExampleTrail& bid() { return demanded().add(example_bid(trail.newest(RecordKind::demand))), *this; }
  ExampleTrail& agreed() { return bid().add(draft_agreement(trail, now)), *this; }
  ExampleTrail& running() { return agreed().add(draft_acceptance(trail, now)), *this; }
  ExampleTrail& note(std::uint64_t device_us) { return add(draft_usage_note(trail, usage_of(device_us), now)), *this; }
  ExampleTrail& voucher(model::Credits amount = {}) { return add(draft_voucher(trail, now, amount)), *this; }
  ExampleTrail& ended(std::uint64_t device_us, model::Reason reason = model::Reason::completed) {
    return add(draft_receipt(trail, one_task(reason, device_us, {{digest_of(0x0c), 100}}), now)), *this;
  }
  ExampleTrail& closed() { return add(draft_acknowledgement(trail, now)), *this; }
};

// Every kind of record, chains of several links, a promise before the first note, and a note that no voucher answers.
inline Trail example_trail() {
  ExampleTrail example;
  example.running().voucher(credits(1'000'000));
  for (int second = 1; second <= 4; ++second) {
    example.now.unix_ms += 1000;
    example.note(second * 1'000'000);
    if (second != 2) example.voucher();
  }
  example.now.unix_ms += 500;
  example.note(4'500'000).ended(4'600'000).closed();
  return example.trail;
}

}  // namespace quern::agreement
