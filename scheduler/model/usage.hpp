// What a job has used, and what that costs by a rate card.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "scheduler/model/credits.hpp"

namespace quern::model {

// What is metered. The order is that of the wire's field numbers, which never change.
enum class Dimension : std::uint8_t {
  setup,          // started jobs
  device_time,    // microseconds of the rented device
  cpu_time,       // microseconds of processor cores
  memory_time,    // mebibyte-milliseconds granted
  bytes_in,       // moved to the provider
  bytes_out,      // moved from it
  tokens_in,      // read by a model
  tokens_cached,  // of a prompt, read from its cache
  tokens_out,     // written by a model
};
inline constexpr std::size_t kDimensions = 9;

// How a dimension is called, and in what its price is said.
struct DimensionText {
  std::string_view name;       // "device_time", as in manifests, tables and statements
  std::string_view unit;       // of a quantity: "us"
  std::string_view rate_name;  // "device_second", as in a rate card
  std::uint64_t per;           // quantity that one rate is for: 1,000,000 us
};
const DimensionText& text_of(Dimension dimension);

// Above these a quantity or a rate is refused: sums of all dimensions then fit 128 bits.
inline constexpr std::uint64_t kQuantityMax = std::uint64_t{1} << 50;
inline constexpr std::int64_t kRateMax = 1'000'000'000'000;  // micro-credits: a million credits

// Quantities by dimension; totals since the job began.
struct Usage {
  std::array<std::uint64_t, kDimensions> quantity{};
  std::uint64_t& operator[](Dimension d) { return quantity[static_cast<std::size_t>(d)]; }
  std::uint64_t operator[](Dimension d) const { return quantity[static_cast<std::size_t>(d)]; }
  bool operator==(const Usage&) const = default;
};
// At most UINT64_MAX in each dimension.
Usage sum(const Usage& a, const Usage& b);
// Whether no dimension of `later` is below that of `earlier`.
bool has_grown(const Usage& earlier, const Usage& later);
// Whether all quantities are at most kQuantityMax.
bool is_possible(const Usage& usage);
// Of that much memory, granted for so long: in whole mebibytes and milliseconds, both rounded up; at most kQuantityMax.
std::uint64_t memory_time(std::uint64_t memory_bytes, std::uint64_t us);

// Prices in micro-credits for DimensionText::per of each dimension; 0: free.
struct RateCard {
  std::array<std::int64_t, kDimensions> rate{};
  std::int64_t& operator[](Dimension d) { return rate[static_cast<std::size_t>(d)]; }
  std::int64_t operator[](Dimension d) const { return rate[static_cast<std::size_t>(d)]; }
  bool operator==(const RateCard&) const = default;
};
// Whether all rates are 0 to kRateMax.
bool is_possible(const RateCard& rates);

// The exact sum of rate x quantity / per over all dimensions, rounded once: half up, to a micro-credit. Both must be
// possible. nullopt when it does not fit Credits.
std::optional<Credits> cost(const RateCard& rates, const Usage& usage);

}  // namespace quern::model
