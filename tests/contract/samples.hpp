// Measurements as the interop suite wants them: quartiles, outliers and all samples, in YAML.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace quern::contract {

struct Summary {
  double min = 0;
  double q1 = 0;
  double median = 0;
  double q3 = 0;
  double max = 0;
  std::vector<double> outliers;  // further than 1.5 times q3 - q1 from q1 or q3
  std::vector<double> samples;   // all, sorted
};
// Quartiles are interpolated between neighbours. All zero when there are no samples.
Summary summarize(std::vector<double> samples);

// "upload:\n  iterations: 2\n ...", with `decimals` digits after the point.
std::string summary_yaml(std::string_view name, const Summary& summary, int decimals, std::string_view unit);

// The result of the transport suite.
std::string latency_yaml(double handshake_plus_one_round_trip_ms, double ping_round_trip_ms);

}  // namespace quern::contract
