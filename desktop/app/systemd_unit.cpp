#include "desktop/app/systemd_unit.hpp"

#include <QDBusArgument>
#include <QDBusObjectPath>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <utility>

#include "desktop/client/profile.hpp"
#include "desktop/models/quantity_text.hpp"

namespace quern::desktop::app {
namespace {

const QString kService = QStringLiteral("org.freedesktop.systemd1");
const QString kPath = QStringLiteral("/org/freedesktop/systemd1");
const QString kInterface = QStringLiteral("org.freedesktop.systemd1.Manager");
const QString kUnitInterface = QStringLiteral("org.freedesktop.systemd1.Unit");
const QString kProperties = QStringLiteral("org.freedesktop.DBus.Properties");

using State = pages::ServiceUnit::State;

State state_of(const QString& active) {
  if (active == QStringLiteral("active") || active == QStringLiteral("reloading")) return State::running;
  if (active == QStringLiteral("activating")) return State::starting;
  if (active == QStringLiteral("deactivating")) return State::stopping;
  if (active == QStringLiteral("failed")) return State::failed;
  return State::stopped;
}

}  // namespace

SystemdUnit::SystemdUnit(const QDBusConnection& bus, const QString& unit, QObject* parent)
    : ServiceUnit(parent), bus_(bus), unit_(unit) {
  if (bus_.isConnected()) find();
}

QDBusMessage SystemdUnit::to_systemd(const QString& method) const {
  return QDBusMessage::createMethodCall(kService, kPath, kInterface, method);
}

void SystemdUnit::call(const QDBusMessage& message, Then then, bool silent) {
  auto* watcher = new QDBusPendingCallWatcher(bus_.asyncCall(message, kAnswerMilliseconds), this);
  connect(watcher, &QDBusPendingCallWatcher::finished, this,
          [this, silent, then = std::move(then)](QDBusPendingCallWatcher* ended) {
            ended->deleteLater();
            if (!ended->isError()) {
              if (then) then(ended->reply());
            } else if (!silent) {
              Q_EMIT refused(models::plain_text(ended->error().message(), models::kTextCharsMax));
            }
          });
}

void SystemdUnit::find() {
  // systemd tells changes to those who have subscribed.
  call(to_systemd(QStringLiteral("Subscribe")), {}, true);
  QDBusMessage load = to_systemd(QStringLiteral("LoadUnit"));
  load << unit_;
  call(
      load,
      [this](const QDBusMessage& reply) {
        path_ = reply.arguments().value(0).value<QDBusObjectPath>().path();
        if (path_.isEmpty()) return;
        bus_.connect(kService, path_, kProperties, QStringLiteral("PropertiesChanged"), this,
                     SLOT(take_changes(QString, QVariantMap, QStringList)));
        read();
      },
      true);
}

void SystemdUnit::read() {
  if (path_.isEmpty()) return;
  QDBusMessage all = QDBusMessage::createMethodCall(kService, path_, kProperties, QStringLiteral("GetAll"));
  all << kUnitInterface;
  call(all, [this](const QDBusMessage& reply) { take(qdbus_cast<QVariantMap>(reply.arguments().value(0))); }, true);
}

void SystemdUnit::take(const QVariantMap& values) {
  const bool there = values.value(QStringLiteral("LoadState")).toString() == QStringLiteral("loaded");
  const QString file = values.value(QStringLiteral("UnitFileState")).toString();
  set_state(there ? state_of(values.value(QStringLiteral("ActiveState")).toString()) : State::absent,
            there && file.startsWith(QStringLiteral("enabled")));
}

void SystemdUnit::take_changes(const QString& interface, const QVariantMap& values, const QStringList& stale) {
  Q_UNUSED(values);
  Q_UNUSED(stale);
  // What changed is a part only, and some of it is told as stale: all is read anew.
  if (interface == kUnitInterface) read();
}

void SystemdUnit::set_state(State state, bool enabled) {
  if (state == state_ && enabled == enabled_) return;
  state_ = state;
  enabled_ = enabled;
  Q_EMIT changed();
}

bool SystemdUnit::runs(const QString& place) const {
  return place == client::own_daemon().socket_path;
}

void SystemdUnit::start() {
  QDBusMessage start = to_systemd(QStringLiteral("StartUnit"));
  start << unit_ << QStringLiteral("replace");
  call(start, [this](const QDBusMessage&) { read(); });
}

void SystemdUnit::stop() {
  QDBusMessage stop = to_systemd(QStringLiteral("StopUnit"));
  stop << unit_ << QStringLiteral("replace");
  call(stop, [this](const QDBusMessage&) { read(); });
}

void SystemdUnit::set_enabled(bool enabled) {
  QDBusMessage change = to_systemd(enabled ? QStringLiteral("EnableUnitFiles") : QStringLiteral("DisableUnitFiles"));
  change << QStringList{unit_} << false;  // not for this boot only
  if (enabled) change << false;           // and over nothing that is there
  call(change, [this](const QDBusMessage&) {
    call(to_systemd(QStringLiteral("Reload")), [this](const QDBusMessage&) { read(); });
  });
}

}  // namespace quern::desktop::app
