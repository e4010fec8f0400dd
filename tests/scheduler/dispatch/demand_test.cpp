// What anybody may offer never makes a demand that the submitter itself would not take.
#include <array>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "overlay/identity/peer_id.hpp"
#include "scheduler/dispatch/dispatcher.hpp"
#include "scheduler/engagement/share.hpp"
#include "scheduler/model/manifest.hpp"
#include "tests/scheduler/engagement/timed_work.hpp"
#include "tests/scheduler/market/sample_offer.hpp"

namespace quern::dispatch {
namespace {

using market::key_of;
using market::kNow;

// Small, large, and at the edges.
template <class Number>
rc::Gen<Number> any_figure() {
  return rc::gen::oneOf(
      rc::gen::arbitrary<Number>(),
      rc::gen::element<Number>(0, 1, std::numeric_limits<Number>::max() - 1, std::numeric_limits<Number>::max()));
}

rc::Gen<std::string> any_id() {
  const auto visible = rc::gen::inRange<char>('!', '\x7f');
  return rc::gen::oneOf(rc::gen::container<std::string>(visible), rc::gen::arbitrary<std::string>(),
                        rc::gen::element<std::string>("evil device", "ger\xc3\xa4t", "\xff", std::string("a\0b", 3),
                                                      std::string(model::kNameBytesMax, 'x'),
                                                      std::string(model::kNameBytesMax + 1, 'x')));
}

model::OfferedDevice any_device() {
  model::OfferedDevice device = market::device_of(*any_id(), 1, 1);
  device.type = *rc::gen::element(model::DeviceType::cpu, model::DeviceType::gpu, model::DeviceType::accelerator);
  device.compute_units = *any_figure<std::uint32_t>();
  device.speed.fp32_flops = *any_figure<std::uint64_t>();
  device.speed.spread_permille = *any_figure<std::uint32_t>();
  for (std::int64_t& rate : device.rates.rate)
    rate = *rc::gen::oneOf(rc::gen::inRange<std::int64_t>(-1, 1'000'000), rc::gen::just(model::kRateMax));
  return device;
}

model::Offer any_offer() {
  model::Offer offer = market::sample_offer();
  offer.devices = {any_device()};
  offer.sequence = *any_figure<std::uint64_t>();
  offer.link_bytes_per_second = *any_figure<std::uint64_t>();
  offer.setup_ms = *any_figure<std::uint32_t>();
  offer.limits.walltime_ms = UINT32_MAX;
  return offer;
}

// As the dispatcher makes it of that offer; nullopt where it would not.
std::optional<engagement::Order> order_on(const model::Offer& offer, const model::Job& job) {
  const model::OfferedDevice& device = offer.devices.front();
  const market::Share share = engagement::share_of(job, 0);
  auto quoted = market::quote(job, share, offer, device, {}, kNow);
  if (!std::holds_alternative<market::Quote>(quoted)) quoted = market::trial_quote(job, share, offer, device, kNow);
  const auto* quote = std::get_if<market::Quote>(&quoted);
  if (!quote) return std::nullopt;
  return engagement::Order{.provider = {.peer = *identity::PeerId::from_text(offer.provider), .addresses = {}},
                           .device = device.id,
                           .offer_sequence = offer.sequence,
                           .tasks = {{.manifest = model::to_canonical_json(job),
                                      .max_total = std::min(market::budget_of(job, *quote), agreement::kAmountMax)}},
                           .usage_max = usage_max(job, share, device),
                           .rates = device.rates};
}

RC_GTEST_PROP(Demand, on_any_offer_that_is_taken_is_a_record_that_everybody_takes, ()) {
  const auto sealed = market::seal_offer(key_of(1), any_offer());
  RC_CLASSIFY(!sealed.has_value(), "refused");
  if (!sealed) return;
  const auto opened = market::open_offer(sealed->envelope);
  RC_ASSERT(opened.has_value());
  model::Job job = engagement::sample_job();
  job.resources.walltime_ms = *rc::gen::element<std::uint32_t>(1, 60'000, model::kWalltimeMaxMs);
  const auto order = order_on(opened->offer, job);
  RC_CLASSIFY(!order.has_value(), "nothing ordered");
  if (!order) return;
  const auto submitter = identity::PeerId::of(key_of(2).public_key());
  const agreement::Demand demand = engagement::demand_of(*order, submitter, {.unix_ms = kNow}, 30'000);
  const auto record = agreement::open_record(agreement::seal_record(key_of(2), demand));
  RC_ASSERT(record.has_value());
  RC_ASSERT(std::get<agreement::Demand>(record->body) == demand);
}

TEST(Demand, allows_for_all_cores_of_a_processor_however_many_it_says_it_has) {
  model::Job job = engagement::sample_job();
  job.resources.walltime_ms = model::kWalltimeMaxMs;
  model::OfferedDevice device = market::device_of("cpu", 1, 1);
  device.type = model::DeviceType::cpu;
  const market::Share share = engagement::share_of(job, 0);
  std::uint64_t before = 0;
  for (const std::uint32_t units : {1u, 64u, 40'000u, 1u << 30, UINT32_MAX}) {
    device.compute_units = units;
    const std::uint64_t most = usage_max(job, share, device)[model::Dimension::cpu_time];
    EXPECT_GE(most, before) << units;
    EXPECT_LE(most, model::kQuantityMax) << units;
    before = most;
  }
}

}  // namespace
}  // namespace quern::dispatch
