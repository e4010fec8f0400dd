#include "tests/scheduler/daemon/node_world.hpp"

namespace quern::daemon {
namespace {

using simulation::NodeId;

constexpr runtime::Duration kWork = 5s;

// What the submitter has of its jobs' logs, the oldest job first, in the life that looks.
struct Logs {
  std::vector<std::string> texts;
  std::vector<model::Reason> ends;
};

// Two jobs, one after the other on the one device; `look` is when the second life has begun.
Logs logs_after(runtime::Duration until, simulation::CrashKind kind) {
  NodeWorld world;
  world.work_length = kWork;
  world.jobs.assign(2, engagement::sample_job());
  Logs logs;
  bool again = false;
  world.with_node = [&](Node& node, NodeId number) -> Task<void> {
    if (number != NodeWorld::kSubmitter || !again) co_return;
    const auto newest = node.jobs().newest(2);
    for (auto job = newest.rbegin(); job != newest.rend(); ++job) {
      const std::string id = (*job)->record.id;
      logs.ends.push_back((*job)->record.why.reason);
      const auto part = co_await node.jobs().read_log(id, 0, 100);
      logs.texts.push_back(part ? part->text : part.error().detail());
    }
  };
  world.world.run_until(NodeWorld::kSubmitted + until);
  world.crash(NodeWorld::kSubmitter, kind);
  again = true;
  world.world.restart(NodeWorld::kSubmitter);
  world.world.run_for(10s);
  return logs;
}

TEST(NodeLogs, of_jobs_outlive_the_node_also_what_was_kept_of_those_that_a_crash_has_ended) {
  for (const auto kind : {simulation::CrashKind::process, simulation::CrashKind::machine}) {
    const Logs logs = logs_after(kWork + kLogsKeptEvery + 1s, kind);
    EXPECT_EQ(logs.ends, (std::vector{model::Reason::completed, model::Reason::submitter_restarted}));
    EXPECT_EQ(logs.texts, (std::vector<std::string>{"begins\n", "begins\n"}));
  }
}

TEST(NodeLogs, of_jobs_under_way_are_whole_when_the_node_was_stopped_in_good_order) {
  NodeWorld world;
  world.work_length = kWork;
  std::string text;
  bool again = false;
  world.with_node = [&](Node& node, NodeId number) -> Task<void> {
    if (number != NodeWorld::kSubmitter || !std::exchange(again, true)) co_return;
    const auto part = co_await node.jobs().read_log(node.jobs().newest(1).front()->record.id, 0, 100);
    text = part ? part->text : part.error().detail();
  };
  const auto logged = kLogsKeptEvery / 2;
  world.world.run_until(NodeWorld::kSubmitted + logged);
  world.stop(NodeWorld::kSubmitter);
  world.world.restart(NodeWorld::kSubmitter);
  world.world.run_for(10s);
  EXPECT_EQ(text, "begins\n");
}

TEST(NodeLogs, of_a_job_are_read_in_the_life_that_ran_it_while_it_runs_and_afterwards) {
  NodeWorld world;
  world.work_length = kWork;
  world.submits = false;
  std::vector<std::string> texts;
  world.with_node = [&](Node& node, NodeId number) -> Task<void> {
    if (number != NodeWorld::kSubmitter) co_return;
    EXPECT_TRUE(co_await node.blobs().add(runtime::copy_of(runtime::bytes_of("source"))));
    co_await node.runtime().clock().sleep_for(NodeWorld::kSubmitted - Time{});
    const auto id = *co_await node.jobs().submit(engagement::sample_job(), placement::Strategy::cheapest, {});
    co_await node.runtime().clock().sleep_for(1s);
    texts.push_back((co_await node.jobs().read_log(id, 2, 3))->text);
    co_await node.jobs().wait_ended(id);
    EXPECT_EQ(node.jobs().find(id)->log.text, "") << "it is in the database";
    texts.push_back((co_await node.jobs().read_log(id, 2, 3))->text);
    texts.push_back((co_await node.jobs().read_log(id, 700, 3))->text);
    EXPECT_EQ((co_await node.jobs().read_log("j-none", 0, 3)).error(), runtime::Errc::not_found);
  };
  world.world.run_until(NodeWorld::kSubmitted + 20s);
  EXPECT_EQ(texts, (std::vector<std::string>{"gin", "gin", ""}));
}

}  // namespace
}  // namespace quern::daemon
