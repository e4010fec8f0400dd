#include "scheduler/daemon/rates_json.hpp"

namespace quern::daemon {

namespace json = boost::json;

json::object rates_json(const model::RateCard& rates) {
  json::object object;
  for (std::size_t i = 0; i < model::kDimensions; ++i) {
    const auto dimension = static_cast<model::Dimension>(i);
    if (rates[dimension] != 0) object.emplace(model::text_of(dimension).rate_name, rates[dimension]);
  }
  return object;
}

std::optional<model::RateCard> rates_from(const json::object& object) {
  model::RateCard rates;
  std::size_t known = 0;
  for (std::size_t i = 0; i < model::kDimensions; ++i) {
    const auto dimension = static_cast<model::Dimension>(i);
    const auto* value = object.if_contains(model::text_of(dimension).rate_name);
    if (!value) continue;
    const std::int64_t* rate = value->if_int64();
    if (!rate || *rate < 0 || *rate > model::kRateMax) return std::nullopt;
    rates[dimension] = *rate;
    ++known;
  }
  return known == object.size() ? std::optional(rates) : std::nullopt;
}

json::object usage_json(const model::Usage& usage) {
  json::object object;
  for (std::size_t i = 0; i < model::kDimensions; ++i) {
    const auto dimension = static_cast<model::Dimension>(i);
    if (usage[dimension] != 0) object.emplace(model::text_of(dimension).name, usage[dimension]);
  }
  return object;
}

}  // namespace quern::daemon
