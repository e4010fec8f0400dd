// Power from an energy counter: the difference of two readings over the time between them.
#pragma once
#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "hwprobe/problems_once.hpp"

namespace quern::hwprobe {

// Highest power believed of one domain: 100 kW.
inline constexpr std::uint64_t kMilliwattsMax = 100'000'000;
// Readings closer together are not averaged: RAPL renews its counters once a millisecond.
inline constexpr std::chrono::nanoseconds kEnergySpanMin = std::chrono::milliseconds(1);

// Why there is no power this time.
enum class EnergyGap {
  first,      // no earlier reading, or one of a later time
  too_soon,   // less than kEnergySpanMin since the earlier reading, which is kept
  too_late,   // a counter that wraps may have wrapped more than once
  backwards,  // fell without a range to wrap at
  absurd,     // more than kMilliwattsMax
};

// Keeps one counter's last reading.
class EnergyMeter {
 public:
  // `range` is where the counter starts again at 0, for counters that do. Their readings must be closer together than
  // the time in which 1 kW fills the range (4 minutes on usual processors), else a lost turn could pass for a small
  // power.
  std::expected<std::uint64_t, EnergyGap> milliwatts(std::chrono::nanoseconds now, std::uint64_t microjoules,
                                                     std::optional<std::uint64_t> range_microjoules = {});

 private:
  struct Reading {
    std::chrono::nanoseconds time{};
    std::uint64_t microjoules = 0;
  };
  std::optional<Reading> last_;
};

// The counters of one part of a machine, by path; kept while their devices come and go between discoveries.
class EnergyMeters {
 public:
  // The power since the last reading of the counter at `path`. A counter that fell or leapt is a problem once.
  std::optional<std::uint64_t> milliwatts(const std::string& path, std::chrono::nanoseconds now,
                                          std::uint64_t microjoules, std::optional<std::uint64_t> range_microjoules,
                                          ProblemsOnce& problems);
  // Forgets the counters that are not `wanted`.
  void keep(const std::function<bool(const std::string& path)>& wanted);

 private:
  std::map<std::string, EnergyMeter, std::less<>> meters_;
};

}  // namespace quern::hwprobe
