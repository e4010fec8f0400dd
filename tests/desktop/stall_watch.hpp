// How long the GUI thread was away from its events: the longest time that one event took.
#pragma once
#include <QApplication>
#include <QElapsedTimer>
#include <QEvent>
#include <QFile>
#include <QString>
#include <algorithm>
#include <chrono>

namespace quern::desktop {

// The application of every test program. It measures nothing until begin().
class WatchedApplication final : public QApplication {
 public:
  struct Stall {
    std::chrono::microseconds took{0};
    QString what;  // class and name of the receiver, and the number of the event
  };

  using QApplication::QApplication;
  static WatchedApplication& instance() { return *static_cast<WatchedApplication*>(QCoreApplication::instance()); }

  void begin() {
    longest_ = {};
    watching_ = true;
  }
  // The longest since begin().
  Stall end() {
    watching_ = false;
    return longest_;
  }

  bool notify(QObject* receiver, QEvent* event) override {
    if (!watching_ || depth_ > 0) return QApplication::notify(receiver, event);
    // Both may be gone afterwards.
    const int type = event->type();
    const char* const name = receiver->metaObject()->className();
    const QString own_name = receiver->objectName();
    const auto waited = waited_for_processor();
    QElapsedTimer clock;
    clock.start();
    ++depth_;
    const bool known = QApplication::notify(receiver, event);
    --depth_;
    const std::chrono::microseconds took(clock.nsecsElapsed() / 1'000);
    if (took <= longest_.took) return known;
    const auto own = took - (waited_for_processor() - waited);
    if (own > longest_.took) {
      longest_ = {own, QStringLiteral("%1 %2, event %3").arg(QString::fromLatin1(name), own_name).arg(type)};
    }
    return known;
  }

 private:
  // What others took of the processors is no fault of the app: the time in which this thread could have run and did
  // not.
  static std::chrono::microseconds waited_for_processor() {
    QFile file(QStringLiteral("/proc/thread-self/schedstat"));
    if (!file.open(QIODevice::ReadOnly)) return {};
    const auto fields = file.readAll().split(' ');
    const std::chrono::nanoseconds waited(fields.size() < 2 ? 0 : fields[1].toLongLong());
    return std::chrono::duration_cast<std::chrono::microseconds>(waited);
  }

  Stall longest_;
  bool watching_ = false;
  int depth_ = 0;  // event loops within events
};

}  // namespace quern::desktop
