// Writes the example report as JSON, for the schema test: it has every field there is.
#include <cstdio>

#include "hwprobe/report_json.hpp"
#include "scheduler/cli/pretty_json.hpp"
#include "tests/hwprobe/example_report.hpp"

int main() {
  const std::string text = quern::scheduler::cli::pretty(to_json(quern::hwprobe::example_report()));
  return std::puts(text.c_str()) < 0 ? 1 : 0;
}
