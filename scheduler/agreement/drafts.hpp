// The next record of a trail, ready to be sealed by seal_record() and taken by the trail itself before it is sent. All
// assert that the trail has come so far; what they return is what the trail will take, under the right key and while
// the bid is valid.
#pragma once
#include <optional>
#include <vector>

#include "overlay/runtime/time.hpp"
#include "scheduler/agreement/trail.hpp"

namespace quern::agreement {

Agreement draft_agreement(const Trail& trail, runtime::WallTime now);
Acceptance draft_acceptance(const Trail& trail, runtime::WallTime now);
// `used` is what was metered: what cannot be billed is left out (Trail::billable()).
UsageNote draft_usage_note(const Trail& trail, const model::Usage& used, runtime::WallTime now);
// Acknowledges the newest note for what is due: for `amount` where that is more, never above max_total.
Voucher draft_voucher(const Trail& trail, runtime::WallTime now, model::Credits amount = {});
// How far usage that grows evenly from `from` to `to` comes for `most`: at least `from`, at most `to`.
model::Usage usage_within(const model::RateCard& rates, const model::Usage& from, const model::Usage& to,
                          model::Credits most);
// `tasks` are those of the demand, with what was metered of each: where the whole cannot be billed, the last ones get
// less; where more was billed before, the first ones get it, as far as their max_total goes. One that has not begun
// (has_not_begun()) has used nothing else. The sum of parts_due() is asked for; `amount` is for a provider that asks
// for less, ignored when it is not less or all tasks were completed.
Receipt draft_receipt(const Trail& trail, std::vector<TaskEnd> tasks, runtime::WallTime now,
                      std::optional<model::Credits> amount = std::nullopt);
ReceiptAcknowledgement draft_acknowledgement(const Trail& trail, runtime::WallTime now);

}  // namespace quern::agreement
