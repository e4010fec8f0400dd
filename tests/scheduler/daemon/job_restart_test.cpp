#include "scheduler/daemon/job_restart.hpp"

#include <numeric>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "scheduler/blobs/blob_store.hpp"
#include "tests/scheduler/agreement/example_trail.hpp"

namespace quern::daemon {
namespace {

using agreement::ExampleTrail;
using agreement::Trail;
using Shards = std::vector<std::pair<char, std::uint32_t>>;  // manifest and shard

model::Digest digest_of(char manifest) {
  return blobs::digest_of(runtime::bytes_of(std::string(1, manifest)));
}

// One for these that both are bound by.
ExampleTrail agreed_on(unsigned char id, std::int64_t after_ms, const Shards& tasks) {
  ExampleTrail example;
  agreement::Demand demand = agreement::example_demand();
  demand.id = {std::byte{id}};
  demand.made_unix_ms += after_ms;
  demand.tasks.clear();
  const model::Credits most = demand.max_total;
  demand.max_total = {};
  for (const auto& [manifest, shard] : tasks) {
    demand.tasks.push_back({.job = digest_of(manifest), .shard = shard, .shards = 8, .max_total = most});
    demand.max_total.micro += most.micro;
  }
  example.add(demand);
  example.add(agreement::example_bid(example.trail.newest(agreement::RecordKind::demand)));
  example.add(agreement::draft_agreement(example.trail, example.now));
  example.add(agreement::draft_acceptance(example.trail, example.now));
  return example;
}

// That has ended, with a device second for each. Those that `reasons` says nothing of have completed.
void add_trail(TrailsByDemand& trails, unsigned char id, std::int64_t after_ms, const Shards& tasks,
               const std::vector<model::Reason>& reasons = {}) {
  ExampleTrail example = agreed_on(id, after_ms, tasks);
  std::vector<agreement::TaskEnd> ends;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    ends.push_back({.reason = i < reasons.size() ? reasons[i] : model::Reason::completed,
                    .usage = agreement::usage_of(1'000'000, i == 0 ? 1 : 0),
                    .outputs = {}});
  }
  example.add(agreement::draft_receipt(example.trail, ends, example.now));
  example.closed();
  trails.emplace(example.trail.demand().id, example.trail);
}

JobRecord under_way(std::string id, char manifest, std::int64_t after_ms = 0) {
  return {.id = std::move(id),
          .manifest = std::string(1, manifest),
          .submitted_unix_ms = agreement::kNow.unix_ms + after_ms,
          .state = jobs::State::running,
          .tasks = std::vector<jobs::TaskRecord>(8)};
}

void end_and_count(std::vector<JobRecord>& records, const TrailsByDemand& trails) {
  for (const std::size_t i : end_by_restart(records, trails, agreement::kNow.unix_ms + 99)) {
    count_again(records[i], [&](const jobs::DemandId& demand) { return &trails.at(demand); });
  }
}

std::vector<unsigned> demands_of(const JobRecord& record) {
  std::vector<unsigned> ids;
  for (const JobTrail& entry : record.trails) ids.push_back(std::to_integer<unsigned>(entry.demand[0]));
  return ids;
}

std::int64_t owed_by_all(const TrailsByDemand& trails) {
  std::int64_t owed = 0;
  for (const auto& [demand, trail] : trails) owed += trail.owed().micro;
  return owed;
}

TEST(JobRestart, ends_what_was_under_way_and_nothing_else) {
  std::vector<JobRecord> records{under_way("a", 'm'), under_way("b", 'm')};
  records[0].ended_unix_ms = 5;
  records[0].state = jobs::State::complete;
  const JobRecord before = records[0];
  EXPECT_EQ(end_by_restart(records, {}, 7), std::vector<std::size_t>{1});
  EXPECT_EQ(records[0], before);
  EXPECT_EQ(records[1].state, jobs::State::system_error);
  EXPECT_EQ(records[1].why.reason, model::Reason::submitter_restarted);
  EXPECT_EQ(records[1].ended_unix_ms, 7);
  EXPECT_EQ(records[1].tasks[3].why.reason, model::Reason::submitter_restarted);
}

model::Credits cost_of_attempts(const JobRecord& record) {
  model::Credits cost;
  for (const jobs::TaskRecord& task : record.tasks)
    for (const jobs::Attempt& attempt : task.attempts) cost.micro += attempt.amount.micro;
  return cost;
}

TEST(JobRestart, tasks_say_what_their_receipts_say_and_cost_as_much_as_the_job) {
  using model::Reason;
  TrailsByDemand trails;
  add_trail(trails, 1, 10, {{'m', 0}, {'m', 1}, {'n', 2}, {'m', 3}}, {Reason::completed, Reason::preempted});
  add_trail(trails, 2, 20, {{'m', 1}, {'m', 4}, {'m', 5}}, {Reason::completed, Reason::canceled, Reason::build_failed});
  std::vector<JobRecord> records{under_way("a", 'm')};
  end_by_restart(records, trails, agreement::kNow.unix_ms + 99);
  const auto& tasks = records[0].tasks;
  ASSERT_EQ(tasks[0].attempts.size(), 1u);
  const jobs::Attempt& first = tasks[0].attempts[0];
  const auto& demand = trails.begin()->second.demand();
  EXPECT_EQ(std::pair(first.provider, first.device), std::pair(demand.provider.text(), demand.device));
  EXPECT_EQ(std::pair(first.state, first.why.reason), std::pair(jobs::State::complete, Reason::completed));
  EXPECT_EQ(first.progress_permille, 1000u);
  EXPECT_EQ(std::pair(tasks[0].state, tasks[0].why.reason), std::pair(jobs::State::complete, Reason::completed));
  ASSERT_EQ(tasks[1].attempts.size(), 2u);
  EXPECT_EQ(tasks[1].attempts[0].why.reason, Reason::preempted);
  EXPECT_EQ(tasks[1].state, jobs::State::complete);
  EXPECT_TRUE(tasks[2].attempts.empty()) << "another job's";
  EXPECT_EQ(tasks[3].state, jobs::State::complete);
  EXPECT_EQ(tasks[4].attempts.at(0).why.reason, Reason::submitter_restarted) << "nobody else has canceled it";
  EXPECT_EQ(std::pair(tasks[4].state, tasks[4].why.reason),
            std::pair(jobs::State::system_error, Reason::submitter_restarted));
  EXPECT_EQ(tasks[5].state, jobs::State::executor_error);
  EXPECT_EQ(std::pair(records[0].trails.at(1).task, records[0].trails.at(1).attempt), std::pair(1u, 1u));
  EXPECT_GT(records[0].amount.micro, 0);
  EXPECT_EQ(cost_of_attempts(records[0]), records[0].amount);
  EXPECT_EQ(summary_json(records[0], "").at("progress_permille").to_number<int>(), 3000 / 8);
}

TEST(JobRestart, an_attempt_that_is_still_at_work_is_told_anew_once_it_has_its_receipt) {
  std::vector<JobRecord> records{under_way("a", 'm')};
  TrailsByDemand trails{{{std::byte{1}}, agreed_on(1, 10, {{'m', 0}}).trail}};
  end_by_restart(records, trails, agreement::kNow.unix_ms + 99);
  JobRecord& job = records[0];
  ASSERT_EQ(job.tasks[0].attempts.size(), 1u);
  EXPECT_EQ(job.tasks[0].attempts[0].state, jobs::State::system_error);
  EXPECT_EQ(job.tasks[0].attempts[0].why.reason, model::Reason::submitter_restarted);
  trails.clear();
  add_trail(trails, 1, 10, {{'m', 0}});
  count_again(job, [&](const jobs::DemandId& demand) { return &trails.at(demand); });
  ASSERT_EQ(job.tasks[0].attempts.size(), 1u);
  EXPECT_EQ(job.tasks[0].state, jobs::State::complete);
  EXPECT_EQ(cost_of_attempts(job), job.amount);
  const JobRecord before = job;
  count_again(job, [](const jobs::DemandId&) { return nullptr; });
  EXPECT_EQ(job, before) << "what is not there any more is not forgotten";
}

TEST(JobRestart, two_jobs_of_one_manifest_do_not_both_name_one_agreement) {
  TrailsByDemand trails;
  add_trail(trails, 1, 10, {{'m', 0}});
  add_trail(trails, 2, 20, {{'m', 0}});
  std::vector<JobRecord> records{under_way("a", 'm'), under_way("b", 'm')};
  end_and_count(records, trails);
  EXPECT_EQ(demands_of(records[0]), std::vector<unsigned>{1});
  EXPECT_EQ(demands_of(records[1]), std::vector<unsigned>{2});
  EXPECT_EQ(records[0].amount.micro + records[1].amount.micro, owed_by_all(trails));
}

TEST(JobRestart, two_jobs_of_one_manifest_under_one_agreement_have_a_task_of_it_each) {
  TrailsByDemand trails;
  add_trail(trails, 1, 10, {{'m', 0}, {'m', 0}, {'n', 4}});
  std::vector<JobRecord> records{under_way("a", 'm'), under_way("b", 'm'), under_way("c", 'n')};
  end_and_count(records, trails);
  EXPECT_EQ(records[0].trails.at(0).places, std::vector<std::uint32_t>{0});
  EXPECT_EQ(records[1].trails.at(0).places, std::vector<std::uint32_t>{1});
  EXPECT_EQ(records[2].trails.at(0).places, std::vector<std::uint32_t>{2});
  EXPECT_EQ(records[2].trails.at(0).task, 4);
  EXPECT_EQ(records[0].amount.micro + records[1].amount.micro + records[2].amount.micro, owed_by_all(trails));
}

TEST(JobRestart, what_a_job_that_has_ended_has_named_is_not_of_a_like_one_that_was_under_way) {
  TrailsByDemand trails;
  add_trail(trails, 1, 10, {{'m', 0}});
  add_trail(trails, 2, 20, {{'m', 0}, {'m', 0}});
  std::vector<JobRecord> records{under_way("a", 'm'), under_way("b", 'm')};
  records[0].ended_unix_ms = 5;
  records[0].trails = {{.task = 0, .attempt = 0, .demand = {std::byte{1}}, .places = {}},
                       {.task = 0, .attempt = 1, .demand = {std::byte{2}}, .places = {}}};
  end_and_count(records, trails);
  ASSERT_EQ(demands_of(records[1]), std::vector<unsigned>{2});
  EXPECT_EQ(records[1].trails[0].places, std::vector<std::uint32_t>{1});
}

TEST(JobRestart, an_agreement_from_before_a_job_is_not_its) {
  TrailsByDemand trails;
  add_trail(trails, 1, 10, {{'m', 0}});
  std::vector<JobRecord> records{under_way("a", 'm', 11)};
  end_and_count(records, trails);
  EXPECT_TRUE(records[0].trails.empty());
}

TEST(JobRestart, a_like_job_that_has_ended_keeps_its_places_of_an_agreement_and_no_more) {
  TrailsByDemand trails;
  add_trail(trails, 1, 10, {{'m', 0}, {'m', 1}, {'m', 2}});
  std::vector<JobRecord> records{under_way("a", 'm'), under_way("b", 'm')};
  records[0].ended_unix_ms = 5;
  records[0].trails = {{.task = 0, .attempt = 0, .demand = {std::byte{1}}, .places = {0}}};
  end_and_count(records, trails);
  EXPECT_EQ(records[1].trails.at(0).places, (std::vector<std::uint32_t>{1, 2}));
}

TEST(JobRestart, the_outputs_of_a_job_are_known_once_all_of_its_tasks_have_completed) {
  TrailsByDemand trails;
  add_trail(trails, 1, 10, {{'m', 0}, {'m', 1}, {'n', 2}}, {model::Reason::completed, model::Reason::preempted});
  add_trail(trails, 2, 20, {{'m', 1}});
  std::vector<JobRecord> records{under_way("a", 'm')};
  records[0].tasks.resize(2);
  end_and_count(records, trails);
  const auto find = [&](const jobs::DemandId& demand) { return &trails.at(demand); };
  const auto outputs = outputs_of(records[0], find);
  ASSERT_TRUE(outputs.has_value());
  EXPECT_EQ(outputs->size(), 2u);
  records[0].tasks.resize(3);
  EXPECT_FALSE(outputs_of(records[0], find)) << "the third is another job's";
  records[0].tasks.resize(2);
  trails.erase({std::byte{2}});
  trails.emplace(jobs::DemandId{std::byte{2}}, agreed_on(2, 20, {{'m', 1}}).trail);
  EXPECT_FALSE(outputs_of(records[0], find)) << "it has no receipt yet";
}

// Jobs of three manifests, agreements of any of their tasks, in any order.
RC_GTEST_PROP(JobRestart, every_task_of_every_agreement_is_of_one_job_and_all_that_is_owed_is_counted_once, ()) {
  const auto letters = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 3));
  std::vector<JobRecord> records{under_way("x", 'a'), under_way("y", 'b'), under_way("z", 'c')};
  for (const int letter : letters) records.push_back(under_way("j", static_cast<char>('a' + letter)));
  TrailsByDemand trails;
  std::size_t tasks = 0;
  for (int count = *rc::gen::inRange(0, 5); count > 0; --count) {
    Shards shards;
    for (int task = *rc::gen::inRange(1, 5); task > 0; --task) {
      shards.emplace_back(static_cast<char>('a' + *rc::gen::inRange(0, 3)), *rc::gen::inRange(0u, 3u));
    }
    tasks += shards.size();
    add_trail(trails, static_cast<unsigned char>(count), *rc::gen::inRange(0, 100), shards);
  }
  end_and_count(records, trails);
  std::set<std::pair<jobs::DemandId, std::uint32_t>> named;
  std::int64_t amount = 0;
  for (const JobRecord& record : records) {
    amount += record.amount.micro;
    RC_ASSERT(cost_of_attempts(record) == record.amount);
    for (const JobTrail& entry : record.trails) {
      for (const std::uint32_t place : entry.places) RC_ASSERT(named.emplace(entry.demand, place).second);
    }
    RC_ASSERT(*job_record_from(to_text(record)) == record);
  }
  RC_ASSERT(named.size() == tasks);
  RC_ASSERT(amount == owed_by_all(trails));
}

}  // namespace
}  // namespace quern::daemon
