#include <gtest/gtest.h>

#include "overlay/runtime/simulation/node.hpp"
#include "tests/scheduler/engagement/never_paying_peer.hpp"

namespace quern::engagement {
namespace {

constexpr std::int64_t kStepMicro = 100'000;  // of TimedRunner, at a credit a second

// The provider, and a submitter that does not pay; the honest one orders nothing meanwhile.
struct OnCredit {
  TwoParties parties;
  NeverPayingPeer peer;

  explicit OnCredit(std::uint64_t seed = 1) : parties(seed) {
    parties.submit_after = 12h;
    parties.provider_config.receipt_kept = 1min;
    const auto provider_at = parties.world.address_of(parties.provider_node);
    parties.world.add_node({}, [this, provider_at](Runtime& runtime) { return peer.run(runtime, provider_at); });
  }

  std::int64_t unpaid() const {
    std::int64_t sum = 0;
    for (const auto& [id, trail] : peer.trails) sum += trail.due().micro - trail.authorised().micro;
    return sum;
  }
};

// Work is cheap or dear, the provider gives receipts up in between and is killed in between.
TEST(Credit, of_a_submitter_that_never_pays_is_the_limit_for_all_its_agreements_and_lives_of_the_provider) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    OnCredit world(seed);
    auto& random = world.parties.world.random();
    const std::int64_t limit = random.between(200'000, 3'000'000);
    world.parties.provider_config.credit_limit = {limit};
    world.parties.work_length = std::chrono::milliseconds(random.between(100, 4'000));
    world.peer.jobs = 40;
    world.parties.world.run_until(Time{} + std::chrono::seconds(random.between(10, 300)));
    world.parties.world.crash(world.parties.provider_node, simulation::CrashKind::machine);
    world.parties.world.restart(world.parties.provider_node);
    world.parties.world.run_until(Time{} + 1h);
    EXPECT_LE(world.unpaid(), limit + kStepMicro) << "seed " << seed;
    EXPECT_GT(world.peer.refusals[Reason::credit_exhausted], 0) << "seed " << seed;
  }
}

// Both were bound while nothing was unpaid yet.
TEST(Credit, that_one_agreement_has_used_up_lets_the_one_that_waits_for_the_device_not_begin) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    OnCredit world(seed);
    const std::int64_t limit = world.parties.world.random().between(2, 30) * kStepMicro;
    world.parties.provider_config.credit_limit = {limit};
    world.peer.at_once = kOwnOnDeviceMax;
    world.parties.world.run_until(Time{} + 5min);
    ASSERT_EQ(world.peer.trails.size(), kOwnOnDeviceMax) << "seed " << seed;
    EXPECT_GE(world.unpaid(), limit) << "seed " << seed;
    EXPECT_LE(world.unpaid(), limit + kStepMicro) << "seed " << seed;
    for (const auto& [id, trail] : world.peer.trails) {
      ASSERT_EQ(trail.stage(), Stage::ended) << "seed " << seed;
      EXPECT_EQ(trail.receipt().reason(), Reason::voucher_missing) << "seed " << seed;
    }
  }
}

// It stays connected and signs nothing: the vouchers that are here are all that will come.
TEST(Credit, of_a_submitter_that_is_here_and_does_not_ask_for_its_receipt_is_settled_by_its_vouchers) {
  OnCredit world;
  world.peer.pause = 24h;
  world.parties.provider_config.receipt_kept = 24h;
  world.parties.meanwhile = [](Runtime& runtime, Provider& provider) -> Task<void> {
    for (;;) {
      co_await runtime.clock().sleep_for(30s);
      provider.expire();
    }
  };
  world.parties.world.run_until(Time{} + 10min);
  EXPECT_TRUE(world.parties.closed.empty()) << "it may still come";
  world.parties.world.run_until(Time{} + 2min + kUnaskedMax);
  ASSERT_EQ(world.parties.closed.size(), 1u);
  EXPECT_EQ(world.parties.closed[0].stage(), Stage::ended);
}

TEST(Credit, of_a_submitter_that_is_away_waits_for_its_return) {
  OnCredit world;
  world.parties.provider_config.receipt_kept = 24h;
  world.parties.meanwhile = [](Runtime& runtime, Provider& provider) -> Task<void> {
    for (;;) {
      co_await runtime.clock().sleep_for(30s);
      provider.expire();
    }
  };
  world.parties.world.run_until(Time{} + 11h);
  EXPECT_EQ(world.peer.trails.size(), 1u) << "and then it went";
  EXPECT_TRUE(world.parties.closed.empty());
}

TEST(Credit, that_is_too_small_for_the_outputs_keeps_them_until_they_are_paid_for) {
  OnCredit world;
  world.parties.provider_config.credit_limit = {1'000'000};
  world.parties.work_length = 800ms;
  world.parties.world.run_until(Time{} + 2min);
  ASSERT_EQ(world.peer.trails.size(), 1u);
  const Trail& trail = world.peer.trails.begin()->second;
  ASSERT_EQ(trail.stage(), Stage::ended);
  EXPECT_EQ(trail.receipt().reason(), Reason::voucher_missing);
  EXPECT_TRUE(trail.receipt().tasks[0].outputs.empty());
  EXPECT_EQ(world.peer.outputs, 0);
}

TEST(Credit, that_is_enough_lets_small_work_end_without_a_voucher) {
  OnCredit world;
  world.parties.provider_config.credit_limit = {1'000'000};
  world.parties.work_length = 400ms;
  world.parties.world.run_until(Time{} + 2min);
  ASSERT_EQ(world.peer.trails.size(), 1u);
  EXPECT_EQ(world.peer.trails.begin()->second.receipt().reason(), Reason::completed);
  EXPECT_EQ(world.peer.trails.begin()->second.note_count(), 0u) << "nobody waits for a voucher";
  EXPECT_EQ(world.peer.outputs, 1);
}

// Several at once, of one step each: what one has used the others may not.
TEST(Credit, never_holds_up_a_submitter_that_pays) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    TwoParties parties(seed);
    auto& random = parties.world.random();
    parties.provider_config.credit_limit = {random.between(50'000, 2'000'000)};
    parties.work_length = std::chrono::milliseconds(random.between(100, 5'000));
    parties.orders_at_once = 2;
    parties.world.run_until(Time{} + 25s);  // a voucher that is missing is waited for longer
    ASSERT_EQ(parties.ends.size(), 2u) << "seed " << seed;
    for (const OrderEnd& end : parties.ends) EXPECT_EQ(end.why.reason, Reason::completed) << "seed " << seed;
  }
}

// What notes have said meanwhile stays said; it is not asked for.
TEST(Credit, is_given_back_for_a_program_that_does_not_compile_but_for_its_setup) {
  TwoParties parties;
  parties.ends_with = Reason::build_failed;
  parties.provider_config.credit_limit = {1'000'000};
  parties.world.run_until(Time{} + 1min);
  ASSERT_EQ(parties.ends.size(), 1u);
  ASSERT_EQ(parties.closed.size(), 1u);
  const Trail& trail = parties.closed[0];
  EXPECT_EQ(trail.receipt().reason(), Reason::build_failed);
  EXPECT_GT(trail.note_count(), 0u);
  EXPECT_GT(trail.authorised().micro, 0);
  EXPECT_EQ(trail.due().micro, 0) << "setting up is free here";
  EXPECT_EQ(parties.ends[0].owed.micro, 0);
}

TEST(Credit, that_a_submitter_left_unpaid_once_comes_back_as_it_pays) {
  TwoParties parties;
  parties.provider_config.credit_limit = {1'000'000};
  const auto submitter = connection::test_peer(2);
  model::Credits left;
  parties.meanwhile = [&](Runtime& runtime, Provider& provider) -> Task<void> {
    provider.add_unpaid(submitter, {600'000});
    co_await runtime.clock().sleep_for(20s);
    left = provider.unpaid_of(submitter);
  };
  parties.world.run_until(Time{} + 1min);
  ASSERT_EQ(parties.ends.size(), 1u);
  EXPECT_EQ(parties.ends[0].why.reason, Reason::completed);
  EXPECT_EQ(left.micro, 600'000 - 8'000'000 / kForgivenShare);
}

}  // namespace
}  // namespace quern::engagement
