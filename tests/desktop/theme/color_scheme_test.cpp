// A portal on a bus of the test's own: a dbus-daemon that is started and ended here.
#include "desktop/theme/color_scheme.hpp"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusVirtualObject>
#include <QElapsedTimer>
#include <QProcess>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTest>
#include <memory>

#include <gtest/gtest.h>

namespace quern::desktop::theme {
namespace {

constexpr int kWaitMilliseconds = 10'000;

// A session bus without services; empty address: there is no dbus-daemon here.
class Bus {
 public:
  Bus() {
    daemon_.start(QStringLiteral("dbus-daemon"),
                  {QStringLiteral("--session"), QStringLiteral("--nofork"), QStringLiteral("--print-address")});
    if (!daemon_.waitForStarted() || !daemon_.waitForReadyRead(kWaitMilliseconds)) return;
    address_ = QString::fromUtf8(daemon_.readLine()).trimmed();
  }
  ~Bus() {
    daemon_.terminate();
    daemon_.waitForFinished();
  }
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;
  const QString& address() const { return address_; }

 private:
  QProcess daemon_;
  QString address_;
};

// Answers Read as the real portal does: the value in two variants.
class Portal : public QDBusVirtualObject {
 public:
  unsigned scheme = 1;
  bool silent = false;
  QVariant instead;  // of the number, when it is valid

  QString introspect(const QString&) const override { return {}; }
  bool handleMessage(const QDBusMessage& message, const QDBusConnection& bus) override {
    if (message.member() != QStringLiteral("Read")) return false;
    if (silent) return true;
    const QVariant value = instead.isValid() ? instead : QVariant(scheme);
    const QVariant inner = QVariant::fromValue(QDBusVariant(value));
    bus.send(message.createReply(QVariant::fromValue(QDBusVariant(inner))));
    return true;
  }
};

struct Session {
  Session() : name(QStringLiteral("quern-portal-%1").arg(qint64(++made))) {
    if (bus.address().isEmpty()) return;
    service = std::make_unique<QDBusConnection>(QDBusConnection::connectToBus(bus.address(), name));
    client =
        std::make_unique<QDBusConnection>(QDBusConnection::connectToBus(bus.address(), name + QStringLiteral("c")));
    service->registerVirtualObject(QStringLiteral("/org/freedesktop/portal/desktop"), &portal);
    service->registerService(QStringLiteral("org.freedesktop.portal.Desktop"));
  }
  ~Session() {
    QDBusConnection::disconnectFromBus(name);
    QDBusConnection::disconnectFromBus(name + QStringLiteral("c"));
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void tell(const QString& group, const QString& key, const QVariant& value) const {
    QDBusMessage signal =
        QDBusMessage::createSignal(QStringLiteral("/org/freedesktop/portal/desktop"),
                                   QStringLiteral("org.freedesktop.portal.Settings"), QStringLiteral("SettingChanged"));
    signal << group << key << QVariant::fromValue(QDBusVariant(value));
    service->send(signal);
  }

  inline static int made = 0;
  Bus bus;
  QString name;
  std::unique_ptr<QDBusConnection> service;
  std::unique_ptr<QDBusConnection> client;
  Portal portal;  // goes first: Qt refuses what it has not delivered to it yet on its connection
};

const QString kGroup = QStringLiteral("org.freedesktop.appearance");
const QString kKey = QStringLiteral("color-scheme");

bool has_bus() {
  return !QStandardPaths::findExecutable(QStringLiteral("dbus-daemon")).isEmpty();
}

TEST(ColorScheme, TellsWhatThePortalSaysAndEveryChange) {
  if (!has_bus()) GTEST_SKIP() << "no dbus-daemon is installed";
  const Session session;
  ASSERT_FALSE(session.bus.address().isEmpty());
  ColorScheme scheme(*session.client, nullptr);
  QSignalSpy changed(&scheme, &ColorScheme::changed);
  ASSERT_TRUE(changed.wait(kWaitMilliseconds));
  EXPECT_TRUE(changed.takeFirst().at(0).toBool());
  session.tell(kGroup, QStringLiteral("accent-color"), 1U);
  session.tell(QStringLiteral("org.gnome.desktop"), kKey, 1U);
  session.tell(kGroup, kKey, 2U);
  ASSERT_TRUE(changed.wait(kWaitMilliseconds));
  EXPECT_EQ(changed.count(), 1) << "other settings were taken for this one";
  EXPECT_FALSE(changed.takeFirst().at(0).toBool());
}

TEST(ColorScheme, NoPreferenceIsLight) {
  if (!has_bus()) GTEST_SKIP() << "no dbus-daemon is installed";
  Session session;
  session.portal.scheme = 0;
  ColorScheme scheme(*session.client, nullptr);
  QSignalSpy changed(&scheme, &ColorScheme::changed);
  ASSERT_TRUE(changed.wait(kWaitMilliseconds));
  EXPECT_FALSE(changed.takeFirst().at(0).toBool());
}

TEST(ColorScheme, IsNotTakenInByAnAnswerOfAnotherKind) {
  if (!has_bus()) GTEST_SKIP() << "no dbus-daemon is installed";
  Session session;
  session.portal.instead = QStringLiteral("dark please");
  ColorScheme scheme(*session.client, nullptr);
  QSignalSpy changed(&scheme, &ColorScheme::changed);
  session.tell(kGroup, kKey, 1U);
  ASSERT_TRUE(changed.wait(kWaitMilliseconds));
  EXPECT_TRUE(changed.takeFirst().at(0).toBool()) << "the text was taken for a number";
}

TEST(ColorScheme, DoesNotWaitForAPortalThatNeverAnswers) {
  if (!has_bus()) GTEST_SKIP() << "no dbus-daemon is installed";
  Session session;
  session.portal.silent = true;
  QElapsedTimer watch;
  watch.start();
  const ColorScheme scheme(*session.client, nullptr);
  EXPECT_LT(watch.elapsed(), ColorScheme::kAnswerMilliseconds);
}

TEST(ColorScheme, StaysSilentWithoutABus) {
  const QDBusConnection none =
      QDBusConnection::connectToBus(QStringLiteral("unix:path=/nonexistent"), QStringLiteral("none"));
  ColorScheme scheme(none, nullptr);
  QSignalSpy changed(&scheme, &ColorScheme::changed);
  EXPECT_FALSE(changed.wait(50));
}

}  // namespace
}  // namespace quern::desktop::theme
