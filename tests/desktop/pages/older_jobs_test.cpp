// What the page of jobs says of those that the topic has no room for.
#include <QTest>

#include "desktop/pages/jobs_page.hpp"
#include "tests/desktop/pages/page_fixture_market.hpp"

namespace quern::desktop::pages::played {
namespace {

json::object job(int number, const char* state) {
  json::object made = models::example_job("j-" + std::to_string(number), state);
  made["submitted_unix_ms"] = kNow - 60'000 + number;
  return made;
}

// The newest hundred of so many; the last `ended` of them have ended.
json::value newest(int count, int ended = 0) {
  json::object by_id;
  for (int number = count - 100; number < count; ++number) {
    by_id["j-" + std::to_string(number)] = job(number, number < count - ended ? "QUEUED" : "COMPLETE");
  }
  return json::object{{"jobs", std::move(by_id)}};
}

json::value status(int running, int ended) {
  return json::object{{"peer", "12D3KooWself"},
                      {"capabilities", json::array{"jobs"}},
                      {"jobs", json::object{{"running", running}, {"ended", ended}}}};
}

class OlderJobsShown : public ::testing::Test {
 protected:
  void begin(json::value jobs, json::value of_status) {
    played.answers.topics["jobs"] = std::move(jobs);
    played.answers.topics["status"] = std::move(of_status);
    played.open();
    page = std::make_unique<JobsPage>(played.models());
    show_page(*page, 1440, 900);
    ASSERT_TRUE(QTest::qWaitFor([&] { return played.models().jobs().rowCount() == 100; }, kSoonMs));
  }
  // Those before the oldest of the topic, all in that state.
  void lists(int count, const char* state) {
    played.answers.methods["job.list"] = [count, state](const json::object&) -> rpc::Answer {
      json::array list;
      for (int number = count - 1; number >= 0; --number) list.push_back(job(number, state));
      return json::object{{"jobs", std::move(list)}};
    };
  }

  Played played;
  std::unique_ptr<JobsPage> page;
};

TEST_F(OlderJobsShown, HowManyWaitIsSaidOnceAllUnderWayAreThere) {
  lists(200, "QUEUED");
  begin(newest(300), status(300, 0));
  EXPECT_TRUE(says_soon(*page, QStringLiteral("300 under way")));
  EXPECT_FALSE(says(*page, QStringLiteral("waiting")));
  EXPECT_TRUE(says_soon(*page, QStringLiteral("0 running · 300 waiting")));
  // An end that the status does not tell of yet is no job that nobody has seen.
  played.change("jobs", newest(300, 1));
  EXPECT_TRUE(says_soon(*page, QStringLiteral("1 running · 299 waiting")));
}

TEST_F(OlderJobsShown, ARefusalIsToldAndThePersonCanAskAgain) {
  played.answers.methods["job.list"] = [](const json::object&) -> rpc::Answer {
    return rpc::fail(rpc::Code::method_not_found, "job.list");
  };
  begin(newest(300, 100), status(0, 300));
  ASSERT_TRUE(says_soon(*page, QStringLiteral("The newest 100 of 300 jobs")));
  const auto press = [&] {
    QAbstractButton* const again = button(*page, QStringLiteral("Show older"));
    ASSERT_NE(again, nullptr);
    again->click();
  };
  press();
  ASSERT_TRUE(says_soon(*page, QStringLiteral("(job.list)")));
  picture(*page, QStringLiteral("jobs-older-refused"));
  EXPECT_EQ(clipped(*page), QStringList());
  lists(200, "COMPLETE");
  press();
  EXPECT_TRUE(QTest::qWaitFor([&] { return played.models().jobs().rowCount() == 300; }, kSoonMs));
  EXPECT_EQ(button(*page, QStringLiteral("Show older")), nullptr);
}

}  // namespace
}  // namespace quern::desktop::pages::played
