#include "scheduler/cli/quantity_text.hpp"

#include <array>
#include <chrono>

namespace quern::scheduler::cli {
namespace {

// `value` / `unit` with so many digits behind the point, rounded half up. unit <= 2^60, so that no product overflows.
std::string fixed(std::uint64_t value, std::uint64_t unit, int decimals) {
  std::string digits = std::to_string(value / unit);
  std::uint64_t rest = value % unit;
  for (int i = 0; i < decimals; ++i) {
    digits += static_cast<char>('0' + rest * 10 / unit);
    rest = rest * 10 % unit;
  }
  if (rest >= unit - rest) {
    std::size_t at = digits.size();
    while (at != 0 && digits[at - 1] == '9') digits[--at] = '0';
    if (at == 0) {
      digits.insert(0, 1, '1');
    } else {
      ++digits[at - 1];
    }
  }
  if (decimals != 0) digits.insert(digits.size() - static_cast<std::size_t>(decimals), 1, '.');
  return digits;
}

std::string without_trailing_zeros(std::string number) {
  if (!number.contains('.')) return number;
  while (number.ends_with('0')) number.pop_back();
  if (number.ends_with('.')) number.pop_back();
  return number;
}

// Three significant digits under the largest prefix that leaves at least one before the point.
template <std::size_t Count>
std::string scaled(std::uint64_t value, std::uint64_t base, const std::array<std::string_view, Count>& prefixes) {
  std::uint64_t unit = 1;
  std::size_t prefix = 0;
  for (; prefix + 1 < Count && value / unit >= base; ++prefix) unit *= base;
  // What would be rounded to 1000 of this unit is 1 of the next.
  if (prefix != 0 && prefix + 1 < Count && fixed(value, unit, 0) == std::to_string(base)) {
    unit *= base;
    ++prefix;
  }
  const std::uint64_t whole = value / unit;
  const int decimals = prefix == 0 || whole >= 100 ? 0 : whole >= 10 ? 1 : 2;
  return without_trailing_zeros(fixed(value, unit, decimals)) + ' ' + std::string(prefixes[prefix]);
}

}  // namespace

std::string bytes_text(std::uint64_t bytes) {
  static constexpr std::array<std::string_view, 7> kPrefixes{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  return scaled(bytes, 1024, kPrefixes);
}

std::string rate_text(std::uint64_t value, std::string_view unit) {
  static constexpr std::array<std::string_view, 7> kPrefixes{"", "k", "M", "G", "T", "P", "E"};
  return scaled(value, 1000, kPrefixes) + std::string(unit);
}

std::string mhz_text(std::uint64_t mhz) {
  static constexpr std::array<std::string_view, 3> kPrefixes{"MHz", "GHz", "THz"};
  return scaled(mhz, 1000, kPrefixes);
}

std::string transfers_text(std::uint64_t megatransfers_per_second) {
  static constexpr std::array<std::string_view, 3> kPrefixes{"MT/s", "GT/s", "TT/s"};
  return scaled(megatransfers_per_second, 1000, kPrefixes);
}

std::string permille_text(std::uint64_t permille) {
  return without_trailing_zeros(fixed(permille, 10, 1)) + " %";
}

std::string millicelsius_text(std::int64_t millicelsius) {
  const bool negative = millicelsius < 0;
  const std::uint64_t size =
      negative ? 0 - static_cast<std::uint64_t>(millicelsius) : static_cast<std::uint64_t>(millicelsius);
  const std::string number = fixed(size, 1000, 1);
  return (negative && number != "0.0" ? "-" : "") + number + " °C";
}

std::string milliwatts_text(std::uint64_t milliwatts) {
  if (milliwatts < 1000) return std::to_string(milliwatts) + " mW";
  return fixed(milliwatts, 1000, 1) + " W";
}

std::string milliseconds_text(std::uint64_t milliseconds) {
  if (milliseconds < 1000) return std::to_string(milliseconds) + " ms";
  return fixed(milliseconds, 1000, 1) + " s";
}

std::string duration_text(std::uint64_t milliseconds) {
  if (milliseconds < 60'000) return milliseconds_text(milliseconds);
  const std::uint64_t seconds = milliseconds / 1000 + (milliseconds % 1000 >= 500 ? 1 : 0);
  struct Step {
    std::uint64_t unit;
    std::string_view name;
    std::uint64_t below;
    std::string_view below_name;
  };
  static constexpr std::array<Step, 3> kSteps{
      {{86'400, " d", 3600, " h"}, {3600, " h", 60, " min"}, {60, " min", 1, " s"}}};
  const Step& step = seconds >= 86'400 ? kSteps[0] : seconds >= 3600 ? kSteps[1] : kSteps[2];
  const std::uint64_t rest = seconds % step.unit / step.below;
  const std::string text = std::to_string(seconds / step.unit) + std::string(step.name);
  return rest == 0 ? text : text + ' ' + std::to_string(rest) + std::string(step.below_name);
}

std::string milli_text(std::uint64_t thousandths) {
  return fixed(thousandths, 1000, 2);
}

std::string count_text(std::uint64_t count, std::string_view noun) {
  return std::to_string(count) + ' ' + std::string(noun) + (count == 1 ? "" : "s");
}

std::string utc_text(std::int64_t unix_ms) {
  using std::chrono::floor;
  const std::chrono::sys_seconds time{floor<std::chrono::seconds>(std::chrono::milliseconds(unix_ms))};
  const auto day = floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  // The calendar is right for these years only; beyond them the number itself is the best text.
  if (day.time_since_epoch().count() < -719'162 || day.time_since_epoch().count() > 2'932'896) {
    return std::to_string(unix_ms) + " ms since 1970";
  }
  const std::chrono::hh_mm_ss clock(time - day);
  const auto padded = [](std::int64_t number, std::size_t width) {
    std::string digits = std::to_string(number);
    return std::string(width > digits.size() ? width - digits.size() : 0, '0') + digits;
  };
  return padded(static_cast<int>(date.year()), 4) + '-' + padded(static_cast<unsigned>(date.month()), 2) + '-' +
         padded(static_cast<unsigned>(date.day()), 2) + ' ' + padded(clock.hours().count(), 2) + ':' +
         padded(clock.minutes().count(), 2) + ':' + padded(clock.seconds().count(), 2) + " UTC";
}

std::string number_list_text(std::span<const std::uint32_t> ascending) {
  std::string text;
  for (std::size_t first = 0; first < ascending.size();) {
    std::size_t last = first;
    while (last + 1 < ascending.size() && ascending[last + 1] == ascending[last] + 1) ++last;
    if (!text.empty()) text += ',';
    text += std::to_string(ascending[first]);
    if (last > first) text += '-' + std::to_string(ascending[last]);
    first = last + 1;
  }
  return text;
}

}  // namespace quern::scheduler::cli
