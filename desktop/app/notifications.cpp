#include "desktop/app/notifications.hpp"

#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QVariantMap>
#include <algorithm>
#include <utility>

#include "desktop/app/single_instance.hpp"

namespace quern::desktop::app {
namespace {

const QString kService = QStringLiteral("org.freedesktop.Notifications");
const QString kPath = QStringLiteral("/org/freedesktop/Notifications");
const QString kOpen = QStringLiteral("default");
const QString kRetry = QStringLiteral("retry");
constexpr int kServerDecides = -1;  // how long it is shown
constexpr uchar kNormal = 1, kCritical = 2;

QDBusMessage to_server(const QString& method) {
  return QDBusMessage::createMethodCall(kService, kPath, kService, method);
}

}  // namespace

Notifications::Notifications(const QDBusConnection& bus, QObject* parent) : QObject(parent), bus_(bus) {
  if (!bus_.isConnected()) return;
  bus_.connect(kService, kPath, kService, QStringLiteral("ActionInvoked"), this, SLOT(take_action(uint, QString)));
  bus_.connect(kService, kPath, kService, QStringLiteral("NotificationClosed"), this, SLOT(take_closed(uint, uint)));
  ask_capabilities();
}

void Notifications::ask_capabilities() {
  auto* watcher = new QDBusPendingCallWatcher(
      bus_.asyncCall(to_server(QStringLiteral("GetCapabilities")), kAnswerMilliseconds), this);
  connect(watcher, &QDBusPendingCallWatcher::finished, this, [this](QDBusPendingCallWatcher* ended) {
    ended->deleteLater();
    const QDBusPendingReply<QStringList> reply = *ended;
    if (reply.isValid()) markup_ = reply.value().contains(QStringLiteral("body-markup"));
  });
}

void Notifications::send(const Notice& notice, bool can_retry) {
  if (!bus_.isConnected()) {
    Q_EMIT undelivered(notice);
    return;
  }
  Slot& slot = slot_of(notice.kind);
  if (slot.waiting) {
    slot.next = notice;
    slot.next_can_retry = can_retry;
    return;
  }
  deliver(notice, can_retry);
}

void Notifications::deliver(const Notice& notice, bool can_retry) {
  Slot& slot = slot_of(notice.kind);
  slot.shown = notice;
  slot.waiting = true;
  slot.withdrawn = false;
  QStringList actions{kOpen, tr("Open")};
  if (can_retry && notice.kind == pages::Notice::job_failed) actions << kRetry << tr("Try again");
  const bool urgent = notice.kind == pages::Notice::device_lost;
  const QVariantMap hints{{QStringLiteral("desktop-entry"), kAppId},
                          {QStringLiteral("urgency"), QVariant::fromValue(urgent ? kCritical : kNormal)}};
  QDBusMessage notify = to_server(QStringLiteral("Notify"));
  notify << tr("Quern") << slot.id << kAppId << notice.title << (markup_ ? notice.body.toHtmlEscaped() : notice.body)
         << actions << hints << kServerDecides;
  auto* watcher = new QDBusPendingCallWatcher(bus_.asyncCall(notify, kAnswerMilliseconds), this);
  connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, notice](QDBusPendingCallWatcher* ended) {
    ended->deleteLater();
    const QDBusPendingReply<uint> reply = *ended;
    answered(notice.kind, reply.isValid() ? std::optional(reply.value()) : std::nullopt);
    if (!reply.isValid()) Q_EMIT undelivered(notice);
  });
}

void Notifications::answered(pages::Notice kind, std::optional<uint> id) {
  Slot& slot = slot_of(kind);
  slot.waiting = false;
  slot.id = id.value_or(0);
  if (const auto next = std::exchange(slot.next, std::nullopt)) {
    deliver(*next, slot.next_can_retry);
  } else if (slot.withdrawn && slot.id != 0) {
    close(slot.id);
  }
}

void Notifications::withdraw(pages::Notice kind) {
  Slot& slot = slot_of(kind);
  slot.next.reset();
  slot.withdrawn = true;
  if (!slot.waiting && slot.id != 0) close(slot.id);
}

void Notifications::close(uint id) {
  QDBusMessage close = to_server(QStringLiteral("CloseNotification"));
  close << id;
  bus_.asyncCall(close, kAnswerMilliseconds);
}

Notifications::Slot* Notifications::slot_of(uint id) {
  const auto found = std::ranges::find(slots_, id, &Slot::id);
  return id == 0 || found == slots_.end() ? nullptr : &*found;
}

void Notifications::take_action(uint id, const QString& action) {
  const Slot* const slot = slot_of(id);
  if (!slot) return;
  const Notice notice = slot->shown;
  if (action == kRetry && !notice.job.isEmpty()) {
    Q_EMIT retry_wanted(notice.job);
  } else {
    Q_EMIT opened(notice);
  }
}

void Notifications::take_closed(uint id, uint reason) {
  Q_UNUSED(reason);
  if (Slot* const slot = slot_of(id)) slot->id = 0;
}

}  // namespace quern::desktop::app
