#include "scheduler/jobs/trail_journal.hpp"

#include <span>

#include <gtest/gtest.h>

#include "overlay/runtime/hex.hpp"
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

// The file of a trail, and where in it the bytes of records are, which are not their sizes.
struct TrailFile {
  Bytes content;
  std::vector<std::size_t> places;
};
TrailFile file_of(const std::vector<runtime::ByteView>& records) {
  TrailFile file;
  for (const runtime::ByteView record : records) {
    file.content.push_back(static_cast<std::byte>(record.size() >> 8));
    file.content.push_back(static_cast<std::byte>(record.size()));
    for (std::size_t i = 0; i < record.size(); ++i) file.places.push_back(file.content.size() + i);
    runtime::append(file.content, record);
  }
  return file;
}
std::string name_of(const Trail& trail) {
  return "trail." + runtime::to_hex(trail.demand().id);
}

TEST(TrailJournal, finds_a_closed_trail_spoiled_wherever_a_byte_of_it_is_another) {
  simulation::World world({.seed = 1});
  std::size_t found_out = 0;
  std::size_t tried = 0;
  world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    const Trail trail = agreement::example_trail();
    const TrailFile file = file_of(trail.records());
    for (std::size_t i = 0; i <= file.places.size(); i += 5, ++tried) {
      Bytes content = file.content;
      if (i > 0) content[file.places[i - 1]] ^= std::byte{0x10};
      EXPECT_TRUE(co_await runtime.disk().replace(name_of(trail), content));
      std::vector<std::string> damaged;
      TrailJournal journal(runtime);
      const auto trails = co_await journal.load(damaged);
      if (i == 0) {
        EXPECT_EQ(trails->at(trail.demand().id).records().size(), trail.records().size());
      } else {
        found_out += damaged.size();
      }
    }
  });
  world.run_for(std::chrono::hours(1));
  EXPECT_EQ(found_out, tried - 1);
  EXPECT_GT(tried, 500u);
}

TEST(TrailJournal, keeps_a_file_whose_sizes_are_spoiled_and_names_it) {
  simulation::World world({.seed = 1});
  std::size_t tried = 0;
  world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    const Trail trail = agreement::example_trail();
    const TrailFile file = file_of(trail.records());
    std::vector<Bytes> spoiled{Bytes(3000, std::byte{0x21}), Bytes(2, std::byte{0xFF})};
    std::size_t place = 0;
    for (const runtime::ByteView record : trail.records()) {
      for (unsigned bit = 0; bit < 16; ++bit) {
        Bytes content = file.content;
        content[place + bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
        spoiled.push_back(std::move(content));
      }
      place += 2 + record.size();
    }
    for (const Bytes& content : spoiled) {
      ++tried;
      EXPECT_TRUE(co_await runtime.disk().replace(name_of(trail), content));
      std::vector<std::string> damaged;
      TrailJournal journal(runtime);
      EXPECT_TRUE((co_await journal.load(damaged))->empty());
      EXPECT_EQ(damaged, std::vector{name_of(trail)}) << "place " << tried;
      EXPECT_EQ((co_await runtime.disk().read(name_of(trail))).value(), content);
    }
  });
  world.run_for(std::chrono::hours(1));
  EXPECT_GT(tried, 8U * 16U);
}

TEST(TrailJournal, leaves_part_of_a_first_record_to_who_knows_whether_there_was_a_trail) {
  simulation::World world({.seed = 1});
  bool ended = false;
  world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    const Trail trail = agreement::example_trail();
    const TrailFile file = file_of(trail.records());
    const std::size_t first = 2 + trail.records().front().size();
    for (std::size_t size = 0; size < first; ++size) {
      const Bytes content(file.content.begin(), file.content.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_TRUE(co_await runtime.disk().replace(name_of(trail), content));
      std::vector<std::string> damaged;
      TrailJournal journal(runtime);
      EXPECT_TRUE((co_await journal.load(damaged))->empty());
      EXPECT_TRUE(damaged.empty());
      EXPECT_EQ(journal.unfinished(), std::vector{trail.demand().id}) << size << " bytes";
      EXPECT_EQ((co_await runtime.disk().read(name_of(trail))).value(), content);
      EXPECT_TRUE(co_await journal.forget(trail.demand().id));
      EXPECT_FALSE(co_await runtime.disk().read(name_of(trail)));
    }
    ended = true;
  });
  world.run_for(std::chrono::hours(1));
  EXPECT_TRUE(ended);
}

TEST(TrailJournal, says_which_file_had_no_room_to_its_own_node_alone) {
  simulation::World world({.seed = 1});
  std::string logged;
  std::optional<model::Why> why;
  world.add_node({.disk_bytes_max = 100}, [&](Runtime& runtime) -> Task<void> {
    TrailJournal journal(runtime, [&](const runtime::Error& error) { logged = error.message(); });
    Trail trail;
    const auto taken =
        co_await journal.take(trail, seal_record(agreement::submitter_key(), demand_of(1, runtime.clock().wall_now())));
    if (!taken) why = taken.error();
    EXPECT_NE(logged.find(name_of(trail)), std::string::npos) << logged;
  });
  world.run_for(std::chrono::hours(1));
  EXPECT_EQ(why, (model::Why{model::Reason::disk_full, "no space left"}));
}

// The provider closed without it: no record names it, and nothing hangs on it.
TEST(TrailJournal, takes_no_voucher_for_part_of_a_closed_trail_that_its_receipt_does_not_name) {
  simulation::World world({.seed = 1});
  world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    agreement::ExampleTrail at_provider;
    at_provider.running().note(1'000'000).voucher().note(2'000'000);
    agreement::ExampleTrail at_submitter = at_provider;
    const Bytes unnamed = at_submitter.add(draft_voucher(at_submitter.trail, at_submitter.now));
    at_provider.ended(2'500'000).closed();
    const std::vector<runtime::ByteView> end = at_provider.trail.records();
    for (const runtime::ByteView record : std::span(end).last(2)) at_submitter.offer(record);
    EXPECT_EQ(at_submitter.trail.stage(), Stage::closed);
    std::vector<runtime::ByteView> records = end;  // and in the order in which they were taken
    records.insert(records.end() - 2, unnamed);
    for (const bool spoiled : {false, true}) {
      TrailFile file = file_of(records);
      // The last byte of the signature of the voucher, which is before the last two.
      const std::size_t after = records[records.size() - 1].size() + records[records.size() - 2].size();
      if (spoiled) file.content[file.places[file.places.size() - after - 1]] ^= std::byte{1};
      EXPECT_TRUE(co_await runtime.disk().replace(name_of(at_submitter.trail), file.content));
      std::vector<std::string> damaged;
      TrailJournal journal(runtime);
      const auto trails = co_await journal.load(damaged);
      EXPECT_TRUE(damaged.empty());
      EXPECT_EQ(trails->at(at_submitter.trail.demand().id).records().size(), end.size());
      EXPECT_EQ(trails->at(at_submitter.trail.demand().id).owed(), at_provider.trail.owed());
    }
  });
  world.run_for(std::chrono::hours(1));
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
