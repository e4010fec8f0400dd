#include "scheduler/model/usage.hpp"

#include <algorithm>
#include <limits>

#include "overlay/runtime/assertion.hpp"

namespace quern::model {

namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kMicro = 1'000'000;
constexpr std::uint64_t kMicroPerMilli = 1'000;
constexpr std::uint64_t kMib = std::uint64_t{1} << 20;
constexpr std::uint64_t kGib = std::uint64_t{1} << 30;
constexpr std::array<DimensionText, kDimensions> kTexts{{
    {"setup", "jobs", "setup", 1},
    {"device_time", "us", "device_second", kMicro},
    {"cpu_time", "us", "cpu_core_second", kMicro},
    {"memory_time", "MiB ms", "memory_gib_second", 1'024'000},
    {"bytes_in", "B", "gib_in", kGib},
    {"bytes_out", "B", "gib_out", kGib},
    {"tokens_in", "tokens", "million_tokens_in", kMicro},
    {"tokens_cached", "tokens", "million_tokens_cached", kMicro},
    {"tokens_out", "tokens", "million_tokens_out", kMicro},
}};

// A multiple of every `per`. Whole `per`s are summed apart from what is left of one: so no sum reaches 2^100.
constexpr std::uint64_t kCommon = kGib * 15'625;
static_assert(std::ranges::all_of(kTexts, [](const DimensionText& text) { return kCommon % text.per == 0; }));

}  // namespace

const DimensionText& text_of(Dimension dimension) {
  return kTexts.at(static_cast<std::size_t>(dimension));
}

Usage sum(const Usage& a, const Usage& b) {
  Usage both;
  for (std::size_t i = 0; i < kDimensions; ++i) {
    const bool fits = b.quantity[i] <= std::numeric_limits<std::uint64_t>::max() - a.quantity[i];
    both.quantity[i] = fits ? a.quantity[i] + b.quantity[i] : std::numeric_limits<std::uint64_t>::max();
  }
  return both;
}

bool has_grown(const Usage& earlier, const Usage& later) {
  return std::ranges::equal(earlier.quantity, later.quantity, std::ranges::less_equal());
}

bool is_possible(const Usage& usage) {
  return std::ranges::all_of(usage.quantity, [](std::uint64_t quantity) { return quantity <= kQuantityMax; });
}

std::uint64_t memory_time(std::uint64_t memory_bytes, std::uint64_t us) {
  const std::uint64_t mib = memory_bytes / kMib + (memory_bytes % kMib == 0 ? 0 : 1);
  const std::uint64_t ms = us / kMicroPerMilli + (us % kMicroPerMilli == 0 ? 0 : 1);
  return static_cast<std::uint64_t>(std::min<Wide>(static_cast<Wide>(mib) * ms, kQuantityMax));
}

bool is_possible(const RateCard& rates) {
  return std::ranges::all_of(rates.rate, [](std::int64_t rate) { return rate >= 0 && rate <= kRateMax; });
}

std::optional<Credits> cost(const RateCard& rates, const Usage& usage) {
  QUERN_ASSERT(is_possible(rates) && is_possible(usage));
  Wide whole = 0;  // micro-credits
  Wide rest = 0;   // of them, in 1 / kCommon
  for (std::size_t i = 0; i < kDimensions; ++i) {
    const Wide rate = static_cast<std::uint64_t>(rates.rate[i]);
    const std::uint64_t per = kTexts[i].per;
    whole += rate * (usage.quantity[i] / per);
    rest += rate * (usage.quantity[i] % per) * (kCommon / per);
  }
  whole += (rest + kCommon / 2) / kCommon;
  if (whole > static_cast<Wide>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  return Credits{static_cast<std::int64_t>(whole)};
}

}  // namespace quern::model
