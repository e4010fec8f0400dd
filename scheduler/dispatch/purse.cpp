#include "scheduler/dispatch/purse.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "overlay/runtime/assertion.hpp"
#include "scheduler/agreement/records.hpp"
#include "scheduler/engagement/share.hpp"
#include "scheduler/jobs/job_machine.hpp"

namespace quern::dispatch {

using model::Credits;
using model::Reason;
using model::Why;

namespace {

__extension__ using Wide = __int128;
using Verdict = Grant::Verdict;

// How many times what it had a task is to have to be tried again while others of the job go on.
constexpr std::int64_t kAgainTimes = 2;

// So that sums of all tasks of a job fit.
constexpr Credits kClaimMax{agreement::kAmountMax.micro / 64};
static_assert(kClaimMax.micro <= INT64_MAX / 16 / std::int64_t{jobs::kTasksMax});

Credits summable(Credits amount) {
  return std::clamp(amount, Credits{}, kClaimMax);
}

// amount * part / whole, rounded down; all of it where there is no whole.
std::int64_t part_of(std::int64_t amount, std::int64_t part, std::int64_t whole) {
  if (whole <= 0) return amount;
  return static_cast<std::int64_t>(static_cast<Wide>(amount) * part / whole);
}

std::string text(std::int64_t micro) {
  return model::to_text(Credits{micro});
}

}  // namespace

Claim claim_of(const market::Quote& quote) {
  constexpr std::int64_t kPermille = 1'000;
  const std::int64_t low = summable(quote.low).micro;
  const std::int64_t likely = summable(quote.likely).micro;
  const std::int64_t above = summable(quote.high).micro - low;
  const std::int64_t launch = std::min(summable(quote.launch).micro, above);
  // Something, so that what is left can be divided at all.
  const auto room = [](std::int64_t micro) { return Credits{std::max<std::int64_t>(micro, 1)}; };
  // Nothing is likely, and the limit may be the upper bound.
  if (quote.trial) return {.low = {low}, .base = {low}, .room = room(above), .launch = {launch}};
  std::int64_t base = likely;
  // What was measured may have a first launch in it, which has been paid for. Others differ no more than shards do.
  if (quote.measured)
    base = std::max({low, likely - launch, likely * kPermille / (kPermille + market::kShardSpreadPermille)});
  return {.low = {low}, .base = {base}, .room = room(low + above - launch - base), .launch = {launch}};
}

std::vector<std::uint8_t> sorts_of(const model::Job& job, const std::vector<market::AlikeTasks>& kinds) {
  std::vector<std::uint8_t> sorts(std::max<std::uint32_t>(job.shards.count, 1), 0);
  for (std::uint32_t task = 1; task < sorts.size(); ++task) {
    const bool larger = engagement::share_of(job, task).units != kinds.front().share.units;
    sorts[task] = larger ? 2 : 1;
  }
  return sorts;
}

Purse::Purse(std::optional<Credits> limit, std::vector<std::uint8_t> sorts)
    : limit_(limit), sorts_(std::move(sorts)), done_(sorts_.size()), open_(sorts_.size()) {
  if (limit_) limit_ = std::clamp(*limit_, Credits{}, agreement::kAmountMax);
  for (const std::uint8_t sort : sorts_) ++open_of_.at(sort);
}

std::int64_t Purse::left() const {
  return limit_ ? limit_->micro - spent_.micro : 0;
}

std::int64_t Purse::free_for(std::size_t task) const {
  std::int64_t free = left() - promised_sum_;
  if (const auto own = promised_.find(task); own != promised_.end()) free += own->second.most.micro;
  return std::max<std::int64_t>(free, 0);
}

bool Purse::is_new(const Asked& asked, std::size_t sort) const {
  const auto found = seen_.find({asked.where, sort});
  if (found == seen_.end()) return true;
  const auto own = promised_.find(asked.task);
  const bool is_own = own != promised_.end() && own->second.where == asked.where && sorts_[asked.task] == sort;
  return found->second == (is_own ? 1 : 0);
}

Purse::Others Purse::others(const Asked& asked) const {
  Others others;
  const std::size_t own = sorts_[asked.task];
  const std::size_t own_promised = promised_.contains(asked.task) ? 1 : 0;
  for (std::size_t sort = 0; sort < kSortsMax; ++sort) {
    const std::size_t self = sort == own ? 1 : 0;
    const auto open = static_cast<std::int64_t>(open_of_[sort] - self);
    const auto promised = static_cast<std::int64_t>(promised_of_[sort] - (self * own_promised));
    const std::int64_t waiting = open - promised;
    const Claim& claim = asked.claims[sort];
    others.low += open * claim.low.micro;
    others.base += waiting * claim.base.micro;
    others.room += waiting * claim.room.micro;
  }
  return others;
}

Grant Purse::grant(const Asked& asked) const {
  QUERN_ASSERT(asked.task < sorts_.size());
  const Credits budget = std::clamp(asked.budget, Credits{}, agreement::kAmountMax);
  if (!limit_) return {.most = budget, .why = {}};
  const bool another_is_ahead = std::ranges::any_of(
      promised_, [&](const auto& entry) { return entry.second.ahead && entry.first != asked.task; });
  const Others others = this->others(asked);
  const Claim& claim = asked.claims[sorts_[asked.task]];
  const std::int64_t best = left() - others.low;
  const auto cut = cut_.find(asked.task);
  const std::int64_t least = cut == cut_.end() ? claim.low.micro : std::max(claim.low.micro, cut->second.most + 1);
  if (best < least) return never(asked, others.low + claim.low.micro, true, left());
  if (another_is_ahead) return {.verdict = Verdict::wait, .why = {}};
  const std::int64_t free = free_for(asked.task);
  Grant grant = cut == cut_.end() ? of_waiting(asked, others, free) : of_cut(asked, others, free);
  grant.by_limit = grant.most <= budget;
  grant.most = std::min(grant.most, budget);
  return grant;
}

Grant Purse::of_waiting(const Asked& asked, const Others& others, std::int64_t free) const {
  const std::size_t sort = sorts_[asked.task];
  const Claim& claim = asked.claims[sort];
  const std::int64_t base = claim.base.micro;
  const bool alone = promised_.empty() || (promised_.size() == 1 && promised_.contains(asked.task));
  const std::int64_t needed = base + others.base;
  if (needed > free) {
    if (!alone) return {.verdict = Verdict::wait, .why = {}};
    const std::int64_t part = part_of(free, base, needed);
    if (asked.as_likely || part < claim.low.micro) return never(asked, needed, false, free);
    return {.most = {part}, .why = {}};
  }
  const std::int64_t slack = free - needed;
  const std::int64_t launch = is_new(asked, sort) ? claim.launch.micro : 0;
  const std::int64_t even = base + part_of(slack, claim.room.micro, claim.room.micro + others.room);
  // Several are tried at once, each at a device of its own: all of them launch for the first time.
  if (asked.trial) return {.most = {std::max(even, std::min(even + launch, base + (slack / 2)))}, .why = {}};
  // It may compile for longer than it runs. Where that would be at the expense of the others, they wait for its end.
  if (launch > base && slack < launch + needed && open_ > 1) {
    if (!alone) return {.verdict = Verdict::wait, .why = {}};
    return {.most = {std::min(base + slack, even + launch)}, .ahead = true, .why = {}};
  }
  if (slack >= launch) {
    const std::int64_t rest = part_of(slack - launch, claim.room.micro, claim.room.micro + others.room);
    return {.most = {base + launch + rest}, .why = {}};
  }
  const std::int64_t room = claim.room.micro + launch;
  return {.most = {base + part_of(slack, room, room + others.room)}, .why = {}};
}

Grant Purse::of_cut(const Asked& asked, const Others& others, std::int64_t free) const {
  const Claim& claim = asked.claims[sorts_[asked.task]];
  const std::int64_t had = cut_.at(asked.task).most;
  const std::int64_t most = free - others.base;
  if (asked.last) {
    if (most > had && most >= claim.low.micro) return {.most = {most}, .why = {}};
    return never(asked, others.low + claim.low.micro, true, left());
  }
  if (asked.last_try || most < kAgainTimes * had || most < claim.base.micro)
    return {.verdict = Verdict::wait, .why = {}};
  const std::int64_t slack = most - claim.base.micro;
  const std::int64_t even = claim.base.micro + part_of(slack, claim.room.micro, claim.room.micro + others.room);
  return {.most = {std::max(even, kAgainTimes * had)}, .why = {}};
}

Grant Purse::never(const Asked& asked, std::int64_t needed, bool least, std::int64_t left) const {
  Grant grant{.verdict = Verdict::never, .why = {}};
  if (is_cut(asked.task)) {
    grant.why = too_little(asked.task, asked.claims);
  } else {
    const std::string expected =
        text(needed) + (untouched() ? "" : " more") + " expected" + (least ? " at the least" : "");
    const std::string limit = text(limit_ ? limit_->micro : 0);
    if (untouched()) {
      grant.why = {Reason::price_too_high, expected + ", at most " + limit};
    } else {
      grant.why = {Reason::budget_exceeded, expected + ", " + text(left) + " are left of the " + limit +
                                                " that the job may cost: " + text(spent_.micro) + " are spent, " +
                                                text(spent_.micro + needed) + " would have been needed"};
    }
  }
  return grant;
}

Why Purse::too_little(std::size_t task, const Claims& claims) const {
  const auto found = cut_.find(task);
  const Cut cut = found == cut_.end() ? Cut{} : found->second;
  const std::int64_t limit = limit_ ? limit_->micro : 0;
  // Of all others: what those that have ended have cost, and what is likely of the rest.
  std::int64_t needed = cut.most + spent_.micro - cut.in_vain;
  for (std::size_t sort = 0; sort < kSortsMax; ++sort) {
    const std::size_t self = sort == sorts_[task] ? 1 : 0;
    needed += static_cast<std::int64_t>(open_of_[sort] - self) * claims[sort].base.micro;
  }
  const std::string of_task = sorts_.size() > 1 ? " for this task" : "";
  return {Reason::budget_exceeded, "more than the " + text(cut.most) + " that were left" + of_task + " of the " +
                                       text(limit) + " that the job may cost: " + text(spent_.micro) +
                                       " are spent, more than " + text(std::max(needed, limit)) +
                                       " would have been needed"};
}

Grant Purse::promise(const Asked& asked) {
  Grant grant = this->grant(asked);
  if (!limit_) return grant;
  paid(asked.task, {}, false);
  if (grant.verdict != Verdict::go) return grant;
  promised_[asked.task] = {.most = grant.most, .where = asked.where, .ahead = grant.ahead};
  promised_sum_ += grant.most.micro;
  ++promised_of_[sorts_[asked.task]];
  ++seen_[{asked.where, sorts_[asked.task]}];
  return grant;
}

void Purse::paid(std::size_t task, Credits owed, bool completed) {
  const std::size_t sort = sorts_[task];
  spent_ = model::add(spent_, owed).value_or(spent_);
  if (const auto promise = promised_.find(task); promise != promised_.end()) {
    promised_sum_ -= promise->second.most.micro;
    --promised_of_[sort];
    if (!completed) --seen_[{promise->second.where, sort}];
    promised_.erase(promise);
  }
  if (!completed || done_[task]) return;
  done_[task] = true;
  --open_of_[sort];
  --open_;
}

void Purse::cut(std::size_t task, Credits granted, Credits owed) {
  Cut& cut = cut_[task];
  cut.most = std::max(cut.most, granted.micro);
  cut.in_vain += owed.micro;
}

}  // namespace quern::dispatch
