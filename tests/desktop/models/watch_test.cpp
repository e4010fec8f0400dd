// Topics at the pace of people, a job in focus, and its log: on a connection to a recording.
#include <QSignalSpy>
#include <QTest>

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "desktop/client/recording_transport.hpp"
#include "desktop/models/daemon_models.hpp"
#include "tests/desktop/client/scripted_transport.hpp"
#include "tests/desktop/models/example_topics.hpp"

namespace quern::desktop::models {
namespace {

namespace json = boost::json;
using client::Connection;
using client::Pace;
using client::RecordedCall;
using client::RecordedTopic;

constexpr int kSoonMs = 10'000;

class Played {
 public:
  Played& topic(const std::string& name, json::value value, std::int64_t at_ms = 0) {
    recording_->events.push_back({at_ms, RecordedTopic{name, std::move(value)}});
    return *this;
  }
  Played& answer(const std::string& method, json::value params, json::value result) {
    recording_->events.push_back({0, RecordedCall{method, std::move(params), 0, std::move(result)}});
    return *this;
  }
  client::TransportFactory factory(Pace pace = Pace::immediate) const { return client::replay(recording_, pace); }

 private:
  std::shared_ptr<client::Recording> recording_ = std::make_shared<client::Recording>();
};

QuantityText text() {
  return QuantityText(QLocale::c(), QTimeZone::utc());
}

std::int64_t now() {
  return 1'790'000'100'000;
}

TEST(TopicWatch, TheFirstValueComesAtOnceAndLaterOnesTogether) {
  Played played;
  for (int i = 0; i < 50; ++i) played.topic("t", i, i);
  Connection connection(played.factory());
  std::vector<std::int64_t> taken;
  const TopicWatch watch(connection, QStringLiteral("t"),
                         [&](const json::value& value) { taken.push_back(value.as_int64()); });
  connection.open();
  ASSERT_TRUE(QTest::qWaitFor([&] { return !taken.empty() && taken.back() == 49; }, kSoonMs));
  EXPECT_EQ(taken.front(), 0);
  EXPECT_LE(taken.size(), 3);
}

// A topic that is followed on a connection which the test plays; its value is a number.
class WatchOnScript : public ::testing::Test {
 protected:
  WatchOnScript() {
    connection_.open();
    Q_EMIT script_.newest->opened();
  }

  rpc::Id subscribed() {
    rpc::Id id;
    EXPECT_TRUE(QTest::qWaitFor(
        [&] {
          if (!script_.newest || script_.newest->sent.empty()) return false;
          const rpc::Request last = script_.newest->sent.back();
          script_.newest->sent.clear();
          if (last.method == "unsubscribe") script_.newest->answer(*last.id, json::object{});
          if (last.method != "subscribe") return false;
          id = *last.id;
          return true;
        },
        kSoonMs));
    return id;
  }
  void snapshot(const rpc::Id& id, int version, int value) {
    script_.newest->answer(id, json::object{{"topic", "t"}, {"version", version}, {"value", value}});
  }
  void patch(int from, int value) {
    script_.newest->notify("topic.changed", {{"topic", "t"},
                                             {"from", from},
                                             {"version", from + 1},
                                             {"patch", json::array{json::object{{"path", ""}, {"value", value}}}}});
  }
  bool takes(std::int64_t wanted) {
    return QTest::qWaitFor([&] { return !taken_.empty() && taken_.back() == wanted; }, kSoonMs);
  }

