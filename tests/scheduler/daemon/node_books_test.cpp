#include "tests/scheduler/daemon/node_world.hpp"

namespace quern::daemon {
namespace {

using simulation::NodeId;

TEST(NodeBooks, a_reservation_whose_trail_the_disk_has_lost_is_released_and_named) {
  NodeWorld world;
  world.work_length = 10s;
  world.world.run_until(NodeWorld::kSubmitted + 5s);
  ASSERT_EQ(world.view(NodeWorld::kSubmitter).open.size(), 1);
  world.crash(NodeWorld::kSubmitter);
  world.before_start = [](Runtime& runtime, NodeId /*number*/) -> Task<void> {
    const auto files = co_await runtime.disk().list();
    for (const std::string& file : *files) {
      if (file.starts_with("trail.")) EXPECT_TRUE(co_await runtime.disk().remove(file));
    }
  };
  world.world.restart(NodeWorld::kSubmitter);
  world.world.run_for(10s);
  const NodeView after = world.view(NodeWorld::kSubmitter);
  EXPECT_TRUE(after.open.empty());
  EXPECT_EQ(after.balance.reserved, model::Credits{});
  EXPECT_TRUE(world.has_logged(NodeWorld::kSubmitter, "reservation_without_trail"));
}

TEST(NodeBooks, an_end_that_the_ledger_cannot_take_is_entered_once_it_can) {
  NodeWorld world;
  world.work_length = 3s;
  world.world.run_until(NodeWorld::kSubmitted + 2s);
  ASSERT_EQ(world.view(NodeWorld::kSubmitter).open.size(), 1);
  world.files(NodeWorld::kSubmitter).fill_after(0);
  world.world.run_for(20s);
  EXPECT_TRUE(world.has_logged(NodeWorld::kSubmitter, "not_posted"));
  EXPECT_EQ(world.view(NodeWorld::kSubmitter).open.size(), 1);
  world.files(NodeWorld::kSubmitter).make_room();
  world.world.run_for(10s);
  const NodeView after = world.view(NodeWorld::kSubmitter);
  EXPECT_TRUE(after.open.empty());
  EXPECT_EQ(after.balance.spent, world.view(NodeWorld::kProvider).balance.earned);
  EXPECT_EQ(after.balance.spent.micro, 3'000'000);
}

// What a submitter sees of its job while its disk is full, files and database alike, and once there is room.
struct FullDisk {
  std::optional<jobs::State> during;
  std::optional<JobRecord> after;

