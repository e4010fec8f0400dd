#include "scheduler/jobs/trail_retention.hpp"

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace quern::jobs {
namespace {

DemandId id_of(std::uint8_t number) {
  DemandId id{};
  id[0] = std::byte{number};
  return id;
}

RC_GTEST_PROP(TrailRetention, lets_go_the_oldest_that_are_too_old_or_too_many_and_no_other, ()) {
  const auto ends = *rc::gen::container<std::map<std::uint8_t, std::int64_t>>(rc::gen::arbitrary<std::uint8_t>(),
                                                                              rc::gen::inRange<std::int64_t>(0, 100));
  const std::set<std::uint8_t> removed = *rc::gen::arbitrary<std::set<std::uint8_t>>();
  const std::set<std::uint8_t> spared = *rc::gen::arbitrary<std::set<std::uint8_t>>();
  TrailRetention retention;
  std::vector<std::pair<std::int64_t, std::uint8_t>> there;
  for (const auto& [number, ended] : ends) {
    retention.settled(id_of(number), ended);
    if (!removed.contains(number)) there.emplace_back(ended, number);
  }
  for (const std::uint8_t number : removed) retention.removed(id_of(number));
  std::ranges::sort(there);
  RC_ASSERT(retention.size() == there.size());

  const std::size_t open = *rc::gen::inRange(0u, 5u);  // trails that are not settled
  const RetentionTerms terms{.keep_ms = *rc::gen::inRange<std::int64_t>(0, 120),
                             .trails_max = *rc::gen::inRange<std::size_t>(0, 20)};
  const std::int64_t now = *rc::gen::inRange<std::int64_t>(0, 150);
  const std::size_t count = *rc::gen::inRange<std::size_t>(0, 20);
  const std::size_t kept = there.size() + open;
  const auto going = retention.due(terms, kept, now, count, [&](const DemandId& id) {
    return spared.contains(std::to_integer<std::uint8_t>(id[0]));
  });

  RC_ASSERT(going.size() <= count);
  std::vector<DemandId> candidates;  // the oldest first
  for (const auto& [ended, number] : there) {
    if (!spared.contains(number)) candidates.push_back(id_of(number));
  }
  RC_ASSERT(going.size() <= candidates.size());
  RC_ASSERT(std::equal(going.begin(), going.end(), candidates.begin()));
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto number = std::to_integer<std::uint8_t>(candidates[i][0]);
    const bool must_go = now - ends.at(number) > terms.keep_ms || kept - i > terms.trails_max;
    if (i < count) RC_ASSERT((i < going.size()) == must_go);
  }
}

}  // namespace
}  // namespace quern::jobs
