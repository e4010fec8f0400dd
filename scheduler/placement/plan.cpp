#include "scheduler/placement/plan.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>

#include "overlay/runtime/assertion.hpp"

namespace quern::placement {

using market::Quote;
using model::Credits;

namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::array kStrategies{Strategy::cheapest, Strategy::fastest,         Strategy::balanced,
                                 Strategy::spread,   Strategy::weighted_random, Strategy::round_robin};
constexpr std::array<std::string_view, kStrategies.size()> kNames{"cheapest", "fastest",         "balanced",
                                                                  "spread",   "weighted-random", "round-robin"};

// Candidates in an order that does not depend on how they came.
std::vector<std::size_t> in_order(std::span<const Candidate> candidates) {
  std::vector<std::size_t> order(candidates.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, {}, [&](std::size_t i) { return std::tie(candidates[i].provider, candidates[i].device); });
  return order;
}

class Planner {
 public:
  Planner(Strategy strategy, std::span<const Candidate> candidates, runtime::Random& random)
      : strategy_(strategy),
        candidates_(candidates),
        order_(in_order(candidates)),
        random_(random),
        busy_until_ms_(candidates.size()),
        tasks_of_(candidates.size()) {}

  Placement place(std::size_t task) {
    const std::size_t chosen = strategy_ == Strategy::weighted_random ? by_chance(task) : best(task);
    const std::uint64_t begin = busy_until_ms_[chosen];
    busy_until_ms_[chosen] = end_of(chosen, task);
    ++tasks_of_[chosen];
    return {.candidate = chosen, .begin_ms = begin, .end_ms = busy_until_ms_[chosen]};
  }

 private:
  const Quote& quote(std::size_t candidate, std::size_t task) const { return candidates_[candidate].quotes[task]; }
  std::uint64_t cost(std::size_t candidate, std::size_t task) const {
    return static_cast<std::uint64_t>(quote(candidate, task).likely.micro);
  }
  std::uint64_t end_of(std::size_t candidate, std::size_t task) const {
    return busy_until_ms_[candidate] + quote(candidate, task).total_ms.likely;
  }

  // What is to be small, the most important first.
  std::array<Wide, 3> weight(std::size_t candidate, std::size_t task) const {
    const Wide price = cost(candidate, task);
    const Wide end = end_of(candidate, task);
    const Wide tasks = tasks_of_[candidate];
    switch (strategy_) {
      case Strategy::fastest:
        return {end, price, 0};
      case Strategy::balanced:
        return {(price + 1) * (end + 1), price, end};
      case Strategy::spread:
        return {tasks, price, end};
      case Strategy::round_robin:
        return {tasks, 0, 0};
      case Strategy::cheapest:
      case Strategy::weighted_random:
        break;
    }
    return {price, end, 0};
  }

  std::size_t best(std::size_t task) const {
    return *std::ranges::min_element(order_, {}, [&](std::size_t candidate) { return weight(candidate, task); });
  }

  std::size_t by_chance(std::size_t task) {
    std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
    for (const std::size_t candidate : order_) least = std::min(least, cost(candidate, task));
    // In millionths of the chance of the cheapest; what costs nothing has the chance of what costs a micro-credit.
    const auto chance = [&](std::size_t candidate) {
      constexpr Wide kScale = 1'000'000;
      return static_cast<std::uint64_t>(kScale * std::max<std::uint64_t>(least, 1) /
                                        std::max<std::uint64_t>(cost(candidate, task), 1));
    };
    std::uint64_t sum = 0;
    for (const std::size_t candidate : order_) sum += chance(candidate);
    std::uint64_t drawn = random_.below(sum);
    for (const std::size_t candidate : order_) {
      if (drawn < chance(candidate)) return candidate;
      drawn -= chance(candidate);
    }
    QUERN_ASSERT(false, "the chances do not sum up");
    return order_.front();
  }

  Strategy strategy_;
  std::span<const Candidate> candidates_;
  std::vector<std::size_t> order_;
  runtime::Random& random_;
  std::vector<std::uint64_t> busy_until_ms_;
  std::vector<std::uint64_t> tasks_of_;
};

bool add_to(Credits& sum, Credits amount) {
  const auto total = model::add(sum, amount);
  if (total) sum = *total;
  return total.has_value();
}

}  // namespace

std::string_view name_of(Strategy strategy) {
  return kNames.at(static_cast<std::size_t>(strategy));
}

std::optional<Strategy> strategy_from_name(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return kStrategies.at(static_cast<std::size_t>(found - kNames.begin()));
}

std::span<const Strategy> strategies() {
  return kStrategies;
}

std::optional<Plan> plan(Strategy strategy, std::size_t tasks, std::span<const Candidate> candidates,
                         runtime::Random& random) {
  if (candidates.empty()) return std::nullopt;
  for (const Candidate& candidate : candidates) QUERN_ASSERT(candidate.quotes.size() == tasks);
  Planner planner(strategy, candidates, random);
  Plan result;
  result.placements.reserve(tasks);
  for (std::size_t task = 0; task < tasks; ++task) {
    const Placement& placed = result.placements.emplace_back(planner.place(task));
    const Quote& quote = candidates[placed.candidate].quotes[task];
    const bool fits =
        add_to(result.low, quote.low) && add_to(result.likely, quote.likely) && add_to(result.high, quote.high);
    if (!fits) return std::nullopt;
    result.end_ms = std::max(result.end_ms, placed.end_ms);
  }
  return result;
}

}  // namespace quern::placement
