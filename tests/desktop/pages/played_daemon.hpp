// A daemon played by a test, for whole pages: it tells the topics that it was given, keeps every call, and answers them
// as it was told to.
#pragma once
#include <QAbstractButton>
#include <QPointer>
#include <QTest>
#include <QWidget>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "desktop/client/connection.hpp"
#include "desktop/client/transport.hpp"
#include "desktop/models/daemon_models.hpp"
#include "desktop/theme/theme.hpp"
#include "scheduler/rpc/message.hpp"
#include "tests/desktop/page_checks.hpp"

namespace quern::desktop::pages {

inline models::QuantityText english() {
  return models::QuantityText(QLocale(QLocale::English, QLocale::UnitedStates), QTimeZone::utc());
}
inline std::int64_t example_now() {
  return 1'790'000'100'000;
}

struct PlayedCall {
  std::string method;
  boost::json::object params;
};

class PlayedDaemon {
 public:
  using Answering = std::function<rpc::Answer(const boost::json::object& params)>;

  PlayedDaemon() { theme::Theme::instance().install(); }

  void set_topic(const std::string& name, boost::json::value value);
  void answer(const std::string& method, Answering answering) { answering_[method] = std::move(answering); }
  void refuse(const std::string& method, const std::string& detail);
  // Answers of this method wait for release().
  void hold(const std::string& method) { held_ = method; }
  void release();
  void lose() {
    alive_ = false;
    if (line_) Q_EMIT line_->lost({client::Loss::ended, QStringLiteral("gone"), QStringLiteral("wait")});
  }

  // Who tries again finds it.
  void come_back() { alive_ = true; }

  const std::vector<PlayedCall>& calls() const { return calls_; }
  int count(const std::string& method) const {
    return static_cast<int>(std::ranges::count(calls_, method, &PlayedCall::method));
  }
  // The last of a method, waited for; empty params when it never comes.
  boost::json::object last(const std::string& method, int at_least = 1);

  client::TransportFactory factory();

 private:
  class Line;
  friend class Line;
  void take(const rpc::Request& request);

  std::map<std::string, boost::json::value> topics_;
  std::map<std::string, std::uint64_t> versions_;
  std::map<std::string, Answering> answering_;
  std::vector<PlayedCall> calls_;
  std::string held_;  // a method; empty: none
  std::vector<std::string> held_answers_;
  QPointer<client::Transport> line_;
  bool alive_ = true;
};

class PlayedDaemon::Line final : public client::Transport {
 public:
  explicit Line(PlayedDaemon& daemon) : daemon_(daemon) {}
  void open() override {
    QMetaObject::invokeMethod(
        this,
        [this] {
          if (daemon_.alive_) {
            Q_EMIT opened();
          } else {
            Q_EMIT lost({client::Loss::not_running, QStringLiteral("gone"), QStringLiteral("wait")});
          }
        },
        Qt::QueuedConnection);
  }
  void send(std::string_view message) override {
    auto incoming = rpc::read_message(message, {});
    daemon_.take(std::get<rpc::Request>(std::move(incoming.items.front())));
  }
  void close() override {}
  QString place() const override { return QStringLiteral("played"); }
  void say(const std::string& text) {
    QMetaObject::invokeMethod(
        this, [this, text] { Q_EMIT received(QByteArray::fromStdString(text)); }, Qt::QueuedConnection);
  }

