#include "desktop/client/local_transport.hpp"

#include <utility>

namespace quern::desktop::client {

namespace {

// What is read at once; a large message comes in many.
constexpr qint64 kReadBytesMax = 4 << 20;

}  // namespace

LocalTransport::LocalTransport(QString path) : path_(std::move(path)) {
  socket_.setReadBufferSize(kReadBytesMax);
  connect(&socket_, &QLocalSocket::connected, this, &Transport::opened);
  connect(&socket_, &QLocalSocket::readyRead, this, &LocalTransport::on_ready_read);
  connect(&socket_, &QLocalSocket::errorOccurred, this, &LocalTransport::on_error);
  connect(&socket_, &QLocalSocket::disconnected, this,
          [this] { end({Loss::ended, tr("the daemon has closed the connection"), {}}); });
}

// The socket says that it is closed once more when it goes, after parts of this object.
LocalTransport::~LocalTransport() {
  socket_.disconnect(this);
}

void LocalTransport::open() {
  // Queued: a socket that is not there is told at once.
  QMetaObject::invokeMethod(
      this,
      [this] {
        if (!over_) socket_.connectToServer(path_);
      },
      Qt::QueuedConnection);
}

void LocalTransport::send(std::string_view message) {
  if (over_ || socket_.state() != QLocalSocket::ConnectedState) return;
  if (static_cast<std::size_t>(socket_.bytesToWrite()) + message.size() > kUnsentBytesMax) {
    end({Loss::timed_out, tr("the daemon does not read what is sent to it"), tr("see its log")});
    return;
  }
  socket_.write(message.data(), static_cast<qint64>(message.size()));
  socket_.write("\n", 1);
}

void LocalTransport::close() {
  over_ = true;
  socket_.abort();
}

void LocalTransport::on_ready_read() {
  while (!over_ && socket_.bytesAvailable() > 0) {
    const QByteArray bytes = socket_.read(kReadBytesMax);
    qsizetype begin = 0;
    for (qsizetype end = bytes.indexOf('\n'); end >= 0 && !over_; end = bytes.indexOf('\n', begin)) {
      const QByteArray line = unread_ + bytes.sliced(begin, end - begin);
      unread_.clear();
      begin = end + 1;
      if (!line.isEmpty()) Q_EMIT received(line);
    }
    unread_ += bytes.sliced(begin);
    if (static_cast<std::size_t>(unread_.size()) > kReceivedBytesMax) {
      end({Loss::not_a_daemon, tr("a message is longer than %1 bytes").arg(kReceivedBytesMax), {}});
    }
  }
}

void LocalTransport::on_error(QLocalSocket::LocalSocketError error) {
  switch (error) {
    case QLocalSocket::ServerNotFoundError:
    case QLocalSocket::ConnectionRefusedError:
      end({Loss::not_running, tr("no daemon listens at %1").arg(path_), tr("start the service")});
      break;
    case QLocalSocket::SocketAccessError:
      end({Loss::not_allowed, tr("this user may not open %1").arg(path_),
           tr("connect as the user whose daemon it is")});
      break;
    case QLocalSocket::PeerClosedError:
      break;  // disconnected() comes
    default:
      end({Loss::unreachable, tr("%1: %2").arg(path_, socket_.errorString()), {}});
  }
}

void LocalTransport::end(const LossText& why) {
  if (std::exchange(over_, true)) return;
  Q_EMIT lost(why);
}

}  // namespace quern::desktop::client
