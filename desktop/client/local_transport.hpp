// JSON-RPC over a Unix socket: a message is a line.
#pragma once
#include <QByteArray>
#include <QLocalSocket>
#include <QString>

#include "desktop/client/transport.hpp"

namespace quern::desktop::client {

class LocalTransport final : public Transport {
  Q_OBJECT
 public:
  explicit LocalTransport(QString path);
  ~LocalTransport() override;
  LocalTransport(const LocalTransport&) = delete;
  LocalTransport& operator=(const LocalTransport&) = delete;

  void open() override;
  void send(std::string_view message) override;
  void close() override;
  QString place() const override { return path_; }

 private:
  void on_ready_read();
  void on_error(QLocalSocket::LocalSocketError error);
  void end(const LossText& why);

  QString path_;
  QLocalSocket socket_;
  QByteArray unread_;  // of a line whose end has not come
  bool over_ = false;
};

}  // namespace quern::desktop::client
