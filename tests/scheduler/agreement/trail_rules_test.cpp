// The rules of notes, vouchers and receipts beside a naive twin: bodies that are right in most parts and wrong in some
// are taken exactly when the twin would take them, and refused for its reason.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "overlay/runtime/random.hpp"
#include "tests/scheduler/agreement/example_trail.hpp"

namespace quern::agreement {
namespace {

using model::Credits;
using model::Reason;
using model::Usage;
using runtime::Random;

class Twin {
 public:
  Twin(Demand demand, Bid bid, const Hash& root) : demand_(std::move(demand)), bid_(bid) {
    notes_.push_back({root, {}, {}});
    vouchers_.push_back({root, {}, -1});
  }

  // nullopt: to be taken.
  std::optional<Reason> judge(const UsageNote& note) const {
    if (note.sequence < notes_.size()) return Reason::chain_broken;
    if (note.sequence > notes_.size()) return Reason::record_out_of_order;
    if (note.before != notes_.back().hash) return Reason::chain_broken;
    if (const auto wrong = judge_usage(note.usage)) return wrong;
    if (note.amount > bid_.max_total) return Reason::overcharged;
    if (note.amount != price(note.usage)) return Reason::amount_wrong;
    return std::nullopt;
  }
  std::optional<Reason> judge(const Voucher& voucher) const {
    if (voucher.sequence < vouchers_.size()) return Reason::chain_broken;
    if (voucher.sequence > vouchers_.size()) return Reason::record_out_of_order;
    if (voucher.before != vouchers_.back().hash) return Reason::chain_broken;
    const int note = note_of(voucher.note);
    if (note < 0) return Reason::record_out_of_order;
    if (note <= vouchers_.back().note) return Reason::chain_broken;
    if (voucher.amount > bid_.max_total) return Reason::terms_differ;
    if (voucher.amount < notes_[note].amount || voucher.amount < vouchers_.back().amount)
      return Reason::voucher_too_small;
    return std::nullopt;
  }
  std::optional<Reason> judge(const Receipt& receipt) const {
    const int note = note_of(receipt.note);
    if (note < 0) return Reason::record_out_of_order;
    if (static_cast<std::size_t>(note) + 1 != notes_.size()) return Reason::chain_broken;
    if (std::ranges::find(vouchers_, receipt.voucher, &KeptVoucher::hash) == vouchers_.end())
      return Reason::record_out_of_order;
    if (const auto wrong = judge_usage(receipt.usage)) return wrong;
    const TaskEnd& task = receipt.tasks[0];  // the only one
    if (kRefused.contains(task.reason) && task.usage != notes_.back().usage) {
      const Usage& noted = notes_.back().usage;
      for (std::size_t i = 0; i < model::kDimensions; ++i)
        if (task.usage.quantity[i] > noted.quantity[i]) return Reason::overcharged;
    }
    if (receipt.amount > bid_.max_total) return Reason::overcharged;
    const bool exact = receipt.reason() == Reason::completed;
    const bool builds = task.reason != Reason::build_failed;
    const Credits most = price(builds ? task.usage : usage_of(0, std::min<std::uint64_t>(setups(task), 1)));
    if (receipt.amount > most || (exact && receipt.amount != price(receipt.usage))) return Reason::amount_wrong;
    return std::nullopt;
  }
  void keep(const UsageNote& note, const Hash& hash) { notes_.push_back({hash, note.usage, note.amount}); }
  void keep(const Voucher& voucher, const Hash& hash) {
    vouchers_.push_back({hash, voucher.amount, note_of(voucher.note)});
  }
  void keep(const Receipt& receipt, const Hash& /*hash*/) { amount_ = receipt.amount; }

  Hash any_note(Random& random) const { return notes_[random.below(notes_.size())].hash; }
  Hash any_voucher(Random& random) const { return vouchers_[random.below(vouchers_.size())].hash; }
  Credits due() const { return amount_.value_or(notes_.back().amount); }
  Credits authorised() const { return vouchers_.back().amount; }

 private:
  struct KeptNote {
    Hash hash{};
    Usage usage;
    Credits amount;
  };
  struct KeptVoucher {
    Hash hash{};
    Credits amount;
    int note = 0;
  };

  // What a provider may say of a task that it has not begun with.
  static inline const std::set<Reason> kRefused{
      Reason::kind_not_offered, Reason::offer_expired,    Reason::offer_withdrawn, Reason::busy,
      Reason::draining,         Reason::manifest_invalid, Reason::offer_unknown,   Reason::demand_expired,
      Reason::bid_expired,      Reason::terms_differ,     Reason::rate_limited,    Reason::agreement_unknown,
      Reason::input_missing,    Reason::input_corrupt};

