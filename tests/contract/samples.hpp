// Measurements as the suite wants them told.
#pragma once
#include <string>
#include <vector>

namespace quern::contract {

// Quartiles are interpolated between samples; outliers lie more than 1.5 interquartile ranges outside of them; least
// and greatest are those of the rest.
struct Summary {
  double least = 0;
  double q1 = 0;
  double median = 0;
  double q3 = 0;
  double greatest = 0;
  std::vector<double> outliers;
  std::vector<double> samples;  // in order
};
// Of at least one sample.
Summary summarize(std::vector<double> samples);

// A mapping `name` of YAML.
std::string to_yaml(const std::string& name, const Summary& summary, const std::string& unit);

}  // namespace quern::contract
