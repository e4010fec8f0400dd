#include "desktop/client/recording.hpp"

#include <QBuffer>
#include <QSignalSpy>
#include <QTest>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "desktop/client/connection.hpp"
#include "desktop/client/recording_transport.hpp"
#include "desktop/client/subscription.hpp"
#include "tests/desktop/client/scripted_transport.hpp"
#include "tests/scheduler/rpc/json_values.hpp"

namespace quern::desktop::client {
namespace {

namespace json = boost::json;
constexpr int kSoonMs = 5'000;
const std::string kHead = recording_head(1'790'000'000'000);

std::string fault_of(const std::string& text) {
  const auto read = read_recording(text);
  return read ? std::string() : read.error();
}

RC_GTEST_PROP(Recording, WhatIsWrittenIsRead, ()) {
  Recording recording{.taken_unix_ms = 7, .events = {}};
  std::string text = recording_head(7);
  std::int64_t at = 0;
  const auto count = *rc::gen::inRange(0, 12);
  for (int i = 0; i < count; ++i) {
    at += *rc::gen::inRange(0, 1000);
    const json::value value = *rpc::any_json();
    RecordedEvent event{at, RecordedTopic{"t", value}};
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        event.what = RecordedTopic{"t", json::array{value}};
        break;
      case 1:
        event.what = RecordedTopic{"t", RecordedTopic::Ended{}};
        break;
      case 2:
        event.what = RecordedCall{"m", json::object{{"p", value}}, at, value};
        break;
      default:
        break;
    }
    text += to_line(event);
  }
  const auto read = read_recording(text);
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->events.size() == static_cast<std::size_t>(count));
  std::string again = recording_head(read->taken_unix_ms);
  for (const RecordedEvent& event : read->events) again += to_line(event);
  RC_ASSERT(again == text);
}

TEST(Recording, AFaultIsSaidWithItsLine) {
  EXPECT_EQ(fault_of(""), "the recording is empty");
  EXPECT_EQ(fault_of("{}"), "line 1: quern_recording is missing: this is no recording");
  EXPECT_EQ(fault_of("{\"quern_recording\":2}"), "line 1: version 2 cannot be played: this app plays version 1");
  EXPECT_EQ(fault_of(kHead + "{\"topic\":\"a\",\"value\":1}"), "line 2: at_ms is missing");
  EXPECT_EQ(fault_of(kHead + "{\"at_ms\":1}"), "line 2: an event is a call or a topic");
  EXPECT_EQ(fault_of(kHead + "{\"at_ms\":1,\"call\":\"a\"}"), "line 2: a call must have a result or an error");
  EXPECT_EQ(fault_of(kHead + "{\"at_ms\":1,\"topic\":\"a\"}"),
            "line 2: a topic must have one of value, patch and ended");
  EXPECT_EQ(fault_of(kHead + "{\"at_ms\":2,\"topic\":\"a\",\"value\":1}\n{\"at_ms\":1,\"topic\":\"a\",\"value\":1}\n"),
            "line 3: at_ms 1 is before that of the event above it");
  EXPECT_TRUE(fault_of(kHead + "{\"at_ms\":-1,\"topic\":\"a\",\"value\":1}").starts_with("line 2: at_ms must be"));
  EXPECT_TRUE(fault_of(kHead + "nonsense").starts_with("line 2: is not JSON"));
  EXPECT_TRUE(load_recording("/no/such/file").error().starts_with("/no/such/file: "));
}

class ReplayTest : public ::testing::Test {
 protected:
  QObject owner;

  static TransportFactory played(const std::string& lines, Pace pace = Pace::immediate) {
    auto recording = read_recording(kHead + lines);
    EXPECT_TRUE(recording) << recording.error();
    return replay(std::make_shared<const Recording>(*std::move(recording)), pace);
  }
  std::string ask(Connection& connection, const std::string& method, json::object params = {}) {
    std::string text;
    connection.call(method, std::move(params), &owner, [&](const Outcome& outcome) {
      text = outcome ? json::serialize(*outcome) : outcome.error().failure.reason;
    });
    EXPECT_TRUE(QTest::qWaitFor([&] { return !text.empty(); }, kSoonMs));
    return text;
  }
};

