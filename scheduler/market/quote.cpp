#include "scheduler/market/quote.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace quern::market {

using model::Dimension;
using model::Job;
using model::Offer;
using model::OfferedDevice;
using model::Reason;
using model::Why;

namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kMicro = 1'000'000;
constexpr std::uint64_t kPermille = 1'000;
constexpr std::string_view kNoAmount = "more than an amount can be";

// value * factor / divisor, rounded up, and no more than a usage can hold.
std::uint64_t scaled(std::uint64_t value, std::uint64_t factor, std::uint64_t divisor) {
  const Wide result = (static_cast<Wide>(value) * factor + divisor - 1) / divisor;
  return static_cast<std::uint64_t>(std::min<Wide>(result, model::kQuantityMax));
}

std::string wanted(std::uint64_t wanted, std::uint64_t there, const char* unit) {
  return std::to_string(wanted) + " " + unit + " wanted, " + std::to_string(there) + " there";
}

// "64 MiB", "67108865 bytes": the largest unit that tells it exactly.
std::string bytes_text(std::uint64_t bytes) {
  constexpr std::pair<std::uint64_t, const char*> kUnits[] = {
      {1ull << 30, " GiB"}, {1ull << 20, " MiB"}, {1024, " KiB"}};
  for (const auto& [size, unit] : kUnits) {
    if (bytes >= size && bytes % size == 0) return std::to_string(bytes / size) + unit;
  }
  return std::to_string(bytes) + " bytes";
}

std::string bytes_wanted(std::uint64_t wanted, std::uint64_t there) {
  return bytes_text(wanted) + " wanted, " + bytes_text(there) + " there";
}

// "3.0", of 300.
std::string version_text(std::uint32_t version) {
  constexpr std::uint32_t kMajor = 100;
  return std::to_string(version / kMajor) + "." + std::to_string(version % kMajor);
}

std::uint64_t buffer_bytes(const Job& job, const model::Buffer& buffer) {
  if (!buffer.input) return buffer.bytes;
  const auto input = std::ranges::find(job.inputs, *buffer.input, &model::Input::path);
  return input == job.inputs.end() ? buffer.bytes : std::max(buffer.bytes, input->bytes);
}

std::uint64_t local_bytes(const model::Step& step) {
  std::uint64_t bytes = 0;
  for (const model::Argument& argument : step.arguments) {
    if (const auto* local = std::get_if<model::LocalArgument>(&argument)) bytes += local->bytes;
  }
  return bytes;
}

std::uint64_t input_bytes(const Job& job) {
  std::uint64_t bytes = 0;
  for (const model::Input& input : job.inputs) bytes += input.bytes;
  return bytes;
}

std::uint64_t output_bytes(const Job& job) {
  std::uint64_t bytes = 0;
  for (const model::Output& output : job.outputs) bytes += output.max_bytes;
  return bytes;
}

std::optional<Why> lacks_memory(const Job& job, const OfferedDevice& device) {
  std::uint64_t all = 0;
  std::uint64_t largest = 0;
  for (const model::Buffer& buffer : job.buffers) {
    const std::uint64_t bytes = buffer_bytes(job, buffer);
    all += bytes;
    largest = std::max(largest, bytes);
  }
  all = std::max(all, job.resources.min_global_memory_bytes);
  if (all > device.global_memory_bytes) {
    return Why{Reason::global_memory, bytes_wanted(all, device.global_memory_bytes)};
  }
  if (largest > device.allocation_max_bytes) {
    return Why{Reason::allocation_size, bytes_wanted(largest, device.allocation_max_bytes)};
  }
  for (const model::Step& step : job.steps) {
    if (const std::uint64_t local = local_bytes(step); local > device.local_memory_bytes) {
      return Why{Reason::local_memory, step.kernel + ": " + bytes_wanted(local, device.local_memory_bytes)};
    }
  }
  return std::nullopt;
}

std::optional<Why> beyond_limits(const Job& job, const model::TaskLimits& limits) {
  const model::Resources& asked = job.resources;
  if (asked.memory_bytes > limits.memory_bytes) {
    return Why{Reason::host_memory, bytes_wanted(asked.memory_bytes, limits.memory_bytes)};
  }
  if (asked.cpu_cores > limits.cpu_cores) {
    return Why{Reason::cpu_cores, wanted(asked.cpu_cores, limits.cpu_cores, "cores")};
  }
  if (asked.scratch_bytes > limits.scratch_bytes) {
    return Why{Reason::scratch_space, bytes_wanted(asked.scratch_bytes, limits.scratch_bytes)};
  }
  if (asked.walltime_ms > limits.walltime_ms) {
    return Why{Reason::walltime_limit, wanted(asked.walltime_ms, limits.walltime_ms, "ms")};
  }
  if (const std::uint64_t bytes = input_bytes(job); bytes > limits.input_bytes) {
    return Why{Reason::input_size, bytes_wanted(bytes, limits.input_bytes)};
  }
  if (const std::uint64_t bytes = output_bytes(job); bytes > limits.output_bytes) {
    return Why{Reason::output_size, bytes_wanted(bytes, limits.output_bytes)};
  }
  return std::nullopt;
}