  Task<void> live(NodeWorld& world, Node& node) {
    runtime::Runtime& runtime = node.runtime();
    for (const std::string& content : {std::string("source"), world.data})
      EXPECT_TRUE(co_await node.blobs().add(runtime::copy_of(runtime::bytes_of(content))));
    co_await runtime.clock().sleep_for(6s);
    const auto id = co_await node.jobs().submit(engagement::sample_job(), placement::Strategy::cheapest, {});
    if (!id) co_return;
    co_await runtime.clock().sleep_for(5s);
    world.files(NodeWorld::kSubmitter).fill_after(0);
    for (std::size_t bytes = NodeWorld::kDiskBytes; bytes > 0;) {
      const auto taken = co_await runtime.disk().append("hog", runtime::Bytes(bytes));
      if (!taken) bytes /= 2;
    }
    co_await runtime.clock().sleep_for(2min);
    during = node.jobs().find(*id)->record.state;
    EXPECT_TRUE(co_await runtime.disk().remove("hog"));
    co_await node.jobs().wait_ended(*id);
    EXPECT_TRUE(world.has_logged(NodeWorld::kSubmitter, "job_not_saved")) << "its database has no room yet";
    world.files(NodeWorld::kSubmitter).make_room();
    co_await runtime.clock().sleep_for(10s);
    after = node.jobs().find(*id)->record;
  }
};

TEST(NodeBooks, a_job_whose_submitter_has_a_full_disk_ends_once_and_costs_the_same_in_both_ledgers) {
  NodeWorld world;
  world.work_length = 5min;
  world.submits = false;
  FullDisk disk;
  world.with_node = [&](Node& node, NodeId number) -> Task<void> {
    if (number == NodeWorld::kSubmitter && !disk.during) co_await disk.live(world, node);
  };
  world.world.run_until(Time{} + 4min);
  const auto& after = disk.after;
  ASSERT_TRUE(disk.during && after);
  EXPECT_FALSE(jobs::is_end(*disk.during));
  EXPECT_EQ(after->state, jobs::State::system_error);
  EXPECT_EQ(after->why.reason, model::Reason::disk_full) << model::to_text(after->why);
  const NodeView before = world.view(NodeWorld::kSubmitter);
  EXPECT_TRUE(before.open.empty());
  EXPECT_GT(before.balance.spent, model::Credits{1'000'000});
  EXPECT_EQ(before.balance.spent, after->amount);
  EXPECT_EQ(before.balance.spent, world.view(NodeWorld::kProvider).balance.earned);
  world.crash_and_restart(NodeWorld::kSubmitter, 1s);
  world.world.run_for(10s);
  const NodeView again = world.view(NodeWorld::kSubmitter);
  ASSERT_EQ(again.jobs.size(), 1u);
  EXPECT_EQ(again.jobs[0], *after);
}

TEST(NodeBooks, a_key_that_is_not_the_one_of_the_agreements_kept_is_refused_with_both_peers_and_what_to_do) {
  NodeWorld world;
  world.jobs.assign(2, engagement::sample_job());
  world.world.run_until(NodeWorld::kSubmitted + 30s);
  world.crash(NodeWorld::kSubmitter);
  world.keys.at(NodeWorld::kSubmitter) = 7;
  world.may_not_start = true;
  world.world.restart(NodeWorld::kSubmitter);
  world.world.run_for(10s);
  ASSERT_TRUE(world.not_started);
  const std::string why = world.not_started->message();
  for (const std::string& part : {connection::test_peer(7).text(), connection::test_peer(2).text(),
                                  std::string("are those of " + connection::test_peer(2).text() + ": put the key of "),
                                  std::string("empty data directory")}) {
    EXPECT_NE(why.find(part), std::string::npos) << why;
  }
  // With the right one again it goes on.
  world.crash(NodeWorld::kSubmitter);
  world.keys.at(NodeWorld::kSubmitter) = 2;
  world.may_not_start = false;
  world.world.restart(NodeWorld::kSubmitter);
  world.world.run_for(10s);
  EXPECT_EQ(world.view(NodeWorld::kSubmitter).balance.spent.micro, 600'000);
}

TEST(NodeBooks, without_its_database_a_node_says_so_and_owes_and_is_owed_what_its_trails_say) {
  NodeWorld world;
  world.jobs.assign(2, engagement::sample_job());
  world.trails_may_go = true;
  world.world.run_until(NodeWorld::kSubmitted + 30s);
  const NodeView before = world.view(NodeWorld::kSubmitter);
  ASSERT_EQ(before.jobs.size(), 2);
  const std::int64_t began_unix_ms = before.jobs[0].submitted_unix_ms;
  const Balance spent = before.balance;
  const Balance earned = world.view(NodeWorld::kProvider).balance;
  EXPECT_FALSE(world.has_logged(NodeWorld::kSubmitter, "database_new"));
  for (const NodeId node : {NodeWorld::kSubmitter, NodeWorld::kProvider}) {
    world.crash(node);
    world.files(node).replace("quern.sqlite", {});
  }
  world.world.run_for(1h);
  std::int64_t entered_unix_ms = 0;
  world.with_node = [&](Node& node, NodeId number) -> Task<void> {
    if (number != NodeWorld::kSubmitter) co_return;
    co_await node.runtime().clock().sleep_for(10s);
    const auto entry = co_await node.with_ledger(
        [](const ledger::Ledger& ledger) { return ledger.transaction(ledger::TransactionId{1}); });
    if (entry && *entry) entered_unix_ms = (*entry)->at_unix_ms;
  };
  for (const NodeId node : {NodeWorld::kSubmitter, NodeWorld::kProvider}) world.world.restart(node);
  world.world.run_for(1min);
  const NodeView after = world.view(NodeWorld::kSubmitter);
  EXPECT_EQ(after.balance, spent);
  EXPECT_LT(entered_unix_ms - began_unix_ms, 30'000) << "at the time of the agreement";
  EXPECT_TRUE(after.jobs.empty());
  EXPECT_EQ(world.view(NodeWorld::kProvider).balance, earned);
  EXPECT_TRUE(world.has_logged(NodeWorld::kSubmitter, "database_new"));
  EXPECT_TRUE(world.has_logged(NodeWorld::kProvider, "database_new"));
}

TEST(NodeBooks, a_database_that_is_found_damaged_is_told_once_with_its_path_and_what_helps) {
  NodeWorld world;
  world.trails_may_go = true;
  world.with_node = [](Node& node, NodeId number) -> Task<void> {
    if (number != NodeWorld::kSubmitter) co_return;
    EXPECT_TRUE(node.problems().empty());
    EXPECT_TRUE(co_await node.with_ledger([](ledger::Ledger& ledger) {
      return ledger.database().execute("DROP TABLE receipts");  // as a spoiled page of the schema
    }));
  };
  world.world.run_until(NodeWorld::kSubmitted + 30s);
  const NodeView view = world.view(NodeWorld::kSubmitter);
  ASSERT_EQ(view.problems.size(), 1);
  EXPECT_EQ(view.problems[0].reason, model::Reason::database_damaged);
  EXPECT_TRUE(view.problems[0].detail.contains("/quern.sqlite: ")) << view.problems[0].detail;
  const auto told = [](const std::string& line) { return line.contains("event=database_damaged "); };
  EXPECT_EQ(std::ranges::count_if(world.log(NodeWorld::kSubmitter), told), 1);
  EXPECT_TRUE(world.view(NodeWorld::kProvider).problems.empty());
}

TEST(NodeBooks, a_clock_an_hour_off_is_told_where_it_keeps_all_offers_out) {
  for (const auto ahead : {60min, -60min}) {
    NodeWorld world(1, ahead);
    world.world.run_until(NodeWorld::kSubmitted + 1min);
    const NodeView view = world.view(NodeWorld::kSubmitter);
    ASSERT_EQ(view.problems.size(), 1);
    EXPECT_EQ(view.problems[0].reason, model::Reason::clocks_differ);
    EXPECT_TRUE(view.problems[0].detail.contains(ahead > 0min ? " min ahead of" : " min behind"));
    EXPECT_TRUE(world.has_logged(NodeWorld::kSubmitter, "clocks_differ"));
    world.world.run_until(NodeWorld::kSubmitted + 15min);
    const NodeView later = world.view(NodeWorld::kSubmitter);
    ASSERT_EQ(later.jobs.size(), 1);
    EXPECT_EQ(later.jobs[0].why.reason, model::Reason::no_offer);
    EXPECT_TRUE(later.jobs[0].why.detail.starts_with("this node's clock is about ")) << later.jobs[0].why.detail;
  }
  NodeWorld right;
  right.world.run_until(NodeWorld::kSubmitted + 1min);
  EXPECT_TRUE(right.view(NodeWorld::kSubmitter).problems.empty());
}

TEST(NodeBooks, entries_of_the_ledger_name_the_job_as_its_submitter_knows_it) {
  NodeWorld world;
  std::array<std::string, 2> ids;
  world.with_node = [&](Node& node, NodeId number) -> Task<void> {
    const auto id = [](ledger::Ledger& ledger) -> runtime::Result<std::string> {
      const auto entry = ledger.transaction(ledger::TransactionId{1});
      if (!entry) return std::unexpected(entry.error());
      return *entry ? find_job_id(ledger.database(), **entry) : std::string("none");
    };
    ids.at(number) = (co_await node.with_ledger(id)).value_or("not read");
  };
  world.world.run_until(NodeWorld::kSubmitted + 30s);
  const NodeView view = world.view(NodeWorld::kSubmitter);
  for (const NodeId node : {NodeWorld::kSubmitter, NodeWorld::kProvider}) world.crash_and_restart(node, 1s);
  world.world.run_for(10s);
  ASSERT_EQ(view.jobs.size(), 1);
  EXPECT_EQ(ids.at(NodeWorld::kSubmitter), view.jobs[0].id);
  EXPECT_EQ(ids.at(NodeWorld::kProvider), "");
}

// A record is whole or not: only the ledger knows that there were more.
TEST(NodeBooks, a_settled_trail_that_has_lost_its_last_records_is_named_and_left_alone) {
  for (const bool all_but_the_bid : {false, true}) {
    for (const NodeId node : {NodeWorld::kSubmitter, NodeWorld::kProvider}) {
      NodeWorld world;
      world.trails_may_go = true;
      world.world.run_until(NodeWorld::kSubmitted + 30s);
      const Balance before = world.view(node).balance;
      world.crash(node);
      std::string cut;
      world.before_start = [&](Runtime& runtime, NodeId number) -> Task<void> {
        const auto files = co_await runtime.disk().list();
        for (const std::string& file : *files) {
          if (number != node || !file.starts_with("trail.") || !cut.empty()) continue;
          cut = file;
          const runtime::Bytes content = *co_await runtime.disk().read(file);
          std::size_t last = 0;
          std::size_t records = 0;
          for (std::size_t at = 0; at < content.size() && (!all_but_the_bid || records < 3); ++records) {
            last = at;
            at += 2 + (std::to_integer<std::size_t>(content[at]) << 8 | std::to_integer<std::size_t>(content[at + 1]));
          }
          EXPECT_TRUE(co_await runtime.disk().replace(
              file, runtime::Bytes(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(last))));
        }
      };
      std::vector<std::string> left;
      world.with_node = [&](Node& started, NodeId /*number*/) -> Task<void> {
        left = *co_await started.runtime().disk().list();
      };
      world.world.restart(node);
      world.world.run_for(1min);
      EXPECT_EQ(world.view(node).balance, before);
      EXPECT_TRUE(world.has_logged(node, "trail_damaged"));
      EXPECT_TRUE(std::ranges::find(left, cut) != left.end());
    }
  }
}

// What is left of each looks like a record that was being written when the power went.
TEST(NodeBooks, what_is_left_of_a_trail_with_a_receipt_is_kept_and_of_one_that_bound_nobody_is_removed) {
  NodeWorld world;
  world.work_length = 3s;
  world.world.run_until(NodeWorld::kSubmitted + 30s);
  ASSERT_TRUE(world.view(NodeWorld::kSubmitter).open.empty());
  world.crash(NodeWorld::kSubmitter);
  const std::string unknown = "trail." + std::string(32, '7');
  std::string cut;
  world.before_start = [&](Runtime& runtime, NodeId /*number*/) -> Task<void> {
    const auto files = co_await runtime.disk().list();
    for (const std::string& file : *files) {
      if (!file.starts_with("trail.")) continue;
      cut = file;
      const auto content = co_await runtime.disk().read_piece(file, 0, 100);
      EXPECT_TRUE(co_await runtime.disk().replace(file, *content));
      EXPECT_TRUE(co_await runtime.disk().replace(unknown, *content));
    }
  };
  std::vector<std::string> left;
  world.with_node = [&](Node& node, NodeId /*number*/) -> Task<void> { left = *co_await node.runtime().disk().list(); };
  world.world.restart(NodeWorld::kSubmitter);
  world.world.run_for(10s);
  ASSERT_FALSE(cut.empty());
  EXPECT_TRUE(std::ranges::find(left, cut) != left.end());
  EXPECT_FALSE(std::ranges::find(left, unknown) != left.end());
  EXPECT_TRUE(world.has_logged(NodeWorld::kSubmitter, "trail_damaged"));
  EXPECT_TRUE(world.has_logged(NodeWorld::kSubmitter, "trail_removed"));
}

// Jobs that are done, and then `later` at which the submitter looks for their trails.
struct Kept {
  std::size_t whole = 0;
  std::vector<KeptReceipt> receipts;
  std::size_t missing = 0;
};

Kept kept_trails(NodeWorld& world, std::size_t jobs, runtime::Duration later) {
  Kept kept;
  world.trails_may_go = true;
  world.jobs.assign(jobs, engagement::sample_job());
  std::vector<JobTrail> entries;
  world.with_node = [&](Node& node, NodeId number) -> Task<void> {
    if (number != NodeWorld::kSubmitter || entries.empty()) co_return;  // in the first life
    co_await node.runtime().clock().sleep_for(1min);
    for (const JobTrail& entry : entries) {
      const auto found = *co_await node.find_trail(entry.demand);
      if (std::holds_alternative<agreement::Trail>(found)) ++kept.whole;
      if (std::holds_alternative<std::monostate>(found)) ++kept.missing;
      if (const auto* receipt = std::get_if<KeptReceipt>(&found)) kept.receipts.push_back(*receipt);
    }
  };
  world.world.run_until(NodeWorld::kSubmitted + later);
  for (const JobRecord& job : world.view(NodeWorld::kSubmitter).jobs) {
    entries.insert(entries.end(), job.trails.begin(), job.trails.end());
  }
  EXPECT_EQ(entries.size(), jobs);
  world.crash_and_restart(NodeWorld::kSubmitter, 1s);
  world.world.run_for(5min);
  return kept;
}

TEST(NodeBooks, trails_that_are_settled_for_too_long_leave_their_receipts) {
  NodeWorld world;
  world.config(NodeWorld::kSubmitter).store.keep_trails_days = 2;
  const Kept kept = kept_trails(world, 2, 72h);
  EXPECT_EQ(kept.whole, 0);
  EXPECT_EQ(kept.missing, 0);
  ASSERT_EQ(kept.receipts.size(), 2);
  EXPECT_EQ(kept.receipts[0].end, "completed");
  EXPECT_EQ(kept.receipts[0].amount.micro, 300'000);
  EXPECT_TRUE(world.has_logged(NodeWorld::kSubmitter, "trails_removed"));
  // Both signatures of the receipt can still be checked.
  const runtime::ByteView records = kept.receipts[0].records;
  const auto size = std::to_integer<std::size_t>(records[0]) << 8 | std::to_integer<std::size_t>(records[1]);
  const auto receipt = agreement::open_record(records.subspan(2, size));
  const auto acknowledgement = agreement::open_record(records.subspan(2 + size + 2));
  ASSERT_TRUE(receipt && acknowledgement);
  EXPECT_EQ(receipt->kind(), agreement::RecordKind::receipt);
  EXPECT_EQ(acknowledgement->kind(), agreement::RecordKind::receipt_acknowledgement);
  const NodeView after = world.view(NodeWorld::kSubmitter);
  EXPECT_EQ(after.balance.spent.micro, 600'000) << "the ledger keeps all";
  EXPECT_EQ(after.jobs[0].amount.micro, 300'000);
}

TEST(NodeBooks, trails_that_are_settled_lately_are_kept_whole) {
  NodeWorld world;
  world.config(NodeWorld::kSubmitter).store.keep_trails_days = 4;
  const Kept kept = kept_trails(world, 2, 72h);
  EXPECT_EQ(kept.whole, 2);
}

TEST(NodeBooks, of_too_many_trails_the_oldest_leave_their_receipts) {
  NodeWorld world;
  world.config(NodeWorld::kSubmitter).store.trails = 1;
  const Kept kept = kept_trails(world, 3, 2min);
  EXPECT_EQ(kept.whole, 1);
  EXPECT_EQ(kept.receipts.size(), 2);
}

}  // namespace
}  // namespace quern::daemon
