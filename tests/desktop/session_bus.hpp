// A session bus of the test's own, without services: a dbus-daemon that is started and ended here. Without a
// dbus-daemon the test fails: the package dbus is one of those that building needs.
#pragma once
#include <QDBusConnection>
#include <QProcess>
#include <QString>
#include <QStringList>

#include <gtest/gtest.h>

namespace quern::desktop {

class SessionBus {
 public:
  static constexpr int kWaitMs = 10'000;

  SessionBus() {
    daemon_.start(QStringLiteral("dbus-daemon"),
                  {QStringLiteral("--session"), QStringLiteral("--nofork"), QStringLiteral("--print-address")});
    if (daemon_.waitForStarted() && daemon_.waitForReadyRead(kWaitMs)) {
      address_ = QString::fromUtf8(daemon_.readLine()).trimmed();
    }
    EXPECT_FALSE(address_.isEmpty()) << "dbus-daemon does not start: " << daemon_.errorString().toStdString();
  }
  ~SessionBus() {
    for (const QString& name : names_) QDBusConnection::disconnectFromBus(name);
    daemon_.terminate();
    daemon_.waitForFinished(kWaitMs);
  }
  SessionBus(const SessionBus&) = delete;
  SessionBus& operator=(const SessionBus&) = delete;

  const QString& address() const { return address_; }
  // Another one each time, as of another process.
  QDBusConnection connection() {
    static int made = 0;
    names_ << QStringLiteral("quern-test-%1").arg(++made);
    return QDBusConnection::connectToBus(address_, names_.last());
  }

 private:
  QProcess daemon_;
  QString address_;
  QStringList names_;
};

}  // namespace quern::desktop
