#include "desktop/app/tray_host.hpp"

#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusServiceWatcher>
#include <QGuiApplication>
#include <QSystemTrayIcon>
#include <utility>

namespace quern::desktop::app {
namespace {

const QString kWatcher = QStringLiteral("org.kde.StatusNotifierWatcher");
const QString kPath = QStringLiteral("/StatusNotifierWatcher");
const QString kProperties = QStringLiteral("org.freedesktop.DBus.Properties");

}  // namespace

TrayHost::TrayHost(const QDBusConnection& bus, QObject* parent) : QObject(parent), bus_(bus) {
  x11_.setInterval(kX11After);
  connect(&x11_, &QTimer::timeout, this, [this] {
    asks_x11_ = true;
    x11_.setInterval(kX11Pace);
    Q_EMIT changed();
  });
  if (QGuiApplication::platformName() == QStringLiteral("xcb")) x11_.start();
  if (!bus_.isConnected()) return;
  auto* watcher = new QDBusServiceWatcher(kWatcher, bus_, QDBusServiceWatcher::WatchForOwnerChange, this);
  connect(watcher, &QDBusServiceWatcher::serviceOwnerChanged, this, &TrayHost::ask);
  for (const char* signal : {"StatusNotifierHostRegistered", "StatusNotifierHostUnregistered"}) {
    bus_.connect(kWatcher, kPath, kWatcher, QLatin1String(signal), this, SLOT(take_host()));
  }
  ask();
}

bool TrayHost::there() const {
  if (!asks_x11_) return on_bus_;  // Qt's first look finds it
  return QSystemTrayIcon::isSystemTrayAvailable();
}

void TrayHost::take_host() {
  ask();
}

void TrayHost::ask() {
  QDBusMessage call = QDBusMessage::createMethodCall(kWatcher, kPath, kProperties, QStringLiteral("Get"));
  call << kWatcher << QStringLiteral("IsStatusNotifierHostRegistered");
  call.setAutoStartService(false);
  auto* const answer = new QDBusPendingCallWatcher(bus_.asyncCall(call), this);
  connect(answer, &QDBusPendingCallWatcher::finished, this, [this](QDBusPendingCallWatcher* ended) {
    take_answer(*ended);
    ended->deleteLater();
  });
}

void TrayHost::take_answer(QDBusPendingCallWatcher& call) {
  const QDBusPendingReply<QDBusVariant> reply = call;
  const bool there = reply.isValid() && reply.value().variant().toBool();
  if (there == std::exchange(on_bus_, there)) return;
  if (there && !asks_x11_) x11_.stop();
  Q_EMIT changed();
}

}  // namespace quern::desktop::app
