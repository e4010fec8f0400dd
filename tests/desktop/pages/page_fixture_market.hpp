// A daemon made of answers: topics and methods that a test writes down, over a real Connection, for whole pages.
#pragma once
#include <QLabel>
#include <QPointer>
#include <QTest>
#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <ranges>
#include <string>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value_to.hpp>
#include <gtest/gtest.h>

#include "desktop/client/connection.hpp"
#include "desktop/client/transport.hpp"
#include "desktop/models/daemon_models.hpp"
#include "desktop/theme/theme.hpp"
#include "scheduler/rpc/message.hpp"
#include "tests/desktop/models/example_topics.hpp"
#include "tests/desktop/page_checks.hpp"

namespace quern::desktop::pages::played {

namespace json = boost::json;

inline constexpr std::int64_t kNow = 1'790'000'100'000;

// What a daemon would say.
struct Answers {
  using Method = std::function<rpc::Answer(const json::object& params)>;
  std::map<std::string, json::value> topics;
  std::map<std::string, Method> methods;
  std::vector<rpc::Request> calls;  // of methods, in their order

  int count(const std::string& method) const {
    return static_cast<int>(std::ranges::count(calls, method, &rpc::Request::method));
  }
  const json::object& last(const std::string& method) const {
    static const json::object kNone;
    for (const rpc::Request& call : std::views::reverse(calls)) {
      if (call.method == method) return call.params.as_object();
    }
    return kNone;
  }
};

class AnsweringTransport final : public client::Transport {
 public:
  explicit AnsweringTransport(Answers& answers) : answers_(answers) {}
  void open() override {
    QMetaObject::invokeMethod(this, [this] { Q_EMIT opened(); }, Qt::QueuedConnection);
  }
  void send(std::string_view message) override {
    auto incoming = rpc::read_message(message, {});
    auto request = std::get<rpc::Request>(std::move(incoming.items.front()));
    if (!request.id) return;
    QMetaObject::invokeMethod(
        this,
        [this, request] {
          // It may outlive the test for a moment.
          if (!closed_) say(rpc::to_text(rpc::Response{*request.id, answer(request)}));
        },
        Qt::QueuedConnection);
  }
  void close() override { closed_ = true; }
  QString place() const override { return QStringLiteral("answers"); }
  void change(const std::string& topic, std::uint64_t from, std::uint64_t to, const json::value& value) {
    const json::object params{{"topic", topic},
                              {"from", from},
                              {"version", to},
                              {"patch", json::array{json::object{{"path", ""}, {"value", value}}}}};
    say(rpc::to_text(rpc::Request{"topic.changed", params, std::nullopt}));
  }
  void lose() { Q_EMIT lost({client::Loss::ended, QStringLiteral("gone"), QStringLiteral("wait")}); }

 private:
  void say(const std::string& text) { Q_EMIT received(QByteArray::fromStdString(text)); }
  rpc::Answer answer(const rpc::Request& request) {
    if (request.method == "subscribe") {
      const auto topic = json::value_to<std::string>(request.params.as_object().at("topic"));
      const auto found = answers_.topics.find(topic);
      if (found == answers_.topics.end()) return rpc::fail(rpc::Code::not_found, "topic " + topic);
      return json::object{{"topic", topic}, {"version", 1}, {"value", found->second}};
    }
    if (request.method == "unsubscribe") return json::object();
    if (request.method == "node.status") return json::object{{"version", "9"}};
    answers_.calls.push_back(request);
    const auto found = answers_.methods.find(request.method);
    if (found == answers_.methods.end()) return rpc::fail(rpc::Code::method_not_found, request.method);
    return found->second(request.params.is_object() ? request.params.as_object() : json::object());
  }

  Answers& answers_;
  bool closed_ = false;
};

// A connection to Answers, and the models on it.
class Played {
 public:
  Played()
      : connection_([this] {
          auto transport = std::make_unique<AnsweringTransport>(answers);
          transport_ = transport.get();
          return transport;
        }),
        models_(connection_, text(), [] { return kNow; }) {
    theme::Theme::instance().install();
    theme::Theme::instance().set_mode(theme::Mode::light);
    answers.topics["peers"] = models::example_peers(0);
    answers.topics["jobs"] = json::object{{"jobs", json::object()}};
    answers.topics["work"] = json::object{{"work", json::array()}};
    answers.topics["offers"] = models::example_offers(0);
    answers.topics["status"] = json::object{{"peer", "12D3KooWself"}, {"capabilities", json::array{"receipts"}}};
    answers.methods["receipt.list"] = [](const json::object&) {
      return json::object{{"receipts", json::array()}, {"next", nullptr}};
    };
  }

  static models::QuantityText text() {
    return models::QuantityText(QLocale(QLocale::English, QLocale::UnitedStates), QTimeZone::utc());
  }
  client::Connection& connection() { return connection_; }
  models::DaemonModels& models() { return models_; }
  AnsweringTransport& transport() { return *transport_; }
  // Everything that is there has come.
  void open() {
    connection_.open();
    ASSERT_TRUE(QTest::qWaitFor([this] { return connection_.live() && models_.has_status(); }, kSoonMs));
  }
  // A topic's whole new value.
  void change(const std::string& topic, json::value value) {
    const std::uint64_t from = versions_.contains(topic) ? versions_[topic] : 1;
    versions_[topic] = from + 1;
    transport_->change(topic, from, from + 1, value);
    answers.topics[topic] = std::move(value);
  }

  Answers answers;

 private:
  QPointer<AnsweringTransport> transport_;
  std::map<std::string, std::uint64_t> versions_;
  client::Connection connection_;
  models::DaemonModels models_;
};

// Whether a text that is seen on the page has that part.
inline bool says(const QWidget& page, const QString& part) {
  return std::ranges::any_of(page.findChildren<QWidget*>(), [&](const QWidget* each) {
    const auto* const label = qobject_cast<const QLabel*>(each);
    const QString text = label ? label->text() : each->property("text").toString();
    return each->isVisible() && text.contains(part);
  });
}
inline bool says_soon(const QWidget& page, const QString& part) {
  return QTest::qWaitFor([&] { return says(page, part); }, kSoonMs);
}

}  // namespace quern::desktop::pages::played
