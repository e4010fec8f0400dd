// What no submitter can have of a provider: its device for nothing, its streams, the place of others' receipts. And
// what long work needs of it: notes until its end.
#include <gtest/gtest.h>

#include "overlay/protocols/length_delimited.hpp"
#include "overlay/runtime/simulation/node.hpp"
#include "tests/scheduler/engagement/never_paying_peer.hpp"

namespace quern::engagement {
namespace {

void allow(Order& order, runtime::Duration device_time, model::Credits total) {
  order.usage_max[model::Dimension::device_time] = static_cast<std::uint64_t>(device_time / 1us);
  for (OrderTask& task : order.tasks) task.max_total = total;
}

// Whatever the owner has set, and however much of its wall time the work takes. It costs a credit a second.
TEST(Notes, last_until_the_end_of_the_work) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    TwoParties parties(seed);
    auto& random = parties.world.random();
    const auto walltime = std::chrono::seconds(random.between(240, 1'800));
    const model::Credits total{walltime / 1us};
    parties.work_length = walltime * random.between(20, 100) / 100;
    parties.provider_config.note_interval_ms = static_cast<std::uint32_t>(random.between(50, 500));
    parties.provider_config.credit_limit = {total.micro / random.between(4, 400)};
    parties.change_order = [&](Order& order) { allow(order, walltime, total); };
    parties.world.run_until(Time{} + walltime + 5min);
    ASSERT_EQ(parties.ends.size(), 1u) << "seed " << seed;
    EXPECT_EQ(parties.ends[0].why.reason, Reason::completed) << "seed " << seed;
    EXPECT_LE(parties.ends[0].trail.note_count(), agreement::kNotesMax) << "seed " << seed;
  }
}

// A step of the work uses up all credit, so that each needs a note.
TEST(Notes, that_are_used_up_end_what_the_credit_does_not_cover_by_that_name) {
  TwoParties parties;
  parties.work_length = 10min;
  parties.provider_config.credit_limit = {50'000};
  parties.change_order = [](Order& order) { allow(order, 10min, {600'000'000}); };
  parties.world.run_until(Time{} + 15min);
  ASSERT_EQ(parties.ends.size(), 1u);
  EXPECT_EQ(parties.ends[0].why.reason, Reason::credit_exhausted);
  EXPECT_LE(parties.ends[0].trail.note_count(), agreement::kNotesMax);
  EXPECT_GT(parties.ends[0].owed.micro, 200'000'000);
  EXPECT_TRUE(parties.logs[0].contains("notes are used up")) << parties.logs[0];
}

// The second has nothing to say for longer than a submitter waits for a word.
TEST(Work, that_waits_for_the_device_is_not_taken_for_lost) {
  TwoParties parties;
  parties.orders_at_once = 2;
  parties.work_length = 5min;
  parties.provider_config.credit_limit = {10'000'000};
  parties.change_order = [](Order& order) { allow(order, 10min, {600'000'000}); };
  parties.world.run_until(Time{} + 15min);
  ASSERT_EQ(parties.ends.size(), 2u);
  for (const OrderEnd& end : parties.ends) EXPECT_EQ(end.why.reason, Reason::completed) << model::to_text(end.why);
}

// A submitter whose input of 1 MiB comes in drops, each before the patience with a stalled transfer is over.
struct Dripping {
  TwoParties parties;
  NeverPayingPeer peer;

  Dripping() {
    parties.submit_after = 10min;
    peer.pause = 24h;
    peer.input_bytes = 1 << 20;
    peer.serves = [](Runtime& runtime) -> connection::StreamHandler {
      return [&runtime](connection::PeerStreamPtr stream) -> Task<void> {
        constexpr std::string_view kHead("\x06\x08\x01\x10\x80\x80\x40", 7);  // found, and the size
        std::ignore = co_await protocols::read_message(*stream, exchange::kJobMessageBytesMax);
        if (!co_await stream->write(runtime::bytes_of(kHead))) co_return;
        const std::array<std::byte, 1> drop{};
        while (co_await stream->write(drop)) co_await runtime.clock().sleep_for(20s);
      };
    };
    const auto at = parties.world.address_of(parties.provider_node);
    parties.world.add_node({}, [this, at](Runtime& runtime) { return peer.run(runtime, at); });
  }
};

TEST(Inputs, that_come_in_drops_keep_the_device_no_longer_than_their_bytes_may_take) {
  Dripping world;
  world.parties.world.run_until(Time{} + 1min);
  EXPECT_EQ(world.parties.working(), 1u);
  world.parties.world.run_until(Time{} + 2min);
  EXPECT_EQ(world.parties.working(), 0u);
  world.parties.world.run_until(Time{} + 11min);
  ASSERT_EQ(world.peer.trails.size(), 1u);
  ASSERT_EQ(world.peer.trails.begin()->second.stage(), Stage::ended);
  EXPECT_EQ(world.peer.trails.begin()->second.receipt().reason(), Reason::input_missing);
  ASSERT_EQ(world.parties.ends.size(), 1u);
  EXPECT_EQ(world.parties.ends[0].why.reason, Reason::completed);
}

TEST(Inputs, that_come_in_drops_keep_the_device_no_longer_when_many_tasks_wait_for_them) {
  Dripping world;
  world.peer.tasks = 10;
  world.parties.submit_after = 3min;
  world.parties.world.run_until(Time{} + 1min);
  EXPECT_EQ(world.parties.working(), 1u);
  world.parties.world.run_until(Time{} + 2min);
  EXPECT_EQ(world.parties.working(), 0u);
  world.parties.world.run_until(Time{} + 5min);
  ASSERT_EQ(world.peer.trails.size(), 1u);
  const agreement::Trail& trail = world.peer.trails.begin()->second;
  ASSERT_EQ(trail.stage(), Stage::ended);
  ASSERT_EQ(trail.receipt().tasks.size(), 10u);
  for (const agreement::TaskEnd& end : trail.receipt().tasks) EXPECT_EQ(end.reason, Reason::input_missing);
  EXPECT_EQ(trail.due(), model::Credits{});
  ASSERT_EQ(world.parties.ends.size(), 1u);
  EXPECT_EQ(world.parties.ends[0].why.reason, Reason::completed);
}

TEST(Inputs, that_are_on_their_way_are_left_when_the_owner_ends_the_work) {
  Dripping world;
  world.parties.meanwhile = [](Runtime& runtime, Provider& provider) -> Task<void> {
    co_await runtime.clock().sleep_for(30s);
    EXPECT_EQ(provider.end_all_work({Reason::preempted, {}}).size(), 1u);
    co_await runtime.clock().sleep_for(1s);
    EXPECT_EQ(provider.working(), 0u);
  };
  world.parties.world.run_until(Time{} + 5min);
  ASSERT_EQ(world.peer.trails.size(), 1u);
  ASSERT_EQ(world.peer.trails.begin()->second.stage(), Stage::ended);
  EXPECT_EQ(world.peer.trails.begin()->second.receipt().reason(), Reason::preempted);
}

// Opens as many streams as it may on which work is followed, and says nothing on them.
struct SilentPeer {
  static constexpr int kStreams = 128;

  int key = 0;
  int opened = 0;
  int ended = 0;  // by the provider

  Task<void> run(Runtime& runtime, runtime::IpAddress provider_at) {
    overlay::HostConfig config{.key = connection::test_key(static_cast<std::uint8_t>(key))};
    config.transports = {"tcp"};
    config.security = {"noise"};
    const auto host = *overlay::Host::make(runtime, std::move(config));
    const auto at = multiformats::Multiaddr::from_text("/ip4/" + provider_at.to_string() + "/tcp/" +
                                                       std::to_string(TwoParties::kPort));
    const auto all = [&]() -> Task<void> {
      std::ignore = co_await host->connect({.peer = connection::test_peer(1), .addresses = {*at}});
      co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
        for (int i = 0; i < kStreams; ++i) group.spawn(one(*host));
        co_await group.join();
      });
      co_await runtime.clock().sleep_for(24h);
    };
    co_await runtime::with_cleanup<void>(all, [&] { return host->stop(); });
  }

