// A job once more: whoever has no answer is told that it may have started again.
#include "desktop/pages/job_retry.hpp"

#include <QTest>
#include <optional>

#include <gtest/gtest.h>

#include "tests/desktop/client/scripted_transport.hpp"
#include "tests/desktop/page_checks.hpp"

namespace quern::desktop::pages {
namespace {

namespace json = boost::json;

class JobRetry : public ::testing::Test {
 protected:
  void SetUp() override {
    connection.open();
    script.newest->opened();
    ASSERT_TRUE(QTest::qWaitFor([&] { return connection.live(); }, kSoonMs));
  }
  void retry() {
    retried.reset();
    retry_job(connection, QStringLiteral("j-1"), true, &connection, [this](const Retried& job) { retried = job; });
  }
  bool answered() const {
    return QTest::qWaitFor([&] { return retried.has_value(); }, kSoonMs);
  }

  client::Script script;
  client::Connection connection{script.factory()};
  std::optional<Retried> retried;
};

TEST_F(JobRetry, TheNewJobIsNamed) {
  retry();
  const rpc::Request& call = script.newest->sent.back();
  EXPECT_EQ(call.params, (json::object{{"id", "j-1"}, {"elsewhere", true}}));
  script.newest->answer(*call.id, json::object{{"id", "j-2"}});
  ASSERT_TRUE(answered());
  EXPECT_EQ(*retried, QStringLiteral("j-2"));
}

TEST_F(JobRetry, AfterALostAnswerItSaysThatTheJobMayHaveStartedAgain) {
  retry();
  script.newest->lose();
  ASSERT_TRUE(answered());
  ASSERT_FALSE(*retried);
  EXPECT_EQ(retried->error().tone, theme::Tone::warn);
  EXPECT_TRUE(retried->error().text.startsWith(
      QStringLiteral("No answer has come from /script: the job may have started again there.")));
}

TEST_F(JobRetry, ARefusalAndACallThatWasNeverMadeStartedNothing) {
  retry();
  script.newest->answer(*script.newest->sent.back().id, rpc::fail(rpc::Code::refused, "no budget"));
  ASSERT_TRUE(answered());
  ASSERT_FALSE(*retried);
  EXPECT_EQ(retried->error().tone, theme::Tone::bad);
  EXPECT_TRUE(retried->error().text.contains(QStringLiteral("no budget")));
  script.newest->lose();
  retry();
  ASSERT_TRUE(answered());
  ASSERT_FALSE(*retried);
  EXPECT_EQ(retried->error().tone, theme::Tone::bad);
  EXPECT_FALSE(retried->error().text.contains(QStringLiteral("may have started")));
}

}  // namespace
}  // namespace quern::desktop::pages
