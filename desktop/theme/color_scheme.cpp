#include "desktop/theme/color_scheme.hpp"

#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>

namespace quern::desktop::theme {
namespace {

const QString kService = QStringLiteral("org.freedesktop.portal.Desktop");
const QString kPath = QStringLiteral("/org/freedesktop/portal/desktop");
const QString kInterface = QStringLiteral("org.freedesktop.portal.Settings");
const QString kGroup = QStringLiteral("org.freedesktop.appearance");
const QString kKey = QStringLiteral("color-scheme");
constexpr unsigned kPrefersDark = 1;

}  // namespace

ColorScheme::ColorScheme(QObject* parent) : ColorScheme(QDBusConnection::sessionBus(), parent) {}

ColorScheme::ColorScheme(const QDBusConnection& bus, QObject* parent) : QObject(parent) {
  ask(bus);
}

void ColorScheme::ask(QDBusConnection bus) {
  if (!bus.isConnected()) return;
  // Before the slot is looked up by its signature: the first signal of a process would be lost otherwise.
  qRegisterMetaType<QDBusVariant>();
  bus.connect(kService, kPath, kInterface, QStringLiteral("SettingChanged"), this,
              SLOT(take_setting(QString, QString, QDBusVariant)));
  QDBusMessage call = QDBusMessage::createMethodCall(kService, kPath, kInterface, QStringLiteral("Read"));
  call << kGroup << kKey;
  auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(call, kAnswerMilliseconds), this);
  connect(watcher, &QDBusPendingCallWatcher::finished, this, [this](QDBusPendingCallWatcher* ended) {
    const QDBusPendingReply<QDBusVariant> reply = *ended;
    if (reply.isValid()) take(reply.value().variant());
    ended->deleteLater();
  });
}

void ColorScheme::take_setting(const QString& group, const QString& key, const QDBusVariant& value) {
  if (group == kGroup && key == kKey) take(value.variant());
}

void ColorScheme::take(const QVariant& value) {
  // Read() wraps the value twice, SettingChanged once.
  QVariant inner = value;
  while (inner.userType() == qMetaTypeId<QDBusVariant>()) inner = inner.value<QDBusVariant>().variant();
  bool is_number = false;
  const unsigned scheme = inner.toUInt(&is_number);
  if (is_number) Q_EMIT changed(scheme == kPrefersDark);
}

}  // namespace quern::desktop::theme
