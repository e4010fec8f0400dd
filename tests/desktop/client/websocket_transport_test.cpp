// A daemon behind TLS: what terminates it has a certificate of an authority that no system knows.
#include "desktop/client/websocket_transport.hpp"

#include <QFile>
#include <QSignalSpy>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QTest>
#include <QWebSocketServer>

#include <gtest/gtest.h>

#include "tests/temporary_folder.hpp"

namespace quern::desktop::client {
namespace {

constexpr int kSoonMs = 10'000;

QString certificate(const char* name) {
  return QStringLiteral(QUERN_TEST_DATA "/../overlay/transport/data/") + QString::fromLatin1(name);
}

class TlsTest : public ::testing::Test {
 protected:
  QWebSocketServer server{QStringLiteral("a daemon"), QWebSocketServer::SecureMode};
  TemporaryFolder folder;
  QString token = file("token", std::string(64, 'a') + "\n");
  int opened = 0;
  LossText why;

  void SetUp() override { serve("server"); }

  void serve(const std::string& name) {
    server.close();
    QFile key(certificate((name + ".key").c_str()));
    ASSERT_TRUE(key.open(QIODevice::ReadOnly));
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setLocalCertificate(QSslCertificate::fromPath(certificate((name + ".pem").c_str())).value(0));
    configuration.setPrivateKey(QSslKey(&key, QSsl::Ec));
    server.setSslConfiguration(configuration);
    ASSERT_TRUE(server.listen(QHostAddress::LocalHost));
  }
  QString file(const char* name, const std::string& text) {
    folder.write(name, text);
    const QString path = QString::fromStdString((folder.path() / name).string());
    QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner);
    return path;
  }
  // Whether the daemon is reached; `why` has the reason.
  bool reaches(const QString& ca_file) {
    opened = 0;
    why = {};
    WebSocketTransport transport(QUrl(QStringLiteral("wss://127.0.0.1:%1/").arg(server.serverPort())), token, ca_file);
    QObject::connect(&transport, &Transport::opened, &server, [this] { ++opened; });
    int lost = 0;
    QObject::connect(&transport, &Transport::lost, &server, [&](const LossText& loss) {
      ++lost;
      why = loss;
    });
    transport.open();
    EXPECT_TRUE(QTest::qWaitFor([&] { return opened + lost > 0; }, kSoonMs));
    EXPECT_LE(opened + lost, 1);
    return opened == 1;
  }
};

TEST_F(TlsTest, ADaemonIsReachedWhoseAuthorityIsNamed) {
  EXPECT_TRUE(reaches(certificate("authority.pem"))) << why.reason.toStdString();
}

TEST_F(TlsTest, AnAuthorityThatNobodyNamedIsNotTrustedAndWhatHelpsIsSaid) {
  for (const QString& named : {QString(), certificate("other_authority.pem")}) {
    EXPECT_FALSE(reaches(named));
    EXPECT_EQ(why.loss, Loss::unreachable);
    EXPECT_TRUE(why.reason.startsWith(QStringLiteral("wss://127.0.0.1:"))) << why.reason.toStdString();
    EXPECT_TRUE(why.reason.contains(QStringLiteral("cannot be trusted"))) << why.reason.toStdString();
    EXPECT_TRUE(why.remedy.contains(QStringLiteral("CA file")));
  }
  EXPECT_FALSE(server.hasPendingConnections()) << "the token was sent";
}

TEST_F(TlsTest, ACertificateWhoseTimeIsOverIsNotTrusted) {
  serve("expired");
  EXPECT_FALSE(reaches(certificate("authority.pem")));
  EXPECT_TRUE(why.reason.contains(QStringLiteral("expired"))) << why.reason.toStdString();
}

TEST_F(TlsTest, ACaFileOfNoUseIsNamedBeforeAnythingIsSent) {
  const QString path = file("ca.pem", "no certificate");
  const auto told = [&](const QString& named, const char* what) {
    EXPECT_FALSE(reaches(named));
    EXPECT_EQ(why.loss, Loss::bad_profile);
    EXPECT_TRUE(why.reason.contains(named)) << why.reason.toStdString();
    EXPECT_TRUE(why.reason.contains(QString::fromLatin1(what))) << why.reason.toStdString();
  };
  told(path, "no certificate");
  told(QStringLiteral("/no/such/ca.pem"), "no such file");
  told(QStringLiteral("/dev/zero"), "no such file");
  file("ca.pem", std::string(static_cast<std::size_t>(WebSocketTransport::kCaFileBytesMax) + 1, 'x'));
  told(path, "1 MiB");
}

}  // namespace
}  // namespace quern::desktop::client
