// The app's one line to a daemon: calls with deadlines, topics that stay up to date, and reconnecting for ever. All on
// the GUI thread; nothing blocks.
//
//   connection.call("job.cancel", {{"id", id}}, this, [this](const Outcome& outcome) { ... });
//   auto* peers = connection.subscribe("peers", this);
//   QObject::connect(peers, &Subscription::changed, this, [=] { show(peers->value()); });
#pragma once
#include <QObject>
#include <QPointer>
#include <QString>
#include <QTimer>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "desktop/client/transport.hpp"
#include "scheduler/rpc/failure.hpp"

namespace quern::desktop::client {

class Subscription;
class TopicFeed;

// Why a call has no result.
struct CallError {
  enum class Kind {
    refused,    // the daemon's own words
    offline,    // there is no connection, or it was lost before the answer came
    timed_out,  // no answer before the deadline; the daemon may still do what was asked
    limit,      // a bound of this app: the detail names it
  };
  Kind kind = Kind::refused;
  rpc::Failure failure;  // for people, whatever the kind
};
using Outcome = std::expected<boost::json::value, CallError>;
using Continuation = std::function<void(const Outcome&)>;

// A call under way, to take it back. Letting go of it changes nothing.
class Reply {
 public:
  Reply() = default;
  bool pending() const { return state_ && *state_; }
  // The continuation is not called any more; the daemon is not told.
  void cancel() {
    if (state_) *state_ = false;
  }

 private:
  friend class Connection;
  explicit Reply(std::shared_ptr<bool> state) : state_(std::move(state)) {}
  std::shared_ptr<bool> state_;  // true while the continuation may still be called
};

struct ConnectionOptions {
  std::chrono::milliseconds retry_first{1'000};  // doubled after every failure
  std::chrono::milliseconds retry_most{15'000};
  std::chrono::milliseconds open_time{5'000};  // until the daemon has answered the first call
  // A daemon that has said nothing for so long is asked for a word, and is lost where none comes for as long again: one
  // that hangs, or a dead network, never ends a connection by itself.
  std::chrono::milliseconds silence{15'000};
  std::chrono::milliseconds topic_pause{5'000};  // before a topic that was refused though it may be there
  std::size_t calls_at_once = 32;                // the daemon's own limit is 64; the rest waits here
  std::size_t calls_waiting = 1'024;             // further calls fail
  std::size_t depth = 64;                        // arrays and objects in each other in what is received
};

class Connection : public QObject {
  Q_OBJECT
 public:
  enum class State {
    closed,      // before open() and after close()
    connecting,  // the first attempt, or one that a person asked for
    live,
    offline,  // lost or never there; tried again, with growing pauses, until it is live
    refused,  // as offline, but trying again will not help until a person has changed something
  };
  Q_ENUM(State)

  explicit Connection(TransportFactory factory, ConnectionOptions options = {}, QObject* parent = nullptr);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void open();
  // Calls under way fail as offline; subscriptions keep their last value and become stale.
  void close();
  // Another daemon from now on: as close() and open(), and subscriptions forget their values.
  void change(TransportFactory factory);
  // Tries now and not after the pause. Only while offline or refused.
  void retry();

  State state() const { return state_; }
  bool live() const { return state_ == State::live; }
  // Why it is offline or refused; its texts are empty in other states.
  const LossText& loss() const { return loss_; }
  // Of the last attempt; empty before the first.
  const QString& place() const { return place_; }
  // What node.status answered when it became live; null when the daemon has no such method.
  const boost::json::value& hello() const { return hello_; }

  // `then` is called once, from the event loop and never from within call(); not at all once `owner` is destroyed or
  // the reply was cancelled. A call made while connecting waits for the connection until its deadline; while offline it
  // fails.
  Reply call(std::string method, boost::json::object params, QObject* owner, Continuation then,
             std::chrono::milliseconds deadline = std::chrono::seconds(30));

  // Follows a topic until it is destroyed, across reconnects. Several of one topic share one value. Its parent is
  // `owner`.
  Subscription* subscribe(const QString& topic, QObject* owner);

  std::size_t calls_pending() const { return pending_.size() + waiting_.size(); }

 Q_SIGNALS:
  // Also when only the loss has changed.
  void state_changed();
  // By close() or change(): all its calls have failed, and what it refused is nobody's matter any more.
  void daemon_left();

 private:
  friend class TopicFeed;
  friend class Subscription;
  struct Pending;
  using PendingPtr = std::shared_ptr<Pending>;

  void attempt();
  void drop_transport();
  void on_opened();
  void on_received(const QByteArray& message);
  void on_answer(std::int64_t id, Outcome outcome);
  void on_notification(std::string_view method, boost::json::value& params);
  void on_lost(const LossText& why);
  void ask_status(Continuation then);
  void greet();
  void hear();
  void on_silence();
  void go_live();
  void set_state(State state, LossText loss = {});
  void send_waiting();
  void send(const PendingPtr& call);
  void fail_all(const CallError& error);
  void finish_later(const PendingPtr& call, Outcome outcome);
  static void finish(const PendingPtr& call, const Outcome& outcome);
  void check_deadlines();
  void watch_deadlines();
  void tell_feeds(void (TopicFeed::*act)());
  void release(TopicFeed& feed);

  TransportFactory factory_;
  ConnectionOptions options_;
  std::unique_ptr<Transport> transport_;
  State state_ = State::closed;
  LossText loss_;
  QString last_words_;  // of connection.closing
  boost::json::value hello_;
  QString place_;
  bool greeted_ = false;  // of this transport
  std::chrono::milliseconds pause_{0};
  QTimer retry_timer_;
  QTimer open_timer_;
  QTimer silence_timer_;
  bool word_wanted_ = false;
  QTimer deadline_timer_;
  std::int64_t next_id_ = 1;
  std::map<std::int64_t, PendingPtr> pending_;  // sent
  std::deque<PendingPtr> waiting_;              // for a connection, or for their turn
  std::map<QString, std::unique_ptr<TopicFeed>> feeds_;
};

}  // namespace quern::desktop::client
