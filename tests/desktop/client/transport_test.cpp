// A Unix socket whose other end does what it likes.
#include <QFile>
#include <QLocalServer>
#include <QLocalSocket>
#include <QSignalSpy>
#include <QTest>

#include <gtest/gtest.h>

#include "desktop/client/local_transport.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::desktop::client {
namespace {

constexpr int kSoonMs = 10'000;

class LocalTransportTest : public ::testing::Test {
 protected:
  TemporaryFolder folder;
  QString path = QString::fromStdString((folder.path() / "socket").string());
  QLocalServer server;
  LocalTransport transport{path};
  QSignalSpy opened{&transport, &Transport::opened};
  QSignalSpy lost{&transport, &Transport::lost};
  std::vector<QByteArray> messages;
  LossText why;
  QLocalSocket* peer = nullptr;

  LocalTransportTest() {
    QObject::connect(&transport, &Transport::received, &transport,
                     [this](const QByteArray& message) { messages.push_back(message); });
    QObject::connect(&transport, &Transport::lost, &transport, [this](const LossText& loss) { why = loss; });
  }
  void connect_both() {
    ASSERT_TRUE(server.listen(path));
    transport.open();
    ASSERT_TRUE(QTest::qWaitFor([&] { return opened.count() == 1 && server.hasPendingConnections(); }, kSoonMs));
    peer = server.nextPendingConnection();
  }
  bool ends() {
    return QTest::qWaitFor([&] { return lost.count() > 0; }, kSoonMs);
  }
};

TEST_F(LocalTransportTest, MessagesAreLinesHoweverTheBytesCome) {
  connect_both();
  peer->write("{\"a\":1}\n\n{\"b\"");
  ASSERT_TRUE(QTest::qWaitFor([&] { return messages.size() == 1; }, kSoonMs));
  peer->write(":2}\n{\"c\":3}\n");
  ASSERT_TRUE(QTest::qWaitFor([&] { return messages.size() == 3; }, kSoonMs));
  EXPECT_EQ(messages[0], "{\"a\":1}");
  EXPECT_EQ(messages[1], "{\"b\":2}");
  EXPECT_EQ(messages[2], "{\"c\":3}");
  transport.send("{\"d\":4}");
  ASSERT_TRUE(QTest::qWaitFor([&] { return peer->canReadLine(); }, kSoonMs));
  EXPECT_EQ(peer->readLine(), "{\"d\":4}\n");
}

TEST_F(LocalTransportTest, ALargeMessageComesWhole) {
  connect_both();
  const QByteArray large(20 << 20, 'x');
  peer->write(large);
  peer->write("\n");
  ASSERT_TRUE(QTest::qWaitFor([&] { return !messages.empty(); }, kSoonMs));
  EXPECT_EQ(messages[0].size(), large.size());
}

TEST_F(LocalTransportTest, ALineThatNeverEndsEndsTheConnection) {
  connect_both();
  const QByteArray piece(1 << 20, 'x');
  const auto feed = [&] {
    if (peer->bytesToWrite() < (8 << 20)) peer->write(piece);
    return lost.count() > 0;
  };
  ASSERT_TRUE(QTest::qWaitFor(feed, 6 * kSoonMs));
  EXPECT_EQ(why.loss, Loss::not_a_daemon);
  EXPECT_TRUE(messages.empty());
}

TEST_F(LocalTransportTest, ADaemonThatGoesIsLostOnce) {
  connect_both();
  delete peer;
  ASSERT_TRUE(ends());
  EXPECT_EQ(why.loss, Loss::ended);
  transport.send("late");
  EXPECT_EQ(lost.count(), 1);
}

TEST_F(LocalTransportTest, ASocketThatIsNotThereIsADaemonThatDoesNotRun) {
  transport.open();
  EXPECT_EQ(lost.count(), 0);
  ASSERT_TRUE(ends());
  EXPECT_EQ(why.loss, Loss::not_running);
  EXPECT_TRUE(why.reason.contains(path));
}

TEST_F(LocalTransportTest, ASocketThatNobodyReadsIsADaemonThatDoesNotRun) {
  // What a daemon leaves that was killed.
  ASSERT_TRUE(server.listen(path + QStringLiteral("2")));
  ASSERT_TRUE(QFile::link(path + QStringLiteral("2"), path));
  server.close();
  folder.write("socket2", "");
  transport.open();
  ASSERT_TRUE(ends());
  EXPECT_EQ(why.loss, Loss::not_running);
}

TEST_F(LocalTransportTest, ClosedItSaysNothingMore) {
  connect_both();
  transport.close();
  QSignalSpy gone(peer, &QLocalSocket::disconnected);
  EXPECT_TRUE(gone.wait(kSoonMs));
  EXPECT_EQ(lost.count(), 0);
}

TEST_F(LocalTransportTest, APeerThatReadsNothingIsGivenUp) {
  connect_both();
  peer->setReadBufferSize(1);
  const std::string piece(1 << 20, 'x');
  for (int i = 0; i < 64 && lost.count() == 0; ++i) transport.send(piece);
  EXPECT_EQ(lost.count(), 1);
  EXPECT_EQ(why.loss, Loss::timed_out);
}

}  // namespace
}  // namespace quern::desktop::client
