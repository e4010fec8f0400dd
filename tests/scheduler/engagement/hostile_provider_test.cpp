// A provider that has agreed and then says on the job's stream whatever it likes: the submitter leaves it by name.
#include <gtest/gtest.h>

#include "overlay/protocols/length_delimited.hpp"
#include "overlay/runtime/simulation/node.hpp"
#include "tests/scheduler/engagement/two_parties.hpp"

namespace quern::engagement {
namespace {

using connection::PeerStreamPtr;

Task<void> say(connection::PeerStream& stream, exchange::JobMessage message) {
  std::ignore = co_await protocols::write_message(stream, exchange::encode(message));
}

// Refuses whoever follows, and listens until they have gone.
connection::StreamHandler refusing(Reason reason) {
  return [reason](PeerStreamPtr stream) -> Task<void> {
    co_await say(*stream, exchange::RefusalMessage{{reason, "so there"}});
    while (co_await protocols::read_message(*stream, exchange::kJobMessageBytesMax)) {
    }
  };
}

TEST(HostileProvider, that_refuses_after_its_acceptance_is_a_provider_that_is_lost_whatever_it_says) {
  for (const Reason reason : {Reason::unspecified, Reason::completed, Reason::build_failed, Reason::canceled,
                              Reason::budget_exceeded, Reason::manifest_invalid}) {
    TwoParties parties;
    parties.says = refusing(reason);
    parties.world.run_until(Time{} + 1min);
    ASSERT_EQ(parties.ends.size(), 1u) << model::text_of(reason).name;
    const OrderEnd& end = parties.ends[0];
    EXPECT_EQ(end.why.reason, Reason::provider_lost) << model::to_text(end.why);
    ASSERT_EQ(end.tasks.size(), 1u);
    EXPECT_EQ(end.tasks[0].why.reason, Reason::provider_lost);
    EXPECT_TRUE(end.tasks[0].outputs.empty());
    EXPECT_EQ(end.owed, model::Credits{0});
  }
}

TEST(HostileProvider, that_knows_of_no_agreement_is_believed_in_that) {
  TwoParties parties;
  parties.says = refusing(Reason::agreement_unknown);
  parties.world.run_until(Time{} + 1min);
  ASSERT_EQ(parties.ends.size(), 1u);
  EXPECT_EQ(parties.ends[0].why.reason, Reason::agreement_unknown);
}

// Says every five seconds that it is at work, for ever.
connection::StreamHandler talking(TwoParties& parties) {
  return [&parties](PeerStreamPtr stream) -> Task<void> {
    for (std::uint32_t permille = 0;; permille = (permille + 1) % 1000) {
      co_await say(*stream, exchange::ProgressMessage{.task = 0, .permille = permille});
      co_await parties.world.node(parties.provider_node).clock().sleep_for(5s);
    }
  };
}

TEST(HostileProvider, that_never_stops_talking_is_left_soon_after_a_cancel) {
  TwoParties parties;
  parties.says = talking(parties);
  parties.cancel_after = 3s;
  parties.world.run_until(Time{} + 1min);
  EXPECT_TRUE(parties.ends.empty()) << "it may still send its receipt";
  parties.world.run_until(Time{} + 3s + SubmitterConfig{}.lost_after + 5s);
  ASSERT_EQ(parties.ends.size(), 1u);
  EXPECT_EQ(parties.ends[0].why.reason, Reason::provider_lost);
}

TEST(HostileProvider, that_never_stops_talking_is_left_when_its_tasks_have_had_their_time) {
  TwoParties parties;
  parties.says = talking(parties);
  parties.world.run_until(Time{} + 55s + SubmitterConfig{}.slack);
  EXPECT_TRUE(parties.ends.empty()) << "a task of a minute, and what is granted for all else";
  parties.world.run_until(Time{} + 60s + SubmitterConfig{}.slack + 5s);
  ASSERT_EQ(parties.ends.size(), 1u);
  EXPECT_EQ(parties.ends[0].why.reason, Reason::provider_lost);
  EXPECT_EQ(parties.ends[0].owed, model::Credits{0});
}

TEST(HostileProvider, whose_second_agreement_waits_for_its_first_has_the_time_of_both) {
  TwoParties parties;
  parties.says = talking(parties);
  parties.orders_at_once = 2;
  parties.world.run_until(Time{} + 60s + SubmitterConfig{}.slack + 5s);
  EXPECT_EQ(parties.ends.size(), 1u);
  parties.world.run_until(Time{} + 2 * (60s + SubmitterConfig{}.slack) + 5s);
  ASSERT_EQ(parties.ends.size(), 2u);
  EXPECT_EQ(parties.ends[1].why.reason, Reason::provider_lost);
}

constexpr std::string_view kHeadOf4096("\x05\x08\x01\x10\x80\x20", 6);  // found, and the size

// The same bytes, whatever is asked for.
connection::StreamHandler serving(Bytes content) {
  return [content](PeerStreamPtr stream) -> Task<void> {
    std::ignore = co_await protocols::read_message(*stream, exchange::kJobMessageBytesMax);
    if (co_await stream->write(runtime::bytes_of(kHeadOf4096))) std::ignore = co_await stream->write(content);
    stream->shutdown_write();
  };
}

// The whole size, and then a byte before the patience with a stalled transfer is over, for ever.
connection::StreamHandler dripping(TwoParties& parties) {
  return [&parties](PeerStreamPtr stream) -> Task<void> {
    std::ignore = co_await protocols::read_message(*stream, exchange::kJobMessageBytesMax);
    if (!co_await stream->write(runtime::bytes_of(kHeadOf4096))) co_return;
    const std::array<std::byte, 1> drop{};
    while (co_await stream->write(drop)) co_await parties.world.node(parties.provider_node).clock().sleep_for(20s);
  };
}

TEST(HostileProvider, whose_output_comes_in_drops_is_left_and_not_paid) {
  TwoParties parties;
  parties.serves = dripping(parties);
  parties.world.run_until(Time{} + 1min);
  EXPECT_TRUE(parties.ends.empty());
  parties.world.run_until(Time{} + 4min);
  ASSERT_EQ(parties.ends.size(), 1u);
  EXPECT_EQ(parties.ends[0].why.reason, Reason::provider_lost) << model::to_text(parties.ends[0].why);
  EXPECT_EQ(parties.ends[0].trail.stage(), Stage::ended) << "nothing is acknowledged";
}

// The provider has other bytes under a name of theirs, so that its receipt and its blobs fit each other.
Task<void> keep(blobs::BlobStore& store, Finished& finished, std::size_t bytes) {
  const auto digest = co_await store.add(Bytes(bytes, std::byte{7}));
  EXPECT_TRUE(digest);
  finished.outputs.push_back({.digest = *digest, .bytes = bytes});
}

// One that it made for somebody else: signed for, and served as what it is.
TEST(HostileProvider, that_returns_another_jobs_output_is_caught_by_its_size) {
  TwoParties parties;
  parties.tampers = [](const Work&, blobs::BlobStore& store, Finished& finished) -> Task<void> {
    const std::string other = "the output of another job";
    const auto digest = co_await store.add(runtime::copy_of(bytes_of(other)));
    finished.outputs = {{.digest = *digest, .bytes = other.size()}};
  };
  parties.world.run_until(Time{} + 1min);
  ASSERT_EQ(parties.ends.size(), 1u);
  EXPECT_EQ(parties.ends[0].why.reason, Reason::output_wrong) << model::to_text(parties.ends[0].why);
  EXPECT_EQ(parties.ends[0].trail.stage(), Stage::ended);
}

TEST(HostileProvider, that_serves_another_output_than_it_has_signed_for_is_caught_by_its_digest) {
  for (const bool served : {false, true}) {
    TwoParties parties;
    parties.tampers = [](const Work&, blobs::BlobStore&, Finished& finished) -> Task<void> {
      finished.outputs[0].digest[0] ^= std::byte{1};
      co_return;
    };
    if (served) parties.serves = serving(Bytes(4096, std::byte{9}));
    parties.world.run_until(Time{} + 1min);
    ASSERT_EQ(parties.ends.size(), 1u);
    EXPECT_EQ(parties.ends[0].why.reason, Reason::output_wrong) << model::to_text(parties.ends[0].why);
    EXPECT_EQ(parties.ends[0].trail.stage(), Stage::ended);
  }
}

// Ends as `output_wrong` before anything was fetched, and nothing beyond the vouchers is owed.
void expect_wrong_output(TwoParties& parties) {
  bool asked = false;
  parties.output_asked_for = [&] { asked = true; };
  parties.provider_config.credit_limit = {100'000};
  parties.world.run_until(Time{} + 1min);
  ASSERT_EQ(parties.ends.size(), 1u);
  const OrderEnd& end = parties.ends[0];
  EXPECT_EQ(end.why.reason, Reason::output_wrong) << model::to_text(end.why);
  EXPECT_EQ(end.tasks[0].why.reason, Reason::output_wrong);
  EXPECT_EQ(end.trail.stage(), Stage::ended) << "the receipt is not acknowledged";
  EXPECT_EQ(end.owed, end.trail.authorised());
  EXPECT_FALSE(asked) << "seen by the receipt alone";
}

TEST(HostileProvider, whose_output_is_larger_or_smaller_than_the_shards_is_caught_before_it_is_fetched) {
  for (const std::size_t bytes : {0u, 1u, 4095u, 4097u, 40'000u}) {
    TwoParties parties;
    parties.tampers = [bytes](const Work&, blobs::BlobStore& store, Finished& finished) -> Task<void> {
      finished.outputs.clear();
      co_await keep(store, finished, bytes);
    };
    expect_wrong_output(parties);
  }
}

TEST(HostileProvider, that_has_more_or_fewer_outputs_than_the_job_is_caught_before_they_are_fetched) {
  for (const bool more : {false, true}) {
    TwoParties parties;
    parties.tampers = [more](const Work&, blobs::BlobStore& store, Finished& finished) -> Task<void> {
      if (more) co_await keep(store, finished, 4096);
      if (!more) finished.outputs.clear();
    };
    expect_wrong_output(parties);
  }
}

TEST(HostileProvider, whose_outputs_are_larger_than_the_demand_says_is_caught_after_a_restart_too) {
  TwoParties parties;
  parties.tampers = [](const Work&, blobs::BlobStore& store, Finished& finished) -> Task<void> {
    finished.outputs.clear();
    co_await keep(store, finished, 40'000);
  };
  parties.world.run_until(Time{} + 4s);
  parties.world.crash(parties.submitter_node, simulation::CrashKind::process);
  parties.world.restart(parties.submitter_node);
  expect_wrong_output(parties);
}

}  // namespace
}  // namespace quern::engagement
