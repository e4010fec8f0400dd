// Which device does which task of a job: a submitter's strategy over quotes. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "overlay/runtime/random.hpp"
#include "scheduler/market/quote.hpp"

namespace quern::placement {

enum class Strategy : std::uint8_t {
  cheapest,         // the least expected cost; of equals the soonest result
  fastest,          // the soonest result; of equals the least cost
  balanced,         // the least product of cost and time: a tenth dearer must be a tenth sooner
  spread,           // as many devices as there are, the cheaper first
  weighted_random,  // by chance, half as often where it costs twice as much: does not send everybody to one node
  round_robin,      // one after the other
};
std::string_view name_of(Strategy strategy);  // "weighted-random"
std::optional<Strategy> strategy_from_name(std::string_view name);
std::span<const Strategy> strategies();

// A device that can do the tasks, with a quote for each of them; tasks differ in size only.
struct Candidate {
  std::string provider;
  std::string device;
  std::vector<market::Quote> quotes;  // by task
};

struct Placement {
  std::size_t candidate = 0;
  std::uint64_t begin_ms = 0;  // after the plan was made: a device does one task at a time
  std::uint64_t end_ms = 0;
  bool operator==(const Placement&) const = default;
};

struct Plan {
  std::vector<Placement> placements;  // by task
  model::Credits low;                 // sums over all tasks
  model::Credits likely;
  model::Credits high;
  std::uint64_t end_ms = 0;  // when the last one is expected to end
};

// One placement for each task, taken in their order. Every candidate has a quote for each of the `tasks`. nullopt when
// there is no candidate, or the sums do not fit an amount. Of candidates that are equal in all that a strategy looks
// at, the first by provider and device is taken: the same quotes make the same plan. `random` is drawn from by
// weighted_random alone. O(tasks x candidates).
std::optional<Plan> plan(Strategy strategy, std::size_t tasks, std::span<const Candidate> candidates,
                         runtime::Random& random);

}  // namespace quern::placement
