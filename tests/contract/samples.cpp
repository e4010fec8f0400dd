#include "tests/contract/samples.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <iterator>
#include <utility>

#include "overlay/runtime/assertion.hpp"

namespace quern::contract {
namespace {

constexpr double kOutlierRanges = 1.5;

double quantile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(at));
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], at - static_cast<double>(below));
}

std::string number(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.4f", value);
  return text;
}

std::string list(const std::vector<double>& values) {
  std::string out = "[";
  for (const double value : values) out += (out.size() > 1 ? ", " : "") + number(value);
  return out + "]";
}

}  // namespace

Summary summarize(std::vector<double> samples) {
  QUERN_ASSERT(!samples.empty());
  std::ranges::sort(samples);
  Summary out{.q1 = quantile(samples, 0.25), .median = quantile(samples, 0.5), .q3 = quantile(samples, 0.75)};
  const double margin = kOutlierRanges * (out.q3 - out.q1);
  const auto is_within = [&](double value) { return value >= out.q1 - margin && value <= out.q3 + margin; };
  std::ranges::copy_if(samples, std::back_inserter(out.outliers), std::not_fn(is_within));
  // There is a sample between the quartiles, or else two in all, which are within.
  out.least = *std::ranges::find_if(samples, is_within);
  out.greatest = *std::find_if(samples.rbegin(), samples.rend(), is_within);
  out.samples = std::move(samples);
  return out;
}

std::string to_yaml(const std::string& name, const Summary& summary, const std::string& unit) {
  return name + ":\n  iterations: " + std::to_string(summary.samples.size()) +  //
         "\n  min: " + number(summary.least) +                                  //
         "\n  q1: " + number(summary.q1) +                                      //
         "\n  median: " + number(summary.median) +                              //
         "\n  q3: " + number(summary.q3) +                                      //
         "\n  max: " + number(summary.greatest) +                               //
         "\n  outliers: " + list(summary.outliers) +                            //
         "\n  samples: " + list(summary.samples) +                              //
         "\n  unit: " + unit + "\n";
}

}  // namespace quern::contract
