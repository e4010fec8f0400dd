// The whole window, with all its pages, on a real daemon; and what that daemon says when it is asked directly.
#pragma once
#include <QAbstractButton>
#include <QDateTime>
#include <QTest>
#include <chrono>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include <boost/json/value.hpp>

#include "desktop/client/profile.hpp"
#include "desktop/client/subscription.hpp"
#include "desktop/widgets/controls.hpp"
#include "tests/desktop/app/shell.hpp"
#include "tests/desktop/app/whole_window.hpp"
#include "tests/desktop/daemon_process.hpp"

namespace quern::desktop::app {

inline constexpr int kDaemonMs = 60'000;

inline client::ConnectionOptions soon() {
  using namespace std::chrono_literals;
  return {.retry_first = 20ms, .retry_most = 100ms};
}

inline client::TransportFactory transport_to(const DaemonProcess& daemon) {
  return client::transport_of({QStringLiteral("test"), daemon.socket(), {}, {}});
}

// One that can be seen, where there is one.
inline QAbstractButton* button(const QWidget& in, const QString& text) {
  QAbstractButton* hidden = nullptr;
  for (QAbstractButton* const each : in.findChildren<QAbstractButton*>()) {
    if (each->text() != text) continue;
    if (each->isVisibleTo(&in)) return each;
    hidden = each;
  }
  return hidden;
}

// `daemon` outlives it.
struct AppOnDaemon : WholeWindow {
  explicit AppOnDaemon(const DaemonProcess& daemon)
      : WholeWindow(
            daemon.path() + QStringLiteral("/app.conf"), transport_to(daemon),
            [] { return QDateTime::currentMSecsSinceEpoch(); }, soon()) {
    window.open(kWelcomePage);
    window.show();
  }

  QString state() const { return window.findChild<widgets::StatusCard*>()->findChild<widgets::Pill*>()->text(); }
  bool becomes(const char* wanted) const {
    return QTest::qWaitFor([&] { return state() == QString::fromLatin1(wanted); }, kDaemonMs);
  }
};

// What a daemon says, over a connection of its own.
class Witness {
 public:
  explicit Witness(const DaemonProcess& daemon) : connection_(transport_to(daemon), soon()) { connection_.open(); }

  // Null: it did not answer.
  boost::json::value ask(const char* method, boost::json::object params = {}) {
    if (!QTest::qWaitFor([this] { return connection_.live(); }, kDaemonMs)) return nullptr;
    std::optional<client::Outcome> answer;
    const client::Reply reply = connection_.call(method, std::move(params), &connection_,
                                                 [&](const client::Outcome& outcome) { answer = outcome; });
    std::ignore = QTest::qWaitFor([&] { return answer.has_value(); }, kDaemonMs);
    return answer && *answer ? **answer : boost::json::value();
  }
  // The newest value of a topic.
  boost::json::value topic(const char* name) {
    const std::unique_ptr<client::Subscription> topic(connection_.subscribe(QString::fromLatin1(name), &connection_));
    std::ignore = QTest::qWaitFor([&] { return topic->state() == client::Subscription::State::live; }, kDaemonMs);
    return topic->value();
  }

 private:
  client::Connection connection_;
};

}  // namespace quern::desktop::app
