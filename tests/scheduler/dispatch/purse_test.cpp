// One limit for all attempts of a job: never more, and no less than it reaches for.
#include "scheduler/dispatch/purse.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace quern::dispatch {
namespace {

using model::Credits;
using model::Reason;
using Verdict = Grant::Verdict;

Place place_of(int device) {
  return {.provider = "p", .device = std::to_string(device)};
}

Claims alike(const Claim& claim) {
  return {claim, claim, claim};
}

Purse::Asked asked_of(std::size_t task, const Claims& claims) {
  return {.task = task, .where = place_of(0), .claims = claims, .budget = Credits{1'000'000}};
}

Claim any_claim() {
  const std::int64_t low = *rc::gen::inRange<std::int64_t>(0, 200);
  return {.low = {low},
          .base = {low + *rc::gen::inRange<std::int64_t>(0, 200)},
          .room = {*rc::gen::inRange<std::int64_t>(0, 2'000)},
          .launch = {*rc::gen::inRange<std::int64_t>(0, 2'000)}};
}

std::vector<std::uint8_t> any_sorts() {
  std::vector<std::uint8_t> sorts(*rc::gen::inRange<std::size_t>(1, 20));
  for (std::size_t task = 1; task < sorts.size(); ++task) sorts[task] = *rc::gen::inRange<std::uint8_t>(1, kSortsMax);
  return sorts;
}

TEST(Purse, without_a_limit_grants_whatever_a_task_may_cost) {
  Purse purse({}, {0, 1, 1});
  const Grant grant = purse.promise(asked_of(1, alike({.low = {5}, .base = {9}, .room = {9}, .launch = {9}})));
  EXPECT_EQ(grant.verdict, Verdict::go);
  EXPECT_EQ(grant.most, Credits{1'000'000});
  EXPECT_FALSE(grant.by_limit);
}

TEST(Purse, leaves_to_others_what_is_likely_and_divides_the_rest) {
  Purse purse(Credits{1'000}, {0, 1, 1, 1});
  const Claims claims = alike({.low = {50}, .base = {100}, .room = {900}, .launch = {}});
  for (std::size_t task = 0; task < 4; ++task) EXPECT_EQ(purse.promise(asked_of(task, claims)).most, Credits{250});
  purse.paid(0, {100}, true);
  purse.paid(1, {250}, false);
  purse.cut(1, {250}, {250});
  EXPECT_EQ(purse.grant(asked_of(1, claims)).verdict, Verdict::wait) << "150 are there, and more may come";
  purse.paid(2, {100}, true);
  purse.paid(3, {100}, true);
  Purse::Asked last = asked_of(1, claims);
  last.last = true;
  EXPECT_EQ(purse.grant(last).most, Credits{450}) << "all that is left";
}

TEST(Purse, says_by_name_what_is_missing) {
  Purse purse(Credits{1'000}, {0, 1, 1});
  const Claims claims = alike({.low = {50}, .base = {100}, .room = {900}, .launch = {}});
  EXPECT_EQ(purse.promise(asked_of(1, claims)).most, Credits{333});
  purse.paid(1, {333}, false);
  purse.cut(1, {333}, {333});
  const Grant again = purse.promise(asked_of(1, claims));
  EXPECT_EQ(again.verdict, Verdict::wait);
  for (const std::size_t other : {0u, 2u}) {
    EXPECT_EQ(purse.promise(asked_of(other, claims)).most, Credits{222});
    purse.paid(other, {222}, true);
  }
  const Grant never = purse.grant(asked_of(1, claims));
  EXPECT_EQ(never.verdict, Verdict::never);
  EXPECT_EQ(never.why.reason, Reason::budget_exceeded);
  EXPECT_EQ(never.why.detail,
            "more than the 0.000333 that were left for this task of the 0.001 that the job may cost: 0.000777 are "
            "spent, more than 0.001 would have been needed");
  Purse poor(Credits{100}, {0, 1});
  Purse::Asked asked = asked_of(0, claims);
  asked.as_likely = true;
  EXPECT_EQ(poor.grant(asked).why, (model::Why{Reason::price_too_high, "0.0002 expected, at most 0.0001"}));
}

// Whatever is asked, in any order, and whatever attempts come to within what was granted.
RC_GTEST_PROP(Purse, never_grants_more_than_the_limit_in_all, ()) {
  const auto sorts = any_sorts();
  const std::int64_t limit = *rc::gen::inRange<std::int64_t>(0, 10'000);
  Purse purse(Credits{limit}, sorts);
  std::vector<std::int64_t> promised(sorts.size());
  std::int64_t spent = 0;
  std::set<std::size_t> done;
  for (int step = 0; step < 60; ++step) {
    const auto task = *rc::gen::inRange<std::size_t>(0, sorts.size());
    if (done.contains(task)) continue;
    Purse::Asked asked = asked_of(task, {any_claim(), any_claim(), any_claim()});
    asked.where = place_of(*rc::gen::inRange(0, 3));
    asked.trial = *rc::gen::arbitrary<bool>();
    asked.as_likely = *rc::gen::arbitrary<bool>();
    asked.last = *rc::gen::arbitrary<bool>();
    asked.budget = {*rc::gen::inRange<std::int64_t>(0, 20'000)};
    if (*rc::gen::arbitrary<bool>()) {
      const Grant grant = purse.promise(asked);
      promised[task] = grant.verdict == Verdict::go ? grant.most.micro : 0;
      RC_ASSERT(promised[task] >= 0 && promised[task] <= asked.budget.micro);
    } else {
      const auto owed = *rc::gen::inRange<std::int64_t>(0, promised[task] + 1);
      const bool completed = *rc::gen::arbitrary<bool>();
      if (completed) done.insert(task);
      purse.paid(task, {owed}, completed);
      if (!completed && *rc::gen::arbitrary<bool>()) purse.cut(task, {promised[task]}, {owed});
      promised[task] = 0;
      spent += owed;
    }
    RC_ASSERT(spent + std::accumulate(promised.begin(), promised.end(), std::int64_t{0}) <= limit);
  }
}

// What a job costs when each task comes to what is likely, and the first of each sort compiles besides, is enough,
// though nobody knows for how long, and no part is a first launch's worth.
RC_GTEST_PROP(Purse, reaches_for_a_job_whose_whole_cost_is_the_limit, ()) {
  const auto sorts = any_sorts();
  Claims claims{any_claim(), any_claim(), any_claim()};
  std::array<std::int64_t, kSortsMax> compiling{};
  for (std::size_t sort = 0; sort < kSortsMax; ++sort) {
    claims[sort].launch.micro += claims[sort].base.micro + 1;
    compiling[sort] = *rc::gen::inRange<std::int64_t>(0, claims[sort].launch.micro + 1);
  }
  std::vector<std::int64_t> costs;
  for (const std::uint8_t sort : sorts) {
    costs.push_back(claims.at(sort).base.micro + std::exchange(compiling.at(sort), 0));
  }
  Purse purse(Credits{std::accumulate(costs.begin(), costs.end(), std::int64_t{0})}, sorts);
  std::vector<std::size_t> waiting(sorts.size());
  std::iota(waiting.begin(), waiting.end(), std::size_t{0});
  for (std::size_t round = 0; !waiting.empty(); ++round) {
    RC_ASSERT(round <= 2 * kSortsMax);
    std::vector<std::size_t> going;
    for (const std::size_t task : std::exchange(waiting, {})) {
      const Grant grant = purse.promise(asked_of(task, claims));
      RC_ASSERT(grant.verdict != Verdict::never);
      (grant.verdict == Verdict::go ? going : waiting).push_back(task);
      RC_ASSERT(grant.verdict != Verdict::go || costs[task] <= grant.most.micro);
    }
    for (const std::size_t task : going) purse.paid(task, {costs[task]}, true);
  }
}

}  // namespace
}  // namespace quern::dispatch
