// Notifications of the desktop (org.freedesktop.Notifications). One of a kind is shown at a time: a newer one replaces
// it. Never blocks; where nobody shows them, undelivered() says so.
#pragma once
#include <QDBusConnection>
#include <QObject>
#include <QString>
#include <QStringList>
#include <array>
#include <optional>

#include "desktop/app/notice_watch.hpp"

namespace quern::desktop::app {

class Notifications : public QObject {
  Q_OBJECT
 public:
  static constexpr int kAnswerMilliseconds = 5'000;  // after that a notification counts as not shown

  explicit Notifications(const QDBusConnection& bus, QObject* parent = nullptr);

  // A failed job gets the action "retry" when `can_retry`.
  void send(const Notice& notice, bool can_retry);
  void withdraw(pages::Notice kind);

 Q_SIGNALS:
  void opened(const quern::desktop::app::Notice& notice);
  void retry_wanted(const QString& job);
  void undelivered(const quern::desktop::app::Notice& notice);

 private Q_SLOTS:
  // By the names that D-Bus gives: connected by signature.
  void take_action(uint id, const QString& action);
  void take_closed(uint id, uint reason);

 private:
  struct Slot {
    uint id = 0;             // 0: none is shown
    bool waiting = false;    // for the id of what was sent
    bool withdrawn = false;  // meanwhile
    Notice shown;
    std::optional<Notice> next;  // what came meanwhile
    bool next_can_retry = false;
  };

  Slot& slot_of(pages::Notice kind) { return slots_.at(static_cast<std::size_t>(kind)); }
  Slot* slot_of(uint id);
  void ask_capabilities();
  void deliver(const Notice& notice, bool can_retry);
  void answered(pages::Notice kind, std::optional<uint> id);
  void close(uint id);

  QDBusConnection bus_;
  bool markup_ = true;  // what a body is taken for, until the server says otherwise
  std::array<Slot, pages::kNotices> slots_;
};

}  // namespace quern::desktop::app
