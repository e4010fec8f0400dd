// JSON-RPC over WebSocket: a message is a text frame. The token goes with the upgrade.
#pragma once
#include <QString>
#include <QUrl>
#include <QWebSocket>
#include <cstdint>

#include "desktop/client/transport.hpp"

namespace quern::desktop::client {

class WebSocketTransport final : public Transport {
  Q_OBJECT
 public:
  // A file of certificates is no larger.
  static constexpr qint64 kCaFileBytesMax = std::int64_t{1} << 20;

  // Both files are read when opening. `token_file`: rpc::Token. `ca_file`: the certificates of the authorities that may
  // vouch for the daemon, as PEM, instead of those of the system; empty: those of the system.
  explicit WebSocketTransport(QUrl url, QString token_file, QString ca_file = {});
  ~WebSocketTransport() override;
  WebSocketTransport(const WebSocketTransport&) = delete;
  WebSocketTransport& operator=(const WebSocketTransport&) = delete;

  void open() override;
  void send(std::string_view message) override;
  void close() override;
  QString place() const override { return url_.toDisplayString(); }

 private:
  void connect_now();
  bool trust_authorities();
  void on_error(QAbstractSocket::SocketError error);
  void end(const LossText& why);

  QUrl url_;
  QString token_file_;
  QString ca_file_;
  QWebSocket socket_;
  bool opened_ = false;
  bool over_ = false;
};

}  // namespace quern::desktop::client
