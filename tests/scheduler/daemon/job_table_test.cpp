#include "scheduler/daemon/job_table.hpp"

#include <gtest/gtest.h>

#include "tests/temporary_folder.hpp"

namespace quern::daemon {
namespace {

class JobLogs : public testing::Test {
 protected:
  JobLogs() : database(*store::Database::open({.path = (folder_.path() / "jobs.sqlite").string()})) {
    EXPECT_TRUE(migrate_jobs(database));
  }
  void add(const std::string& id, const std::string& text, std::uint64_t bytes_max = kLogsBytesMax) {
    EXPECT_TRUE(save_job(database, {.id = id, .manifest = "{}", .ended_unix_ms = 1}));
    const JobLog log{.text = text, .bytes = text.size(), .dropped_bytes = 3};
    EXPECT_TRUE(save_log(database, id, log, bytes_max));
  }
  std::string text_of(const std::string& id, std::uint64_t offset = 0, std::uint64_t bytes = 100) {
    const auto text = read_log_text(database, id, offset, bytes);
    return text && *text ? **text : "gone";
  }

 private:
  TemporaryFolder folder_;

 protected:
  store::Database database;
};

TEST_F(JobLogs, gives_a_log_by_its_parts) {
  add("a", std::string("0123\0\xff", 6));
  EXPECT_EQ(text_of("a"), std::string("0123\0\xff", 6));
  EXPECT_EQ(text_of("a", 2, 2), "23");
  EXPECT_EQ(text_of("a", 6), "");
  EXPECT_EQ(text_of("b"), "gone");
  const auto logs = load_logs(database);
  ASSERT_TRUE(logs);
  EXPECT_EQ(logs->at("a").bytes, 6);
  EXPECT_EQ(logs->at("a").dropped_bytes, 3);
  EXPECT_EQ(logs->at("a").text, "");
}

TEST_F(JobLogs, puts_a_longer_log_in_place_of_an_earlier_one) {
  add("a", "one");
  add("a", "one, two");
  EXPECT_EQ(text_of("a"), "one, two");
}

TEST_F(JobLogs, lets_the_texts_of_the_oldest_logs_go_where_all_together_are_too_many_and_still_knows_of_them) {
  add("a", "aaaa", 10);
  add("b", "bbbb", 10);
  add("c", "cccc", 10);
  EXPECT_EQ(text_of("a"), "gone");
  EXPECT_EQ(text_of("b"), "bbbb");
  EXPECT_EQ(text_of("c"), "cccc");
  EXPECT_EQ(load_logs(database)->at("a").bytes, 4);
}

TEST_F(JobLogs, forgets_a_log_with_its_job) {
  auto all = store::Transaction::begin(database);
  ASSERT_TRUE(all);
  for (std::size_t i = 0; i <= kJobsKeptMax; ++i) add("j" + std::to_string(i), "x");
  ASSERT_TRUE(all->commit());
  EXPECT_EQ(load_logs(database)->size(), kJobsKeptMax);
  EXPECT_EQ(text_of("j0"), "gone");
  EXPECT_EQ(text_of("j1"), "x");
}

}  // namespace
}  // namespace quern::daemon
