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
  if (const auto& energy = amounts.energy_millijoules) {
    sum.energy_millijoules = sum.energy_millijoules.value_or(0) + *energy;
  }
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

bool EarningsSum::is_within(std::int64_t at_unix_ms) const {
  return at_unix_ms >= query_.from_unix_ms && at_unix_ms < query_.until_unix_ms;
}

std::int64_t EarningsSum::day_of(std::int64_t at_unix_ms) const {
  return floor_divide(at_unix_ms + offset_ms(query_), kDayMs);
}

void EarningsSum::add(const EarningsEntry& entry) {
  if (is_within(entry.at_unix_ms)) add_to(days_[day_of(entry.at_unix_ms)][entry.part], entry.amounts);
}

void EarningsSum::add_energy(std::int64_t at_unix_ms, const std::optional<std::string>& part,
                             std::int64_t millijoules) {
  if (!is_within(at_unix_ms)) return;
  const std::int64_t number = day_of(at_unix_ms);
  energy_[number] += millijoules;
  auto& parts = days_[number];
  if (part) add_to(parts[*part], {.energy_millijoules = millijoules});
}

Earnings EarningsSum::result() const {
  Earnings earnings;
  earnings.days.reserve(days_.size());
  const auto named = largest(days_);
  for (const auto& [number, parts] : days_) {
    EarningsDay day{.day = day_text(number), .from_unix_ms = number * kDayMs - offset_ms(query_), .parts = {}};
    for (const auto& [name, amounts] : parts) {
      add_to(day.parts[named.contains(name) ? name : ""], amounts);
      add_to(earnings.totals, {.earned_micro = amounts.earned_micro, .spent_micro = amounts.spent_micro});
    }
    if (const auto energy = energy_.find(number); energy != energy_.end()) {
      day.energy_millijoules = energy->second;
      add_to(earnings.totals, {.energy_millijoules = energy->second});
    }
    earnings.days.push_back(std::move(day));
  }
  return earnings;
}

json::object to_json(const Earnings& earnings) {
  const auto add_energy = [](json::object& object, const std::optional<std::int64_t>& millijoules) {
    if (millijoules) object.emplace("energy_millijoules", *millijoules);
  };
  const auto amounts_json = [&](const Amounts& amounts) {
    json::object object{{"earned_micro", amounts.earned_micro}, {"spent_micro", amounts.spent_micro}};
    add_energy(object, amounts.energy_millijoules);
    return object;
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
    json::object one{{"day", day.day}, {"from_unix_ms", day.from_unix_ms}, {"parts", std::move(parts)}};
    add_energy(one, day.energy_millijoules);
    days.emplace_back(std::move(one));
  }
  return {{"days", std::move(days)}, {"totals", amounts_json(earnings.totals)}};
}

}  // namespace quern::daemon
