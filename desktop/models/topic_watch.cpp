#include "desktop/models/topic_watch.hpp"

#include <QCoreApplication>
#include <QPointer>
#include <deque>
#include <utility>

namespace quern::desktop::models {

namespace {

// Topics that are due together are taken in turns of the event loop, one in each: the thread would be away for the sum
// of their times otherwise.
class Turns : public QObject {
 public:
  static Turns& of_the_application() {
    static QPointer<Turns> turns;
    if (!turns) turns = new Turns(QCoreApplication::instance());
    return *turns;
  }
  void wait(QObject* owner, std::function<void()> act) {
    waiting_.push_back({owner, std::move(act)});
    if (!turn_.isActive()) turn_.start();
  }

 private:
  struct Waiting {
    QPointer<QObject> owner;
    std::function<void()> act;
  };

  explicit Turns(QObject* parent) : QObject(parent) {
    turn_.setInterval(0);
    connect(&turn_, &QTimer::timeout, this, &Turns::take_one);
  }
  void take_one() {
    const Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    if (waiting_.empty()) turn_.stop();
    if (next.owner) next.act();
  }

  std::deque<Waiting> waiting_;  // each watch at most once
  QTimer turn_;
};

}  // namespace

TopicWatch::TopicWatch(client::Connection& connection, const QString& topic, Take take, std::chrono::milliseconds pace,
                       QObject* parent)
    : QObject(parent), subscription_(connection.subscribe(topic, this)), take_(std::move(take)) {
  timer_.setSingleShot(true);
  timer_.setInterval(pace);
  connect(&timer_, &QTimer::timeout, this, [this] {
    if (!waits_) return;
    Turns::of_the_application().wait(this, [this] {
      // A value that is not live may be half changed; the next snapshot brings it.
      if (live() && std::exchange(waits_, false)) take_now();
    });
  });
  connect(subscription_, &client::Subscription::changed, this, &TopicWatch::on_changed);
  connect(subscription_, &client::Subscription::state_changed, this, &TopicWatch::state_changed);
}

void TopicWatch::on_changed() {
  // Another daemon's begins: what was of the last one goes at once.
  const bool due = !timer_.isActive() && !waits_;
  if (due || subscription_->value().is_null()) {
    waits_ = false;
    take_now();
  } else {
    waits_ = true;
  }
}

void TopicWatch::take_now() {
  timer_.start();
  take_(subscription_->value());
  Q_EMIT taken();
}

}  // namespace quern::desktop::models
