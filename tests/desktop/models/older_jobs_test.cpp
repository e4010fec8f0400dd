// Jobs that the topic has no room for: which of them the table keeps, and when the daemon is asked for them.
#include "desktop/models/older_jobs.hpp"

#include <QTest>
#include <memory>
#include <ranges>

#include <gtest/gtest.h>

#include "tests/desktop/client/scripted_transport.hpp"
#include "tests/desktop/models/example_topics.hpp"

namespace quern::desktop::models {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

const QuantityText kText(QLocale(QLocale::English, QLocale::UnitedStates), QTimeZone::utc());
constexpr int kSoonMs = 10'000;
constexpr std::int64_t kBegin = 1'790'000'000'000;

QString name(int number) {
  return QStringLiteral("j-%1").arg(number);
}

// The higher its number, the newer it is.
json::object job(int number, const char* state) {
  json::object made = example_job(name(number).toStdString(), state);
  made["submitted_unix_ms"] = kBegin + number;
  return made;
}

// Of the numbers from `first` to before `end`.
json::value topic(int first, int end, const char* state) {
  json::object by_id;
  for (int number = first; number < end; ++number) by_id[name(number).toStdString()] = job(number, state);
  return json::object{{"jobs", std::move(by_id)}};
}
std::vector<JobRow> listed(int first, int end, const char* state) {
  return jobs_from(topic(first, end, state));
}

TEST(KeptJobs, OlderOnesThatEndedAreKeptOnlyWhenTheyAreWanted) {
  JobModel jobs(kText);
  jobs.take(topic(0, 10, "RUNNING"));
  EXPECT_TRUE(jobs.take(topic(5, 15, "COMPLETE"))) << "some have left it";
  EXPECT_FALSE(jobs.take(topic(5, 15, "COMPLETE")));
  EXPECT_EQ(jobs.rowCount(), 15) << "those under way are pushed out of the topic only";
  jobs.begin_older();
  jobs.take_older(listed(-1'000, 5, "COMPLETE"));
  EXPECT_EQ(jobs.rowCount(), 15) << "their end is seen once, long ago ended ones are not asked for";
  EXPECT_FALSE(jobs.older_running());
  jobs.take(topic(6, 16, "COMPLETE"));
  EXPECT_EQ(jobs.rowCount(), 10);
  jobs.set_keeps_ended(true);
  jobs.take_older(listed(-1'000, 5, "COMPLETE"));
  jobs.take(topic(7, 17, "COMPLETE"));
  EXPECT_EQ(jobs.rowCount(), 1'016);
}

TEST(KeptJobs, AreBoundedAndTheOldestThatEndedGoFirst) {
  JobModel jobs(kText);
  jobs.set_keeps_ended(true);
  jobs.take(topic(0, 100, "RUNNING"));
  constexpr int kMost = static_cast<int>(kJobsMax);
  for (int first = 100; first <= 2 * kMost; first += 100) jobs.take(topic(first, first + 100, "COMPLETE"));
  EXPECT_EQ(jobs.rowCount(), kMost);
  EXPECT_EQ(jobs.running(), 100);
  EXPECT_EQ(jobs.find(name(100)), nullptr);
  EXPECT_NE(jobs.find(name(2 * kMost)), nullptr);
}

TEST(KeptJobs, ThoseThatLeaveTheTopicWhileOlderOnesAreAskedForStay) {
  JobModel jobs(kText);
  jobs.set_keeps_ended(true);
  jobs.take(topic(10, 20, "COMPLETE"));
  EXPECT_EQ(jobs.begin_older(), name(10));
  jobs.take(topic(15, 25, "COMPLETE"));
  jobs.take_older(listed(0, 10, "COMPLETE"));
  EXPECT_EQ(jobs.rowCount(), 25);
  EXPECT_EQ(jobs.begin_older(), name(15));
  jobs.take_older(listed(12, 15, "COMPLETE"));
  EXPECT_EQ(jobs.rowCount(), 13) << "the daemon has forgotten the others";
}

class OlderJobsTest : public ::testing::Test {
 protected:
  void begin() {
    older = std::make_unique<OlderJobs>(connection, jobs, 5ms);
    connection.open();
    live();
  }
  void live() {
    Q_EMIT script.newest->opened();
    ASSERT_TRUE(QTest::qWaitFor([&] { return connection.live(); }, kSoonMs));
  }
  // The next call; without an id: none came.
  rpc::Request asked() {
    EXPECT_TRUE(QTest::qWaitFor([&] { return !script.newest->sent.empty(); }, kSoonMs));
    if (script.newest->sent.empty()) return {};
    rpc::Request call = std::move(script.newest->sent.front());
    script.newest->sent.erase(script.newest->sent.begin());
    EXPECT_EQ(call.method, "job.list");
    return call;
  }
  // What it asks for those before; answered.
  std::string answer(rpc::Answer with) {
    const rpc::Request call = asked();
    if (!call.id) return "not asked";
    script.newest->answer(*call.id, std::move(with));
    const json::value* const before = call.params.as_object().if_contains("before");
    return before ? std::string(before->as_string()) : std::string();
  }
  static json::value page(int newest, int count, const char* state) {
    json::array list;
    for (int number = newest; number > newest - count; --number) list.push_back(job(number, state));
    return json::object{{"jobs", std::move(list)}};
  }
  void told(json::value value) { older->topic_taken(jobs.take(value)); }
  // Nothing is asked for in several times the pace.
  bool silent() {
    return !QTest::qWaitFor([&] { return !script.newest->sent.empty(); }, 100);
  }

  client::Script script;
  client::Connection connection{script.factory(), {.retry_first = 5ms, .retry_most = 20ms}};
  JobModel jobs{kText};
  std::unique_ptr<OlderJobs> older;
};

TEST_F(OlderJobsTest, AreAskedForAgainOnlyWhenThereMayBeOthers) {
  begin();
  told(topic(10, 20, "COMPLETE"));
  older->want();
  EXPECT_EQ(answer(page(9, 10, "COMPLETE")), "j-10");
  EXPECT_EQ(jobs.rowCount(), 20);
  told(topic(10, 20, "FAILED"));
  EXPECT_TRUE(silent()) << "none has left the topic";
  told(topic(11, 21, "COMPLETE"));
  EXPECT_EQ(answer(page(10, 10, "COMPLETE")), "j-11");
  EXPECT_EQ(jobs.rowCount(), 20) << "the daemon has forgotten one";
  EXPECT_TRUE(silent());
}

TEST_F(OlderJobsTest, AreAskedForOnceAfterAReconnectWhereTheyAreWanted) {
  begin();
  told(topic(10, 20, "COMPLETE"));
  older->want();
  answer(page(9, 10, "COMPLETE"));
  script.newest->lose();
  ASSERT_TRUE(QTest::qWaitFor([&] { return script.made == 2; }, kSoonMs));
  live();
  EXPECT_EQ(answer(page(9, 1, "COMPLETE")), "j-10");
  EXPECT_EQ(jobs.rowCount(), 11);
  EXPECT_TRUE(silent());
}

TEST_F(OlderJobsTest, StayWhenTheDaemonRefusesAndAreAskedForAgain) {
  begin();
  told(topic(10, 20, "COMPLETE"));
  older->want();
  answer(page(9, 10, "COMPLETE"));
  told(topic(11, 21, "COMPLETE"));
  answer(rpc::fail(rpc::Code::limit_reached, "calls_per_second: 501 of 500"));
  EXPECT_EQ(jobs.rowCount(), 21);
  EXPECT_TRUE(older->refusal().contains(QStringLiteral("501 of 500")));
  EXPECT_EQ(answer(page(10, 11, "COMPLETE")), "j-11");
  EXPECT_EQ(older->refusal(), QString());
  EXPECT_EQ(jobs.rowCount(), 21);
}

TEST_F(OlderJobsTest, AreNotAskedForAgainWhereThereIsNoSuchMethodUntilTheNextConnection) {
  begin();
  told(topic(10, 20, "RUNNING"));
  told(topic(11, 21, "RUNNING"));
  answer(rpc::fail(rpc::Code::method_not_found, "job.list"));
  EXPECT_TRUE(silent());
  EXPECT_EQ(jobs.rowCount(), 11);
  script.newest->lose();
  ASSERT_TRUE(QTest::qWaitFor([&] { return script.made == 2; }, kSoonMs));
  live();
  EXPECT_EQ(answer(page(10, 1, "COMPLETE")), "j-11");
  EXPECT_FALSE(jobs.older_running());
}

TEST_F(OlderJobsTest, ADaemonThatKnowsNothingBeforeAnotherIsAskedForTheNewest) {
  begin();
  told(topic(2'000, 2'100, "COMPLETE"));
  older->want();
  EXPECT_EQ(answer(rpc::fail(rpc::Code::invalid_params, "before")), "j-2000");
  EXPECT_EQ(answer(page(2'099, 1'000, "COMPLETE")), "");
  EXPECT_EQ(jobs.rowCount(), 1'000);
  EXPECT_TRUE(silent()) << "the first page is what there is";
  EXPECT_EQ(older->refusal(), QString());
}

TEST_F(OlderJobsTest, APageIsFullAlsoWhereNotAllOfItIsAJob) {
  begin();
  told(topic(2'000, 2'100, "COMPLETE"));
  older->want();
  json::value first = page(1'999, 999, "COMPLETE");
  first.at("jobs").as_array().insert(first.at("jobs").as_array().begin() + 5, json::object{{"id", 7}});
  EXPECT_EQ(answer(std::move(first)), "j-2000");
  EXPECT_EQ(answer(page(1'000, 10, "COMPLETE")), "j-1001");
  EXPECT_EQ(jobs.rowCount(), 1'109);
}

TEST_F(OlderJobsTest, ADaemonThatHasAlwaysAnotherPageIsNotAskedForEver) {
  begin();
  told(topic(2'000, 2'100, "COMPLETE"));
  older->want();
  json::value same = page(1'999, 1, "COMPLETE");
  for (std::size_t more = 1; more < OlderJobs::kPageRows; ++more) same.at("jobs").as_array().push_back(nullptr);
  for (int number = 0; number < 3; ++number) EXPECT_NE(answer(same), "not asked");
  EXPECT_TRUE(silent());
  EXPECT_EQ(jobs.rowCount(), 101);
}

}  // namespace
}  // namespace quern::desktop::models
