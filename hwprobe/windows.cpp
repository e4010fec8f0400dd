#include "hwprobe/windows.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace quern::hwprobe {

std::string_view unit_of(Quantity quantity) {
  switch (quantity) {
    case Quantity::fp32_flops:
    case Quantity::fp64_flops:
      return "FLOP/s";
    case Quantity::int32_ops:
      return "op/s";
    case Quantity::memory_bandwidth:
      return "B/s";
  }
  std::unreachable();
}

double quantile(std::vector<double> values, unsigned permille) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const double position = static_cast<double>(values.size() - 1) * std::min(permille, 1000U) / 1000.0;
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (values[above] - values[below]) * (position - static_cast<double>(below));
}

std::optional<Figure> figure_of(const WindowSet& set, std::int64_t taken_unix_ms) {
  std::vector<double> rates;
  for (const Window& window : set.windows) {
    if (window.seconds > 0 && window.work > 0) rates.push_back(window.work / window.seconds);
  }
  const double median = quantile(rates, 500);
  if (!(median >= 1) || median > 1e18) return std::nullopt;
  Figure figure;
  figure.quantity = set.quantity;
  figure.value = static_cast<std::uint64_t>(std::llround(median));
  figure.unit = unit_of(set.quantity);
  figure.method = set.method;
  figure.variant = set.variant;
  figure.taken_unix_ms = taken_unix_ms;
  figure.windows = static_cast<std::uint32_t>(rates.size());
  const double spread = (quantile(rates, 900) - quantile(rates, 100)) / median * 1000;
  figure.spread_permille = static_cast<std::uint32_t>(std::min(std::round(spread), 1e6));
  figure.cpu_share_permille = set.cpu_share_permille;
  return figure;
}

std::uint32_t cpu_share_permille(double cpu_seconds, double wall_seconds, std::uint32_t threads) {
  if (!(wall_seconds > 0) || threads == 0) return 0;
  return static_cast<std::uint32_t>(std::clamp(cpu_seconds / wall_seconds / threads * 1000, 0.0, 1000.0));
}

}  // namespace quern::hwprobe
