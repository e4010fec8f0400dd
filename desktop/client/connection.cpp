#include "desktop/client/connection.hpp"

#include <QDeadlineTimer>
#include <algorithm>
#include <utility>

#include "desktop/client/topic_feed.hpp"
#include "scheduler/rpc/message.hpp"

namespace quern::desktop::client {

namespace json = boost::json;

struct Connection::Pending {
  std::int64_t id = 0;
  std::string method;
  json::object params;
  bool owned = false;  // by somebody, who may be gone
  QPointer<QObject> owner;
  Continuation then;
  QDeadlineTimer deadline;
  std::shared_ptr<bool> wanted;
};

namespace {

QString text_of(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

LossText no_word() {
  return {Loss::timed_out, Connection::tr("the daemon does not answer"), Connection::tr("see its log")};
}

CallError offline_error(const LossText& loss) {
  rpc::Failure failure = rpc::failure(rpc::Code::failed, loss.reason.toStdString(), loss.remedy.toStdString());
  failure.message = Connection::tr("there is no connection to the daemon").toStdString();
  failure.reason = "offline";
  return {CallError::Kind::offline, std::move(failure)};
}

CallError timeout_error(const std::string& method) {
  rpc::Failure failure = rpc::failure(rpc::Code::failed, method);
  failure.message = Connection::tr("the daemon did not answer in time").toStdString();
  failure.reason = "timed_out";
  return {CallError::Kind::timed_out, std::move(failure)};
}

CallError limit_error(std::string_view limit, std::size_t value, std::size_t allowed) {
  return {CallError::Kind::limit,
          rpc::failure(rpc::Code::limit_reached,
                       std::string(limit) + ": " + std::to_string(value) + " of " + std::to_string(allowed))};
}

}  // namespace

Connection::Connection(TransportFactory factory, ConnectionOptions options, QObject* parent)
    : QObject(parent), factory_(std::move(factory)), options_(options) {
  retry_timer_.setSingleShot(true);
  open_timer_.setSingleShot(true);
  deadline_timer_.setSingleShot(true);
  connect(&retry_timer_, &QTimer::timeout, this, &Connection::attempt);
  silence_timer_.setSingleShot(true);
  connect(&open_timer_, &QTimer::timeout, this, [this] { on_lost(no_word()); });
  connect(&silence_timer_, &QTimer::timeout, this, &Connection::on_silence);
  connect(&deadline_timer_, &QTimer::timeout, this, &Connection::check_deadlines);
}

Connection::~Connection() {
  drop_transport();
}

void Connection::open() {
  if (state_ != State::closed) return;
  pause_ = std::chrono::milliseconds(0);
  attempt();  // first, so that who is told knows where to
  set_state(State::connecting);
}

void Connection::close() {
  retry_timer_.stop();
  drop_transport();
  set_state(State::closed);
  fail_all(offline_error({Loss::ended, tr("the connection was closed"), {}}));
  QMetaObject::invokeMethod(this, &Connection::daemon_left, Qt::QueuedConnection);
  tell_feeds(&TopicFeed::on_lost);
}

void Connection::change(TransportFactory factory) {
  close();
  factory_ = std::move(factory);
  hello_ = nullptr;
  tell_feeds(&TopicFeed::forget);
  open();
}

void Connection::retry() {
  if (state_ != State::offline && state_ != State::refused) return;
  retry_timer_.stop();
  drop_transport();
  pause_ = std::chrono::milliseconds(0);
  set_state(State::connecting);
  attempt();
}

void Connection::attempt() {
  drop_transport();
  transport_ = factory_();
  place_ = transport_->place();
  greeted_ = false;
  last_words_.clear();
  connect(transport_.get(), &Transport::opened, this, &Connection::on_opened);
  connect(transport_.get(), &Transport::received, this, &Connection::on_received);
  connect(transport_.get(), &Transport::lost, this, &Connection::on_lost);
  open_timer_.start(options_.open_time);
  transport_->open();
}

void Connection::drop_transport() {
  open_timer_.stop();
  silence_timer_.stop();
  if (!transport_) return;
  transport_->disconnect(this);
  transport_->close();
  transport_.release()->deleteLater();  // it may be what called
}

void Connection::on_opened() {
  greet();
}

// Before those that wait, and with no deadline of its own: a timer of the connection's it is.
void Connection::ask_status(Continuation then) {
  auto call = std::make_shared<Pending>();
  call->method = "node.status";
  call->deadline = QDeadlineTimer(QDeadlineTimer::Forever);
  call->wanted = std::make_shared<bool>(true);
  call->then = std::move(then);
  send(call);
}

// The first call, of which everything is known: that somebody answers, and in JSON-RPC.
void Connection::greet() {
  ask_status([this](const Outcome& outcome) {
    const bool answered = outcome || outcome.error().kind == CallError::Kind::refused;
    if (!answered || greeted_) return;
    hello_ = outcome ? *outcome : json::value();
    go_live();
  });
}

void Connection::hear() {
  word_wanted_ = false;
  if (greeted_) silence_timer_.start(options_.silence);
}

void Connection::on_silence() {
  if (word_wanted_) {
    on_lost(no_word());
    return;
  }
  word_wanted_ = true;
  silence_timer_.start(options_.silence);
  ask_status({});
}

void Connection::go_live() {
  greeted_ = true;
  open_timer_.stop();
  pause_ = std::chrono::milliseconds(0);
  hear();
  const QPointer<Connection> self = this;
  set_state(State::live);
  if (!self || !live()) return;
  tell_feeds(&TopicFeed::on_live);
  if (self) send_waiting();
}

void Connection::set_state(State state, LossText loss) {
  if (state_ == state && loss_ == loss) return;
  state_ = state;
  loss_ = std::move(loss);
  Q_EMIT state_changed();
}

void Connection::on_received(const QByteArray& message) {
  auto reply = rpc::read_reply({message.constData(), static_cast<std::size_t>(message.size())}, options_.depth);
  if (!reply) {
    on_lost({Loss::not_a_daemon, tr("what answers there is no Quern daemon: %1").arg(text_of(reply.error().message())),
             tr("choose another machine")});
    return;
  }
  hear();
  if (auto* const notification = std::get_if<rpc::Request>(&*reply)) {
    on_notification(notification->method, notification->params);
    return;
  }
  auto& response = std::get<rpc::Response>(*reply);
  if (!response.id.is_int64()) return;
  if (response.answer) {
    on_answer(response.id.get_int64(), *std::move(response.answer));
    return;
  }
  if (response.answer.error().code == rpc::Code::unauthorized) {
    on_lost({Loss::not_allowed, tr("the daemon does not take the token"),
             tr("name the file of its token: rpc.websocket.token_file")});
    return;
  }
  on_answer(response.id.get_int64(),
            std::unexpected(CallError{CallError::Kind::refused, std::move(response.answer).error()}));
}

void Connection::on_answer(std::int64_t id, Outcome outcome) {
  const auto found = pending_.find(id);
  if (found == pending_.end()) return;  // its deadline has passed
  const PendingPtr call = std::move(found->second);
  pending_.erase(found);
  const QPointer<Connection> self = this;
  finish(call, outcome);
  if (self) send_waiting();
}

void Connection::on_notification(std::string_view method, json::value& params) {
  if (method == "connection.closing") {
    if (const auto failure = rpc::failure_from_json(params)) last_words_ = text_of(rpc::to_text(*failure));
    return;
  }
  const json::object* const object = params.if_object();
  const json::value* const topic = object ? object->if_contains("topic") : nullptr;
  if (!topic || !topic->is_string()) return;
  const auto found = feeds_.find(text_of(topic->get_string()));
  if (found == feeds_.end()) return;
  if (method == "topic.changed") found->second->on_changed(*object);
  if (method == "topic.ended") found->second->on_ended();
}

void Connection::on_lost(const LossText& why) {
  drop_transport();
  LossText loss = why;
  if (loss.loss == Loss::ended && !last_words_.isEmpty()) loss.reason = last_words_;
  const bool help_needed = loss.loss == Loss::not_allowed || loss.loss == Loss::bad_profile;
  pause_ = help_needed
               ? options_.retry_most
               : std::clamp(2 * pause_, options_.retry_first, std::max(options_.retry_first, options_.retry_most));
  retry_timer_.start(pause_);
  const QPointer<Connection> self = this;
  const CallError error = offline_error(loss);
  set_state(help_needed ? State::refused : State::offline, std::move(loss));
  if (!self || state_ == State::closed) return;
  fail_all(error);
  tell_feeds(&TopicFeed::on_lost);
}

// Those who are told may follow more, or destroy this.
void Connection::tell_feeds(void (TopicFeed::*act)()) {
  std::vector<QPointer<TopicFeed>> feeds;
  feeds.reserve(feeds_.size());
  for (const auto& [topic, feed] : feeds_) feeds.emplace_back(feed.get());
  for (const QPointer<TopicFeed>& feed : feeds) {
    if (feed) (feed->*act)();
  }
}

Reply Connection::call(std::string method, json::object params, QObject* owner, Continuation then,
                       std::chrono::milliseconds deadline) {
  auto call = std::make_shared<Pending>();
  call->method = std::move(method);
  call->params = std::move(params);
  call->owned = owner != nullptr;
  call->owner = owner;
  call->then = std::move(then);
  call->deadline = QDeadlineTimer(deadline);
  call->wanted = std::make_shared<bool>(true);
  if (state_ != State::live && state_ != State::connecting) {
    finish_later(call, std::unexpected(offline_error(loss_)));
  } else if (waiting_.size() >= options_.calls_waiting) {
    finish_later(call, std::unexpected(limit_error("calls_waiting", waiting_.size() + 1, options_.calls_waiting)));
  } else {
    waiting_.push_back(call);
    send_waiting();
    watch_deadlines();
  }
  return Reply(call->wanted);
}

void Connection::send_waiting() {
  while (live() && !waiting_.empty() && pending_.size() < options_.calls_at_once) {
    const PendingPtr call = std::move(waiting_.front());
    waiting_.pop_front();
    if (*call->wanted && (!call->owned || call->owner)) send(call);
  }
}

void Connection::send(const PendingPtr& call) {
  call->id = next_id_++;
  rpc::Request request{.method = call->method, .params = std::move(call->params), .id = call->id};
  const std::string text = rpc::to_text(request);
  if (text.size() > kSentBytesMax) {
    finish_later(call, std::unexpected(limit_error("message_bytes", text.size(), kSentBytesMax)));
    return;
  }
  pending_.emplace(call->id, call);
  transport_->send(text);
}

void Connection::fail_all(const CallError& error) {
  auto sent = std::exchange(pending_, {});
  auto waiting = std::exchange(waiting_, {});
  for (const auto& [id, call] : sent) finish_later(call, std::unexpected(error));
  for (const PendingPtr& call : waiting) finish_later(call, std::unexpected(error));
}

void Connection::finish_later(const PendingPtr& call, Outcome outcome) {
  QMetaObject::invokeMethod(
      this, [call, outcome = std::move(outcome)] { finish(call, outcome); }, Qt::QueuedConnection);
}

void Connection::finish(const PendingPtr& call, const Outcome& outcome) {
  if (!std::exchange(*call->wanted, false)) return;
  const Continuation then = std::exchange(call->then, {});
  if (then && (!call->owned || call->owner)) then(outcome);
}

void Connection::check_deadlines() {
  std::vector<PendingPtr> late;
  std::erase_if(pending_, [&](const auto& entry) {
    const bool passed = entry.second->deadline.hasExpired();
    if (passed) late.push_back(entry.second);
    return passed;
  });
  std::erase_if(waiting_, [&](const PendingPtr& call) {
    const bool passed = call->deadline.hasExpired();
    if (passed) late.push_back(call);
    return passed;
  });
  for (const PendingPtr& call : late) finish_later(call, std::unexpected(timeout_error(call->method)));
  send_waiting();
  watch_deadlines();
}

void Connection::watch_deadlines() {
  QDeadlineTimer nearest(QDeadlineTimer::Forever);
  for (const auto& [id, call] : pending_) nearest = std::min(nearest, call->deadline);
  for (const PendingPtr& call : waiting_) nearest = std::min(nearest, call->deadline);
  if (nearest.isForever()) {
    deadline_timer_.stop();
  } else {
    // A millisecond later, so that it has passed.
    deadline_timer_.start(std::chrono::milliseconds(std::max<qint64>(0, nearest.remainingTime()) + 1));
  }
}

Subscription* Connection::subscribe(const QString& topic, QObject* owner) {
  auto& feed = feeds_[topic];
  if (!feed) feed = std::make_unique<TopicFeed>(*this, topic);
  return feed->add(owner);
}

// Nobody follows it any more. It may be what calls.
void Connection::release(TopicFeed& feed) {
  QMetaObject::invokeMethod(
      this,
      [this, gone = QPointer<TopicFeed>(&feed)] {
        if (gone && gone->unused()) feeds_.erase(gone->topic());
      },
      Qt::QueuedConnection);
}

}  // namespace quern::desktop::client
