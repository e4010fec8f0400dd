#include "scheduler/model/credits.hpp"

#include <charconv>
#include <limits>

namespace quern::model {

std::optional<Credits> add(Credits a, Credits b) {
  Credits sum;
  if (__builtin_add_overflow(a.micro, b.micro, &sum.micro)) return std::nullopt;
  return sum;
}

std::optional<Credits> subtract(Credits a, Credits b) {
  Credits difference;
  if (__builtin_sub_overflow(a.micro, b.micro, &difference.micro)) return std::nullopt;
  return difference;
}

std::string to_text(Credits amount) {
  const bool negative = amount.micro < 0;
  const std::uint64_t magnitude =
      negative ? 0 - static_cast<std::uint64_t>(amount.micro) : static_cast<std::uint64_t>(amount.micro);
  std::string text = negative ? "-" : "";
  text += std::to_string(magnitude / kMicroPerCredit);
  std::string decimals = std::to_string(magnitude % kMicroPerCredit + kMicroPerCredit).substr(1);
  decimals.erase(decimals.find_last_not_of('0') + 1);
  if (!decimals.empty()) text += "." + decimals;
  return text;
}

std::optional<Credits> credits_from_text(std::string_view text) {
  constexpr std::size_t kDecimals = 6;
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  std::string digits(text.substr(0, point));
  std::string decimals(point == std::string_view::npos ? std::string_view() : text.substr(point + 1));
  if (digits.empty() || (point != std::string_view::npos && decimals.empty())) return std::nullopt;
  while (decimals.size() > kDecimals && decimals.back() == '0') decimals.pop_back();
  if (decimals.size() > kDecimals) return std::nullopt;
  decimals.resize(kDecimals, '0');
  digits += decimals;
  std::uint64_t magnitude = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (magnitude > kMax + (negative ? 1 : 0)) return std::nullopt;
  return Credits{static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude)};
}

}  // namespace quern::model
