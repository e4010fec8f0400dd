#include "desktop/pages/limit_stops.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace quern::desktop::pages {

namespace {

constexpr std::int64_t kMib = std::int64_t{1} << 20;
constexpr std::int64_t kSecond = 1'000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;
constexpr std::array<std::int64_t, 23> kTimes{
    kSecond,      5 * kSecond,  15 * kSecond, 30 * kSecond, kMinute,   2 * kMinute, 5 * kMinute, 10 * kMinute,
    15 * kMinute, 30 * kMinute, kHour,        2 * kHour,    3 * kHour, 6 * kHour,   12 * kHour,  kDay,
    2 * kDay,     3 * kDay,     7 * kDay,     14 * kDay,    30 * kDay, 90 * kDay,   365 * kDay};

// The bounds themselves, and of `between` what lies between them.
std::vector<std::int64_t> bounded(std::int64_t least, std::int64_t most, std::vector<std::int64_t> between) {
  if (most <= least) return {least};
  std::erase_if(between, [&](std::int64_t stop) { return stop <= least || stop >= most; });
  between.insert(between.begin(), least);
  between.push_back(most);
  return between;
}

}  // namespace

std::vector<std::int64_t> count_stops(std::int64_t least, std::int64_t most) {
  if (most <= least) return {least};
  const std::uint64_t width = static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least);
  const std::uint64_t step = width / (kStopsMax - 2) + 1;
  std::vector<std::int64_t> stops;
  stops.reserve(kStopsMax);
  for (std::uint64_t at = step; at < width; at += step) {
    stops.push_back(static_cast<std::int64_t>(static_cast<std::uint64_t>(least) + at));
    if (width - at <= step) break;
  }
  return bounded(least, most, std::move(stops));
}

std::vector<std::int64_t> byte_stops(std::int64_t least, std::int64_t most) {
  std::vector<std::int64_t> stops;
  for (std::int64_t whole = kMib; whole < most && whole <= std::numeric_limits<std::int64_t>::max() / 2; whole *= 2) {
    for (std::int64_t quarter = 0; quarter < 4; ++quarter) stops.push_back(whole + whole / 4 * quarter);
  }
  return bounded(least, most, std::move(stops));
}

std::vector<std::int64_t> even_byte_stops(std::int64_t least, std::int64_t most) {
  if (most <= least) return {least};
  std::int64_t step = kMib;
  while (most / step > static_cast<std::int64_t>(kEvenStopsMax) - 2) step *= 2;
  std::vector<std::int64_t> stops;
  stops.reserve(kEvenStopsMax);
  for (std::int64_t at = step; at <= most - step; at += step) stops.push_back(at);
  return bounded(least, most, std::move(stops));
}

std::vector<std::int64_t> time_stops(std::int64_t least, std::int64_t most) {
  return bounded(least, most, {kTimes.begin(), kTimes.end()});
}

int nearest_stop(const std::vector<std::int64_t>& stops, std::int64_t value) {
  if (stops.empty()) return 0;
  const auto above = std::ranges::lower_bound(stops, value);
  if (above == stops.begin()) return 0;
  if (above == stops.end()) return static_cast<int>(stops.size()) - 1;
  const auto below = above - 1;
  const auto nearer = value - *below <= *above - value ? below : above;
  return static_cast<int>(nearer - stops.begin());
}

}  // namespace quern::desktop::pages
