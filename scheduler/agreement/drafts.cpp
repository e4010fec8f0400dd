#include "scheduler/agreement/drafts.hpp"

#include <algorithm>
#include <utility>

#include "overlay/runtime/assertion.hpp"

namespace quern::agreement {

using model::Credits;
using runtime::WallTime;

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

Receipt draft_receipt(const Trail& trail, model::Reason reason, const model::Usage& used,
                      std::vector<OutputDigest> outputs, WallTime now, std::optional<Credits> amount) {
  QUERN_ASSERT(trail.stage() == Stage::running);
  const model::Usage billed = trail.billable(used);
  const Credits due = amount_due(trail.bid(), billed);
  const bool less = amount && *amount < due && reason != model::Reason::completed;
  return {.made_unix_ms = now.unix_ms,
          .reason = reason,
          .usage = billed,
          .amount = less ? *amount : due,
          .outputs = std::move(outputs),
          .note = trail.newest(RecordKind::usage_note),
          .voucher = trail.newest(RecordKind::voucher)};
}

ReceiptAcknowledgement draft_acknowledgement(const Trail& trail, WallTime now) {
  return {.made_unix_ms = now.unix_ms, .receipt = trail.newest(RecordKind::receipt)};
}

}  // namespace quern::agreement
