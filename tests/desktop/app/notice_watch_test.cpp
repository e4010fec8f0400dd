// What is worth a notification, and what is not.
#include "desktop/app/notice_watch.hpp"

#include <QSignalSpy>

#include "tests/desktop/app/shell.hpp"

namespace quern::desktop::app {
namespace {

using namespace std::chrono_literals;

boost::json::object job(const char* state) {
  return {{"id", "j-1"},
          {"name", "mandel<b>brot"},
          {"state", state},
          {"submitted_unix_ms", 1},
          {"amount_micro", 2'500'000}};
}
boost::json::value jobs(const char* state) {
  return boost::json::object{{"jobs", boost::json::object{{"j-1", job(state)}}}};
}
boost::json::value machine(bool there, bool offered, bool paused = false) {
  boost::json::array devices;
  if (there) {
    devices.push_back(boost::json::object{
        {"id", "d1"}, {"name", "RTX"}, {"kind", "gpu"}, {"offered", offered}, {"wanted", true}, {"paused", paused}});
  }
  return boost::json::object{{"host", "attic"}, {"devices", std::move(devices)}};
}

class NoticeWatchTest : public ::testing::Test {
 protected:
  void begin(const char* job_state) {
    shell.topics["jobs"] = jobs(job_state);
    shell.topics["machine"] = machine(true, true);
    QObject::connect(&watch, &NoticeWatch::noticed, [this](const Notice& notice) { told.push_back(notice); });
    shell.open();
    ASSERT_TRUE(QTest::qWaitFor(
        [this] {
          shell.serve();
          return shell.models.jobs().rowCount() == 1 && shell.models.machine();
        },
        kSoonMs));
  }
  bool tells(std::size_t count) {
    return QTest::qWaitFor([&] { return told.size() == count; }, kSoonMs);
  }

