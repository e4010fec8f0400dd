// JSON-RPC over WebSocket: a message is a text frame. The token goes with the upgrade.
#pragma once
#include <QString>
#include <QTimer>
#include <QUrl>
#include <QWebSocket>
#include <functional>

#include "desktop/client/transport.hpp"

namespace quern::desktop::client {

class WebSocketTransport final : public Transport {
  Q_OBJECT
 public:
  // A peer that has not answered a ping for two of these is gone: a connection through a dead network never ends by
  // itself.
  static constexpr int kPingMs = 15'000;

  // `token_file` is read when opening (rpc::Token).
  WebSocketTransport(QUrl url, QString token_file);

  void open() override;
  void send(std::string_view message) override;
  void close() override;
  QString place() const override { return url_.toDisplayString(); }

 private:
  void connect_now();
  void on_error(QAbstractSocket::SocketError error);
  void on_ping_time();
  void end(const LossText& why);

  QUrl url_;
  QString token_file_;
  QWebSocket socket_;
  QTimer ping_timer_;
  int pings_unanswered_ = 0;
  bool opened_ = false;
  bool over_ = false;
};

}  // namespace quern::desktop::client
