// Money: integers of a millionth of a credit. No floating point ever enters an amount.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace quern::model {

inline constexpr std::int64_t kMicroPerCredit = 1'000'000;

// An amount, or a balance where it may be below zero.
struct Credits {
  std::int64_t micro = 0;
  auto operator<=>(const Credits&) const = default;
};

// Sums and differences; nullopt when the result does not fit.
std::optional<Credits> add(Credits a, Credits b);
std::optional<Credits> subtract(Credits a, Credits b);

// "12", "0.5", "-3.000001": no exponent, no trailing zeros.
std::string to_text(Credits amount);
// What to_text() writes, and further zeros at either end. nullopt for anything else: more than six decimals, signs but
// one '-', spaces, amounts that do not fit.
std::optional<Credits> credits_from_text(std::string_view text);

}  // namespace quern::model
