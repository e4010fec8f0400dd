// Where jobs run is asked for once, and again when the list has forgotten it.
#include <QTest>

#include "desktop/pages/job_list.hpp"
#include "tests/desktop/pages/page_fixture_market.hpp"

namespace quern::desktop::pages::played {
namespace {

TEST(JobPlaces, AreAskedForAgainWhenAnotherDaemonWasThereMeanwhile) {
  Played played;
  const QString id = QStringLiteral("j-1");
  played.answers.topics["jobs"] = json::object{{"jobs", json::object{{"j-1", models::example_job("j-1", "RUNNING")}}}};
  played.answers.methods["job.get"] = [](const json::object&) -> rpc::Answer {
    json::object job = models::example_job("j-1", "RUNNING");
    job["tasks_list"] = json::array();
    return job;
  };
  played.open();
  JobPlaces places(played.models());
  models::JobModel& jobs = played.models().jobs();
  const auto rows_soon = [&](int count) { return QTest::qWaitFor([&] { return jobs.rowCount() == count; }, kSoonMs); };
  const auto place_soon = [&] { return QTest::qWaitFor([&] { return jobs.has_place(id); }, kSoonMs); };
  ASSERT_TRUE(rows_soon(1));
  places.want({id});
  places.want({id});
  ASSERT_TRUE(place_soon());
  places.want({id});
  EXPECT_EQ(played.answers.count("job.get"), 1);

  Answers other;
  other.topics["jobs"] = json::object{{"jobs", json::object()}};
  played.connection().change([&other] { return std::make_unique<AnsweringTransport>(other); });
  ASSERT_TRUE(rows_soon(0));
  played.connection().change([&played] { return std::make_unique<AnsweringTransport>(played.answers); });
  ASSERT_TRUE(rows_soon(1));
  EXPECT_FALSE(jobs.has_place(id));
  ASSERT_TRUE(QTest::qWaitFor([&] { return played.connection().live(); }, kSoonMs));
  places.want({id});
  EXPECT_TRUE(place_soon());
}

}  // namespace
}  // namespace quern::desktop::pages::played
