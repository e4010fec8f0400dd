#include "scheduler/daemon/shown_trails.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/scheduler/agreement/example_trail.hpp"

namespace quern::daemon {
namespace {

using agreement::Trail;

jobs::DemandId id_of(int number) {
  return {std::byte(number)};
}

Trail trail_of(int number, int made_ms, bool closed) {
  agreement::ExampleTrail example;
  agreement::Demand demand = agreement::example_demand();
  demand.id = id_of(number);
  demand.made_unix_ms += made_ms;
  example.add(demand);
  if (!closed) return std::move(example.trail);
  example.add(agreement::example_bid(example.trail.newest(agreement::RecordKind::demand)));
  example.add(draft_agreement(example.trail, example.now));
  example.add(draft_acceptance(example.trail, example.now));
  return std::move(example.ended(0).closed().trail);
}

// By hand: all are looked at.
void keep(std::map<jobs::DemandId, Trail>& kept, const Trail& trail, std::size_t max) {
  kept.insert_or_assign(trail.demand().id, trail);
  if (kept.size() <= max) return;
  kept.erase(std::ranges::min_element(kept, {}, [](const auto& entry) {
    return std::pair(entry.second.stage() != agreement::Stage::closed, entry.second.demand().made_unix_ms);
  }));
}

TEST(ShownTrails, are_the_newest_and_those_that_are_open) {
  ShownTrails shown(2);
  shown.keep(trail_of(1, 0, false));
  shown.keep(trail_of(2, 1, true));
  shown.keep(trail_of(3, 2, true));
  EXPECT_EQ(shown.size(), 2u);
  EXPECT_TRUE(shown.find(id_of(1)));
  EXPECT_FALSE(shown.find(id_of(2)));
  shown.keep(trail_of(1, 0, true));
  ASSERT_TRUE(shown.find(id_of(1)));
  EXPECT_EQ(shown.find(id_of(1))->stage(), agreement::Stage::closed);
  shown.keep(trail_of(4, 3, false));
  EXPECT_FALSE(shown.find(id_of(1)));
  shown.erase(id_of(4));
  EXPECT_EQ(shown.size(), 1u);
}

RC_GTEST_PROP(ShownTrails, are_those_that_a_look_at_all_would_leave, ()) {
  const auto max = *rc::gen::inRange<std::size_t>(1, 6);
  ShownTrails shown(max);
  std::map<jobs::DemandId, Trail> kept;
  const int steps = *rc::gen::inRange(0, 40);
  for (int step = 0; step < steps; ++step) {
    const int number = *rc::gen::inRange(0, 10);
    if (*rc::gen::inRange(0, 8) == 0) {
      shown.erase(id_of(number));
      kept.erase(id_of(number));
      continue;
    }
    const Trail trail = trail_of(number, *rc::gen::inRange(0, 5), *rc::gen::arbitrary<bool>());
    shown.keep(trail);
    keep(kept, trail, max);
  }
  RC_ASSERT(shown.size() == kept.size());
  for (const auto& [id, trail] : kept) {
    const Trail* there = shown.find(id);
    RC_ASSERT(there && there->stage() == trail.stage());
  }
}

}  // namespace
}  // namespace quern::daemon