  Task<void> one(overlay::Host& host) {
    const auto stream = co_await host.open(connection::test_peer(1), std::string(exchange::kJobProtocol));
    if (!stream) co_return;
    ++opened;
    const std::array<std::byte, 1> length{std::byte{5}};
    std::ignore = co_await (*stream)->write(length);
    std::array<std::byte, 1> answer{};
    std::ignore = co_await (*stream)->read_some(answer);
    ++ended;
  }
};

TEST(Streams, on_which_strangers_say_nothing_leave_room_for_those_who_have_work_here) {
  std::array<SilentPeer, 8> strangers;
  TwoParties parties;
  parties.submit_after = 5s;
  const auto at = parties.world.address_of(parties.provider_node);
  for (std::size_t i = 0; i < strangers.size(); ++i) {
    strangers[i].key = static_cast<int>(i) + 3;
    parties.world.add_node({}, [&stranger = strangers[i], at](Runtime& runtime) { return stranger.run(runtime, at); });
  }
  parties.world.run_until(Time{} + 4s);
  for (const SilentPeer& stranger : strangers) EXPECT_GT(stranger.opened, 0);
  parties.world.run_until(Time{} + 20s);
  ASSERT_EQ(parties.ends.size(), 1u);
  EXPECT_EQ(parties.ends[0].why.reason, Reason::completed);
  for (const SilentPeer& stranger : strangers) EXPECT_EQ(stranger.ended, stranger.opened) << "nobody waits for ever";
}

TEST(Streams, on_which_an_agreement_is_followed_are_few_and_fewer_where_it_came_to_nothing) {
  for (const bool has_input : {false, true}) {
    TwoParties parties;
    parties.submit_after = 24h;
    NeverPayingPeer peer;
    peer.has_input = has_input;
    peer.follows = 100;
    const auto at = parties.world.address_of(parties.provider_node);
    parties.world.add_node({}, [&](Runtime& runtime) { return peer.run(runtime, at); });
    parties.world.run_until(Time{} + 10min);
    ASSERT_EQ(peer.trails.size(), 1u);
    EXPECT_EQ(peer.trails.begin()->second.stage(), Stage::ended);
    EXPECT_GT(peer.followed, 0) << has_input;
    EXPECT_LE(peer.followed, static_cast<int>(kFollowersMax)) << has_input;
  }
}

// The honest submitter is away when its work ends; another has work that comes to nothing, again and again.
TEST(Receipts, for_nothing_take_no_place_of_another_submitters) {
  TwoParties parties;
  NeverPayingPeer peer;
  peer.jobs = 40;
  peer.pause = 100ms;
  peer.has_input = false;
  parties.provider_config.receipts_waiting_max = 10;
  std::size_t waiting = 0;
  parties.meanwhile = [&](Runtime& runtime, Provider& provider) -> Task<void> {
    for (;;) {
      co_await runtime.clock().sleep_for(10s);
      provider.expire();
      waiting = provider.not_over().size();
    }
  };
  parties.world.run_until(Time{} + 4s);
  parties.world.crash(parties.submitter_node, simulation::CrashKind::machine);
  parties.world.run_until(Time{} + 2min);
  EXPECT_EQ(waiting, 1u);
  const auto at = parties.world.address_of(parties.provider_node);
  parties.world.add_node({}, [&](Runtime& runtime) { return peer.run(runtime, at); });
  parties.world.run_until(Time{} + 4min);
  EXPECT_EQ(peer.trails.size(), 40u);
  EXPECT_EQ(waiting, 10u);
  parties.world.restart(parties.submitter_node);
  parties.world.run_until(Time{} + 5min);
  ASSERT_EQ(parties.ends.size(), 1u);
  EXPECT_EQ(parties.ends[0].trail.stage(), Stage::closed) << "its receipt is still here";
}

}  // namespace
}  // namespace quern::engagement
