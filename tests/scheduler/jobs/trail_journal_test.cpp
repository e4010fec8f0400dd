#include "scheduler/jobs/trail_journal.hpp"

#include <gtest/gtest.h>

#include "scheduler/agreement/drafts.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"
#include "tests/scheduler/agreement/example_trail.hpp"

namespace quern::jobs {
namespace {

using agreement::RecordKind;
using agreement::Stage;
using agreement::Trail;
using runtime::Bytes;
using runtime::Runtime;
using runtime::Task;
using runtime::Time;

// The example's demand, made now.
agreement::Demand demand_of(std::uint8_t number, runtime::WallTime now) {
  agreement::Demand demand = agreement::example_demand();
  demand.id[0] = std::byte{number};
  demand.made_unix_ms = now.unix_ms;
  demand.deadline_unix_ms = now.unix_ms + 60'000;
  return demand;
}

// What the trail's next record would be, `step` records after the demand.
Bytes record_of(const Trail& trail, std::uint64_t step, runtime::WallTime now) {
  const auto seal = [](agreement::Party party, const agreement::Body& body) {
    return agreement::seal_record(agreement::key_of(party), body);
  };
  using enum agreement::Party;
  switch (trail.stage()) {
    case Stage::demanded: {
      agreement::Bid bid = agreement::example_bid(trail.newest(RecordKind::demand));
      bid.made_unix_ms = now.unix_ms;
      bid.valid_until_unix_ms = now.unix_ms + 60'000;
      return seal(provider, bid);
    }
    case Stage::bid:
      return seal(submitter, draft_agreement(trail, now));
    case Stage::agreed:
      return seal(provider, draft_acceptance(trail, now));
    default:
      return trail.next_of(submitter) ? seal(submitter, draft_voucher(trail, now))
                                      : seal(provider, draft_usage_note(trail, agreement::usage_of(step * 1000), now));
  }
}

class Journals : public runtime::BothWorlds {};
QUERN_ON_BOTH_WORLDS(Journals);

TEST_P(Journals, give_back_after_a_restart_what_they_took) {
  run([](Runtime& runtime) -> Task<void> {
    std::vector<std::string> damaged;
    TrailJournal before(runtime);
    EXPECT_TRUE((co_await before.load(damaged)).value().empty());
    Trail first;
    Trail second;
    const auto now = runtime.clock().wall_now();
    EXPECT_TRUE(co_await before.take(first, seal_record(agreement::submitter_key(), demand_of(1, now))));
    EXPECT_TRUE(co_await before.take(second, seal_record(agreement::submitter_key(), demand_of(2, now))));
    for (std::uint64_t step = 1; step <= 9; ++step)
      EXPECT_TRUE(co_await before.take(first, record_of(first, step, now)));
    TrailJournal after(runtime);
    const auto found = co_await after.load(damaged);
    EXPECT_EQ(found->size(), 2u);
    EXPECT_EQ(found->at(first.demand().id).progress(), first.progress());
    EXPECT_EQ(found->at(second.demand().id).stage(), Stage::demanded);
    EXPECT_TRUE(damaged.empty());
    EXPECT_TRUE(co_await after.forget(first));
    TrailJournal last(runtime);
    EXPECT_EQ((co_await last.load(damaged))->size(), 1u);
  });
}

TEST_P(Journals, leave_what_is_no_trail_alone_and_name_it) {
  run([](Runtime& runtime) -> Task<void> {
    const Bytes nonsense{std::byte{0}, std::byte{2}, std::byte{1}, std::byte{2}};
    EXPECT_TRUE(co_await runtime.disk().replace("trail.nonsense", nonsense));
    EXPECT_TRUE(co_await runtime.disk().replace("other", nonsense));
    std::vector<std::string> damaged;
    TrailJournal journal(runtime);
    EXPECT_TRUE((co_await journal.load(damaged)).value().empty());
    EXPECT_EQ(damaged, std::vector<std::string>{"trail.nonsense"});
    EXPECT_EQ((co_await runtime.disk().read("trail.nonsense")).value(), nonsense);
  });
}

TEST_P(Journals, refuse_what_the_trail_refuses_and_store_nothing) {
  run([](Runtime& runtime) -> Task<void> {
    TrailJournal journal(runtime);
    Trail trail;
    const auto now = runtime.clock().wall_now();
    const Bytes demand = seal_record(agreement::submitter_key(), demand_of(1, now));
    EXPECT_TRUE(co_await journal.take(trail, demand));
    EXPECT_EQ((co_await journal.take(trail, demand)).error().reason, model::Reason::record_duplicate);
    std::vector<std::string> damaged;
    TrailJournal after(runtime);
    EXPECT_EQ((co_await after.load(damaged))->at(trail.demand().id).records().size(), 1u);
  });
}

// A node takes records one after the other and says so of each once it is durable; it is killed at any moment.
TEST(TrailJournal, loses_nothing_it_has_acknowledged_to_a_crash_at_any_moment) {
  std::size_t total = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    bool crashed = false;
    std::size_t acknowledged = 0;
    std::optional<std::size_t> found;
    std::vector<std::string> damaged;
    simulation::World world({.seed = seed});
    const auto node = world.add_node({}, [&](Runtime& runtime) -> Task<void> {
      TrailJournal journal(runtime);
      auto trails = co_await journal.load(damaged);
      EXPECT_TRUE(trails);
      if (crashed) {
        found = trails->empty() ? 0 : trails->begin()->second.records().size();
        co_return;
      }
      Trail trail;
      const auto now = runtime.clock().wall_now();
      EXPECT_TRUE(co_await journal.take(trail, seal_record(agreement::submitter_key(), demand_of(1, now))));
      for (acknowledged = 1;; ++acknowledged) {
        EXPECT_TRUE(co_await journal.take(trail, record_of(trail, acknowledged, now)));
      }
    });
    world.run_until(Time{world.random().between(0, 20'000'000)});
    const auto kind = seed % 2 == 0 ? simulation::CrashKind::process : simulation::CrashKind::machine;
    world.crash(node, kind);
    crashed = true;
    total += acknowledged;
    world.restart(node);
    world.run_for(std::chrono::seconds(1));
    ASSERT_TRUE(found) << "seed " << seed;
    EXPECT_GE(*found, acknowledged) << "seed " << seed;
    EXPECT_LE(*found, acknowledged + 1) << "seed " << seed;
    EXPECT_TRUE(damaged.empty()) << "seed " << seed;
  }
  EXPECT_GT(total, 600u) << "there was something to lose";
}

}  // namespace
}  // namespace quern::jobs
