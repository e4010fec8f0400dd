// A provider that has agreed and then says on the job's stream whatever it likes: the submitter leaves it by name.
#include <gtest/gtest.h>

#include "overlay/protocols/length_delimited.hpp"
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

}  // namespace
}  // namespace quern::engagement
