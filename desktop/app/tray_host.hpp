// Whether a panel shows icons: by D-Bus (StatusNotifierItem of freedesktop.org and KDE) or, on X11, by its older
// protocol (XEmbed).
//
// Qt looks for trays on D-Bus once in a process and keeps that answer. It is therefore asked only when a panel has
// come, or where nothing but X11 is left: a program that begins at login may well be there before the panel.
#pragma once
#include <QDBusConnection>
#include <QObject>
#include <QTimer>
#include <chrono>

class QDBusPendingCallWatcher;

namespace quern::desktop::app {

class TrayHost : public QObject {
  Q_OBJECT
 public:
  // Without a panel on D-Bus, X11 is looked at: late, for one on D-Bus that comes after that is not found any more.
  static constexpr std::chrono::milliseconds kX11After{9'000};
  static constexpr std::chrono::milliseconds kX11Pace{30'000};  // and again, for nobody tells of those

  explicit TrayHost(const QDBusConnection& bus, QObject* parent = nullptr);

  // Never waits for the bus: what has not been heard of yet is not there.
  bool there() const;

 Q_SIGNALS:
  // A panel may have come or gone.
  void changed();

 private:
  void ask();
  void take_answer(QDBusPendingCallWatcher& call);

  QDBusConnection bus_;
  bool on_bus_ = false;    // a panel is
  bool asks_x11_ = false;  // from then on Qt knows of no panel on D-Bus
  QTimer x11_;

 private Q_SLOTS:
  void take_host();
};

}  // namespace quern::desktop::app
