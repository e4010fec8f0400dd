// What a job, or a shard of it, is expected to cost on a device: before anybody has promised anything.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <variant>

#include "scheduler/model/job.hpp"
#include "scheduler/model/offer.hpp"
#include "scheduler/model/reason.hpp"

namespace quern::market {

// Around the likeliest value: what it is expected not to be below, and not to be above.
struct Bounds {
  std::uint64_t low = 0;
  std::uint64_t likely = 0;
  std::uint64_t high = 0;
  bool operator==(const Bounds&) const = default;
};

// What runs of this job's program have taken on a device: from trial shards and from receipts. Units are whatever the
// job counts its work in: items of the last dimension of its NDRanges.
struct Experience {
  std::uint64_t units = 0;      // that were run
  std::uint64_t device_us = 0;  // that they took
  std::uint64_t cpu_us = 0;
  std::uint64_t setup_us = 0;         // of one start, the mean
  std::uint32_t spread_permille = 0;  // how far runs differed from the mean, the most; 0 when there was one
  bool operator==(const Experience&) const = default;
};

// The part of a job that one task does.
struct Share {
  std::uint64_t units = 1;
  std::uint64_t units_of_job = 1;
  std::uint64_t input_bytes = 0;   // that the provider does not have yet
  std::uint64_t output_bytes = 0;  // at most
  bool operator==(const Share&) const = default;
};
// The whole job as one task.
Share whole(const model::Job& job);

// Tasks of a job that do equal parts of it.
struct AlikeTasks {
  Share share;  // of each
  std::uint32_t count = 1;
  bool operator==(const AlikeTasks&) const = default;
};

struct Quote {
  Bounds device_us;
  Bounds total_ms;     // from agreement to result: moving, setting up, computing
  model::Usage usage;  // the likeliest
  model::Credits low;
  model::Credits likely;
  model::Credits high;
  model::Credits launch;  // of it: what the first launch of its kernels by a new worker comes to at the most
  bool measured = false;  // from experience rather than from what the job says of itself
  bool trial = false;     // from neither: to be measured
  bool operator==(const Quote&) const = default;
};

// How far a run may be from one that was measured, at the least: clocks move and others want the machine.
inline constexpr std::uint32_t kMeasuredSpreadPermille = 250;
// And how far a shard may be from others of its job: a picture's sky and its glass.
inline constexpr std::uint32_t kShardSpreadPermille = 3000;
// And by how much besides, at the least. As much of the measured set-up as of the rest comes to it, up to the task's
// own time: drivers compile and allocate at the first launch, so that falls into either.
inline constexpr std::uint64_t kMeasuredSpreadUs = 1'000;
// What the first launch of a kernel by a worker may take besides, and is billed as time of the device where that is a
// processor: PoCL compiles it then, in 30 to 220 ms of processor time, which the compute units share. It is in what was
// measured or it is not, and may come to it, since a worker may be a new one. Other devices have clocks of their own,
// which stand still while a driver compiles.
inline constexpr std::uint64_t kFirstLaunchCpuUs = 500'000;
// How far a task may be from what its job says of itself, at the least, on any device: launching takes its time, too.
inline constexpr std::uint64_t kUnmeasuredSpreadUs = 50'000;
// How often the expected set-up and cost a task may come to before it is out of bounds, or ended. The set-up is that of
// a new worker, though that of one that waited was measured: kSetupMs at the least.
inline constexpr std::uint64_t kSetupTimes = 4;
inline constexpr std::uint64_t kBudgetTimes = 10;
// A program reaches at best the measured peak of its device, likely a fourth of it, seldom less than a fortieth.
inline constexpr std::uint64_t kLikelyPeakShare = 4;
inline constexpr std::uint64_t kLeastPeakShare = 40;
// Where a provider has not measured its link or its set-up.
inline constexpr std::uint64_t kLinkBytesPerSecond = 12'500'000;
inline constexpr std::uint32_t kSetupMs = 1'000;

// Why the device cannot run the job: the first in the order of this function's checks, which is from what can never be
// to what may change. nullopt when it can.
std::optional<model::Why> unfit(const model::Job& job, const model::Offer& offer, const model::OfferedDevice& device,
                                std::int64_t now_unix_ms);

// The quote, or the one reason why there is none: those of unfit(), then work_unknown (no experience, and the job does
// not say), walltime_too_short, price_too_high (the likeliest is above a limit of the job). Pure.
std::variant<Quote, model::Why> quote(const model::Job& job, const Share& share, const model::Offer& offer,
                                      const model::OfferedDevice& device, const std::optional<Experience>& experience,
                                      std::int64_t now_unix_ms);

// What all tasks of a job cost and take on one device, where they run one after the other, each with a set-up of its
// own to pay: the sums of their quotes, which end at kQuantityMax. The time for setting up is likely that of the first,
// whose worker the others meet. Or the reason of the first that is refused; price_too_high when the sum is more than
// the job may cost, or than an amount can be. Where work_unknown would be the reason, the trial_quote() of each is
// taken: at the most they come to what the job may cost, and they are price_too_high where it does not pay all lower
// bounds. `tasks` is not empty. Pure; as many quotes as kinds of tasks, not as tasks.
std::variant<Quote, model::Why> quote_all(const model::Job& job, std::span<const AlikeTasks> tasks,
                                          const model::Offer& offer, const model::OfferedDevice& device,
                                          const std::optional<Experience>& experience, std::int64_t now_unix_ms);

// The quote of a share of which nothing is known: a trial. Its bounds are what a task costs that ends at once, and the
// most that the job pays in all; the likeliest is the highest. The reasons are those of quote(), but
// work_unknown; price_too_high where the job does not even pay the lower bound. Pure.
std::variant<Quote, model::Why> trial_quote(const model::Job& job, const Share& share, const model::Offer& offer,
                                            const model::OfferedDevice& device, std::int64_t now_unix_ms);

// What a task may cost before it is ended: more than a quote's upper bound, so that a wrong quote does not end a job
// that goes on well, but never more than the job may cost.
model::Credits budget_of(const model::Job& job, const Quote& quote);

}  // namespace quern::market
