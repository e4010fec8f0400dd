// From the windows of one measurement to its figure: robust statistics, because a shared machine always disturbs a few
// windows.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "hwprobe/measurement.hpp"

namespace quern::hwprobe {

// One stretch of measured work.
struct Window {
  double work = 0;     // operations or bytes
  double seconds = 0;  // device time: CPU seconds divided by threads, or the device's own profiling clock
};

// One quantity's windows, with what the figure says about them.
struct WindowSet {
  Quantity quantity = Quantity::fp32_flops;
  std::string method;
  std::string variant;
  std::vector<Window> windows;
  std::optional<std::uint32_t> cpu_share_permille;
};

// "FLOP/s", "op/s" or "B/s".
std::string_view unit_of(Quantity quantity);

// The value at `permille` thousandths of the sorted values (500 is the median), by linear interpolation; 0 when there
// are none.
double quantile(std::vector<double> values, unsigned permille);

// The median of work / seconds, its spread and count. nullopt when no window has a positive time and rate: nothing was
// measured.
std::optional<Figure> figure_of(const WindowSet& set, std::int64_t taken_unix_ms);

// CPU time / (wall time * threads) in thousandths, at most 1000: clocks are read one after the other and may differ by
// a little.
std::uint32_t cpu_share_permille(double cpu_seconds, double wall_seconds, std::uint32_t threads);

}  // namespace quern::hwprobe
