// Submitter and provider, each with a trail of its own, joined by a network that loses, copies and delays what they
// say. Whatever happens on the way, both come to the same trail, and neither ever risks more than it agreed to.
#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "overlay/runtime/random.hpp"
#include "scheduler/agreement/verify.hpp"
#include "tests/scheduler/agreement/example_trail.hpp"

namespace quern::agreement {
namespace {

using model::Credits;
using model::Reason;
using model::Usage;
using runtime::Bytes;
using runtime::Random;

struct Message {
  Bytes envelope;                    // a record, or
  std::optional<Progress> progress;  // what its sender has
};

struct Side {
  Trail trail;
  std::vector<Message> inbox;  // on its way here
  runtime::WallTime now;
};

class Model {
 public:
  explicit Model(std::uint64_t seed) : random_(seed) {
    // Clocks that are far apart, but not too far for an agreement.
    submitter_.now = {kNow.unix_ms + random_.between(0, 20'000)};
    provider_.now = kNow;
    ExampleTrail opening;
    opening.demanded();
    Bid bid = example_bid(opening.trail.newest(RecordKind::demand));
    bid.credit_limit = credits(random_.between(500'000, 3'000'000));
    opening.add(bid);
    opening.add(draft_agreement(opening.trail, kNow));
    opening.add(draft_acceptance(opening.trail, kNow));
    submitter_.trail = provider_.trail = opening.trail;
    used_ = usage_of(0);
  }

  void step() {
    submitter_.now.unix_ms += random_.between(-50, 200);
    provider_.now.unix_ms += random_.between(-50, 200);
    switch (random_.below(8)) {
      case 0:
      case 1:
        work();
        break;
      case 2:
        if (provider_.trail.stage() == Stage::running)
          say(provider_, submitter_, draft_usage_note(provider_.trail, used_, provider_.now));
        break;
      case 3:
        answer();
        break;
      case 4:
        tell_progress();
        break;
      default:
        deliver(random_.below(2) == 0 ? submitter_ : provider_);
    }
    check();
  }

  void end(Reason reason) {
    if (provider_.trail.stage() != Stage::running) return;
    say(provider_, submitter_, draft_receipt(provider_.trail, one_task(reason, used_), provider_.now));
    check();
  }

  // Nothing is lost or overtaken any more: they come to an end, and soon.
  void settle() {
    loss_ = 0;
    for (int round = 0; round < 4 && !(is_closed(submitter_) && is_closed(provider_)); ++round) {
      tell_progress();
      while (!submitter_.inbox.empty() || !provider_.inbox.empty()) {
        deliver(submitter_);
        deliver(provider_);
        check();
      }
      answer();
    }
  }

  void check_agreement() const {
    RC_ASSERT(is_closed(submitter_) && is_closed(provider_));
    RC_ASSERT(submitter_.trail.owed() == provider_.trail.owed());
    RC_ASSERT(submitter_.trail.owed() == provider_.trail.receipt().amount);
    const Bytes file = write_trail(submitter_.trail);
    RC_ASSERT(file == write_trail(provider_.trail));
    const auto statement = verify(file);
    RC_ASSERT(statement.has_value());
    RC_ASSERT(statement->amount == submitter_.trail.owed());
  }

 private:
  static bool is_closed(const Side& side) { return side.trail.stage() == Stage::closed; }

  void work() {
    Usage until = used_;
    until[model::Dimension::setup] = 1;
    until[model::Dimension::device_time] += random_.below(700'000);
    if (provider_.trail.may_work(until)) used_ = until;
  }

  // What the submitter has to say: it makes a record once, and it may get lost.
  void answer() {
    const auto next = submitter_.trail.next_of(Party::submitter);
    if (next == RecordKind::voucher) {
      const Voucher voucher = draft_voucher(submitter_.trail, submitter_.now);
      signed_ = std::max(signed_, voucher.amount);
      say(submitter_, provider_, voucher);
    } else if (next == RecordKind::receipt_acknowledgement) {
      signed_ = std::max(signed_, submitter_.trail.due());
      say(submitter_, provider_, draft_acknowledgement(submitter_.trail, submitter_.now));
    }
  }

  void say(Side& from, Side& to, const Body& body) {
    const Bytes envelope = seal_record(key_of(signer_of(kind_of(body))), body);
    const Outcome outcome = from.trail.take(envelope, from.now);
    RC_ASSERT(outcome.has_value());
    send(to, {.envelope = envelope, .progress = {}});
  }

  void tell_progress() {
    send(submitter_, {.envelope = {}, .progress = provider_.trail.progress()});
    send(provider_, {.envelope = {}, .progress = submitter_.trail.progress()});
  }

  void send(Side& to, Message message) {
    if (random_.below(10) < loss_) return;
    if (random_.below(10) < loss_) to.inbox.push_back(message);
    to.inbox.push_back(std::move(message));
  }

  // While messages get lost they overtake each other too.
  void deliver(Side& side) {
    if (side.inbox.empty()) return;
    const std::size_t which = loss_ == 0 ? 0 : random_.below(side.inbox.size());
    const Message message = std::move(side.inbox[which]);
    side.inbox.erase(side.inbox.begin() + static_cast<std::ptrdiff_t>(which));
    Side& other = &side == &submitter_ ? provider_ : submitter_;
    if (message.progress) {
      for (const auto record : side.trail.lacking(*message.progress))
        send(other, {.envelope = runtime::copy_of(record), .progress = {}});
      return;
    }
    const Outcome outcome = side.trail.take(message.envelope, side.now);
    using enum Reason;
    RC_ASSERT(outcome || outcome.error().reason == record_duplicate || outcome.error().reason == record_out_of_order ||
              outcome.error().reason == record_late);
  }

  void check() const {
    const Bid& bid = provider_.trail.bid();
    const Credits cost = model::cost(bid.rates, used_).value();
    RC_ASSERT(cost.micro <= provider_.trail.authorised().micro + bid.credit_limit.micro);
    RC_ASSERT(cost <= bid.max_total);
    RC_ASSERT(submitter_.trail.owed() <= signed_);
    RC_ASSERT(provider_.trail.owed() <= signed_);
    RC_ASSERT(submitter_.trail.due() <= std::max(cost, provider_.trail.due()));
  }

  Random random_;
  std::uint64_t loss_ = 3;  // of ten messages; as many come twice
  Side submitter_;
  Side provider_;
  Usage used_;      // by the provider's meter
  Credits signed_;  // the most the submitter has put its name to
};

RC_GTEST_PROP(TrailModel, both_sides_agree_on_the_amount_in_the_end, (std::uint64_t seed)) {
  Random random(seed);
  Model model(random.next());
  for (std::uint64_t steps = random.below(150); steps > 0; --steps) model.step();
  model.end(random.below(2) == 0 ? Reason::completed : Reason::canceled);
  for (std::uint64_t steps = random.below(60); steps > 0; --steps) model.step();
  model.settle();
  model.check_agreement();
}

}  // namespace
}  // namespace quern::agreement