// What the job's own figures take at the device's measured peak: its arithmetic or its memory, whichever is slower.
// nullopt when the job says nothing, or names a kind of work that the device has not measured.
std::optional<std::uint64_t> peak_us(const model::Work& work, const model::Speed& speed) {
  struct Row {
    std::uint64_t amount;
    std::uint64_t per_second;
  };
  const Row arithmetic[] = {
      {work.fp32_flop, speed.fp32_flops}, {work.fp64_flop, speed.fp64_flops}, {work.int32_op, speed.int32_ops}};
  Wide computing = 0;
  bool said = work.memory_bytes != 0;
  for (const Row& row : arithmetic) {
    if (row.amount == 0) continue;
    if (row.per_second == 0) return std::nullopt;
    said = true;
    computing += static_cast<Wide>(row.amount) * kMicro / row.per_second;
  }
  if (!said || (work.memory_bytes != 0 && speed.memory_bytes_per_second == 0)) return std::nullopt;
  const Wide moving =
      work.memory_bytes == 0 ? 0 : static_cast<Wide>(work.memory_bytes) * kMicro / speed.memory_bytes_per_second;
  const Wide slower = std::max<Wide>({computing, moving, 1});
  return static_cast<std::uint64_t>(std::min<Wide>(slower, model::kQuantityMax));
}

// Of all kernels of the job by a worker to which they are new.
std::uint64_t first_launch_us(const Job& job, const OfferedDevice& device) {
  if (device.type != model::DeviceType::cpu) return 0;
  // A step each: the same kernel with another size may be compiled once more.
  return scaled(kFirstLaunchCpuUs, std::max<std::uint64_t>(job.steps.size(), 1),
                std::max<std::uint64_t>(device.compute_units, 1));
}

// The bounds, wider by so much either way.
Bounds widened(const Bounds& bounds, std::uint64_t by_us) {
  return {.low = bounds.low - std::min(bounds.low, by_us),
          .likely = bounds.likely,
          .high = std::min(bounds.high + by_us, model::kQuantityMax)};
}

std::optional<Bounds> device_time(const Job& job, const Share& share, const OfferedDevice& device,
                                  const std::optional<Experience>& experience) {
  const std::uint64_t first_us = first_launch_us(job, device);
  if (experience && experience->units != 0) {
    const std::uint64_t likely = scaled(experience->device_us, share.units, experience->units);
    const std::uint64_t spread =
        std::max<std::uint64_t>(share.units < share.units_of_job ? kShardSpreadPermille : kMeasuredSpreadPermille,
                                std::uint64_t{2} * experience->spread_permille);
    // Divided, not subtracted: a run may be many times as short, and takes some time all the same.
    const std::uint64_t shortest = likely * kPermille / (kPermille + spread);
    // No more than the task itself: who claims that a trial took no time is held to that.
    const std::uint64_t noise = std::clamp(scaled(experience->setup_us, kMeasuredSpreadPermille, kPermille),
                                           kMeasuredSpreadUs, std::max(likely, kMeasuredSpreadUs));
    return widened({.low = shortest - std::min(shortest / 2, noise),
                    .likely = likely,
                    .high = std::min(likely + scaled(likely, spread, kPermille) + noise, model::kQuantityMax)},
                   first_us);
  }
  if (!job.work) return std::nullopt;
  const auto peak = peak_us(*job.work, device.speed);
  if (!peak) return std::nullopt;
  const std::uint64_t least = scaled(*peak, share.units, share.units_of_job);
  return widened(
      {.low = least, .likely = scaled(least, kLikelyPeakShare, 1), .high = scaled(least, kLeastPeakShare, 1)},
      std::max(first_us, kUnmeasuredSpreadUs));
}

struct Moves {
  std::uint64_t bytes_in;
  std::uint64_t bytes_out;
  std::uint64_t setup_us;
  std::uint64_t moving_us;
};

std::uint64_t total_us(const Moves& moves, std::uint64_t device_us) {
  return moves.setup_us + moves.moving_us + device_us;
}

