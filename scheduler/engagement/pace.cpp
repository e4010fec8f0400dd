#include "scheduler/engagement/pace.hpp"

#include <algorithm>
#include <string>

namespace quern::engagement {

using model::Dimension;
using model::Usage;

namespace {

constexpr std::uint64_t kUsPerMs = 1000;

}  // namespace

Instant instant_of(const runtime::Clock& clock) {
  return {.steady = clock.now(), .wall = clock.wall_now()};
}

runtime::Duration passed_between(const Instant& since, const Instant& until) {
  return std::max<runtime::Duration>(until.steady - since.steady,
                                     std::chrono::milliseconds(until.wall.unix_ms - since.wall.unix_ms));
}

void raise_pace(Usage& pace, const Usage& usage_max) {
  const std::uint64_t device_ms = std::max<std::uint64_t>(usage_max[Dimension::device_time] / kUsPerMs, 1);
  for (const Dimension timed : {Dimension::cpu_time, Dimension::memory_time}) {
    const std::uint64_t whole = usage_max[timed] / device_ms;
    pace[timed] = std::max(pace[timed], whole + (whole * device_ms < usage_max[timed] ? 1 : 0));
  }
}

std::optional<model::Why> fault_of_usage(const Usage& used, const Usage& pace, runtime::Duration passed) {
  Usage in_a_ms = pace;
  in_a_ms[Dimension::device_time] = kUsPerMs;
  const runtime::Duration granted = passed + passed / kPaceClocksShare + kPaceSlack;
  const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(granted / std::chrono::milliseconds(1), 1));
  for (const Dimension timed : {Dimension::device_time, Dimension::cpu_time, Dimension::memory_time}) {
    const bool unbounded = in_a_ms[timed] == 0 || in_a_ms[timed] > model::kQuantityMax / ms;
    if (unbounded || used[timed] <= in_a_ms[timed] * ms) continue;
    const model::DimensionText& text = model::text_of(timed);
    return model::Why{model::Reason::overcharged,
                      std::string(text.name) + " " + std::to_string(used[timed]) + " " + std::string(text.unit) +
                          ", in the time that has passed at most " + std::to_string(in_a_ms[timed] * ms)};
  }
  return std::nullopt;
}

}  // namespace quern::engagement
