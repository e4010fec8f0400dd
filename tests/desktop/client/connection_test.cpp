#include "desktop/client/connection.hpp"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>
#include <QTimer>
#include <chrono>

#include <gtest/gtest.h>

#include "desktop/client/subscription.hpp"
#include "tests/desktop/client/scripted_transport.hpp"

namespace quern::desktop::client {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using State = Connection::State;

constexpr int kSoonMs = 5'000;

class ConnectionTest : public ::testing::Test {
 protected:
  Script script;
  Connection connection{script.factory(),
                        {.retry_first = 5ms, .retry_most = 20ms, .open_time = 200ms, .topic_pause = 5ms}};
  QObject owner;

  void go_live() {
    connection.open();
    Q_EMIT script.newest->opened();
    ASSERT_TRUE(reaches(State::live));
  }
  bool reaches(State state) {
    return QTest::qWaitFor([&] { return connection.state() == state; }, kSoonMs);
  }
  // Lost, tried again, live again.
  void come_back() {
    const int made = script.made;
    ASSERT_TRUE(QTest::qWaitFor([&] { return script.made > made; }, kSoonMs));
    Q_EMIT script.newest->opened();
    ASSERT_TRUE(reaches(State::live));
  }
  rpc::Request take_sent() {
    EXPECT_TRUE(QTest::qWaitFor([&] { return !script.newest->sent.empty(); }, kSoonMs));
    if (script.newest->sent.empty()) return {};
    rpc::Request request = script.newest->sent.front();
    script.newest->sent.erase(script.newest->sent.begin());
    return request;
  }
  static json::object snapshot(const char* topic, int version, json::value value) {
    return {{"topic", topic}, {"version", version}, {"value", std::move(value)}};
  }
  static json::object change(const char* topic, int from, int version, json::array patch) {
    return {{"topic", topic}, {"from", from}, {"version", version}, {"patch", std::move(patch)}};
  }
};

TEST_F(ConnectionTest, IsLiveOnceTheDaemonHasAnswered) {
  connection.open();
  EXPECT_EQ(connection.state(), State::connecting);
  Q_EMIT script.newest->opened();
  EXPECT_EQ(connection.state(), State::connecting);
  ASSERT_TRUE(reaches(State::live));
  EXPECT_EQ(connection.hello().at("version"), "9");
}

TEST_F(ConnectionTest, AnAnswerReachesItsCallOnly) {
  go_live();
  std::vector<std::string> seen;
  connection.call("a", {}, &owner, [&](const Outcome& outcome) { seen.push_back("a" + json::serialize(*outcome)); });
  connection.call("b", {{"x", std::int64_t{9'007'199'254'740'993}}}, &owner,
                  [&](const Outcome& outcome) { seen.push_back("b" + json::serialize(*outcome)); });
  const rpc::Request a = take_sent();
  const rpc::Request b = take_sent();
  EXPECT_EQ(b.params.at("x").as_int64(), 9'007'199'254'740'993);
  script.newest->answer(*b.id, std::int64_t{9'007'199'254'740'995});
  script.newest->answer(*a.id, 1);
  script.newest->answer(*a.id, 2);  // once more: of no call
  EXPECT_EQ(seen, (std::vector<std::string>{"b9007199254740995", "a1"}));
}

TEST_F(ConnectionTest, ARefusalKeepsTheDaemonsWords) {
  go_live();
  std::optional<CallError> error;
  connection.call("a", {}, &owner, [&](const Outcome& outcome) { error = outcome.error(); });
  script.newest->answer(*take_sent().id, rpc::fail(rpc::Code::not_found, "job 17", "job.list names them"));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind, CallError::Kind::refused);
  EXPECT_EQ(error->failure.detail, "job 17");
  EXPECT_EQ(error->failure.remedy, "job.list names them");
}

TEST_F(ConnectionTest, ACallWhoseTimeIsOverFailsAndItsLateAnswerIsIgnored) {
  go_live();
  int calls = 0;
  std::optional<CallError> error;
  connection.call(
      "slow", {}, &owner,
      [&](const Outcome& outcome) {
        ++calls;
        error = outcome.error();
      },
      10ms);
  const rpc::Request slow = take_sent();
  ASSERT_TRUE(QTest::qWaitFor([&] { return calls == 1; }, kSoonMs));
  EXPECT_EQ(error->kind, CallError::Kind::timed_out);
  script.newest->answer(*slow.id, 1);
  EXPECT_EQ(calls, 1);
}

TEST_F(ConnectionTest, ACallOfADestroyedOwnerIsNotAnswered) {
  go_live();
  auto gone = std::make_unique<QObject>();
  int calls = 0;
  connection.call("a", {}, gone.get(), [&](const Outcome&) { ++calls; });
  Reply taken_back = connection.call("b", {}, &owner, [&](const Outcome&) { ++calls; });
  const rpc::Request a = take_sent();
  const rpc::Request b = take_sent();
  gone.reset();
  EXPECT_TRUE(taken_back.pending());
  taken_back.cancel();
  EXPECT_FALSE(taken_back.pending());
  script.newest->answer(*a.id, 1);
  script.newest->answer(*b.id, 1);
  EXPECT_EQ(calls, 0);
}

TEST_F(ConnectionTest, ACallFailsNeverFromWithin) {
  std::optional<CallError> error;
  connection.call("a", {}, &owner, [&](const Outcome& outcome) { error = outcome.error(); });
  EXPECT_FALSE(error);
  ASSERT_TRUE(QTest::qWaitFor([&] { return error.has_value(); }, kSoonMs));
  EXPECT_EQ(error->kind, CallError::Kind::offline);
}

TEST_F(ConnectionTest, CallsWhileConnectingWaitForTheDaemon) {
  connection.open();
  int answer = 0;
  connection.call("a", {}, &owner, [&](const Outcome& outcome) { answer = static_cast<int>(outcome->as_int64()); });
  Q_EMIT script.newest->opened();
  script.newest->answer(*take_sent().id, 7);
  EXPECT_EQ(answer, 7);
}

TEST_F(ConnectionTest, CallsUnderWayFailWhenTheConnectionIsLost) {
  go_live();
  std::optional<CallError> error;
  connection.call("a", {}, &owner, [&](const Outcome& outcome) { error = outcome.error(); });
  take_sent();
  script.newest->lose();
  EXPECT_EQ(connection.state(), State::offline);
  EXPECT_EQ(connection.loss().reason, QStringLiteral("gone"));
  ASSERT_TRUE(QTest::qWaitFor([&] { return error.has_value(); }, kSoonMs));
  EXPECT_EQ(error->kind, CallError::Kind::offline);
}

TEST_F(ConnectionTest, NoMoreCallsAreUnderWayThanTheDaemonTakes) {
  go_live();
  for (int i = 0; i < 100; ++i) connection.call("a", {}, &owner, [](const Outcome&) {});
  EXPECT_EQ(script.newest->sent.size(), 32);
  EXPECT_EQ(connection.calls_pending(), 100);
  script.newest->answer(*take_sent().id, 1);
  EXPECT_EQ(script.newest->sent.size(), 32);
}

TEST_F(ConnectionTest, ACallAboveTheBoundFailsByItsName) {
  go_live();
  std::string detail;
  for (int i = 0; i < 32 + 1'024; ++i) connection.call("a", {}, &owner, [](const Outcome&) {});
  connection.call("a", {}, &owner, [&](const Outcome& outcome) { detail = outcome.error().failure.detail; });
  ASSERT_TRUE(QTest::qWaitFor([&] { return !detail.empty(); }, kSoonMs));
  EXPECT_EQ(detail, "calls_waiting: 1025 of 1024");
}

TEST_F(ConnectionTest, AMessageThatNoDaemonTakesIsNotSent) {
  go_live();
  std::string detail;
  connection.call("a", {{"content", std::string(5 << 20, 'x')}}, &owner,
                  [&](const Outcome& outcome) { detail = outcome.error().failure.detail; });
  ASSERT_TRUE(QTest::qWaitFor([&] { return !detail.empty(); }, kSoonMs));
  EXPECT_TRUE(detail.starts_with("message_bytes: ")) << detail;
  EXPECT_TRUE(script.newest->sent.empty());
}

TEST_F(ConnectionTest, TriesAgainForEverAndSaysWhyOnce) {
  QSignalSpy states(&connection, &Connection::state_changed);
  connection.open();
  for (int lost = 1; lost <= 6; ++lost) {
    ASSERT_TRUE(QTest::qWaitFor([&] { return script.made == lost && script.newest; }, kSoonMs));
    script.newest->lose(Loss::not_running);
  }
  EXPECT_EQ(connection.state(), State::offline);
  EXPECT_EQ(states.count(), 2);  // connecting, offline
  come_back();
  EXPECT_EQ(connection.loss(), LossText());
}

TEST_F(ConnectionTest, ADaemonThatSaysNothingIsOffline) {
  script.answers_greeting = false;
  connection.open();
  Q_EMIT script.newest->opened();
  ASSERT_TRUE(reaches(State::offline));
  EXPECT_EQ(connection.loss().loss, Loss::timed_out);
}

// One that hangs keeps its socket open; its answers would come when it is well again.
TEST_F(ConnectionTest, ALiveDaemonThatSaysNothingMoreIsAskedAndThenOffline) {
  Connection watchful(script.factory(), {.retry_first = 1h, .retry_most = 1h, .silence = 10ms});
  watchful.open();
  Q_EMIT script.newest->opened();
  ASSERT_TRUE(QTest::qWaitFor([&] { return script.newest->greetings >= 4; }, kSoonMs)) << "it is asked again and again";
  EXPECT_EQ(watchful.state(), State::live) << "for it answers";
  script.newest->answers_greeting = false;
  ASSERT_TRUE(QTest::qWaitFor([&] { return watchful.state() == State::offline; }, kSoonMs));
  EXPECT_EQ(watchful.loss().loss, Loss::timed_out);
}

TEST_F(ConnectionTest, ADaemonThatSpeaksIsNotAskedForAWord) {
  constexpr auto kSilence = 200ms;
  Connection watchful(script.factory(), {.retry_first = 1h, .retry_most = 1h, .silence = kSilence});
  watchful.open();
  Q_EMIT script.newest->opened();
  ASSERT_TRUE(QTest::qWaitFor([&] { return watchful.live(); }, kSoonMs));
  QTimer chatter;
  QElapsedTimer pause;
  int words = 0;
  bool was_silent = false;  // this program was held up
  QObject::connect(&chatter, &QTimer::timeout, [&] {
    ++words;
    was_silent = was_silent || std::chrono::milliseconds(pause.elapsed()) > kSilence / 2;
    pause.start();
    script.newest->notify("topic.changed", {{"topic", "of nobody"}});
  });
  pause.start();
  chatter.start(10ms);
  ASSERT_TRUE(QTest::qWaitFor([&] { return words == 60; }, kSoonMs));  // for three times as long
  EXPECT_TRUE(was_silent || script.newest->greetings == 1) << script.newest->greetings;
}

TEST_F(ConnectionTest, GarbageIsNoDaemon) {
  connection.open();
  Q_EMIT script.newest->opened();
  script.newest->say("HTTP/1.1 400 Bad Request");
  EXPECT_EQ(connection.state(), State::offline);
  EXPECT_EQ(connection.loss().loss, Loss::not_a_daemon);
}

TEST_F(ConnectionTest, AWrongTokenIsRefusedAndNotLost) {
  script.answers_greeting = false;
  connection.open();
  Q_EMIT script.newest->opened();
  script.newest->answer(*take_sent().id, rpc::fail(rpc::Code::unauthorized, "node.status"));
  EXPECT_EQ(connection.state(), State::refused);
  EXPECT_EQ(connection.loss().loss, Loss::not_allowed);
}

TEST_F(ConnectionTest, TheDaemonsLastWordsAreTheReason) {
  go_live();
  script.newest->notify("connection.closing", rpc::to_json(rpc::limit_failure("connections", 65, 64)).as_object());
  script.newest->lose();
  EXPECT_TRUE(connection.loss().reason.contains(QStringLiteral("connections: 65 of 64")));
}

TEST_F(ConnectionTest, APersonMayTryAgainAtOnce) {
  Connection patient(script.factory(), {.retry_first = 1h, .retry_most = 1h, .open_time = 1h});
  patient.open();
  script.newest->lose();
  const int made = script.made;
  patient.retry();
  EXPECT_EQ(script.made, made + 1);
  EXPECT_EQ(patient.state(), State::connecting);
}

TEST_F(ConnectionTest, ATopicBeginsWithItsValueAndIsKeptUpToDate) {
  go_live();
  const auto* const jobs = connection.subscribe(QStringLiteral("jobs"), &owner);
  QSignalSpy changes(jobs, &Subscription::changed);
  const rpc::Request request = take_sent();
  EXPECT_EQ(request.method, "subscribe");
  EXPECT_EQ(request.params.at("topic"), "jobs");
  script.newest->answer(*request.id, snapshot("jobs", 3, {{"a", 1}}));
  EXPECT_EQ(jobs->state(), Subscription::State::live);
  script.newest->notify("topic.changed", change("jobs", 3, 4, {{{"path", "/b"}, {"value", 2}}}));
  EXPECT_EQ(jobs->value(), (json::object{{"a", 1}, {"b", 2}}));
  EXPECT_EQ(changes.count(), 2);
}

TEST_F(ConnectionTest, SubscriptionsOfOneTopicShareIt) {
  go_live();
  const auto* const first = connection.subscribe(QStringLiteral("jobs"), &owner);
  script.newest->answer(*take_sent().id, snapshot("jobs", 1, 5));
  const auto* const second = connection.subscribe(QStringLiteral("jobs"), &owner);
  QSignalSpy changes(second, &Subscription::changed);
  ASSERT_TRUE(QTest::qWaitFor([&] { return changes.count() == 1; }, kSoonMs));
  EXPECT_TRUE(script.newest->sent.empty());
  delete first;
  EXPECT_TRUE(script.newest->sent.empty());
  delete second;
  EXPECT_EQ(take_sent().method, "unsubscribe");
}

TEST_F(ConnectionTest, APatchThatDoesNotFitBringsANewSnapshot) {
  go_live();
  const auto* const jobs = connection.subscribe(QStringLiteral("jobs"), &owner);
  script.newest->answer(*take_sent().id, snapshot("jobs", 1, json::object()));
  QSignalSpy changes(jobs, &Subscription::changed);
  script.newest->notify("topic.changed", change("jobs", 1, 2, {{{"path", "/no/such"}, {"value", 2}}}));
  EXPECT_EQ(jobs->state(), Subscription::State::stale);
  EXPECT_EQ(changes.count(), 0);
  const rpc::Request unsubscribe = take_sent();
  EXPECT_EQ(unsubscribe.method, "unsubscribe");
  script.newest->notify("topic.changed", change("jobs", 2, 3, {{{"path", "/late"}, {"value", 2}}}));
  script.newest->answer(*unsubscribe.id, json::object());
  script.newest->answer(*take_sent().id, snapshot("jobs", 9, {{"whole", true}}));
  EXPECT_EQ(jobs->state(), Subscription::State::live);
  EXPECT_EQ(jobs->value(), (json::object{{"whole", true}}));
}

TEST_F(ConnectionTest, AMissedVersionBringsANewSnapshot) {
  go_live();
  connection.subscribe(QStringLiteral("jobs"), &owner);
  script.newest->answer(*take_sent().id, snapshot("jobs", 1, json::object()));
  script.newest->notify("topic.changed", change("jobs", 3, 4, {{{"path", "/b"}, {"value", 2}}}));
  EXPECT_EQ(take_sent().method, "unsubscribe");
}

TEST_F(ConnectionTest, ALostTopicKeepsItsValueAndIsTakenUpAgain) {
  go_live();
  const auto* const jobs = connection.subscribe(QStringLiteral("jobs"), &owner);
  script.newest->answer(*take_sent().id, snapshot("jobs", 1, 5));
  script.newest->lose();
  EXPECT_EQ(jobs->state(), Subscription::State::stale);
  EXPECT_EQ(jobs->value(), 5);
  come_back();
  const rpc::Request again = take_sent();
  EXPECT_EQ(again.method, "subscribe");
  script.newest->answer(*again.id, snapshot("jobs", 1, 6));
  EXPECT_EQ(jobs->state(), Subscription::State::live);
  EXPECT_EQ(jobs->value(), 6);
}

TEST_F(ConnectionTest, ATopicThatDoesNotExistIsRefusedByName) {
  go_live();
  const auto* const nothing = connection.subscribe(QStringLiteral("machine"), &owner);
  script.newest->answer(*take_sent().id, rpc::fail(rpc::Code::not_found, "topic machine"));
  EXPECT_EQ(nothing->state(), Subscription::State::refused);
  EXPECT_EQ(nothing->failure().detail, "topic machine");
  script.newest->lose();
  come_back();  // another daemon perhaps, which has it
  EXPECT_EQ(take_sent().method, "subscribe");
}

TEST_F(ConnectionTest, ATopicThatIsRefusedForNowIsAskedForAgain) {
  go_live();
  const auto* const job = connection.subscribe(QStringLiteral("job/1"), &owner);
  for (int refusal = 0; refusal < 2; ++refusal) {
    script.newest->answer(*take_sent().id, std::unexpected(rpc::limit_failure("subscriptions", 65, 64)));
    EXPECT_EQ(job->state(), Subscription::State::refused);
  }
  const rpc::Request again = take_sent();
  EXPECT_EQ(again.method, "subscribe");
  EXPECT_TRUE(script.newest->sent.empty()) << "one at a time";
  script.newest->answer(*again.id, snapshot("job/1", 1, 5));
  EXPECT_EQ(job->state(), Subscription::State::live);
  EXPECT_EQ(job->value(), 5);
}

TEST_F(ConnectionTest, ATopicThatEndsSaysSo) {
  go_live();
  const auto* const job = connection.subscribe(QStringLiteral("job/1"), &owner);
  script.newest->answer(*take_sent().id, snapshot("job/1", 1, 5));
  script.newest->notify("topic.ended", {{"topic", "job/1"}});
  EXPECT_EQ(job->state(), Subscription::State::ended);
  EXPECT_EQ(job->value(), 5);
}

TEST_F(ConnectionTest, AnotherDaemonBeginsWithoutTheValuesOfTheFirst) {
  go_live();
  const auto* const jobs = connection.subscribe(QStringLiteral("jobs"), &owner);
  script.newest->answer(*take_sent().id, snapshot("jobs", 1, 5));
  QSignalSpy changes(jobs, &Subscription::changed);
  Script other;
  connection.change(other.factory());
  EXPECT_TRUE(jobs->value().is_null());
  EXPECT_EQ(jobs->state(), Subscription::State::waiting);
  EXPECT_EQ(changes.count(), 1);
  EXPECT_EQ(connection.state(), State::connecting);
}

TEST_F(ConnectionTest, MayBeDestroyedFromWhatItCalls) {
  auto other = std::make_unique<Connection>(script.factory());
  other->open();
  QObject::connect(other.get(), &Connection::state_changed, &owner, [&] {
    if (other && other->state() == State::offline) other.reset();
  });
  script.newest->lose();
  EXPECT_FALSE(other);
}

}  // namespace
}  // namespace quern::desktop::client
