#include "scheduler/daemon/earnings.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include <boost/json/array.hpp>

namespace quern::daemon {

namespace json = boost::json;

namespace {

constexpr std::int64_t kMinuteMs = 60'000;

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

std::int64_t offset_ms(const EarningsQuery& query) {
  return query.utc_offset_minutes * kMinuteMs;
}

std::string padded(unsigned value) {
  return (value < 10 ? "0" : "") + std::to_string(value);
}

std::string day_text(std::int64_t number) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(number))};
  return std::to_string(static_cast<int>(date.year())) + "-" + padded(static_cast<unsigned>(date.month())) + "-" +
         padded(static_cast<unsigned>(date.day()));
}

void add_to(Amounts& sum, const Amounts& amounts) {
  sum.earned_micro += amounts.earned_micro;
  sum.spent_micro += amounts.spent_micro;
}

std::uint64_t size_of(const Amounts& amounts) {
  const auto magnitude = [](std::int64_t value) {
    return value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  };
  return magnitude(amounts.earned_micro) + magnitude(amounts.spent_micro);
}

// Those that keep their names: the largest.
std::set<std::string> largest(const std::map<std::int64_t, std::map<std::string, Amounts>>& days) {
  std::map<std::string, std::uint64_t> sizes;
  for (const auto& [number, parts] : days) {
    for (const auto& [name, amounts] : parts) sizes[name] += size_of(amounts);
  }
  std::vector<std::pair<std::uint64_t, std::string>> order;
  order.reserve(sizes.size());
  for (const auto& [name, size] : sizes) {
    if (!name.empty()) order.emplace_back(size, name);
  }
  std::ranges::sort(order, std::ranges::greater());
  order.resize(std::min(order.size(), kEarningsPartsMax - 1));  // and ""
  std::set<std::string> names;
  for (auto& [size, name] : order) names.insert(std::move(name));
  return names;
}

}  // namespace

std::expected<void, std::string> check(const EarningsQuery& query) {
  if (query.until_unix_ms < query.from_unix_ms) {
    return std::unexpected("until_unix_ms: " + std::to_string(query.until_unix_ms) + " is before from_unix_ms, " +
                           std::to_string(query.from_unix_ms));
  }
  if (query.until_unix_ms - query.from_unix_ms > kEarningsDaysMax * kDayMs) {
    return std::unexpected("until_unix_ms: " + std::to_string((query.until_unix_ms - query.from_unix_ms) / kDayMs) +
                           " days are more than " + std::to_string(kEarningsDaysMax) + "; ask for less at a time");
  }
  return {};
}

void EarningsSum::add(const EarningsEntry& entry) {
  if (entry.at_unix_ms < query_.from_unix_ms || entry.at_unix_ms >= query_.until_unix_ms) return;
  add_to(days_[floor_divide(entry.at_unix_ms + offset_ms(query_), kDayMs)][entry.part], entry.amounts);
}

Earnings EarningsSum::result() const {
  Earnings earnings;
  earnings.days.reserve(days_.size());
  const auto named = largest(days_);
  for (const auto& [number, parts] : days_) {
    EarningsDay day{.day = day_text(number), .from_unix_ms = number * kDayMs - offset_ms(query_), .parts = {}};
    for (const auto& [name, amounts] : parts) {
      add_to(day.parts[named.contains(name) ? name : ""], amounts);
      add_to(earnings.totals, amounts);
    }
    earnings.days.push_back(std::move(day));
  }
  return earnings;
}

json::object to_json(const Earnings& earnings) {
  const auto amounts_json = [](const Amounts& amounts) {
    return json::object{{"earned_micro", amounts.earned_micro}, {"spent_micro", amounts.spent_micro}};
  };
  json::array days;
  days.reserve(earnings.days.size());
  for (const EarningsDay& day : earnings.days) {
    json::array parts;
    parts.reserve(day.parts.size());
    for (const auto& [name, amounts] : day.parts) {
      json::object part{{"name", name}};
      for (auto& [key, value] : amounts_json(amounts)) part.emplace(key, value);
      parts.emplace_back(std::move(part));
    }
    days.emplace_back(json::object{{"day", day.day}, {"from_unix_ms", day.from_unix_ms}, {"parts", std::move(parts)}});
  }
  return {{"days", std::move(days)}, {"totals", amounts_json(earnings.totals)}};
}

}  // namespace quern::daemon
