#include "tests/contract/samples.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace quern::contract {
namespace {

constexpr double kFence = 1.5;

double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

std::string number_text(double value, int decimals) {
  std::array<char, 64> text;
  const int size = std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string list_text(const std::vector<double>& values, int decimals) {
  std::string text = "[";
  for (const double value : values) text += (text.size() > 1 ? ", " : "") + number_text(value, decimals);
  return text + "]";
}

}  // namespace

Summary summarize(std::vector<double> samples) {
  Summary summary;
  if (samples.empty()) return summary;
  std::ranges::sort(samples);
  summary.min = samples.front();
  summary.q1 = quantile(samples, 0.25);
  summary.median = quantile(samples, 0.5);
  summary.q3 = quantile(samples, 0.75);
  summary.max = samples.back();
  const double reach = kFence * (summary.q3 - summary.q1);
  for (const double sample : samples) {
    if (sample < summary.q1 - reach || sample > summary.q3 + reach) summary.outliers.push_back(sample);
  }
  summary.samples = std::move(samples);
  return summary;
}

std::string summary_yaml(std::string_view name, const Summary& summary, int decimals, std::string_view unit) {
  std::string text = std::string(name) + ":\n  iterations: " + std::to_string(summary.samples.size()) + "\n";
  const auto line = [&text](std::string_view key, const std::string& value) {
    text += "  " + std::string(key) + ": " + value + "\n";
  };
  line("min", number_text(summary.min, decimals));
  line("q1", number_text(summary.q1, decimals));
  line("median", number_text(summary.median, decimals));
  line("q3", number_text(summary.q3, decimals));
  line("max", number_text(summary.max, decimals));
  line("outliers", list_text(summary.outliers, decimals));
  line("samples", list_text(summary.samples, decimals));
  line("unit", std::string(unit));
  return text;
}

std::string latency_yaml(double handshake_plus_one_round_trip_ms, double ping_round_trip_ms) {
  return "latency:\n  handshake_plus_one_rtt: " + number_text(handshake_plus_one_round_trip_ms, 3) +
         "\n  ping_rtt: " + number_text(ping_round_trip_ms, 3) + "\n  unit: ms\n";
}

}  // namespace quern::contract
