#include "desktop/client/websocket_transport.hpp"

#include <QFile>
#include <QFileInfo>
#include <QNetworkRequest>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <utility>

#include "scheduler/rpc/token.hpp"

namespace quern::desktop::client {

namespace {

QString text_of(const std::string& text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

}  // namespace

WebSocketTransport::WebSocketTransport(QUrl url, QString token_file, QString ca_file)
    : url_(std::move(url)), token_file_(std::move(token_file)), ca_file_(std::move(ca_file)) {
  socket_.setMaxAllowedIncomingMessageSize(kReceivedBytesMax);
  socket_.setMaxAllowedIncomingFrameSize(kReceivedBytesMax);
  connect(&socket_, &QWebSocket::connected, this, [this] {
    opened_ = true;
    Q_EMIT opened();
  });
  connect(&socket_, &QWebSocket::textMessageReceived, this, [this](const QString& message) {
    if (!over_) Q_EMIT received(message.toUtf8());
  });
  connect(&socket_, &QWebSocket::binaryMessageReceived, this,
          [this] { end({Loss::not_a_daemon, tr("what answers at %1 is no Quern daemon").arg(place()), {}}); });
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
  connect(&socket_, &QWebSocket::errorOccurred, this, &WebSocketTransport::on_error);
#else
  connect(&socket_, qOverload<QAbstractSocket::SocketError>(&QWebSocket::error), this, &WebSocketTransport::on_error);
#endif
  connect(&socket_, &QWebSocket::disconnected, this, [this] {
    if (!opened_) return;  // the error comes, which says more
    const QString reason = socket_.closeReason();
    end({Loss::ended, reason.isEmpty() ? tr("the daemon has closed the connection") : reason, {}});
  });
}

// The socket says that it is closed once more when it goes, after parts of this object.
WebSocketTransport::~WebSocketTransport() {
  socket_.disconnect(this);
}

void WebSocketTransport::open() {
  QMetaObject::invokeMethod(this, &WebSocketTransport::connect_now, Qt::QueuedConnection);
}

void WebSocketTransport::connect_now() {
  if (over_) return;
  const auto token = rpc::Token::load(token_file_.toStdString());
  if (!token) {
    end({Loss::bad_profile, tr("the token cannot be read: %1").arg(text_of(token.error().message())),
         tr("copy the daemon's token file and name it in the profile")});
    return;
  }
  if (!trust_authorities()) return;
  QNetworkRequest request(url_);
  request.setRawHeader("Authorization", "Bearer " + QByteArray::fromStdString(token->text()));
  socket_.open(request);
}

bool WebSocketTransport::trust_authorities() {
  if (ca_file_.isEmpty()) return true;
  const auto fail = [this](const QString& why) {
    end({Loss::bad_profile, tr("the CA file cannot be used: %1: %2").arg(ca_file_, why),
         tr("name a PEM file with the certificate of the authority that signed the daemon's, or none for the "
            "system's")});
    return false;
  };
  // Anything else may have no end, or nobody to write it.
  if (!QFileInfo(ca_file_).isFile()) return fail(tr("there is no such file"));
  QFile file(ca_file_);
  if (!file.open(QIODevice::ReadOnly)) return fail(file.errorString());
  const QByteArray pem = file.read(kCaFileBytesMax + 1);
  if (pem.size() > kCaFileBytesMax) return fail(tr("it is larger than 1 MiB"));
  const QList<QSslCertificate> authorities = QSslCertificate::fromData(pem, QSsl::Pem);
  if (authorities.isEmpty()) return fail(tr("it holds no certificate"));
  QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
  configuration.setCaCertificates(authorities);
  socket_.setSslConfiguration(configuration);
  return true;
}

void WebSocketTransport::send(std::string_view message) {
  if (over_ || socket_.state() != QAbstractSocket::ConnectedState) return;
  if (static_cast<std::size_t>(socket_.bytesToWrite()) + message.size() > kUnsentBytesMax) {
    end({Loss::timed_out, tr("the daemon does not read what is sent to it"), tr("see its log")});
    return;
  }
  socket_.sendTextMessage(QString::fromUtf8(message.data(), static_cast<qsizetype>(message.size())));
}

void WebSocketTransport::close() {
  over_ = true;
  socket_.abort();
}

void WebSocketTransport::on_error(QAbstractSocket::SocketError error) {
  const QString text = socket_.errorString();
  if (error == QAbstractSocket::RemoteHostClosedError) return;  // disconnected() comes, with the reason
  // QWebSocket tells the answer to the upgrade by its text only.
  if (text.contains(QStringLiteral("401")) || text.contains(QStringLiteral("403"))) {
    end({Loss::not_allowed, tr("%1 does not take the token").arg(place()),
         tr("name the file of its token: rpc.websocket.token_file")});
  } else if (error == QAbstractSocket::SslHandshakeFailedError) {
    end({Loss::unreachable, tr("%1 cannot be trusted: %2").arg(place(), text),
         tr("if its certificate is of an authority of your own, name that one's certificate as the CA file")});
  } else if (error == QAbstractSocket::ConnectionRefusedError &&
             socket_.closeCode() == QWebSocketProtocol::CloseCodeNormal) {
    end({Loss::not_running, tr("no daemon listens at %1: %2").arg(place(), text), tr("start the daemon there")});
  } else {
    end({Loss::unreachable, tr("%1: %2").arg(place(), text), {}});
  }
}

void WebSocketTransport::end(const LossText& why) {
  if (std::exchange(over_, true)) return;
  Q_EMIT lost(why);
}

}  // namespace quern::desktop::client
