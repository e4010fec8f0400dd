#include "desktop/client/topic_feed.hpp"

#include <QPointer>
#include <algorithm>
#include <chrono>
#include <utility>

#include "scheduler/rpc/patch.hpp"

namespace quern::desktop::client {

namespace json = boost::json;

namespace {

constexpr std::chrono::milliseconds kMisfitPause{1'000};  // before the second snapshot in a row

std::uint64_t number_at(const json::object& object, std::string_view key) {
  const json::value* const found = object.if_contains(key);
  if (!found) return 0;
  if (found->is_uint64()) return found->get_uint64();
  return found->is_int64() && found->get_int64() > 0 ? static_cast<std::uint64_t>(found->get_int64()) : 0;
}

}  // namespace

TopicFeed::TopicFeed(Connection& connection, QString topic) : connection_(connection), topic_(std::move(topic)) {
  refused_.setSingleShot(true);
  refused_.setInterval(connection_.options_.topic_pause);
  connect(&refused_, &QTimer::timeout, this, [this] {
    try_again();
    step();
  });
}

TopicFeed::~TopicFeed() {
  for (Subscription* const each : subscriptions_) each->feed_ = nullptr;
}

Subscription* TopicFeed::add(QObject* owner) {
  auto* const made = new Subscription(topic_, this, owner);
  subscriptions_.push_back(made);
  try_again();
  // The value that is there already is news to this one.
  if (!value_.is_null()) QMetaObject::invokeMethod(made, &Subscription::changed, Qt::QueuedConnection);
  step();
  return made;
}

void TopicFeed::remove(Subscription* subscription) {
  std::erase(subscriptions_, subscription);
  step();
}

void TopicFeed::on_live() {
  remote_ = Remote::none;
  misfit_ = false;
  try_again();
  step();
}

// There may be such a topic by now.
void TopicFeed::try_again() {
  using State = Subscription::State;
  refused_.stop();
  if (state_ == State::ended || state_ == State::refused) {
    state_ = value_.is_null() ? State::waiting : State::stale;
  }
}

void TopicFeed::on_lost() {
  remote_ = Remote::none;
  if (state_ == Subscription::State::live) set_state(Subscription::State::stale);
  step();
}

void TopicFeed::forget() {
  const bool had_value = !value_.is_null();
  value_ = nullptr;
  version_ = 0;
  failure_ = {};
  set_state(Subscription::State::waiting);
  if (had_value) tell_changed(nullptr);
}

void TopicFeed::step() {
  if (remote_ == Remote::none && subscriptions_.empty()) {
    connection_.release(*this);
    return;
  }
  if (!connection_.live()) return;
  const json::object params{{"topic", topic_.toStdString()}};
  if (remote_ == Remote::subscribed && (subscriptions_.empty() || misfit_)) {
    remote_ = Remote::unsubscribing;
    connection_.call("unsubscribe", params, this, [this](const Outcome&) { on_unsubscribed(); });
    return;
  }
  const bool over = state_ == Subscription::State::ended || state_ == Subscription::State::refused;
  if (remote_ != Remote::none || over) return;
  remote_ = Remote::subscribing;
  connection_.call("subscribe", params, this, [this](const Outcome& outcome) { on_subscribed(outcome); });
}

void TopicFeed::on_subscribed(const Outcome& outcome) {
  if (remote_ != Remote::subscribing) return;
  if (!outcome) {
    remote_ = Remote::none;
    if (outcome.error().kind == CallError::Kind::offline) return;  // on_live() comes
    if (outcome.error().kind == CallError::Kind::timed_out) {      // it may be subscribed by now
      remote_ = Remote::subscribed;
      on_misfit();
      return;
    }
    failure_ = outcome.error().failure;
    // What there is not, there will not be; a limit or a fault of the daemon's may pass.
    if (failure_.code != rpc::Code::not_found) refused_.start();
    set_state(Subscription::State::refused);
    step();
    return;
  }
  remote_ = Remote::subscribed;
  misfit_ = false;
  const json::object* const result = outcome->if_object();
  const json::value* const value = result ? result->if_contains("value") : nullptr;
  version_ = result ? number_at(*result, "version") : 0;
  value_ = value ? *value : json::value();
  set_state(Subscription::State::live);
  tell_changed(nullptr);
  step();
}

void TopicFeed::on_unsubscribed() {
  if (remote_ != Remote::unsubscribing) return;
  remote_ = Remote::none;
  if (subscriptions_.empty() || misfits_ <= 1) {
    step();
    return;
  }
  QTimer::singleShot(kMisfitPause, this, [this] { step(); });
}

void TopicFeed::on_changed(const json::object& params) {
  if (remote_ != Remote::subscribed || misfit_) return;
  const std::uint64_t version = number_at(params, "version");
  if (version <= version_) return;  // of before the snapshot
  const json::value* const patch = params.if_contains("patch");
  if (number_at(params, "from") > version_ || !patch || !patch->is_array() || !rpc::apply(value_, patch->get_array())) {
    on_misfit();
    return;
  }
  version_ = version;
  misfits_ = 0;
  tell_changed(&patch->get_array());
}

// The value may be half changed: nobody is told of it, and the next snapshot replaces it.
void TopicFeed::on_misfit() {
  misfit_ = true;
  ++misfits_;
  set_state(Subscription::State::stale);
  step();
}

void TopicFeed::on_ended() {
  if (remote_ != Remote::subscribed) return;
  remote_ = Remote::none;
  set_state(Subscription::State::ended);
  step();
}

void TopicFeed::set_state(Subscription::State state) {
  if (state_ == state) return;
  state_ = state;
  tell([](Subscription& each) { Q_EMIT each.state_changed(); });
}

// Who is told may destroy any of them.
void TopicFeed::tell(const std::function<void(Subscription&)>& signal) {
  std::vector<QPointer<Subscription>> all(subscriptions_.begin(), subscriptions_.end());
  for (const QPointer<Subscription>& each : all) {
    if (each) signal(*each);
  }
}

// All know how it changed before any is told that it did.
void TopicFeed::tell_changed(const json::array* patch) {
  tell([patch](Subscription& each) { Q_EMIT each.told(patch); });
  tell([](Subscription& each) { Q_EMIT each.changed(); });
}

Subscription::Subscription(QString topic, TopicFeed* feed, QObject* owner)
    : QObject(owner), topic_(std::move(topic)), feed_(feed) {}

Subscription::~Subscription() {
  if (feed_) feed_->remove(this);
}

Subscription::State Subscription::state() const {
  return feed_ ? feed_->state() : State::ended;
}

const json::value& Subscription::value() const {
  static const json::value kNone;
  return feed_ ? feed_->value() : kNone;
}

const rpc::Failure& Subscription::failure() const {
  static const rpc::Failure kNone;
  return feed_ ? feed_->failure() : kNone;
}

}  // namespace quern::desktop::client
