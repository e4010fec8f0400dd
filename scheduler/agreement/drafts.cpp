#include "scheduler/agreement/drafts.hpp"

#include <algorithm>
#include <utility>

#include "overlay/runtime/assertion.hpp"

namespace quern::agreement {

using model::Credits;
using runtime::WallTime;

namespace {

// Each gets what it used as long as that is within `billed`, and the last the rest.
void split(model::Usage billed, std::vector<TaskEnd>& tasks) {
  for (TaskEnd& task : tasks) {
    const bool last = &task == &tasks.back();
    for (std::size_t i = 0; i < model::kDimensions; ++i) {
      std::uint64_t& left = billed.quantity[i];
      task.usage.quantity[i] = last ? left : std::min(task.usage.quantity[i], left);
      left -= task.usage.quantity[i];
    }
  }
}

}  // namespace

Agreement draft_agreement(const Trail& trail, WallTime now) {
  return {.made_unix_ms = now.unix_ms, .bid = trail.newest(RecordKind::bid)};
}

Acceptance draft_acceptance(const Trail& trail, WallTime now) {
  return {.made_unix_ms = now.unix_ms, .agreement = trail.newest(RecordKind::agreement)};
}

UsageNote draft_usage_note(const Trail& trail, const model::Usage& used, WallTime now) {
  QUERN_ASSERT(trail.stage() == Stage::running);
  const model::Usage billed = trail.billable(used);
  return {.made_unix_ms = now.unix_ms,
          .sequence = static_cast<std::uint32_t>(trail.note_count() + 1),
          .usage = billed,
          .amount = amount_due(trail.bid(), billed),
          .before = trail.newest(RecordKind::usage_note)};
}

Voucher draft_voucher(const Trail& trail, WallTime now, Credits amount) {
  QUERN_ASSERT(trail.stage() == Stage::running);
  const Credits least = std::max(trail.due(), trail.authorised());
  return {.made_unix_ms = now.unix_ms,
          .sequence = static_cast<std::uint32_t>(trail.voucher_count() + 1),
          .amount = std::max(least, std::min(amount, trail.bid().max_total)),
          .note = trail.newest(RecordKind::usage_note),
          .before = trail.newest(RecordKind::voucher)};
}

Receipt draft_receipt(const Trail& trail, std::vector<TaskEnd> tasks, WallTime now, std::optional<Credits> amount) {
  QUERN_ASSERT(trail.stage() == Stage::running && tasks.size() == trail.demand().tasks.size());
  model::Usage used;
  for (TaskEnd& task : tasks) {
    if (has_not_begun(task.reason)) task.usage = {};
    used = model::sum(used, task.usage);
  }
  const model::Usage billed = trail.billable(used);
  split(billed, tasks);
  Receipt receipt{.made_unix_ms = now.unix_ms,
                  .tasks = std::move(tasks),
                  .usage = billed,
                  .amount = {},
                  .note = trail.newest(RecordKind::usage_note),
                  .voucher = trail.newest(RecordKind::voucher)};
  receipt.amount = most_due(trail.bid(), receipt);
  if (amount && *amount < receipt.amount && receipt.reason() != model::Reason::completed) receipt.amount = *amount;
  return receipt;
}

ReceiptAcknowledgement draft_acknowledgement(const Trail& trail, WallTime now) {
  return {.made_unix_ms = now.unix_ms, .receipt = trail.newest(RecordKind::receipt)};
}

}  // namespace quern::agreement
