// Provider: how far it works on credit. What counts is what a peer has had done in all its agreements, under way, ended
// or given up, and has signed neither a voucher nor an acknowledgement for.
#include <algorithm>
#include <utility>

#include "overlay/runtime/deadline.hpp"
#include "scheduler/agreement/drafts.hpp"
#include "scheduler/engagement/provider_engagement.hpp"

namespace quern::engagement {

using agreement::RecordKind;
using agreement::Stage;
using agreement::TaskEnd;
using identity::PeerId;
using model::Credits;
using model::Reason;
using model::Why;
using runtime::Result;
using runtime::Task;

namespace {

// Amounts are at most kAmountMax, and so is what is kept of a sum of them.
Credits sum_of(Credits a, Credits b) {
  return std::min(Credits{a.micro + b.micro}, agreement::kAmountMax);
}

}  // namespace

Credits Provider::Engagement::unpaid() const {
  if (trail.stage() < Stage::running) return {};
  const Credits used = trail.stage() == Stage::running ? std::max(trail.due(), metered) : trail.due();
  return {std::max<std::int64_t>(used.micro - trail.authorised().micro, 0)};
}

Credits Provider::unpaid_of(const PeerId& peer) const {
  return unpaid_until(peer, Stage::running);
}

// Without agreements below that stage.
Credits Provider::unpaid_until(const PeerId& peer, Stage least) const {
  const auto given_up = given_up_.find(peer);
  Credits sum = given_up == given_up_.end() ? Credits{} : given_up->second;
  for (const auto& [id, engagement] : engagements_) {
    if (engagement->trail.stage() < least || engagement->demand().submitter != peer) continue;
    sum = sum_of(sum, engagement->unpaid());
  }
  return sum;
}

void Provider::add_unpaid(const PeerId& peer, Credits amount) {
  if (amount.micro <= 0) return;
  const auto known = given_up_.find(peer);
  if (known != given_up_.end()) {
    known->second = sum_of(known->second, amount);
    return;
  }
  if (given_up_.size() >= kDebtorsMax) {
    given_up_.erase(std::ranges::min_element(given_up_, {}, [](const auto& entry) { return entry.second; }));
  }
  given_up_.emplace(peer, std::min(amount, agreement::kAmountMax));
}

// Who pays was out of reach once, and does not mean to take what is not paid for.
void Provider::forgive(const PeerId& peer, Credits paid) {
  const auto known = given_up_.find(peer);
  if (known == given_up_.end()) return;
  known->second.micro -= paid.micro / kForgivenShare;
  if (known->second.micro <= 0) given_up_.erase(known);
}

// What is under way does not count: it is held at the limit until its vouchers come.
std::optional<Why> Provider::credit_exhausted(const PeerId& peer) const {
  const Credits left = unpaid_until(peer, Stage::ended);
  if (left.micro == 0 || left < config_.credit_limit) return std::nullopt;
  return Why{Reason::credit_exhausted,
             model::to_text(left) + " credits, limit " + model::to_text(config_.credit_limit)};
}

bool Provider::within_credit(const Engagement& engagement) const {
  return unpaid_of(engagement.demand().submitter) <= config_.credit_limit;
}

// One that waits for the peer's vouchers may go on.
void Provider::wake_work_of(const PeerId& peer) {
  for (const auto& [id, engagement] : engagements_) {
    if (engagement->trail.stage() == Stage::running && engagement->demand().submitter == peer)
      engagement->changed.wake_all();
  }
}

Task<Result<void>> Provider::wait_for_change(Engagement& engagement) {
  co_await engagement.changed.wait();
  co_return Result<void>();
}

// Until a voucher for this one or another of the peer's agreements has come, or the work must end, of which `task` may
// be canceled. False: none did in time.
Task<bool> Provider::wait_for_voucher(EngagementPtr engagement, const EngagedTask* task) {
  const PeerId& peer = engagement->demand().submitter;
  const std::size_t vouchers = engagement->trail.voucher_count();
  const Credits unpaid = unpaid_of(peer);
  const auto until = runtime_.clock().now() + config_.voucher_timeout;
  while (engagement->trail.voucher_count() == vouchers && unpaid_of(peer) >= unpaid && !engagement->why &&
         !(task && task->cancel)) {
    const auto woken = co_await runtime::with_deadline(runtime_.clock(), until, wait_for_change(*engagement));
    // Held for what others of the peer's agreements have used, which ends them if it is not paid.
    if (!woken) co_return engagement->unpaid().micro == 0 && !credit_exhausted(peer);
  }
  co_return true;
}

// A receipt lets the outputs go. Half of the limit is credit for that, until the acknowledgement; with the other half
// work goes on meanwhile. What is above is vouched for first, or the outputs stay here.
Task<void> Provider::see_it_paid(EngagementPtr engagement, std::vector<TaskEnd>& ends) {
  if (std::ranges::all_of(ends, [](const TaskEnd& end) { return end.outputs.empty(); })) co_return;
  model::Usage used;
  for (const TaskEnd& end : ends) used = model::sum(used, end.usage);
  const auto& trail = engagement->trail;
  engagement->metered = agreement::amount_due(trail.bid(), trail.billable(used));
  const PeerId peer = engagement->demand().submitter;
  const auto may_end = [&] {
    const Credits left = unpaid_until(peer, Stage::ended);
    return engagement->unpaid().micro == 0 ||
           sum_of(left, engagement->unpaid()).micro <= config_.credit_limit.micro / 2;
  };
  if (may_end()) co_return;
  const bool notes = trail.note_count() < agreement::kNotesMax;
  bool paid = notes && (trail.billable(used) == trail.usage() || co_await note(engagement, used));
  // Who has no more notes has had its last one now.
  const auto is_over = [&] { return engagement->why && engagement->why->reason != Reason::credit_exhausted; };
  while (paid && !may_end() && !is_over()) paid = co_await wait_for_voucher(engagement, nullptr);
  if (may_end()) co_return;
  const std::optional<Why>& why = engagement->why;
  const Reason reason = why ? why->reason : why_no_voucher(peer).reason;
  for (TaskEnd& end : ends) {
    if (end.reason == Reason::completed) end.reason = reason;
    end.outputs.clear();
  }
}

// Why nothing more is done for a peer whose vouchers do not come.
Why Provider::why_no_voucher(const PeerId& peer) const {
  return {host_.swarm().connected(peer) ? Reason::voucher_missing : Reason::submitter_lost, {}};
}

Task<bool> Provider::note(EngagementPtr engagement, model::Usage used) {
  engagement->noted = runtime_.clock().now();
  const auto body = draft_usage_note(engagement->trail, used, now());
  co_return co_await take(std::move(engagement), seal_record(key_, body));
}

}  // namespace quern::engagement