model::Usage usage_of(const Job& job, const OfferedDevice& device, const Moves& moves, std::uint64_t device_us,
                      std::uint64_t cpu_us) {
  model::Usage usage;
  usage[Dimension::setup] = 1;
  usage[Dimension::device_time] = device_us;
  // A CPU device computes on processor cores, all of them; others need one for setting up.
  const std::uint64_t computing =
      device.type == model::DeviceType::cpu ? scaled(device_us, device.compute_units, 1) : 0;
  usage[Dimension::cpu_time] = cpu_us != 0 ? cpu_us : scaled(computing + moves.setup_us, 1, 1);
  usage[Dimension::memory_time] = model::memory_time(job.resources.memory_bytes, total_us(moves, device_us));
  usage[Dimension::bytes_in] = std::min(moves.bytes_in, model::kQuantityMax);
  usage[Dimension::bytes_out] = std::min(moves.bytes_out, model::kQuantityMax);
  return usage;
}

// What a task takes at the least, likely, and at the most. `measured_cpu_us` is of the likeliest; 0: not measured.
struct Usages {
  model::Usage low;
  model::Usage likely;
  model::Usage high;
};

Usages usages_of(const Job& job, const OfferedDevice& device, const Moves& moves, const Bounds& device_us,
                 std::uint64_t measured_cpu_us) {
  Moves worse = moves;
  worse.setup_us = scaled(std::max(moves.setup_us, kSetupMs * kPermille), kSetupTimes, 1);
  // Of the start and of computing, and of a new worker's start, though one that waited was measured.
  const std::uint64_t units = device.type == model::DeviceType::cpu ? device.compute_units : 1;
  const std::uint64_t fresh_us = worse.setup_us + scaled(first_launch_us(job, device), units, 1);
  const std::uint64_t measured_high = scaled(measured_cpu_us, device_us.high + scaled(moves.setup_us, kSetupTimes, 1),
                                             std::max<std::uint64_t>(device_us.likely + moves.setup_us, 1));
  const std::uint64_t cpu_high = measured_cpu_us == 0 ? 0 : std::min(measured_high + fresh_us, model::kQuantityMax);
  // A provider may have the inputs, and the program compiled; outputs may be smaller.
  Usages result{.low = usage_of(job, device, {}, device_us.low, 0),
                .likely = usage_of(job, device, moves, device_us.likely, measured_cpu_us),
                .high = usage_of(job, device, worse, device_us.high, cpu_high)};
  for (std::size_t i = 0; i < model::kDimensions; ++i) {
    result.low.quantity[i] = std::min(result.low.quantity[i], result.likely.quantity[i]);
    result.high.quantity[i] = std::max(result.high.quantity[i], result.likely.quantity[i]);
  }
  return result;
}

std::optional<Why> second_too_dear(const Job& job, const OfferedDevice& device) {
  const auto& most = job.price.max_per_device_second;
  const std::int64_t rate = device.rates[Dimension::device_time];
  if (!most || rate <= most->micro) return std::nullopt;
  return Why{Reason::price_too_high, model::to_text({rate}) + " a device second, at most " + model::to_text(*most)};
}

// Where the job's price does not reach for what is expected.
std::optional<Why> total_too_dear(const Job& job, model::Credits expected) {
  const auto& most = job.price.max_total;
  if (!most || expected <= *most) return std::nullopt;
  return Why{Reason::price_too_high, model::to_text(expected) + " expected, at most " + model::to_text(*most)};
}

// What the first launch by a new worker comes to at the most.
model::Credits launch_cost(const Job& job, const OfferedDevice& device) {
  const std::uint64_t first_us = first_launch_us(job, device);
  model::Usage usage;
  usage[Dimension::device_time] = first_us;
  usage[Dimension::cpu_time] = scaled(first_us, std::max<std::uint64_t>(device.compute_units, 1), 1);
  usage[Dimension::memory_time] = model::memory_time(job.resources.memory_bytes, first_us);
  return model::cost(device.rates, usage).value_or(model::Credits{});
}

Moves moves_of(const Share& share, const Offer& offer, std::uint64_t measured_setup_us) {
  const std::uint64_t link = offer.link_bytes_per_second == 0 ? kLinkBytesPerSecond : offer.link_bytes_per_second;
  const std::uint64_t setup_us = std::uint64_t{offer.setup_ms == 0 ? kSetupMs : offer.setup_ms} * kPermille;
  return {.bytes_in = share.input_bytes,
          .bytes_out = share.output_bytes,
          .setup_us = measured_setup_us != 0 ? measured_setup_us : setup_us,
          .moving_us = scaled(share.input_bytes + share.output_bytes, kMicro, link)};
}

