#include <algorithm>

#include "scheduler/dispatch/dispatcher.hpp"
#include "scheduler/engagement/share.hpp"

namespace quern::dispatch {

using model::Reason;
using model::Why;

namespace {

constexpr std::uint64_t kMicroPerMilli = 1000;

}  // namespace

model::Usage usage_max(const model::Job& job, const market::Share& share, const model::OfferedDevice& device) {
  const std::uint64_t walltime_ms = job.resources.walltime_ms;
  const std::uint64_t device_us = std::max<std::uint64_t>(walltime_ms, 1) * kMicroPerMilli;
  const std::uint64_t cores = device.type == model::DeviceType::cpu
                                  ? std::max(job.resources.cpu_cores, device.compute_units)
                                  : job.resources.cpu_cores;
  model::Usage usage;
  using enum model::Dimension;
  usage[setup] = 1;
  usage[device_time] = device_us;
  // An offer may say any number of compute units.
  usage[cpu_time] = device_us * std::clamp<std::uint64_t>(cores, 1, model::kQuantityMax / device_us);
  usage[memory_time] = model::memory_time(job.resources.memory_bytes, device_us);
  usage[bytes_in] = share.input_bytes;
  usage[bytes_out] = share.output_bytes;
  for (std::uint64_t& quantity : usage.quantity) quantity = std::min(quantity, model::kQuantityMax);
  return usage;
}

std::optional<Why> Dispatcher::barred(const std::string& provider, const std::set<std::string>& exclude) const {
  if (provider == self_) return Why{Reason::own_device, {}};
  if (exclude.contains(provider)) return Why{Reason::peer_excluded, {}};
  return std::nullopt;
}

Why Dispatcher::no_offer() const {
  const auto ahead = book_.clock_ahead_ms(self_);
  return {Reason::no_offer, ahead ? market::clock_text(*ahead) : std::string()};
}

std::vector<QuoteRow> Dispatcher::quote(const model::Job& job, const std::set<std::string>& exclude) const {
  std::vector<QuoteRow> rows;
  const auto now = runtime_.clock().wall_now().unix_ms;
  const model::Digest program = market::program_of(job);
  const auto tasks = engagement::alike_tasks(job);
  for (const market::SignedOffer* offer : book_.offers()) {
    const auto barred = this->barred(offer->offer.provider, exclude);
    for (const model::OfferedDevice& device : offer->offer.devices) {
      QuoteRow& row = rows.emplace_back(
          QuoteRow{.provider = offer->offer.provider, .device = device.id, .device_name = device.name, .quote = {}});
      if (barred) {
        row.quote = *barred;
        continue;
      }
      const auto known = experience_.find({program, offer->offer.provider, device.id});
      row.quote = market::quote_all(job, tasks, offer->offer, device, known, now);
    }
  }
  return rows;
}

}  // namespace quern::dispatch
