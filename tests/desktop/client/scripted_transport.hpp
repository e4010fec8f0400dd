// The other end of a Connection, played by a test: what is sent is kept, what is to come is said.
#pragma once
#include <QByteArray>
#include <QPointer>
#include <QString>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "desktop/client/connection.hpp"
#include "desktop/client/transport.hpp"
#include "scheduler/rpc/message.hpp"

namespace quern::desktop::client {

class ScriptedTransport final : public Transport {
 public:
  std::vector<rpc::Request> sent;
  bool answers_greeting = true;
  int greetings = 0;  // questions for its status
  int opens = 0;

  void open() override { ++opens; }
  void send(std::string_view message) override {
    auto incoming = rpc::read_message(message, {});
    auto request = std::get<rpc::Request>(std::move(incoming.items.front()));
    if (request.method == "node.status") ++greetings;
    if (answers_greeting && request.method == "node.status") {
      const rpc::Id id = *request.id;
      QMetaObject::invokeMethod(
          this, [this, id] { answer(id, boost::json::object{{"version", "9"}}); }, Qt::QueuedConnection);
      return;
    }
    sent.push_back(std::move(request));
  }
  void close() override {}
  QString place() const override { return QStringLiteral("/script"); }

  void say(const std::string& text) { Q_EMIT received(QByteArray::fromStdString(text)); }
  void answer(const rpc::Id& id, rpc::Answer answer) { say(rpc::to_text(rpc::Response{id, std::move(answer)})); }
  void notify(const std::string& method, boost::json::object params) {
    say(rpc::to_text(rpc::Request{method, std::move(params), std::nullopt}));
  }
  void lose(Loss loss = Loss::ended) { Q_EMIT lost({loss, QStringLiteral("gone"), QStringLiteral("wait")}); }
};

// Makes them, and knows the newest.
struct Script {
  QPointer<ScriptedTransport> newest;
  int made = 0;
  bool answers_greeting = true;

  TransportFactory factory() {
    return [this] {
      auto transport = std::make_unique<ScriptedTransport>();
      transport->answers_greeting = answers_greeting;
      newest = transport.get();
      ++made;
      return transport;
    };
  }
};

}  // namespace quern::desktop::client