  Shell shell{false};
  NoticeWatch watch{shell.models, shell.settings, 20ms};
  std::vector<Notice> told;
};

TEST_F(NoticeWatchTest, AJobThatEndsIsToldOnce) {
  begin("RUNNING");
  EXPECT_TRUE(told.empty());
  shell.put("jobs", jobs("COMPLETE"));
  ASSERT_TRUE(tells(1));
  EXPECT_EQ(told[0].kind, pages::Notice::job_ended);
  EXPECT_EQ(told[0].title, QStringLiteral("Job finished: mandel<b>brot"));
  EXPECT_EQ(told[0].body, QStringLiteral("It cost 2.50 cr"));
  EXPECT_EQ(told[0].job, QStringLiteral("j-1"));
}

TEST_F(NoticeWatchTest, TheEndOfAJobThatTheTopicHasNoRoomForIsToldAndOldEndsAreNot) {
  begin("COMPLETE");
  const auto older = [](const char* state) {
    boost::json::object one = job(state);
    one["id"] = "j-0";
    boost::json::object long_ago = job("COMPLETE");
    long_ago["id"] = "j-long-ago";
    return boost::json::object{{"jobs", boost::json::array{one, long_ago}}};
  };
  shell.models.older_jobs().want();
  shell.answer("job.list", older("RUNNING"));
  ASSERT_TRUE(QTest::qWaitFor([&] { return shell.models.jobs().rowCount() == 3; }, kSoonMs));
  EXPECT_TRUE(told.empty());
  shell.answer("job.list", older("EXECUTOR_ERROR"));
  ASSERT_TRUE(tells(1));
  EXPECT_EQ(told[0].job, QStringLiteral("j-0"));
}

TEST_F(NoticeWatchTest, AJobThatHadEndedBeforeIsNoNews) {
  begin("COMPLETE");
  // Away and back: still none.
  shell.lose();
  ASSERT_TRUE(QTest::qWaitFor([&] { return shell.script.made == 2; }, kSoonMs));
  shell.live();
  shell.put("jobs", jobs("COMPLETE"));
  shell.put("machine", machine(false, false));
  ASSERT_TRUE(QTest::qWaitFor([&] { return !told.empty(); }, kSoonMs));
  for (const Notice& notice : told) EXPECT_NE(notice.kind, pages::Notice::job_ended);
}

TEST_F(NoticeWatchTest, AFailureIsToldAndACancelIsNot) {
  begin("RUNNING");
  shell.put("jobs", jobs("CANCELED"));
  ASSERT_TRUE(QTest::qWaitFor([&] { return shell.models.jobs().running() == 0; }, kSoonMs));
  EXPECT_TRUE(told.empty());
  shell.put("jobs", jobs("RUNNING"));
  ASSERT_TRUE(QTest::qWaitFor([&] { return shell.models.jobs().running() == 1; }, kSoonMs));
  shell.put("jobs", jobs("EXECUTOR_ERROR"));
  ASSERT_TRUE(tells(1));
  EXPECT_EQ(told[0].kind, pages::Notice::job_failed);
}

TEST_F(NoticeWatchTest, ALostDeviceIsToldAndAPausedOneIsNot) {
  begin("COMPLETE");
  shell.put("machine", machine(true, false, true));
  ASSERT_TRUE(QTest::qWaitFor([&] { return !shell.models.machine()->devices.front().offered; }, kSoonMs));
  EXPECT_TRUE(told.empty());
  shell.put("machine", machine(true, true));
  ASSERT_TRUE(QTest::qWaitFor([&] { return shell.models.machine()->devices.front().offered; }, kSoonMs));
  shell.put("machine", machine(false, false));
  ASSERT_TRUE(tells(1));
  EXPECT_EQ(told[0].title, QStringLiteral("Device lost: RTX"));
}

// The machine's topic tells of it before the node's does.
TEST_F(NoticeWatchTest, ADeviceThatIsOfferedNoMoreIsToldUnlessNothingIsSharedAnyMore) {
  begin("COMPLETE");
  const auto offered = [this](bool wanted) {
    shell.put("machine", machine(true, wanted));
    return QTest::qWaitFor([&] { return shell.models.machine()->devices.front().offered == wanted; }, kSoonMs);
  };
  ASSERT_TRUE(offered(false));
  ASSERT_TRUE(tells(1));
  EXPECT_EQ(told[0].title, QStringLiteral("No longer offered: RTX"));
  ASSERT_TRUE(offered(true));
  ASSERT_TRUE(offered(false));
  shell.put("status", status_of(R"({"state":"off","until_unix_ms":null,"why":null,"working":0})"));
  QTimer later;  // than what the watch waits for
  later.setSingleShot(true);
  later.start(NoticeWatch::kSettle);
  ASSERT_TRUE(QTest::qWaitFor([&] { return !later.isActive(); }, kSoonMs));
  EXPECT_EQ(told.size(), 1U);
}

TEST_F(NoticeWatchTest, AConnectionThatStaysAwayIsToldAndItsReturnEndsIt) {
  begin("COMPLETE");
  QSignalSpy over(&watch, &NoticeWatch::over);
  shell.lose();
  ASSERT_TRUE(tells(1));
  EXPECT_EQ(told[0].kind, pages::Notice::connection_lost);
  shell.live();
  EXPECT_TRUE(QTest::qWaitFor([&] { return over.count() == 1; }, kSoonMs));
  EXPECT_EQ(told.size(), 1U);
}

TEST_F(NoticeWatchTest, WhatHadEndedOnAnotherDaemonThatIsChosenIsNoNews) {
  begin("RUNNING");
  watch.forget();
  shell.connection.change(shell.script.factory());
  shell.topics["jobs"] = boost::json::object{
      {"jobs", boost::json::object{{"j-2", job("COMPLETE")}, {"j-3", job("EXECUTOR_ERROR")}, {"j-4", job("RUNNING")}}}};
  shell.topics["machine"] = machine(false, false);
  shell.live();
  ASSERT_TRUE(QTest::qWaitFor(
      [this] {
        shell.serve();
        return shell.models.jobs().rowCount() == 3 && shell.models.machine();
      },
      kSoonMs));
  EXPECT_TRUE(told.empty());
  // And what ends there from now on is.
  shell.put("jobs", jobs("COMPLETE"));
  ASSERT_TRUE(tells(1));
  EXPECT_EQ(told[0].kind, pages::Notice::job_ended);
}

TEST_F(NoticeWatchTest, WhatWasToldOfADaemonIsOverWhenAnotherIsChosen) {
  begin("RUNNING");
  QSignalSpy over(&watch, &NoticeWatch::over);
  shell.put("jobs", jobs("EXECUTOR_ERROR"));
  shell.put("machine", machine(false, false));
  ASSERT_TRUE(tells(2));
  EXPECT_EQ(over.count(), 0);
  watch.forget();
  QSet<pages::Notice> ended;
  for (const auto& each : over) ended.insert(each[0].value<pages::Notice>());
  EXPECT_EQ(ended, (QSet{pages::Notice::job_failed, pages::Notice::device_lost}));
  watch.forget();
  EXPECT_EQ(over.count(), 2) << "once each";
}

TEST_F(NoticeWatchTest, AnotherDaemonThatWasNeverThereIsNotLost) {
  begin("RUNNING");
  watch.forget();
  shell.connection.change(shell.script.factory());
  const int made = shell.script.made;
  // Longer than the patience: pauses of 5, 10 and then 20 ms.
  for (int more = 1; more <= 5; ++more) {
    shell.lose(client::Loss::not_running);
    ASSERT_TRUE(QTest::qWaitFor([&] { return shell.script.made == made + more; }, kSoonMs));
  }
  EXPECT_TRUE(told.empty());
}

TEST_F(NoticeWatchTest, WhatIsSwitchedOffIsNotTold) {
  shell.settings.set_notifies(pages::Notice::job_ended, false);
  begin("RUNNING");
  shell.put("jobs", jobs("COMPLETE"));
  ASSERT_TRUE(QTest::qWaitFor([&] { return shell.models.jobs().running() == 0; }, kSoonMs));
  EXPECT_TRUE(told.empty());
}

}  // namespace
}  // namespace quern::desktop::app
