#include "desktop/pages/similar_offers.hpp"

#include <algorithm>

namespace quern::desktop::pages {

std::int64_t median_price(std::vector<std::int64_t>& prices) {
  const auto middle = prices.begin() + static_cast<std::ptrdiff_t>((prices.size() - 1) / 2);
  std::ranges::nth_element(prices, middle);
  return *middle;
}

std::optional<SimilarPrices> similar_prices(const models::DeviceData& device,
                                            const std::vector<models::OfferRow>& offers) {
  std::vector<std::int64_t> of_model;
  std::vector<std::int64_t> of_type;
  for (const models::OfferRow& offer : offers) {
    if (offer.own || !offer.per_hour_micro) continue;
    if (offer.name == device.name) of_model.push_back(*offer.per_hour_micro);
    if (models::device_type_name(offer.type) == device.kind) of_type.push_back(*offer.per_hour_micro);
  }
  std::vector<std::int64_t>& prices = of_model.empty() ? of_type : of_model;
  if (prices.empty()) return std::nullopt;
  const auto [low, high] = std::ranges::minmax(prices);
  return SimilarPrices{.same_model = !of_model.empty(),
                       .offers = prices.size(),
                       .low_micro = low,
                       .median_micro = median_price(prices),
                       .high_micro = high};
}

}  // namespace quern::desktop::pages