  static constexpr std::chrono::milliseconds kPace{20};
  client::Script script_;
  Connection connection_{script_.factory(), {.retry_first = 5 * kPace, .retry_most = 5 * kPace}};
  std::vector<std::int64_t> taken_;
  TopicWatch watch_{connection_, QStringLiteral("t"),
                    [this](const json::value& value) { taken_.push_back(value.as_int64()); }, kPace};
};

TEST_F(WatchOnScript, WhatWaitedWhenTheConnectionWasLostDoesNotHoldUpTheNextValue) {
  snapshot(subscribed(), 1, 1);
  ASSERT_TRUE(takes(1));
  patch(1, 2);  // waits for its pace
  script_.newest->lose();
  ASSERT_TRUE(QTest::qWaitFor([&] { return script_.made == 2; }, kSoonMs));  // long after that
  Q_EMIT script_.newest->opened();
  EXPECT_EQ(taken_, std::vector<std::int64_t>{1});
  snapshot(subscribed(), 1, 3);
  EXPECT_TRUE(takes(3));
}

TEST_F(WatchOnScript, TheLastValueOfATopicThatEndsIsTaken) {
  snapshot(subscribed(), 1, 1);
  ASSERT_TRUE(takes(1));
  patch(1, 2);
  script_.newest->notify("topic.ended", {{"topic", "t"}});
  EXPECT_TRUE(takes(2));
}

TEST_F(WatchOnScript, WhatWaitedWhenAPatchDidNotFitDoesNotHoldUpTheNextSnapshot) {
  snapshot(subscribed(), 1, 1);
  ASSERT_TRUE(takes(1));
  patch(1, 2);
  patch(7, 9);  // one between is missing
  const rpc::Id again = subscribed();
  QTimer late;
  late.setSingleShot(true);
  late.start(5 * kPace);
  ASSERT_TRUE(QTest::qWaitFor([&] { return !late.isActive(); }, kSoonMs));  // its pace has passed
  snapshot(again, 9, 3);
  EXPECT_TRUE(takes(3));
}

TEST(DaemonModels, WhatADaemonDoesNotHaveIsAbsent) {
  Played played;
  played.topic("status", json::object{{"peer", "12D3KooW"}});
  played.topic("earnings", json::object{{"balance_micro", 5}});
  Connection connection(played.factory());
  DaemonModels models(connection, text(), now);
  connection.open();
  ASSERT_TRUE(QTest::qWaitFor([&] { return models.has_status() && models.earnings(); }, kSoonMs));
  EXPECT_FALSE(models.machine());
  EXPECT_FALSE(models.preferences());
  EXPECT_EQ(models.earnings()->balance_micro, 5);
  QSignalSpy changes(&models, &DaemonModels::earnings_changed);
  Played bare;
  bare.topic("status", json::object{{"peer", "12D3KooX"}});
  connection.change(bare.factory());
  ASSERT_TRUE(QTest::qWaitFor([&] { return models.status().peer == QStringLiteral("12D3KooX"); }, kSoonMs));
  EXPECT_FALSE(models.earnings());
  EXPECT_GE(changes.count(), 1);
}

TEST(DaemonModels, RoundTripsAndOffersFindEachOther) {
  Played played;
  played.topic("offers", example_offers(4)).topic("peers", example_peers(4));
  Connection connection(played.factory());
  DaemonModels models(connection, text(), now);
  connection.open();
  ASSERT_TRUE(
      QTest::qWaitFor([&] { return models.offers().rowCount() == 4 && models.peers().rowCount() == 4; }, kSoonMs));
  EXPECT_EQ(models.offers().round_trip_us(QStringLiteral("12D3KooW1000002")), 2'000);
  EXPECT_FALSE(models.offers().round_trip_us(QStringLiteral("12D3KooW1000001")));  // not connected
  EXPECT_TRUE(QTest::qWaitFor([&] { return models.peers().row(3).devices == 1; }, kSoonMs));
}

class JobFocusTest : public ::testing::Test {
 protected:
  static json::object log_piece(std::int64_t offset, const char* base64, std::int64_t end, bool complete) {
    return {{"content", base64}, {"offset", offset}, {"end", end}, {"dropped_bytes", 0}, {"complete", complete}};
  }
  static json::object params(std::int64_t offset) {
    return {{"id", "j-1"}, {"offset", offset}, {"bytes_max", LogFollower::kPieceBytes}};
  }
};

TEST_F(JobFocusTest, FollowsAJobWithItsTasksAndItsLog) {
  json::object job = example_job("j-1", "RUNNING");
  job["tasks_list"] = json::array{json::object{{"task", 0}, {"state", "RUNNING"}, {"attempts", json::array{}}}};
  job["log_bytes"] = 6;
  json::object ended = job;
  ended["state"] = "COMPLETE";
  ended["log_bytes"] = 10;
  Played played;
  played.topic("job/j-1", job).topic("job/j-1", ended, 1);
  // "first\n", then "last", then nothing more.
  played.answer("job.log", params(0), log_piece(0, "Zmlyc3QK", 6, false));
  played.answer("job.log", params(6), log_piece(6, "bGFzdA==", 10, true));
  Connection connection(played.factory());
  JobFocus focus(connection, text());
  connection.open();
  focus.set_job(QStringLiteral("j-1"));
  ASSERT_TRUE(QTest::qWaitFor([&] { return focus.follower().complete(); }, kSoonMs));
  EXPECT_EQ(focus.log().text(), QStringLiteral("first\nlast\n"));
  ASSERT_TRUE(focus.detail());
  EXPECT_EQ(focus.detail()->job.state, JobState::complete);
  EXPECT_EQ(focus.tasks().rowCount(), 1);
  focus.set_job({});
  EXPECT_FALSE(focus.detail());
  EXPECT_EQ(focus.log().rowCount(), 0);
  EXPECT_EQ(focus.tasks().rowCount(), 0);
}

TEST_F(JobFocusTest, ALogThatIsRefusedIsSaidOnce) {
  json::object job = example_job("j-1", "RUNNING");
  job["log_bytes"] = 6;
  Played played;
  played.topic("job/j-1", job);
  Connection connection(played.factory());
  JobFocus focus(connection, text());
  QSignalSpy failures(&focus.follower(), &LogFollower::failed);
  connection.open();
  focus.set_job(QStringLiteral("j-1"));
  ASSERT_TRUE(QTest::qWaitFor([&] { return failures.count() == 1; }, kSoonMs));
  EXPECT_TRUE(failures.front().front().toString().contains(QStringLiteral("recording has no answer")));
}

TEST_F(JobFocusTest, ALogThatCouldNotBeReadOnceIsReadAfterAWhile) {
  client::Script script;
  Connection connection(script.factory());
  connection.open();
  script.newest->opened();
  ASSERT_TRUE(QTest::qWaitFor([&] { return connection.live(); }, kSoonMs));
  LogModel log;
  LogFollower follower(connection, log, std::chrono::milliseconds(10));
  QSignalSpy failures(&follower, &LogFollower::failed);
  follower.follow(QStringLiteral("j-1"), 6);
  const auto answer_next = [&](std::size_t number, rpc::Answer answer) {
    ASSERT_TRUE(QTest::qWaitFor([&] { return script.newest->sent.size() == number; }, kSoonMs)) << number;
    EXPECT_EQ(script.newest->sent.back().params, params(0));
    script.newest->answer(*script.newest->sent.back().id, std::move(answer));
  };
  answer_next(1, rpc::fail(rpc::Code::failed, "disk"));
  answer_next(2, rpc::fail(rpc::Code::failed, "disk"));
  answer_next(3, log_piece(0, "Zmlyc3QK", 6, true));
  EXPECT_TRUE(follower.complete());
  EXPECT_EQ(log.text(), QStringLiteral("first\n"));
  EXPECT_EQ(failures.count(), 1) << "it is the same failure";
}

}  // namespace
}  // namespace quern::desktop::models
