// A provider that signs for work that cannot have been done: it is left by name, and paid no more than its vouchers.
#include <gtest/gtest.h>

#include "overlay/protocols/length_delimited.hpp"
#include "overlay/runtime/simulation/node.hpp"
#include "scheduler/agreement/drafts.hpp"
#include "tests/scheduler/engagement/two_parties.hpp"

namespace quern::engagement {
namespace {

using connection::PeerStreamPtr;

model::Usage usage_of(std::uint64_t device_us, std::uint64_t cpu_us = 0) {
  model::Usage usage;
  usage[model::Dimension::setup] = 1;
  usage[model::Dimension::device_time] = device_us;
  usage[model::Dimension::cpu_time] = cpu_us;
  return usage;
}

// Agrees as a provider does. To who follows the work it says, after a while, a record of its own making.
class Liar {
 public:
  using Says = std::function<agreement::Body(const Trail&, runtime::WallTime now)>;

  explicit Liar(Says says, runtime::Duration after = 0s) : says_(std::move(says)), after_(after) {
    parties.work_length = 1h;
    parties.provider_config.note_interval_ms = 3'600'000;  // its trail stays as the acceptance left it
    parties.provider_config.credit_limit = {60'000'000};
    parties.meanwhile = [this](Runtime&, Provider& provider) -> Task<void> {
      provider_ = &provider;
      co_return;
    };
    parties.says = [this](PeerStreamPtr stream) { return tell(std::move(stream)); };
  }

  // Of the order.
  OrderEnd end() {
    parties.world.run_until(Time{} + 3min);
    EXPECT_EQ(parties.ends.size(), 1u);
    return parties.ends.empty() ? OrderEnd{} : std::move(parties.ends[0]);
  }

  TwoParties parties;

 private:
  Task<void> tell(PeerStreamPtr stream) {
    const auto bytes = co_await protocols::read_message(*stream, exchange::kJobMessageBytesMax);
    if (!bytes) co_return;
    const auto message = exchange::decode_job_message(*bytes);
    const auto* follow = message ? std::get_if<exchange::Follow>(&*message) : nullptr;
    const Trail* trail = follow ? provider_->trail(follow->demand) : nullptr;
    if (!trail) co_return;
    auto& clock = parties.world.node(parties.provider_node).clock();
    co_await clock.sleep_for(after_);
    const exchange::JobMessage said =
        exchange::RecordMessage{seal_record(connection::test_key(1), says_(*trail, clock.wall_now()))};
    std::ignore = co_await protocols::write_message(*stream, exchange::encode(said));
    while (co_await protocols::read_message(*stream, exchange::kJobMessageBytesMax)) {
    }
  }

  Says says_;
  runtime::Duration after_;
  Provider* provider_ = nullptr;
};

Liar::Says receipt_of(Reason reason, const model::Usage& used) {
  return [=](const Trail& trail, runtime::WallTime now) -> agreement::Body {
    return draft_receipt(trail, {{.reason = reason, .usage = used, .outputs = {}}}, now);
  };
}

void expect_not_taken(const OrderEnd& end, Reason reason) {
  EXPECT_EQ(end.why.reason, reason) << model::to_text(end.why);
  ASSERT_EQ(end.tasks.size(), 1u);
  EXPECT_EQ(end.tasks[0].why.reason, reason);
  EXPECT_EQ(end.trail.stage(), Stage::running) << "the record is not taken";
  EXPECT_EQ(end.owed, model::Credits{0});
}

TEST(LyingProvider, that_bills_more_time_than_has_passed_is_not_paid_whatever_it_says_of_the_end) {
  for (const Reason reason : {Reason::build_failed, Reason::internal, Reason::provider_restarted, Reason::disk_full,
                              Reason::canceled, Reason::device_lost, Reason::preempted, Reason::budget_exceeded,
                              Reason::kernel_failed, Reason::walltime_exceeded}) {
    Liar liar(receipt_of(reason, usage_of(60'000'000)), 200ms);
    expect_not_taken(liar.end(), Reason::overcharged);
  }
}

TEST(LyingProvider, that_notes_more_time_than_has_passed_gets_no_voucher) {
  Liar liar(
      [](const Trail& trail, runtime::WallTime now) { return draft_usage_note(trail, usage_of(2'000'000), now); });
  expect_not_taken(liar.end(), Reason::overcharged);
}

TEST(LyingProvider, is_held_to_the_cores_of_its_tasks_too) {
  for (const bool lies : {false, true}) {
    const std::uint64_t cpu_us = lies ? 60'000'000 : 20'000'000;  // of two cores, in ten seconds
    Liar liar(receipt_of(Reason::kernel_failed, usage_of(10'000'000, cpu_us)), 10s);
    liar.parties.change_order = [](Order& order) {
      order.usage_max[model::Dimension::cpu_time] = 120'000'000;
      order.pace[model::Dimension::cpu_time] = 2'000;
    };
    const OrderEnd end = liar.end();
    if (lies) {
      expect_not_taken(end, Reason::overcharged);
    } else {
      EXPECT_EQ(end.why.reason, Reason::kernel_failed) << model::to_text(end.why);
      EXPECT_EQ(end.owed.micro, 10'000'000);
    }
  }
}

TEST(LyingProvider, that_says_canceled_of_what_nobody_has_canceled_has_a_fault_of_its_own) {
  Liar liar(receipt_of(Reason::canceled, usage_of(0)));
  expect_not_taken(liar.end(), Reason::internal);
}

TEST(LyingProvider, is_paid_for_no_task_that_did_not_begin) {
  for (const Reason reason : {Reason::input_missing, Reason::input_corrupt, Reason::busy}) {
    Liar liar(
        [reason](const Trail& trail, runtime::WallTime now) {
          auto receipt = draft_receipt(trail, {{.reason = reason, .usage = {}, .outputs = {}}}, now);
          receipt.tasks[0].usage = receipt.usage = usage_of(10'000'000);
          receipt.amount = amount_due(trail.bid(), receipt.usage);
          return receipt;
        },
        10s);
    expect_not_taken(liar.end(), Reason::overcharged);
  }
}

// After a restart nobody knows how long it has been at work; a receipt that fits the trail is taken.
TEST(LyingProvider, is_believed_in_what_it_has_used_where_the_submitter_was_restarted) {
  Liar liar(receipt_of(Reason::preempted, usage_of(10'000'000)), 8s);
  liar.parties.world.run_until(Time{} + 5s);
  liar.parties.world.crash(liar.parties.submitter_node, simulation::CrashKind::process);
  liar.parties.world.restart(liar.parties.submitter_node);
  EXPECT_EQ(liar.end().why.reason, Reason::preempted);
}

}  // namespace
}  // namespace quern::engagement
