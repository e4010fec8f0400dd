// The whole way from a real daemon to the models, and through its death.
#include <QBuffer>
#include <QDateTime>
#include <QTcpServer>
#include <QTest>
#include <chrono>

#include <gtest/gtest.h>

#include "desktop/client/profile.hpp"
#include "desktop/client/recording_transport.hpp"
#include "desktop/models/daemon_models.hpp"
#include "tests/desktop/daemon_process.hpp"

namespace quern::desktop::models {
namespace {

using client::Connection;
using client::Profile;
using namespace std::chrono_literals;

constexpr int kSoonMs = 30'000;
const QString kProvides = QStringLiteral(
    "[overlay]\nlisten = [\"/ip4/127.0.0.1/tcp/0\"]\n[provider]\nenabled = true\n"
    "[provider.rates]\ndevice_second = \"0.01\"\nsetup = \"0.0001\"\n");

QuantityText english() {
  return QuantityText(QLocale(QLocale::English, QLocale::UnitedStates), QTimeZone::utc());
}

// Of nobody now.
quint16 free_port() {
  QTcpServer server;
  EXPECT_TRUE(server.listen(QHostAddress::LocalHost));
  return server.serverPort();
}

std::int64_t now_unix_ms() {
  return QDateTime::currentMSecsSinceEpoch();
}

bool reaches(const Connection& connection, Connection::State state) {
  return QTest::qWaitFor([&] { return connection.state() == state; }, kSoonMs);
}

TEST(Daemon, ModelsFillAndOutliveADaemonThatIsKilled) {
  DaemonProcess daemon(kProvides);
  const Profile profile{QStringLiteral("test"), daemon.socket(), {}, {}};
  ASSERT_FALSE(fault_of(profile)) << fault_of(profile)->toStdString();
  Connection connection(transport_of(profile), {.retry_first = 20ms, .retry_most = 100ms});
  DaemonModels models(connection, english(), now_unix_ms);
  connection.open();
  ASSERT_TRUE(reaches(connection, Connection::State::offline));
  EXPECT_EQ(connection.loss().loss, client::Loss::not_running);
  EXPECT_TRUE(connection.loss().reason.contains(daemon.socket()));

  ASSERT_TRUE(daemon.start()) << daemon.log().toStdString();
  ASSERT_TRUE(reaches(connection, Connection::State::live)) << connection.loss().reason.toStdString();
  ASSERT_TRUE(QTest::qWaitFor([&] { return models.has_status() && models.offers().rowCount() > 0; }, kSoonMs));
  const QString peer = models.status().peer;
  EXPECT_TRUE(peer.startsWith(QStringLiteral("12D3KooW")));
  EXPECT_TRUE(models.status().can("quote"));
  EXPECT_EQ(models.status().donation.kind, DonationState::Kind::donating);
  EXPECT_EQ(models.offers().row(0).per_hour_micro, 10'000 * 3'600);
  EXPECT_EQ(models.offers().row(0).provider, peer);

  const auto started = models.status().started_unix_ms;

  daemon.kill();
  ASSERT_TRUE(reaches(connection, Connection::State::offline));
  EXPECT_EQ(models.status().peer, peer);  // kept, greyed by the page
  EXPECT_GT(models.offers().rowCount(), 0);

  ASSERT_TRUE(daemon.start()) << daemon.log().toStdString();
  ASSERT_TRUE(reaches(connection, Connection::State::live));
  ASSERT_TRUE(QTest::qWaitFor([&] { return models.status().started_unix_ms != started; }, kSoonMs));
  EXPECT_TRUE(QTest::qWaitFor([&] { return models.offers().rowCount() > 0; }, kSoonMs));
  EXPECT_EQ(models.status().peer, peer);
}

TEST(Daemon, WhatIsRecordedOfItFillsTheModelsTheSame) {
  DaemonProcess daemon(kProvides);
  ASSERT_TRUE(daemon.start()) << daemon.log().toStdString();
  QBuffer file;
  ASSERT_TRUE(file.open(QIODevice::ReadWrite));
  client::Recorder recorder(file, now_unix_ms());
  Connection connection(recorder.watch(client::transport_of({QStringLiteral("test"), daemon.socket(), {}, {}})));
  DaemonModels models(connection, english(), now_unix_ms);
  connection.open();
  ASSERT_TRUE(QTest::qWaitFor([&] { return models.has_status() && models.offers().rowCount() > 0; }, kSoonMs));
  connection.close();

  auto recording = client::read_recording(file.data().toStdString());
  ASSERT_TRUE(recording) << recording.error();
  Connection played(
      client::replay(std::make_shared<const client::Recording>(*std::move(recording)), client::Pace::immediate));
  DaemonModels again(played, english(), now_unix_ms);
  played.open();
  ASSERT_TRUE(QTest::qWaitFor([&] { return again.offers().rows() == models.offers().rows(); }, kSoonMs));
  EXPECT_TRUE(QTest::qWaitFor([&] { return again.status() == models.status(); }, kSoonMs));
  EXPECT_EQ(again.peers().rows(), models.peers().rows());
}

TEST(Daemon, AWebSocketNeedsTheRightToken) {
  const quint16 port = free_port();
  DaemonProcess daemon(QStringLiteral("[rpc.websocket]\nenabled = true\nport = %1\n").arg(port));
  ASSERT_TRUE(daemon.start()) << daemon.log().toStdString();
  const QString url = QStringLiteral("ws://127.0.0.1:%1/").arg(port);

  Profile profile{QStringLiteral("ws"), {}, url, daemon.token_file()};
  ASSERT_FALSE(fault_of(profile));
  Connection connection(transport_of(profile), {.retry_first = 20ms, .retry_most = 100ms});
  DaemonModels models(connection, english(), now_unix_ms);
  connection.open();
  ASSERT_TRUE(reaches(connection, Connection::State::live)) << connection.loss().reason.toStdString();
  ASSERT_TRUE(QTest::qWaitFor([&] { return models.has_status(); }, kSoonMs));

  TemporaryFolder folder;
  folder.write("token", std::string(64, 'a') + "\n");
  const QString wrong = QString::fromStdString((folder.path() / "token").string());
  QFile::setPermissions(wrong, QFile::ReadOwner | QFile::WriteOwner);
  profile.token_file = wrong;
  connection.change(transport_of(profile));
  ASSERT_TRUE(reaches(connection, Connection::State::refused)) << connection.loss().reason.toStdString();
  EXPECT_EQ(connection.loss().loss, client::Loss::not_allowed);
  EXPECT_FALSE(models.has_status());

  profile.token_file = QStringLiteral("/no/such/token");
  connection.change(transport_of(profile));
  ASSERT_TRUE(reaches(connection, Connection::State::refused));
  EXPECT_EQ(connection.loss().loss, client::Loss::bad_profile);

  profile.url = QStringLiteral("ws://127.0.0.1:1/");
  profile.token_file = daemon.token_file();
  connection.change(transport_of(profile));
  ASSERT_TRUE(reaches(connection, Connection::State::offline));
  EXPECT_EQ(connection.loss().loss, client::Loss::not_running) << connection.loss().reason.toStdString();
}

}  // namespace
}  // namespace quern::desktop::models