TEST_F(ReplayTest, AnswersAreFoundByMethodAndParamsWhateverTheOrderOfKeys) {
  Connection connection(
      played("{\"at_ms\":1,\"call\":\"m\",\"params\":{\"a\":1,\"b\":{\"x\":1,\"y\":2}},\"result\":1}\n"
             "{\"at_ms\":2,\"call\":\"m\",\"params\":{\"a\":1,\"b\":{\"x\":1,\"y\":2}},\"result\":2}\n"
             "{\"at_ms\":3,\"call\":\"m\",\"result\":3}\n"));
  connection.open();
  EXPECT_EQ(ask(connection, "m", {{"b", json::object{{"y", 2}, {"x", 1}}}, {"a", 1}}), "1");
  EXPECT_EQ(ask(connection, "m"), "3");
  EXPECT_EQ(ask(connection, "m", {{"a", 1}, {"b", json::object{{"x", 1}, {"y", 2}}}}), "2");
  EXPECT_EQ(ask(connection, "m", {{"a", 1}, {"b", json::object{{"x", 1}, {"y", 2}}}}), "2");
  EXPECT_EQ(ask(connection, "m", {{"a", 2}}), "not_recorded");
  EXPECT_EQ(ask(connection, "other"), "not_recorded");
}

TEST_F(ReplayTest, TimesMayDifferWhereNothingFitsBetter) {
  Connection connection(
      played("{\"at_ms\":1,\"call\":\"m\",\"params\":{\"from_unix_ms\":1,\"by\":\"peer\"},\"result\":1}\n"
             "{\"at_ms\":2,\"call\":\"m\",\"params\":{\"from_unix_ms\":2,\"by\":\"peer\"},\"result\":2}\n"));
  connection.open();
  EXPECT_EQ(ask(connection, "m", {{"from_unix_ms", 2}, {"by", "peer"}}), "2");
  EXPECT_EQ(ask(connection, "m", {{"from_unix_ms", 7}, {"by", "peer"}}), "1");
  EXPECT_EQ(ask(connection, "m", {{"from_unix_ms", 7}, {"by", "kind"}}), "not_recorded");
}

