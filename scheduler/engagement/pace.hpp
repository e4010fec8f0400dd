// How much can be used in a time, and how fast bytes are moved: each side holds the other to it. Pure.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

#include "overlay/runtime/clock.hpp"
#include "overlay/runtime/time.hpp"
#include "scheduler/model/reason.hpp"
#include "scheduler/model/usage.hpp"

namespace quern::engagement {

// What is granted beyond the time that has passed: so much, and that part of it, since two clocks never go alike.
inline constexpr runtime::Duration kPaceSlack = std::chrono::seconds(1);
inline constexpr std::int64_t kPaceClocksShare = 64;

// What inputs and outputs are moved at, at the least: who is slower is left.
inline constexpr std::uint64_t kMovedPerSecondMin = 64 << 10;

// An instant, by both clocks of a node.
struct Instant {
  runtime::Time steady;
  runtime::WallTime wall;
};
Instant instant_of(const runtime::Clock& clock);
// By the clock that has gone farther: the steady one stands still while the machine is suspended, the other may be set
// back.
runtime::Duration passed_between(const Instant& since, const Instant& until);

// `pace` is what can be used in a millisecond of the device, of those dimensions that time bounds: of the processors
// and of memory. 0: not known. Raised to that of one more task, whose demand for itself would be for `usage_max`: tasks
// run one after the other, so it is that of the task that can use most.
void raise_pace(model::Usage& pace, const model::Usage& usage_max);

// Why `used` cannot have been used by tasks of that pace on one device in the time that has passed (overcharged).
std::optional<model::Why> fault_of_usage(const model::Usage& used, const model::Usage& pace, runtime::Duration passed);

}  // namespace quern::engagement
