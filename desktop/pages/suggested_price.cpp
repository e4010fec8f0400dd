#include "desktop/pages/suggested_price.hpp"

#include <algorithm>

#include "desktop/pages/similar_offers.hpp"

namespace quern::desktop::pages {
namespace {

constexpr std::uint64_t kTeraflop = 1'000'000'000'000;
constexpr std::uint64_t kMegaflop = 1'000'000;

// Micro-credits an hour at `flops`, for `micro` an hour at `of_flops`, which is not 0.
std::int64_t scaled_price(std::int64_t micro, std::uint64_t flops, std::uint64_t of_flops) {
  const auto scaled = static_cast<__int128>(micro) * static_cast<__int128>(flops) / static_cast<__int128>(of_flops);
  return static_cast<std::int64_t>(std::min<__int128>(scaled, kMostPerHourMicro));
}

}  // namespace

SuggestedPrice suggested_price(const models::DeviceData& device, const std::vector<models::OfferRow>& offers) {
  const auto held = [](std::int64_t micro) { return per_second_micro(micro) * kSecondsPerHour; };
  const std::int64_t own = device.per_hour_micro.value_or(0);
  if (own > 0) return {held(own), SuggestedPrice::From::own, 0};
  std::vector<std::int64_t> similar;
  std::vector<std::int64_t> by_speed;
  for (const models::OfferRow& offer : offers) {
    const std::int64_t micro = offer.per_hour_micro.value_or(0);
    if (offer.own || micro <= 0) continue;
    if (offer.name == device.name) similar.push_back(micro);
    if (device.fp32_flops >= kMegaflop && offer.fp32_flops >= kMegaflop) {
      by_speed.push_back(scaled_price(micro, device.fp32_flops, offer.fp32_flops));
    }
  }
  if (!similar.empty()) return {held(median_price(similar)), SuggestedPrice::From::similar, similar.size()};
  if (!by_speed.empty()) return {held(median_price(by_speed)), SuggestedPrice::From::speed, by_speed.size()};
  const std::int64_t reckoned = scaled_price(kMicroPerTeraflopHour, device.fp32_flops, kTeraflop);
  return {held(std::max(reckoned, kLeastReckonedMicro)), SuggestedPrice::From::reckoned, 0};
}

bool is_unpriced(const models::DeviceData& device) {
  return device.per_hour_micro && !device.own_rates &&
         std::ranges::all_of(device.rates, [](const auto& rate) { return rate.second <= 0; });
}

std::int64_t per_second_micro(std::int64_t per_hour_micro) {
  const std::int64_t bounded = std::clamp(per_hour_micro, kLeastPerHourMicro, kMostPerHourMicro);
  return (bounded + kSecondsPerHour / 2) / kSecondsPerHour;
}

}  // namespace quern::desktop::pages