TEST_F(ReplayTest, ATopicPlaysAllItsChanges) {
  Connection connection(
      played("{\"at_ms\":1,\"topic\":\"t\",\"value\":{\"n\":1}}\n"
             "{\"at_ms\":500000,\"topic\":\"t\",\"patch\":[{\"path\":\"/n\",\"value\":2}]}\n"
             "{\"at_ms\":500001,\"topic\":\"t\",\"value\":{\"m\":9007199254740993}}\n"));
  connection.open();
  const auto* const topic = connection.subscribe(QStringLiteral("t"), &owner);
  QSignalSpy changes(topic, &Subscription::changed);
  ASSERT_TRUE(QTest::qWaitFor([&] { return changes.count() == 3; }, kSoonMs));
  EXPECT_EQ(topic->value(), (json::object{{"m", std::int64_t{9'007'199'254'740'993}}}));
  EXPECT_EQ(connection.subscribe(QStringLiteral("none"), &owner)->state(), Subscription::State::waiting);
}

TEST_F(ReplayTest, AtTheRecordedPaceChangesComeWhenTheyDid) {
  Connection connection(
      played("{\"at_ms\":0,\"topic\":\"t\",\"value\":1}\n"
             "{\"at_ms\":60,\"topic\":\"t\",\"value\":2}\n"
             "{\"at_ms\":3600000,\"topic\":\"t\",\"value\":3}\n",
             Pace::recorded));
  connection.open();
  const auto* const topic = connection.subscribe(QStringLiteral("t"), &owner);
  QElapsedTimer clock;
  clock.start();
  ASSERT_TRUE(QTest::qWaitFor([&] { return topic->value() == 2; }, kSoonMs));
  QCoreApplication::processEvents();
  EXPECT_EQ(topic->value(), 2);
}

TEST_F(ReplayTest, ItsClockIsThatOfTheRecording) {
  const auto clock_of = [](const std::string& text, Pace pace) {
    return play(std::make_shared<const Recording>(*read_recording(text)), pace);
  };
  const std::string lines = "{\"at_ms\":90000,\"topic\":\"t\",\"value\":1}\n";
  const Playback recorded = clock_of(kHead + lines, Pace::recorded);
  EXPECT_EQ(recorded.now_unix_ms(), 1'790'000'000'000) << "it stands before it plays";
  Connection connection(recorded.transport);
  connection.open();
  ASSERT_TRUE(QTest::qWaitFor([&] { return recorded.now_unix_ms() > 1'790'000'000'020; }, kSoonMs));
  EXPECT_LT(recorded.now_unix_ms(), 1'790'000'090'000);
  EXPECT_EQ(clock_of(kHead + lines, Pace::immediate).now_unix_ms(), 1'790'000'090'000);
  EXPECT_FALSE(clock_of("{\"quern_recording\":1}\n" + lines, Pace::recorded).now_unix_ms) << "it says no time";
}

TEST_F(ReplayTest, WhatIsRecordedPlaysBackTheSame) {
  QBuffer file;
  ASSERT_TRUE(file.open(QIODevice::ReadWrite));
  Recorder recorder(file, 1);
  {
    Script script;
    Connection connection(recorder.watch(script.factory()));
    connection.open();
    // The watched transport opens the script's own.
    Q_EMIT script.newest->opened();
    ASSERT_TRUE(QTest::qWaitFor([&] { return connection.live(); }, kSoonMs));
    connection.subscribe(QStringLiteral("t"), &owner);
    connection.call("m", {{"a", 1}}, &owner, [](const Outcome&) {});
    connection.call("auth.login", {{"token", "secret"}}, &owner, [](const Outcome&) {});
    ASSERT_EQ(script.newest->sent.size(), 3);
    script.newest->answer(*script.newest->sent[0].id, json::object{{"topic", "t"}, {"version", 4}, {"value", {1, 2}}});
    script.newest->answer(*script.newest->sent[1].id, rpc::fail(rpc::Code::failed, "no"));
    script.newest->answer(*script.newest->sent[2].id, true);
    script.newest->notify("topic.changed", {{"topic", "t"},
                                            {"from", 4},
                                            {"version", 5},
                                            {"patch", json::array{json::object{{"path", "/2"}, {"value", 3}}}}});
  }
  EXPECT_FALSE(file.data().contains("secret"));
  auto recording = read_recording(file.data().toStdString());
  ASSERT_TRUE(recording) << recording.error();
  Connection connection(replay(std::make_shared<const Recording>(*std::move(recording)), Pace::immediate));
  connection.open();
  const auto* const topic = connection.subscribe(QStringLiteral("t"), &owner);
  ASSERT_TRUE(QTest::qWaitFor([&] { return topic->value() == (json::array{1, 2, 3}); }, kSoonMs));
  EXPECT_EQ(ask(connection, "m", {{"a", 1}}), "failed");
  EXPECT_EQ(connection.hello().at("version"), "9");
}

TEST_F(ReplayTest, AFileThatCannotBeWrittenEndsTheRecordingAndNothingElse) {
  QBuffer closed;
  ASSERT_TRUE(closed.open(QIODevice::ReadOnly));
  Recorder recorder(closed, 1);
  EXPECT_FALSE(recorder.recording());
  Script script;
  Connection connection(recorder.watch(script.factory()));
  connection.open();
  Q_EMIT script.newest->opened();
  EXPECT_TRUE(QTest::qWaitFor([&] { return connection.live(); }, kSoonMs));
}

}  // namespace
}  // namespace quern::desktop::client