 private:
  PlayedDaemon& daemon_;
};

inline client::TransportFactory PlayedDaemon::factory() {
  return [this] {
    auto line = std::make_unique<Line>(*this);
    line_ = line.get();
    return line;
  };
}

inline void PlayedDaemon::take(const rpc::Request& request) {
  if (!request.id) return;
  const boost::json::object params = request.params.is_object() ? request.params.get_object() : boost::json::object();
  rpc::Answer answer = rpc::fail(rpc::Code::method_not_found, request.method);
  if (request.method == "node.status") {
    answer = boost::json::object{{"version", "9"}};
  } else if (request.method == "subscribe") {
    const std::string topic(params.at("topic").as_string());
    const auto found = topics_.find(topic);
    answer = rpc::fail(rpc::Code::not_found, "topic " + topic);
    if (found != topics_.end()) {
      answer = boost::json::object{{"topic", topic}, {"version", versions_[topic]}, {"value", found->second}};
    }
  } else if (request.method == "unsubscribe") {
    answer = boost::json::object();
  } else {
    calls_.push_back({request.method, params});
    const auto found = answering_.find(request.method);
    if (found != answering_.end()) answer = found->second(params);
  }
  std::string text = rpc::to_text(rpc::Response{*request.id, std::move(answer)});
  if (request.method == held_) {
    held_answers_.push_back(std::move(text));
  } else if (auto* const line = qobject_cast<client::Transport*>(line_)) {
    static_cast<Line*>(line)->say(text);
  }
}

inline void PlayedDaemon::release() {
  held_.clear();
  auto* const line = qobject_cast<client::Transport*>(line_);
  for (const std::string& text : std::exchange(held_answers_, {})) {
    if (line) static_cast<Line*>(line)->say(text);
  }
}

inline void PlayedDaemon::set_topic(const std::string& name, boost::json::value value) {
  topics_[name] = value;
  const std::uint64_t from = versions_[name]++;
  auto* const line = qobject_cast<client::Transport*>(line_);
  if (!line) return;
  boost::json::array patch{boost::json::object{{"path", ""}, {"value", std::move(value)}}};
  static_cast<Line*>(line)->say(rpc::to_text(rpc::Request{
      "topic.changed",
      boost::json::object{{"topic", name}, {"from", from}, {"version", from + 1}, {"patch", std::move(patch)}},
      std::nullopt}));
}

inline void PlayedDaemon::refuse(const std::string& method, const std::string& detail) {
  answer(method, [detail](const boost::json::object&) -> rpc::Answer {
    return rpc::fail(rpc::Code::refused, detail, "take less");
  });
}

inline boost::json::object PlayedDaemon::last(const std::string& method, int at_least) {
  if (!QTest::qWaitFor([&] { return count(method) >= at_least; }, kSoonMs)) return {};
  for (auto at = calls_.rbegin(); at != calls_.rend(); ++at) {
    if (at->method == method) return at->params;
  }
  return {};
}

// A page on a played daemon, on the screen.
template <class Page>
class Staged {
 public:
  PlayedDaemon daemon;
  std::unique_ptr<client::Connection> connection;
  std::unique_ptr<models::DaemonModels> models;
  std::unique_ptr<Page> page;

  // Topics are set before.
  template <class... Arguments>
  Page& open(QSize size, Arguments&&... arguments) {
    connection = std::make_unique<client::Connection>(daemon.factory());
    models = std::make_unique<models::DaemonModels>(*connection, english(), example_now);
    page = std::make_unique<Page>(*models, std::forward<Arguments>(arguments)...);
    page->resize(size);
    page->show();
    connection->open();
    EXPECT_TRUE(QTest::qWaitFor([&] { return connection->live() && models->has_status(); }, kSoonMs));
    return *page;
  }
};

// The area of a page in a window of 1440 x 900 and of 1100 x 700.
inline constexpr QSize kUsual{1228, 900};
inline constexpr QSize kSmallest{888, 700};

inline bool soon(const std::function<bool()>& condition) {
  return QTest::qWaitFor(condition, kSoonMs);
}

// With plain blanks: numbers and units are held together by others.
inline QString spaced(QString text) {
  return text.replace(QChar(0x00A0), u' ').replace(QChar(0x202F), u' ');
}

// Of all visible labels and elided lines, in no order.
inline QStringList texts_of(const QWidget& page) {
  QStringList texts;
  for (const QWidget* each : page.findChildren<QWidget*>()) {
    if (!each->isVisibleTo(&page)) continue;
    const QVariant text = each->property("text");
    if (text.metaType().id() == QMetaType::QString && !text.toString().isEmpty()) texts << spaced(text.toString());
  }
  return texts;
}
inline bool says(const QWidget& page, const QString& text) {
  return std::ranges::any_of(texts_of(page), [&](const QString& each) { return each.contains(text); });
}

inline bool click(const QWidget& page, const QString& text) {
  QAbstractButton* const found = button(page, text);
  if (!found || !found->isEnabled()) return false;
  QTest::mouseClick(found, Qt::LeftButton);
  return true;
}

}  // namespace quern::desktop::pages
