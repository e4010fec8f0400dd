// What others ask for devices like one of this machine. Pure.
#pragma once
#include <QString>
#include <cstdint>
#include <optional>
#include <vector>

#include "desktop/models/machine_data.hpp"
#include "desktop/models/market_data.hpp"

namespace quern::desktop::pages {

// Of an even number the lower of the two in the middle: a price that is asked. Not empty; they are reordered.
std::int64_t median_price(std::vector<std::int64_t>& prices);

struct SimilarPrices {
  bool same_model = false;  // of devices with the same name; otherwise of the same type
  std::size_t offers = 0;
  std::int64_t low_micro = 0;  // an hour
  std::int64_t median_micro = 0;
  std::int64_t high_micro = 0;
};
// Of the same model where anybody offers one, of the same type where not; own offers and those without a price do not
// count.
std::optional<SimilarPrices> similar_prices(const models::DeviceData& device,
                                            const std::vector<models::OfferRow>& offers);

}  // namespace quern::desktop::pages
