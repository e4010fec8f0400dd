#include <algorithm>

#include <gtest/gtest.h>

#include "overlay/runtime/simulation/node.hpp"
#include "tests/scheduler/engagement/two_parties.hpp"

namespace quern::engagement {
namespace {

TEST(Engagement, of_a_job_that_succeeds_is_paid_for_and_closed_alike_on_both_sides) {
  TwoParties parties;
  parties.world.run_until(Time{} + 1min);
  expect_same_end(parties, Reason::completed);
  EXPECT_EQ(parties.ends[0].owed, model::Credits{8'000'000}) << "eight seconds at a credit a second";
  EXPECT_EQ(parties.logs[0], "begins\n");
  EXPECT_GE(parties.ends[0].trail.note_count(), 7u) << "a note a second";
  EXPECT_LE(parties.ends[0].trail.note_count(), 170u);
}

TEST(Engagement, that_is_canceled_is_paid_for_what_was_done) {
  TwoParties parties;
  parties.cancel_after = 3s;
  parties.world.run_until(Time{} + 1min);
  expect_same_end(parties, Reason::canceled);
  EXPECT_GT(parties.ends[0].owed, model::Credits{2'000'000});
  EXPECT_LT(parties.ends[0].owed, model::Credits{4'000'000});
}

// Digests stand in trails, which anybody may see.
TEST(Engagement, that_names_an_input_of_another_s_gets_nothing_by_its_digest) {
  TwoParties parties;
  parties.brought_by_another = true;
  parties.submitter_has_input = false;
  parties.world.run_until(Time{} + 1min);
  expect_same_end(parties, Reason::input_missing);
  TwoParties own;
  own.brought_by_another = true;
  own.world.run_until(Time{} + 1min);
  expect_same_end(own, Reason::completed);
}

// Three tasks of two jobs: what the second asks for, the third asks for again.
void three_tasks(Order& order) {
  const OrderTask first = order.tasks[0];
  model::Job job = sample_job();
  job.name = "another";
  OrderTask second = first;
  second.manifest = model::to_canonical_json(job);
  order.tasks = {first, second, second};
  order.usage_max[model::Dimension::setup] = 3;
}

TEST(Engagement, of_several_tasks_runs_one_after_the_other_and_is_paid_for_at_once) {
  TwoParties parties;
  parties.change_order = three_tasks;
  parties.work_length = 3s;
  parties.world.run_until(Time{} + 1min);
  expect_same_end(parties, Reason::completed);
  const OrderEnd& end = parties.ends[0];
  EXPECT_EQ(end.owed, model::Credits{9'000'000});
  ASSERT_EQ(end.tasks.size(), 3u);
  for (const OrderTaskEnd& task : end.tasks) {
    EXPECT_EQ(task.why.reason, Reason::completed);
    EXPECT_EQ(task.owed, model::Credits{3'000'000});
    EXPECT_EQ(task.usage[model::Dimension::setup], 1u);
    EXPECT_EQ(task.outputs.size(), 1u);
  }
  EXPECT_NE(end.tasks[0].outputs, end.tasks[1].outputs);
  EXPECT_EQ(end.tasks[1].outputs, end.tasks[2].outputs) << "the same job";
  EXPECT_EQ(parties.logs, (std::map<std::size_t, std::string>{{0, "begins\n"}, {1, "begins\n"}, {2, "begins\n"}}));
}

TEST(Engagement, of_several_tasks_goes_on_without_the_one_that_is_canceled) {
  for (std::size_t canceled = 0; canceled < 3; ++canceled) {
    TwoParties parties;
    parties.change_order = three_tasks;
    parties.work_length = 3s;
    parties.cancel_after = 1s;
    parties.canceled_task = canceled;
    parties.world.run_until(Time{} + 1min);
    expect_same_end(parties, Reason::canceled);
    const OrderEnd& end = parties.ends[0];
    for (std::size_t task = 0; task < 3; ++task) {
      EXPECT_EQ(end.tasks[task].why.reason, task == canceled ? Reason::canceled : Reason::completed);
    }
    EXPECT_LE(end.owed, model::Credits{7'500'000}) << "two, and at most what was done of the third";
    EXPECT_GE(end.owed, model::Credits{6'000'000});
  }
}

TEST(Engagement, of_several_tasks_goes_on_without_the_one_that_has_used_up_its_own_price) {
  for (std::size_t dear = 0; dear < 3; ++dear) {
    TwoParties parties;
    parties.change_order = [dear](Order& order) {
      three_tasks(order);
      for (std::size_t task = 0; task < 3; ++task) order.tasks[task].max_total = {task == dear ? 1'550'000 : 3'000'000};
    };
    parties.work_length = 3s;
    parties.world.run_until(Time{} + 1min);
    expect_same_end(parties, Reason::budget_exceeded);
    const OrderEnd& end = parties.ends[0];
    ASSERT_EQ(end.tasks.size(), 3u);
    for (std::size_t task = 0; task < 3; ++task) {
      EXPECT_EQ(end.tasks[task].why.reason, task == dear ? Reason::budget_exceeded : Reason::completed);
      EXPECT_EQ(end.tasks[task].owed.micro, task == dear ? 1'550'000 : 3'000'000);
    }
  }
}

TEST(Engagement, of_several_tasks_that_a_crash_cuts_off_ends_all_of_them_by_name) {
  TwoParties parties;
  parties.change_order = three_tasks;
  parties.world.run_until(Time{} + 10s);
  parties.world.crash(parties.provider_node, simulation::CrashKind::machine);
  parties.world.restart(parties.provider_node);
  parties.world.run_until(Time{} + 2min);
  expect_same_end(parties, Reason::provider_restarted);
  for (const OrderTaskEnd& task : parties.ends[0].tasks) EXPECT_EQ(task.why.reason, Reason::provider_restarted);
}

TEST(Engagement, is_refused_as_a_whole_when_the_provider_does_not_get_all_its_manifests) {
  TwoParties parties;
  parties.change_order = [](Order& order) {
    three_tasks(order);
    order.tasks[1].shards = 2;
  };
  parties.world.run_until(Time{} + 1min);
  ASSERT_EQ(parties.ends.size(), 1u);
  EXPECT_EQ(parties.ends[0].why.reason, Reason::manifest_invalid);
  EXPECT_TRUE(parties.ends[0].tasks.empty());
}

TEST(Engagement, waits_behind_one_of_the_same_submitter_and_a_third_is_refused) {
  TwoParties parties;
  parties.orders_at_once = 3;
  parties.world.run_until(Time{} + 2min);
  ASSERT_EQ(parties.ends.size(), 3u);
  EXPECT_EQ(parties.ends[0].why.reason, Reason::busy) << "at once";
  ASSERT_EQ(parties.closed.size(), 2u);
  for (const std::size_t i : {1, 2}) {
    EXPECT_EQ(parties.ends[i].why.reason, Reason::completed);
    EXPECT_EQ(parties.ends[i].owed, model::Credits{8'000'000}) << "waiting is not billed";
  }
  const std::int64_t first = parties.closed[0].receipt().made_unix_ms;
  EXPECT_GE(parties.closed[1].receipt().made_unix_ms, first + 8'000) << "one after the other";
}

TEST(Engagement, of_a_task_that_fails_tells_the_particulars_in_the_last_line_of_its_log) {
  for (const std::size_t bytes : {std::size_t{1}, 2 * model::kDetailBytesMax}) {
    TwoParties parties;
    parties.tampers = [bytes](const Work&, blobs::BlobStore&, Finished& finished) -> Task<void> {
      finished.why = {Reason::kernel_not_found, std::string(bytes, 'k') + "\x1b[2J\xff"};
      co_return;
    };
    parties.world.run_until(Time{} + 1min);
    expect_same_end(parties, Reason::kernel_not_found);
    const std::string& log = parties.logs[0];
    if (bytes == 1) {
      EXPECT_EQ(log, "begins\nquern: kernel_not_found: the program has no kernel of that name (k?[2J?)\n");
    }
    EXPECT_LE(log.size(), 64 + model::kDetailBytesMax);
    EXPECT_EQ(std::ranges::count(log, '\n'), 2);
  }
}

void wants(Order& order, const std::function<void(model::Job&)>& change) {
  model::Job job = sample_job();
  change(job);
  order.tasks[0].manifest = model::to_canonical_json(job);
}

struct Refused {
  Reason reason;
  std::function<void(Order&)> change;
};

TEST(Engagement, that_a_provider_does_not_want_is_refused_by_name_and_costs_nothing) {
  const std::vector<Refused> cases{
      {Reason::no_device, [](Order& order) { order.device = "other"; }},
      {Reason::offer_unknown, [](Order& order) { order.offer_sequence = 9; }},
      {Reason::manifest_invalid, [](Order& order) { order.tasks[0].manifest = "{}"; }},
      {Reason::manifest_invalid, [](Order& order) { order.tasks[0].shards = 2; }},
      {Reason::host_memory,
       [](Order& order) { wants(order, [](model::Job& job) { job.resources.memory_bytes *= 99; }); }},
  };
  for (const Refused& refused : cases) {
    TwoParties parties;
    parties.change_order = refused.change;
    parties.world.run_until(Time{} + 1min);
    ASSERT_EQ(parties.ends.size(), 1u);
    EXPECT_EQ(parties.ends[0].why.reason, refused.reason) << model::to_text(parties.ends[0].why);
    EXPECT_EQ(parties.ends[0].owed, model::Credits{0});
    EXPECT_TRUE(parties.closed.empty());
  }
}

// The submitter has measured that it takes less. What it takes is bounded by the wall time and the price all the same.
TEST(Engagement, on_work_that_seems_too_much_for_its_limits_is_made_as_the_submitter_wants_it) {
  const auto too_slow = [](model::Job& job) { job.work->fp32_flop = 2'000'000'000'000'000; };
  const auto too_dear = [](model::Job& job) { job.price.max_total = model::Credits{1'000}; };
  for (const std::function<void(model::Job&)>& change : {std::function(too_slow), std::function(too_dear)}) {
    TwoParties parties;
    parties.work_length = 0s;
    parties.change_order = [&](Order& order) { wants(order, change); };
    parties.world.run_until(Time{} + 1min);
    ASSERT_EQ(parties.ends.size(), 1u);
    ASSERT_EQ(parties.ends[0].why.reason, Reason::completed) << model::to_text(parties.ends[0].why);
    const agreement::Bid& bid = parties.ends[0].trail.bid();
    EXPECT_EQ(bid.cost_low, model::Credits{});
    EXPECT_EQ(bid.cost_high, bid.max_total) << "nothing is known";
  }
}

TEST(Engagement, on_an_offer_that_is_withdrawn_is_refused_by_that_name) {
  TwoParties parties;
  parties.meanwhile = [](Runtime& /*runtime*/, Provider& provider) -> Task<void> {
    provider.set_offer(std::nullopt);
    co_return;
  };
  parties.world.run_for(1min);
  ASSERT_EQ(parties.ends.size(), 1u);
  EXPECT_EQ(parties.ends[0].why.reason, Reason::offer_withdrawn);
  EXPECT_EQ(parties.ends[0].owed.micro, 0);
}

TEST(Engagement, on_an_offer_that_was_renewed_is_made_if_its_rates_have_not_changed) {
  for (const bool dearer : {false, true}) {
    TwoParties parties;
    parties.meanwhile = [dearer](Runtime& /*runtime*/, Provider& provider) -> Task<void> {
      model::Offer renewed = sample_offer();
      renewed.sequence = 2;
      if (dearer) renewed.devices[0].rates[model::Dimension::device_time] += 1;
      provider.set_offer(renewed);
      co_return;
    };
    parties.world.run_for(1min);
    ASSERT_EQ(parties.ends.size(), 1u);
    EXPECT_EQ(parties.ends[0].why.reason, dearer ? Reason::offer_unknown : Reason::completed);
  }
}

TEST(Engagement, that_its_provider_ends_is_preempted_and_paid_for_what_was_done) {
  TwoParties parties;
  std::vector<std::string> begun;
  using Turns = std::vector<std::pair<std::string, bool>>;
  Turns turns;
  parties.meanwhile = [&](Runtime& runtime, Provider& provider) -> Task<void> {
    provider.set_on_begun([&](const Trail& trail, const model::Job& job) {
      EXPECT_EQ(trail.stage(), Stage::running);
      begun.push_back(job.name);
    });
    provider.set_on_turn([&](const std::string& device, bool begins) { turns.emplace_back(device, begins); });
    co_await runtime.clock().sleep_for(3s);
    const auto works = provider.under_way();
    EXPECT_EQ(works.size(), 1u);
    if (works.empty()) co_return;
    EXPECT_EQ(works[0].job.name, "sample");
    EXPECT_FALSE(works[0].ending);
    EXPECT_GT(works[0].permille, 0u);
    const jobs::DemandId id = works[0].trail.demand().id;
    EXPECT_EQ(provider.trail(id), &works[0].trail);
    EXPECT_EQ(provider.not_over().size(), 1u);
    EXPECT_FALSE(provider.end_work({}, {Reason::preempted, {}}));
    EXPECT_TRUE(provider.end_work(id, {Reason::preempted, {}}));
    EXPECT_TRUE(provider.under_way()[0].ending);
    EXPECT_EQ(turns, (Turns{{"gpu", true}}));
    co_await runtime.clock().sleep_for(3s);
    EXPECT_TRUE(provider.under_way().empty());
    EXPECT_FALSE(provider.end_work(id, {Reason::preempted, {}}));
  };
  parties.world.run_for(1min);
  EXPECT_EQ(begun, std::vector<std::string>{"sample"});
  EXPECT_EQ(turns, (Turns{{"gpu", true}, {"gpu", false}}));
  ASSERT_EQ(parties.ends.size(), 1u);
  ASSERT_EQ(parties.closed.size(), 1u);
  EXPECT_EQ(parties.ends[0].why.reason, Reason::preempted);
  EXPECT_EQ(parties.closed[0].receipt().reason(), Reason::preempted);
  EXPECT_GT(parties.ends[0].owed.micro, 0);
  EXPECT_EQ(parties.ends[0].owed, parties.closed[0].owed());
}

// A peer that asks for bids and takes none of them.
struct BidHoarder {
  int key = 3;
  std::size_t manifest_bytes = 0;  // at least
  std::size_t bids = 0;
  std::map<Reason, std::size_t> refusals;
  int asked = 20;

  Task<void> run(Runtime& runtime, runtime::IpAddress provider_at) {
    overlay::HostConfig config{.key = connection::test_key(key)};
    config.transports = {"tcp"};
    config.security = {"noise"};
    const auto host = *overlay::Host::make(runtime, std::move(config));
    co_await runtime::with_cleanup<void>([&] { return ask(runtime, *host, provider_at); },
                                         [&] { return host->stop(); });
  }

  Task<void> ask(Runtime& runtime, overlay::Host& host, runtime::IpAddress provider_at) {
    const auto provider = connection::test_peer(1);
    const std::string at = "/ip4/" + provider_at.to_string() + "/tcp/" + std::to_string(TwoParties::kPort);
    EXPECT_TRUE(co_await host.connect({.peer = provider, .addresses = {connection::multiaddr(at)}}));
    const std::string manifest = model::to_canonical_json(sample_job()) + std::string(manifest_bytes, ' ');
    const auto now = runtime.clock().wall_now().unix_ms;
    for (int i = 0; i < asked; ++i) {
      agreement::Demand demand{.made_unix_ms = now,
                               .id = {},
                               .submitter = host.id(),
                               .provider = provider,
                               .tasks = {{.job = blobs::digest_of(bytes_of(manifest)), .max_total = {1'000'000}}},
                               .device = "gpu",
                               .offer_sequence = 1,
                               .usage_max = {},
                               .max_total = {1'000'000},
                               .deadline_unix_ms = now + 30'000};
      runtime.fill_secret(demand.id);
      const exchange::AgreementRequest request =
          exchange::BidRequest{.demand = seal_record(connection::test_key(key), demand), .manifests = {manifest}};
      const auto answer =
          co_await host.request(provider, std::string(exchange::kAgreementProtocol), exchange::encode(request),
                                {.request_bytes_max = exchange::kAgreementRequestBytesMax,
                                 .response_bytes_max = exchange::kAgreementResponseBytesMax});
      const auto message = answer ? exchange::decode_agreement_response(*answer) : std::nullopt;
      if (!message) continue;
      const auto* refused = std::get_if<exchange::RefusalMessage>(&*message);
      if (refused) ++refusals[refused->why.reason];
      bids += refused ? 0 : 1;
    }
  }
};

TEST(Engagement, is_still_to_be_had_when_another_peer_hoards_bids) {
  BidHoarder hoarder;
  TwoParties parties;
  parties.provider_config.bids_each_peer_max = 4;
  parties.provider_config.engagements_max = 5;
  const auto provider_at = parties.world.address_of(parties.provider_node);
  parties.submit_after = 5s;
  parties.world.add_node({}, [&](Runtime& runtime) { return hoarder.run(runtime, provider_at); });
  parties.world.run_until(Time{} + 1min);
  EXPECT_EQ(hoarder.bids, 4u);
  EXPECT_EQ(hoarder.refusals, (std::map<Reason, std::size_t>{{Reason::rate_limited, 16}}));
  expect_same_end(parties, Reason::completed);
}

// Four keys that take all the bids there are.
TEST(Engagement, is_still_to_be_had_when_several_peers_hoard_all_bids) {
  std::vector<BidHoarder> hoarders(4);
  TwoParties parties;
  parties.provider_config.bids_each_peer_max = 4;
  parties.provider_config.engagements_max = 16;
  parties.submit_after = 5s;
  const auto provider_at = parties.world.address_of(parties.provider_node);
  for (std::size_t i = 0; i < hoarders.size(); ++i) {
    hoarders[i].key = static_cast<int>(3 + i);
    parties.world.add_node({}, [&, i](Runtime& runtime) { return hoarders[i].run(runtime, provider_at); });
  }
  parties.world.run_until(Time{} + 1min);
  for (const BidHoarder& hoarder : hoarders) EXPECT_EQ(hoarder.bids, 4u);
  expect_same_end(parties, Reason::completed);
}

TEST(Engagement, is_not_asked_for_by_more_bytes_than_can_be_read) {
  BidHoarder hoarder;
  hoarder.manifest_bytes = 200'000;
  hoarder.asked = 400;
  TwoParties parties;
  const auto provider_at = parties.world.address_of(parties.provider_node);
  parties.world.add_node({}, [&](Runtime& runtime) { return hoarder.run(runtime, provider_at); });
  parties.world.run_until(Time{} + 1min);
  const std::size_t pieces = hoarder.manifest_bytes / kAskedPieceBytes;
  EXPECT_GE(400 - hoarder.refusals[Reason::rate_limited], kAskedPiecesPerPeer.burst / pieces);
  EXPECT_GT(hoarder.refusals[Reason::rate_limited], 50u);
  expect_same_end(parties, Reason::completed);
}

// Their submitter is away; of the two logs there is room for one.
TEST(Engagement, that_ended_keeps_its_log_while_there_is_room_for_it) {
  TwoParties parties;
  parties.work_length = 300ms;
  parties.orders_at_once = 2;
  parties.provider_config.credit_limit = {10'000'000};
  parties.provider_config.ended_log_bytes_max = 10;  // each has seven
  parties.output_asked_for = [&] { parties.world.links().cut(parties.submitter_node, parties.provider_node, true); };
  std::vector<std::size_t> logs;
  parties.meanwhile = [&](Runtime& runtime, Provider& provider) -> Task<void> {
    co_await runtime.clock().sleep_for(30s);
    logs.push_back(provider.ended_log_bytes());
  };
  parties.world.run_until(Time{} + 1min);
  EXPECT_EQ(logs, std::vector<std::size_t>{7});
}

TEST(Engagement, whose_submitter_vanishes_ends_by_that_name_within_the_credit_limit) {
  TwoParties parties;
  parties.work_length = 10min;
  parties.provider_config.credit_limit = {500'000};
  parties.world.run_until(Time{} + 3s);
  parties.world.crash(parties.submitter_node, simulation::CrashKind::machine);
  parties.world.run_until(Time{} + 2min);
  parties.world.restart(parties.submitter_node);
  parties.world.run_until(Time{} + 5min);
  expect_same_end(parties, Reason::submitter_lost);
  ASSERT_FALSE(parties.closed.empty());
  const Trail& trail = parties.closed[0];
  EXPECT_LE(trail.due().micro - trail.authorised().micro, 600'000) << "the limit, and one step of the runner";
}

TEST(Engagement, whose_provider_is_killed_ends_with_a_receipt_for_what_was_billed) {
  TwoParties parties;
  parties.world.run_until(Time{} + 4s);
  parties.world.crash(parties.provider_node, simulation::CrashKind::process);
  parties.world.restart(parties.provider_node);
  parties.world.run_until(Time{} + 5min);
  expect_same_end(parties, Reason::provider_restarted);
  EXPECT_GT(parties.ends[0].owed, model::Credits{1'000'000});
}

TEST(Engagement, whose_bill_reaches_the_most_that_was_agreed_ends_at_once_by_that_name) {
  TwoParties parties;
  parties.work_length = 1min;
  parties.change_order = [](Order& order) { order.tasks[0].max_total = {2'000'000}; };
  parties.world.run_until(Time{} + 5s);  // two seconds of work; a voucher would be waited for ten times as long
  expect_same_end(parties, Reason::budget_exceeded);
  EXPECT_EQ(parties.ends[0].owed.micro, 2'000'000);
}

TEST(Engagement, whose_bill_is_just_the_most_that_was_agreed_completes) {
  TwoParties parties;
  parties.work_length = 2s;
  parties.change_order = [](Order& order) { order.tasks[0].max_total = {2'000'000}; };
  parties.world.run_until(Time{} + 10s);
  expect_same_end(parties, Reason::completed);
  EXPECT_EQ(parties.ends[0].owed.micro, 2'000'000);
}

TEST(Engagement, whose_provider_never_comes_back_is_owed_what_was_signed_for) {
  TwoParties parties;
  parties.world.run_until(Time{} + 4s);
  parties.world.crash(parties.provider_node, simulation::CrashKind::machine);
  parties.world.run_until(Time{} + 10min);
  ASSERT_EQ(parties.ends.size(), 1u);
  EXPECT_EQ(parties.ends[0].why.reason, Reason::provider_lost);
  EXPECT_EQ(parties.ends[0].owed, parties.ends[0].trail.authorised());
}

// An acceptance is on its way to the disk for a few hundred microseconds after it was signed; in a world of the same
// seed that is the same moment again.
TEST(Engagement, whose_connection_ends_while_it_is_accepted_is_accepted_all_the_same) {
  TwoParties undisturbed;
  const runtime::WallTime begun{undisturbed.world.node(undisturbed.provider_node).clock().wall_now()};
  undisturbed.world.run_until(Time{} + 1min);
  ASSERT_EQ(undisturbed.closed.size(), 1u);
  const auto signed_after = std::chrono::milliseconds(*undisturbed.closed[0].accepted_unix_ms() - begun.unix_ms);
  for (runtime::Duration later = 0us; later < 2ms; later += 20us) {
    TwoParties parties;
    parties.dropped_after = signed_after + later;
    parties.world.run_until(Time{} + 5min);
    ASSERT_EQ(parties.ends.size(), 1u);
    EXPECT_EQ(parties.ends[0].trail.stage(), Stage::closed)
        << later / 1us << " us later: " << model::to_text(parties.ends[0].why);
    EXPECT_EQ(parties.working(), 0u);
  }
}

TEST(Engagement, is_not_made_with_a_provider_that_bids_more_than_it_offers) {
  TwoParties parties;
  parties.change_order = [](Order& order) {
    order.rates = sample_offer().devices[0].rates;
    --order.rates->rate[static_cast<std::size_t>(model::Dimension::device_time)];
  };
  parties.world.run_until(Time{} + 1min);
  ASSERT_EQ(parties.ends.size(), 1u);
  EXPECT_EQ(parties.ends[0].why.reason, Reason::terms_differ) << model::to_text(parties.ends[0].why);
}

TEST(Engagement, that_the_ledger_keeps_back_is_never_sent) {
  TwoParties parties;
  std::vector<Stage> over;
  parties.accounts.agreeing = [](const Trail&) -> Task<std::expected<void, model::Why>> {
    co_return std::unexpected(model::Why{Reason::budget_exceeded, "nothing left"});
  };
  parties.accounts.over = [&](const Trail& trail) -> Task<bool> {
    over.push_back(trail.stage());
    co_return true;
  };
  parties.world.run_until(Time{} + 1min);
  ASSERT_EQ(parties.ends.size(), 1u);
  EXPECT_EQ(parties.ends[0].why.reason, Reason::budget_exceeded);
  EXPECT_TRUE(parties.ends[0].kept_back);
  EXPECT_EQ(over, std::vector{Stage::agreed});
  EXPECT_TRUE(parties.closed.empty());
}

TEST(Engagement, whose_outputs_do_not_come_is_not_called_completed) {
  TwoParties parties;
  parties.output_asked_for = [&] { parties.world.links().cut(parties.submitter_node, parties.provider_node, true); };
  parties.world.run_until(Time{} + 10min);
  ASSERT_EQ(parties.ends.size(), 1u);
  EXPECT_EQ(parties.ends[0].trail.stage(), Stage::ended);
  EXPECT_EQ(parties.ends[0].why.reason, Reason::provider_lost) << model::to_text(parties.ends[0].why);
}

TEST(Engagement, whose_acknowledgement_has_come_needs_no_further_delivery) {
  TwoParties parties;
  parties.accounts.undelivered = [](const Trail&) { ADD_FAILURE() << "it was delivered"; };
  parties.deliver_after = 10s;
  parties.world.run_until(Time{} + 2min);
  expect_same_end(parties, Reason::completed);
  const auto& delivered = parties.delivered;
  ASSERT_TRUE(delivered);
  EXPECT_TRUE(*delivered) << "a provider that has forgotten the agreement has had it";
}

TEST(Engagement, whose_acknowledgement_is_lost_is_closed_when_it_is_delivered_later) {
  TwoParties parties;
  int undelivered = 0;
  parties.accounts.undelivered = [&](const Trail&) { ++undelivered; };
  parties.accounts.over = [&](const Trail& trail) -> Task<bool> {
    EXPECT_EQ(trail.stage(), Stage::closed);
    parties.world.links().cut(parties.submitter_node, parties.provider_node, true);
    co_return true;
  };
  parties.deliver_after = 10min;
  parties.world.run_until(Time{} + 9min);
  ASSERT_EQ(parties.ends.size(), 1u);
  EXPECT_TRUE(parties.closed.empty()) << "the provider waits for it";
  EXPECT_EQ(undelivered, 1);
  parties.world.links().cut(parties.submitter_node, parties.provider_node, false);
  parties.world.run_until(Time{} + 12min);
  expect_same_end(parties, Reason::completed);
  const auto& delivered = parties.delivered;
  ASSERT_TRUE(delivered);
  EXPECT_TRUE(*delivered);
}

// Either is killed, or the way between them cut, at any moment: the agreement ends once and alike on both sides, and
// nobody owes more than it signed for.
TEST(Engagement, comes_to_one_end_whoever_is_killed_at_any_moment) {
  std::map<Reason, int> reasons;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    TwoParties parties(seed);
    const auto moment = std::chrono::milliseconds(parties.world.random().between(0, 10'000));
    const auto node = seed % 3 == 0 ? parties.submitter_node : parties.provider_node;
    parties.world.run_until(Time{} + moment);
    if (seed % 3 == 2) {
      parties.world.links().cut(parties.submitter_node, parties.provider_node, true);
      parties.world.run_until(Time{} + moment + 20s);
      parties.world.links().cut(parties.submitter_node, parties.provider_node, false);
    } else {
      parties.world.crash(node, seed % 2 == 0 ? simulation::CrashKind::process : simulation::CrashKind::machine);
      parties.world.restart(node);
    }
    parties.world.run_until(Time{} + 10min);
    EXPECT_TRUE(parties.damaged.empty()) << "seed " << seed;
    if (parties.ends.empty()) continue;  // killed before there was an agreement
    const OrderEnd& end = parties.ends[0];
    ++reasons[end.why.reason];
    if (end.trail.stage() == Stage::empty || end.trail.stage() < Stage::running) {
      EXPECT_EQ(end.owed, model::Credits{0}) << "seed " << seed;
      continue;
    }
    EXPECT_EQ(end.trail.stage(), Stage::closed) << "seed " << seed << ": " << model::to_text(end.why);
    ASSERT_EQ(parties.closed.size(), 1u) << "seed " << seed;
    EXPECT_EQ(agreement::write_trail(end.trail), agreement::write_trail(parties.closed[0])) << "seed " << seed;
  }
  EXPECT_GT(reasons[Reason::completed], 10);
  EXPECT_GT(reasons[Reason::provider_restarted], 5);
}

}  // namespace
}  // namespace quern::engagement
