#include "hwprobe/energy_meter.hpp"

#include <cmath>

namespace quern::hwprobe {
namespace {

// Nanoseconds from `before` to a `now` that is not earlier; right even where their signed difference would overflow.
std::uint64_t elapsed(std::chrono::nanoseconds before, std::chrono::nanoseconds now) {
  return static_cast<std::uint64_t>(now.count()) - static_cast<std::uint64_t>(before.count());
}

}  // namespace

std::expected<std::uint64_t, EnergyGap> EnergyMeter::milliwatts(std::chrono::nanoseconds now, std::uint64_t microjoules,
                                                                std::optional<std::uint64_t> range_microjoules) {
  const auto before = last_;
  const bool later = before && now >= before->time;
  const std::uint64_t span = later ? elapsed(before->time, now) : 0;
  if (later && span < elapsed({}, kEnergySpanMin)) return std::unexpected(EnergyGap::too_soon);
  last_ = Reading{now, microjoules};
  if (!later) return std::unexpected(EnergyGap::first);

  // 1 kW is one microjoule a nanosecond.
  if (range_microjoules && span >= *range_microjoules) return std::unexpected(EnergyGap::too_late);
  std::uint64_t used = microjoules - before->microjoules;
  if (microjoules < before->microjoules) {
    if (!range_microjoules || before->microjoules > *range_microjoules) return std::unexpected(EnergyGap::backwards);
    used = *range_microjoules - before->microjoules + microjoules;
  }
  const double power = static_cast<double>(used) * 1e6 / static_cast<double>(span);
  if (power > static_cast<double>(kMilliwattsMax)) return std::unexpected(EnergyGap::absurd);
  return static_cast<std::uint64_t>(std::llround(power));
}

std::optional<std::uint64_t> EnergyMeters::milliwatts(const std::string& path, std::chrono::nanoseconds now,
                                                      std::uint64_t microjoules,
                                                      std::optional<std::uint64_t> range_microjoules,
                                                      ProblemsOnce& problems) {
  const auto power = meters_[path].milliwatts(now, microjoules, range_microjoules);
  if (power) return *power;
  if (power.error() == EnergyGap::backwards) {
    problems.add(
        path, "the energy counter fell to " + std::to_string(microjoules) + " and has no range to wrap at: left out");
  }
  if (power.error() == EnergyGap::absurd) {
    problems.add(
        path, "the energy counter leapt by more than " + std::to_string(kMilliwattsMax / 1'000'000) + " kW: left out");
  }
  return std::nullopt;
}

void EnergyMeters::keep(const std::function<bool(const std::string& path)>& wanted) {
  std::erase_if(meters_, [&](const auto& meter) { return !wanted(meter.first); });
}

}  // namespace quern::hwprobe