// The quote of a device that is fit; price_too_high when it is more than an amount can be.
std::variant<Quote, Why> priced(const OfferedDevice& device, const Moves& moves, const Bounds& time,
                                const Usages& usages) {
  const auto low = model::cost(device.rates, usages.low);
  const auto likely = model::cost(device.rates, usages.likely);
  const auto high = model::cost(device.rates, usages.high);
  if (!low || !likely || !high) return Why{Reason::price_too_high, std::string(kNoAmount)};
  const auto total_ms = [&](std::uint64_t device_us) { return total_us(moves, device_us) / kPermille; };
  return Quote{.device_us = time,
               .total_ms = {total_ms(time.low), total_ms(time.likely), total_ms(time.high)},
               .usage = usages.likely,
               .low = *low,
               .likely = *likely,
               .high = *high};
}

// Sums of many quotes of one device: each of their values stays in its range.
struct Together {
  Bounds device_us;
  Bounds total_us;
  model::Usage usage;
  Wide low = 0;
  Wide likely = 0;
  Wide high = 0;
};

void add_times(std::uint64_t& sum, std::uint64_t value, std::uint32_t times) {
  sum = std::min(sum + scaled(value, times, 1), model::kQuantityMax);
}

void add_times(Bounds& sum, const Bounds& bounds, std::uint32_t times) {
  add_times(sum.low, bounds.low, times);
  add_times(sum.likely, bounds.likely, times);
  add_times(sum.high, bounds.high, times);
}

void add_times(Together& sum, const Quote& quote, const Moves& moves, std::uint32_t times) {
  const Bounds& time = quote.device_us;
  // The worker of the first waits for the next, with the program compiled; at worst there is a new one for each.
  const std::uint64_t once = sum.usage[Dimension::setup] == 0 ? moves.setup_us : 0;
  const auto each = [&](std::uint64_t device_us) { return moves.moving_us + device_us; };
  add_times(sum.device_us, time, times);
  add_times(sum.total_us, {.low = once, .likely = once, .high = 0}, 1);
  add_times(sum.total_us, {.low = each(time.low), .likely = each(time.likely), .high = total_us(moves, time.high)},
            times);
  for (std::size_t i = 0; i < model::kDimensions; ++i) {
    add_times(sum.usage.quantity[i], quote.usage.quantity[i], times);
  }
  const auto cost = [&](model::Credits amount) { return static_cast<Wide>(amount.micro) * times; };
  sum.low += cost(quote.low);
  sum.likely += cost(quote.likely);
  sum.high += cost(quote.high);
}

}  // namespace

Share whole(const Job& job) {
  Share share{.units = 1, .units_of_job = 1, .input_bytes = input_bytes(job), .output_bytes = output_bytes(job)};
  for (const model::Step& step : job.steps) {
    if (!step.global_work_size.empty()) share.units = std::max(share.units, step.global_work_size.back());
  }
  share.units_of_job = share.units;
  return share;
}

std::optional<Why> unfit(const Job& job, const Offer& offer, const OfferedDevice& device, std::int64_t now_unix_ms) {
  const model::Resources& asked = job.resources;
  if (std::ranges::find(offer.kinds, job.kind) == offer.kinds.end()) return Why{Reason::kind_not_offered, {}};
  if (asked.device_type != model::DeviceType::any && asked.device_type != device.type) {
    return Why{Reason::device_type, {}};
  }
  if (asked.min_opencl_version > device.opencl_version) {
    return Why{Reason::opencl_version,
               version_text(asked.min_opencl_version) + " wanted, " + version_text(device.opencl_version) + " there"};
  }
  for (const std::string& extension : asked.extensions) {
    if (std::ranges::find(device.extensions, extension) == device.extensions.end()) {
      return Why{Reason::extension_missing, extension};
    }
  }
  if (auto why = lacks_memory(job, device)) return why;
  if (auto why = beyond_limits(job, offer.limits)) return why;
  if (offer.withdrawn) return Why{Reason::offer_withdrawn, {}};
  if (offer.until_unix_ms <= now_unix_ms) return Why{Reason::offer_expired, {}};
  return std::nullopt;
}

