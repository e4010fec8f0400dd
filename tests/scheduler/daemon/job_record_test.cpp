#include "scheduler/daemon/job_record.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "scheduler/daemon/job_table.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::daemon {
namespace {

using jobs::State;
using model::Reason;

model::Why any_why() {
  const auto all = model::reasons();
  return {.reason = all[*rc::gen::inRange<std::size_t>(0, all.size())].reason,
          .detail = *rc::gen::container<std::string>(rc::gen::inRange<char>(' ', '~'))};
}

template <std::size_t Size>
std::array<std::byte, Size> any_bytes() {
  std::array<std::byte, Size> bytes{};
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(*rc::gen::inRange(0, 256));
  return bytes;
}

jobs::Attempt any_attempt() {
  jobs::Attempt attempt{.provider = "12D3KooW" + *rc::gen::string<std::string>(),
                        .device = "qd1-0",
                        .state = static_cast<State>(*rc::gen::inRange(0, 8)),
                        .progress_permille = *rc::gen::inRange(0u, 1001u),
                        .why = any_why(),
                        .amount = {*rc::gen::inRange<std::int64_t>(0, 1'000'000'000)}};
  if (*rc::gen::arbitrary<bool>()) attempt.predicted = {.low = {1}, .likely = {2}, .high = {3}, .measured = true};
  return attempt;
}

JobRecord any_record() {
  JobRecord record{.id = "j-0123456789abcdef",
                   .manifest = *rc::gen::string<std::string>(),
                   .strategy = placement::Strategy::spread,
                   .exclude = {"a", "b"},
                   .only = {{"c", "qd1-0"}, {"d", ""}},
                   .submitted_unix_ms = *rc::gen::inRange<std::int64_t>(0, 1'800'000'000'000),
                   .ended_unix_ms = {},
                   .state = static_cast<State>(*rc::gen::inRange(0, 8)),
                   .why = any_why(),
                   .amount = {*rc::gen::inRange<std::int64_t>(0, 1'000'000'000)}};
  if (*rc::gen::arbitrary<bool>()) record.ended_unix_ms = record.submitted_unix_ms + 1;
  for (int task = *rc::gen::inRange(0, 4); task > 0; --task) {
    jobs::TaskRecord& made = record.tasks.emplace_back();
    made.state = static_cast<State>(*rc::gen::inRange(0, 8));
    made.why = any_why();
    for (int attempt = *rc::gen::inRange(0, 3); attempt > 0; --attempt) made.attempts.push_back(any_attempt());
    record.trails.push_back({.task = 1, .attempt = 2, .demand = any_bytes<agreement::kDemandIdBytes>()});
    record.outputs.push_back({.path = "a/b", .bytes = 17, .digest = any_bytes<32>()});
  }
  return record;
}

RC_GTEST_PROP(JobRecord, is_read_back_as_it_was, ()) {
  const JobRecord record = any_record();
  const auto read = job_record_from(to_text(record));
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == record);
}

RC_GTEST_PROP(JobRecord, that_is_cut_off_or_changed_is_refused_or_another_but_never_a_crash, ()) {
  std::string text = to_text(any_record());
  const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
  RC_ASSERT(!job_record_from(std::string_view(text).substr(0, at)));
  text[at] = *rc::gen::arbitrary<char>();
  std::ignore = job_record_from(text);
}

TEST(JobRecord, of_an_older_node_says_nothing_of_places_and_may_go_anywhere) {
  const JobRecord record{.id = "j-0", .manifest = "{}"};
  EXPECT_EQ(to_text(record).find("only"), std::string::npos);
  const auto read = job_record_from(to_text(record));
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->only.empty());
}

TEST(JobRecord, a_member_that_is_wrong_is_named) {
  const auto read = job_record_from(R"({"id":"j","manifest":"","strategy":"loudest"})");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().detail(), "a job's record: strategy");
}

JobRecord numbered(std::size_t number, bool ended) {
  JobRecord record{.id = "j-" + std::to_string(number), .manifest = "{}"};
  if (ended) record.ended_unix_ms = 1;
  return record;
}

TEST(JobTable, keeps_what_runs_and_the_newest_that_have_ended) {
  const TemporaryFolder folder;
  auto database = store::Database::open({.path = (folder.path() / "jobs.sqlite").string()});
  ASSERT_TRUE(database);
  ASSERT_TRUE(migrate_jobs(*database));
  ASSERT_TRUE(migrate_jobs(*database)) << "again is no harm";
  ASSERT_TRUE(save_job(*database, numbered(0, false)));
  for (std::size_t number = 1; number <= kJobsKeptMax + 5; ++number) {
    ASSERT_TRUE(save_job(*database, numbered(number, true)));
  }
  std::vector<std::string> damaged;
  const auto loaded = load_jobs(*database, damaged);
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->size(), kJobsKeptMax + 1);
  EXPECT_EQ(loaded->front().id, "j-0") << "it runs";
  EXPECT_EQ((*loaded)[1].id, "j-6");
  EXPECT_TRUE(damaged.empty());

  ASSERT_TRUE(database->run("UPDATE jobs SET record = ? WHERE id = ?", "{}", "j-7"));
  EXPECT_EQ(load_jobs(*database, damaged)->size(), kJobsKeptMax);
  EXPECT_EQ(damaged, (std::vector<std::string>{"j-7"}));
}

}  // namespace
}  // namespace quern::daemon
