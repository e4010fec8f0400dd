// What a device could be offered for, to begin with. Pure.
#pragma once
#include <cstdint>
#include <vector>

#include "desktop/models/machine_data.hpp"
#include "desktop/models/market_data.hpp"

namespace quern::desktop::pages {

struct SuggestedPrice {
  enum class From {
    own,       // the price it has already
    similar,   // the median of offers of the same device
    speed,     // the median of what others ask for the same speed
    reckoned,  // kMicroPerTeraflopHour, for nobody else offers anything
  };
  std::int64_t per_hour_micro =
      0;  // kLeastPerHourMicro at least, and whole micro-credits a second: a daemon can hold it
  From from = From::reckoned;
  std::size_t offers = 0;  // that it was taken from
  bool operator==(const SuggestedPrice&) const = default;
};

inline constexpr std::int64_t kMicroPerTeraflopHour = 5'000;  // an hour of 1 TFLOP/s of fp32
inline constexpr std::int64_t kLeastReckonedMicro = 10'000;   // also where the speed is not known
inline constexpr std::int64_t kSecondsPerHour = 3'600;
inline constexpr std::int64_t kLeastPerHourMicro = kSecondsPerHour;  // a micro-credit a second is the smallest price
inline constexpr std::int64_t kMostPerHourMicro = 277'777'777 * kSecondsPerHour;  // a million credits, nearly

// Offers of this node itself do not count.
SuggestedPrice suggested_price(const models::DeviceData& device, const std::vector<models::OfferRow>& offers);

// Nobody has said what it costs: others would use it for nothing. One whose own price is nothing is so on purpose.
bool is_unpriced(const models::DeviceData& device);

// The rate of a second that comes nearest to a price of an hour.
std::int64_t per_second_micro(std::int64_t per_hour_micro);

}  // namespace quern::desktop::pages