std::variant<Quote, Why> quote(const Job& job, const Share& share, const Offer& offer, const OfferedDevice& device,
                               const std::optional<Experience>& experience, std::int64_t now_unix_ms) {
  if (auto why = unfit(job, offer, device, now_unix_ms)) return *std::move(why);
  const auto time = device_time(job, share, device, experience);
  if (!time) return Why{Reason::work_unknown, {}};
  const std::uint64_t walltime_us = std::uint64_t{job.resources.walltime_ms} * kPermille;
  if (time->likely > walltime_us) {
    return Why{Reason::walltime_too_short, std::to_string(time->likely / kPermille) + " ms expected, " +
                                               std::to_string(job.resources.walltime_ms) + " ms asked for"};
  }
  const bool measured = experience && experience->units != 0;
  const Moves moves = moves_of(share, offer, experience ? experience->setup_us : 0);
  const std::uint64_t cpu_us = measured ? scaled(experience->cpu_us, share.units, experience->units) : 0;
  const Bounds billed{.low = time->low, .likely = time->likely, .high = std::min(time->high, walltime_us)};
  auto result = priced(device, moves, *time, usages_of(job, device, moves, billed, cpu_us));
  auto* const found = std::get_if<Quote>(&result);
  if (!found) return result;
  found->measured = measured;
  found->launch = launch_cost(job, device);
  if (auto why = second_too_dear(job, device)) return *std::move(why);
  if (auto why = total_too_dear(job, found->likely)) return *std::move(why);
  return result;
}

std::variant<Quote, Why> quote_all(const Job& job, std::span<const AlikeTasks> tasks, const Offer& offer,
                                   const OfferedDevice& device, const std::optional<Experience>& experience,
                                   std::int64_t now_unix_ms) {
  Together sum;
  bool measured = false;
  bool trial = false;
  for (const AlikeTasks& alike : tasks) {
    auto quoted = quote(job, alike.share, offer, device, experience, now_unix_ms);
    const auto* const refused = std::get_if<Why>(&quoted);
    if (refused && refused->reason == Reason::work_unknown) {
      quoted = trial_quote(job, alike.share, offer, device, now_unix_ms);
    }
    const auto* const each = std::get_if<Quote>(&quoted);
    if (!each || job.shards.count <= 1) return quoted;
    measured = each->measured;
    trial = each->trial;
    add_times(sum, *each, moves_of(alike.share, offer, experience ? experience->setup_us : 0), alike.count);
  }
  if (trial) {
    const Wide most = job.price.max_total ? job.price.max_total->micro : INT64_MAX;
    sum.likely = sum.high = std::max(sum.low, std::min(sum.high, most));
  }
  if (sum.high > INT64_MAX) return Why{Reason::price_too_high, std::string(kNoAmount)};
  const auto credits = [](Wide micro) { return model::Credits{static_cast<std::int64_t>(micro)}; };
  if (auto why = total_too_dear(job, credits(trial ? sum.low : sum.likely))) return *std::move(why);
  const Bounds& us = sum.total_us;
  return Quote{.device_us = sum.device_us,
               .total_ms = {.low = us.low / kPermille, .likely = us.likely / kPermille, .high = us.high / kPermille},
               .usage = sum.usage,
               .low = credits(sum.low),
               .likely = credits(sum.likely),
               .high = credits(sum.high),
               .measured = measured,
               .trial = trial};
}

std::variant<Quote, Why> trial_quote(const Job& job, const Share& share, const Offer& offer,
                                     const OfferedDevice& device, std::int64_t now_unix_ms) {
  if (auto why = unfit(job, offer, device, now_unix_ms)) return *std::move(why);
  if (auto why = second_too_dear(job, device)) return *std::move(why);
  const std::uint64_t walltime_us = std::uint64_t{job.resources.walltime_ms} * kPermille;
  const Bounds time{.low = 0, .likely = walltime_us, .high = walltime_us};
  const Moves moves = moves_of(share, offer, 0);
  auto result = priced(device, moves, time, usages_of(job, device, moves, time, 0));
  auto* const found = std::get_if<Quote>(&result);
  if (!found) return result;
  if (auto why = total_too_dear(job, found->low)) return *std::move(why);
  if (job.price.max_total) found->high = std::min(found->high, *job.price.max_total);
  found->launch = launch_cost(job, device);
  found->likely = found->high;
  found->trial = true;
  return result;
}

model::Credits budget_of(const Job& job, const Quote& quote) {
  model::Credits budget = quote.high;
  if (quote.measured) {
    const Wide times = static_cast<Wide>(quote.likely.micro) * kBudgetTimes;
    budget = std::max(budget, {static_cast<std::int64_t>(std::min<Wide>(times, INT64_MAX))});
  }
  if (job.price.max_total) budget = std::min(budget, *job.price.max_total);
  return budget;
}

}  // namespace quern::market
