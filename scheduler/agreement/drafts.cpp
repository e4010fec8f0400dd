#include "scheduler/agreement/drafts.hpp"

#include <algorithm>
#include <utility>

#include "overlay/runtime/assertion.hpp"

namespace quern::agreement {

using model::Credits;
using runtime::WallTime;

namespace {

__extension__ using Wide = unsigned __int128;

// Each gets what it used as long as that is within `billed`. The rest goes to the first ones, up to what they may cost:
// they were the first to run. What is beyond that nobody pays for, and the last has it.
void split(const Trail& trail, model::Usage billed, std::vector<TaskEnd>& tasks) {
  for (TaskEnd& task : tasks) {
    for (std::size_t i = 0; i < model::kDimensions; ++i) {
      std::uint64_t& left = billed.quantity[i];
      task.usage.quantity[i] = std::min(task.usage.quantity[i], left);
      left -= task.usage.quantity[i];
    }
  }
  for (std::size_t number = 0; number < tasks.size() && billed != model::Usage{}; ++number) {
    model::Usage& has = tasks[number].usage;
    const model::Usage all = model::sum(has, billed);
    const bool last = number + 1 == tasks.size();
    const model::Usage gets =
        last ? all : usage_within(trail.bid().rates, has, all, trail.demand().tasks[number].max_total);
    for (std::size_t i = 0; i < model::kDimensions; ++i) billed.quantity[i] -= gets.quantity[i] - has.quantity[i];
    has = gets;
  }
}

}  // namespace

model::Usage usage_within(const model::RateCard& rates, const model::Usage& from, const model::Usage& to,
                          Credits most) {
  constexpr int kHalvings = 40;
  const auto at = [&](std::uint64_t part) {
    model::Usage usage = from;
    for (std::size_t i = 0; i < model::kDimensions; ++i) {
      const std::uint64_t more = to.quantity[i] - std::min(to.quantity[i], from.quantity[i]);
      usage.quantity[i] += static_cast<std::uint64_t>((static_cast<Wide>(more) * part) >> kHalvings);
    }
    return usage;
  };
  const auto fits = [&](std::uint64_t part) {
    const auto cost = model::cost(rates, at(part));
    return cost && *cost <= most;
  };
  std::uint64_t part = std::uint64_t{1} << kHalvings;
  if (fits(part)) return at(part);
  part = 0;
  for (int bit = kHalvings - 1; bit >= 0; --bit) {
    const std::uint64_t farther = part | (std::uint64_t{1} << bit);
    if (fits(farther)) part = farther;
  }
  return at(part);
}

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
  split(trail, billed, tasks);
  Credits due;
  for (const Credits part : parts_due(trail.demand(), trail.bid(), tasks)) due = {due.micro + part.micro};
  Receipt receipt{.made_unix_ms = now.unix_ms,
                  .tasks = std::move(tasks),
                  .usage = billed,
                  .amount = due,
                  .note = trail.newest(RecordKind::usage_note),
                  .voucher = trail.newest(RecordKind::voucher)};
  if (amount && *amount < receipt.amount && receipt.reason() != model::Reason::completed) receipt.amount = *amount;
  return receipt;
}

ReceiptAcknowledgement draft_acknowledgement(const Trail& trail, WallTime now) {
  return {.made_unix_ms = now.unix_ms, .receipt = trail.newest(RecordKind::receipt)};
}

}  // namespace quern::agreement
