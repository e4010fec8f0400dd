#include "desktop/models/history.hpp"

#include <QTest>
#include <QTimeZone>
#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "desktop/client/recording_transport.hpp"
#include "desktop/models/daemon_models.hpp"
#include "tests/desktop/models/example_topics.hpp"

namespace quern::desktop::models {
namespace {

constexpr int kSoonMs = 10'000;

namespace json = boost::json;

client::TransportFactory node(const std::string& peer, std::int64_t busy_permille) {
  const auto recording = std::make_shared<client::Recording>();
  const auto put = [&](const char* topic, json::value value) {
    recording->events.push_back({0, client::RecordedTopic{topic, std::move(value)}});
  };
  put("status", json::object{{"peer", peer}});
  put("machine",
      json::object{{"host", "rig-01"},
                   {"devices", json::array{json::object{{"id", "gpu-0"}, {"busy_permille", busy_permille}}}}});
  put("peers", json::object{{"peers", json::array{json::object{{"peer", "12D3KooWnear"},
                                                               {"addresses", json::array()},
                                                               {"connected", true},
                                                               {"rtt_us", 3'000}}}}});
  return client::replay(recording, client::Pace::immediate);
}

TEST(Histories, BeginWithTheConnectionAndNotWithAPage) {
  client::Connection connection(node("12D3KooWone", 250));
  DaemonModels models(connection, QuantityText(QLocale::c(), QTimeZone::utc()), [] { return 1'790'000'100'000; });
  const auto load = [&] { return models.device_history().values(QStringLiteral("gpu-0"), DeviceHistory::Of::load); };
  const auto trips = [&] { return models.round_trips().values(QStringLiteral("12D3KooWnear")); };
  connection.open();
  ASSERT_TRUE(QTest::qWaitFor([&] { return !load().isEmpty() && !trips().isEmpty(); }, kSoonMs));
  EXPECT_EQ(load(), QVector<qreal>{250});
  EXPECT_EQ(trips(), QVector<qreal>{3});
  models.take_device_readings();
  EXPECT_EQ(load(), (QVector<qreal>{250, 250}));

  // The same ids on another node are other devices.
  connection.change(node("12D3KooWother", 700));
  ASSERT_TRUE(QTest::qWaitFor([&] { return load() == QVector<qreal>{700} && trips() == QVector<qreal>{3}; }, kSoonMs))
      << load().size() << " " << trips().size();
}

TEST(DeviceHistory, KeepsTenMinutesAndForgetsWhatIsGone) {
  DeviceHistory history;
  DeviceData device;
  device.id = QStringLiteral("a");
  for (int i = 0; i < 2 * kReadingsMax; ++i) {
    device.busy_permille = i;
    history.add({device});
  }
  history.add_gap();
  const auto values = history.values(QStringLiteral("a"), DeviceHistory::Of::load);
  ASSERT_EQ(values.size(), kReadingsMax);
  EXPECT_EQ(values[kReadingsMax - 2], 2 * kReadingsMax - 1);
  EXPECT_TRUE(std::isnan(values.back()));
  EXPECT_TRUE(history.values(QStringLiteral("a"), DeviceHistory::Of::power).isEmpty());  // never known
  history.add({});
  EXPECT_TRUE(history.values(QStringLiteral("a"), DeviceHistory::Of::load).isEmpty());
}

TEST(RoundTrips, AreBoundedAndForgetWhoIsGone) {
  RoundTrips trips;
  std::vector<PeerRow> peers(RoundTrips::kPeersMax + 5);
  for (std::size_t at = 0; at < peers.size(); ++at) {
    peers[at].id = QString::number(at);
    peers[at].connected = at != 1;
    peers[at].round_trip_us = 2'000;
  }
  for (int i = 0; i < kRoundTripsMax + 9; ++i) trips.add(peers);
  EXPECT_EQ(trips.values(QStringLiteral("0")), QVector<qreal>(kRoundTripsMax, 2));
  EXPECT_TRUE(trips.values(QStringLiteral("1")).isEmpty());
  EXPECT_TRUE(trips.values(QString::number(RoundTrips::kPeersMax + 1)).isEmpty());
  trips.add({});
  EXPECT_TRUE(trips.values(QStringLiteral("0")).isEmpty());
}

}  // namespace
}  // namespace quern::desktop::models
