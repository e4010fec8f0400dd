// Whole JSON-RPC messages to and from one daemon: a Unix socket, a WebSocket, or a recording. One object is one
// attempt to connect; who wants another makes another. On the GUI thread, and never blocking it.
#pragma once
#include <QByteArray>
#include <QObject>
#include <QString>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace quern::desktop::client {

// Why there is no connection (any more). What a page offers as a way out depends on it.
enum class Loss {
  not_running,   // nobody listens there
  not_allowed,   // a socket that this user may not open, a token that the daemon does not take
  bad_profile,   // the profile names what cannot be used: a token file that is not there
  unreachable,   // the network, a name or a certificate stands between
  timed_out,     // no answer in time
  ended,         // the daemon closed the connection; what it said last is in the text
  not_a_daemon,  // what came back is not JSON-RPC, or goes over a limit
};

// For people, translated.
struct LossText {
  Loss loss = Loss::ended;
  QString reason;  // a sentence without a full stop
  QString remedy;  // what would help; may be empty
  bool operator==(const LossText&) const = default;
};

// The largest message that is received; one that is larger ends the connection.
inline constexpr std::size_t kReceivedBytesMax = std::size_t{64} << 20;
// The largest that a daemon takes by default (rpc::Limits::message_bytes).
inline constexpr std::size_t kSentBytesMax = std::size_t{4} << 20;
// What may wait to be sent; more ends the connection: the other end has stopped reading.
inline constexpr std::size_t kUnsentBytesMax = std::size_t{16} << 20;

class Transport : public QObject {
  Q_OBJECT
 public:
  // Begins to connect: opened() or lost() follow, never from within. Once.
  virtual void open() = 0;
  // After opened() and before lost(); otherwise it does nothing. UTF-8 without line feeds.
  virtual void send(std::string_view message) = 0;
  // Nothing is signalled any more.
  virtual void close() = 0;
  // For people: "/run/user/1000/quern/quernd.socket", "wss://host:7646".
  virtual QString place() const = 0;

 Q_SIGNALS:
  void opened();
  void received(const QByteArray& message);
  // The last signal, once.
  void lost(const quern::desktop::client::LossText& why);
};

// Makes the transport of the next attempt.
using TransportFactory = std::function<std::unique_ptr<Transport>()>;

}  // namespace quern::desktop::client