  static std::uint64_t setups(const TaskEnd& task) { return task.usage[model::Dimension::setup]; }
  int note_of(const Hash& hash) const {
    const auto found = std::ranges::find(notes_, hash, &KeptNote::hash);
    return found == notes_.end() ? -1 : static_cast<int>(found - notes_.begin());
  }
  // One credit a second and half a one to set up, to the micro-credit.
  Credits price(const Usage& usage) const {
    const std::uint64_t micro = usage[model::Dimension::device_time] + 500'000 * usage[model::Dimension::setup];
    return std::min(credits(static_cast<std::int64_t>(micro)), bid_.max_total);
  }
  std::optional<Reason> judge_usage(const Usage& usage) const {
    for (std::size_t i = 0; i < model::kDimensions; ++i) {
      if (usage.quantity[i] < notes_.back().usage.quantity[i]) return Reason::usage_shrank;
      if (usage.quantity[i] > demand_.usage_max.quantity[i]) return Reason::overcharged;
    }
    return std::nullopt;
  }

  Demand demand_;
  Bid bid_;
  std::vector<KeptNote> notes_;        // the first is the acceptance
  std::vector<KeptVoucher> vouchers_;  // likewise
  std::optional<Credits> amount_;
};

// Proposes records that are mostly what they should be.
class Proposals {
 public:
  Proposals(Random& random, const ExampleTrail& example, const Twin& twin)
      : random_(random), example_(example), twin_(twin) {}

  UsageNote note() {
    UsageNote note = draft_usage_note(example_.trail, usage(), kNow);
    if (rarely()) note.usage = usage();
    bend(note.sequence);
    bend(note.amount);
    if (rarely()) note.before = twin_.any_note(random_);
    return note;
  }
  Voucher voucher() {
    Voucher voucher = draft_voucher(example_.trail, kNow, credits(random_.between(0, 3'000'000)));
    bend(voucher.sequence);
    bend(voucher.amount);
    if (rarely()) voucher.note = random_.below(3) == 0 ? digest_of(5) : twin_.any_note(random_);
    if (rarely()) voucher.before = twin_.any_voucher(random_);
    return voucher;
  }
  Receipt receipt() {
    const auto reasons = model::reasons();
    Receipt receipt =
        draft_receipt(example_.trail, one_task(reasons[random_.below(reasons.size())].reason, usage()), kNow);
    if (random_.below(2) == 0) receipt.tasks[0].reason = Reason::completed;
    if (rarely()) receipt.usage = receipt.tasks[0].usage = usage();
    bend(receipt.amount);
    if (rarely()) receipt.note = random_.below(3) == 0 ? digest_of(5) : twin_.any_note(random_);
    if (rarely()) receipt.voucher = random_.below(3) == 0 ? digest_of(5) : twin_.any_voucher(random_);
    return receipt;
  }

 private:
  bool rarely() { return random_.below(8) == 0; }
  void bend(std::uint32_t& sequence) {
    if (rarely()) sequence = std::max(1u, sequence + static_cast<std::uint32_t>(random_.below(3)) - 1);
  }
  void bend(Credits& amount) {
    if (rarely()) amount.micro = std::max<std::int64_t>(0, amount.micro + random_.between(-2, 2));
    if (rarely()) amount.micro = random_.between(0, 12'000'000);
  }
  // Around what was used before, and around what is allowed.
  Usage usage() {
    const std::uint64_t before = example_.trail.usage()[model::Dimension::device_time];
    Usage usage = usage_of(before + random_.below(1'500'000), random_.below(12) == 0 ? random_.below(3) : 1);
    if (rarely()) usage[model::Dimension::device_time] = random_.below(25'000'000);
    if (random_.below(30) == 0) usage[model::Dimension::bytes_out] = 1;
    return usage;
  }

  Random& random_;
  const ExampleTrail& example_;
  const Twin& twin_;
};

template <class Value>
void propose(ExampleTrail& example, Twin& twin, const Value& body) {
  const auto expected = twin.judge(body);
  const runtime::Bytes envelope = example.sealed(body);
  const Outcome outcome = example.trail.take(envelope, kNow);
  if (!outcome && outcome.error().reason == Reason::record_duplicate) return;  // the very same as one before
  RC_ASSERT(outcome.has_value() == !expected.has_value());
  if (expected) RC_ASSERT(outcome.error().reason == *expected);
  if (outcome) twin.keep(body, hash_of(envelope));
}

RC_GTEST_PROP(TrailRules, are_those_of_a_naive_twin, (std::uint64_t seed)) {
  Random random(seed);
  ExampleTrail example;
  const Trail& trail = example.running().trail;
  Twin twin(trail.demand(), trail.bid(), trail.newest(RecordKind::acceptance));
  Proposals proposals(random, example, twin);
  for (int step = 0; step < 60 && trail.stage() == Stage::running; ++step) {
    const std::uint64_t choice = random.below(20);
    if (choice < 10)
      propose(example, twin, proposals.note());
    else if (choice < 18)
      propose(example, twin, proposals.voucher());
    else
      propose(example, twin, proposals.receipt());
    RC_ASSERT(trail.due() == twin.due());
    // A receipt may leave vouchers out that crossed it.
    if (trail.stage() == Stage::running) RC_ASSERT(trail.authorised() == twin.authorised());
    RC_ASSERT(trail.owed() == std::min(trail.due(), trail.authorised()));
  }
}

}  // namespace
}  // namespace quern::agreement
