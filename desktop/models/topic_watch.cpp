#include "desktop/models/topic_watch.hpp"

#include <utility>

namespace quern::desktop::models {

TopicWatch::TopicWatch(client::Connection& connection, const QString& topic, Take take, std::chrono::milliseconds pace,
                       QObject* parent)
    : QObject(parent), subscription_(connection.subscribe(topic, this)), take_(std::move(take)), turn_([this] {
        // A stale value may be half changed: it waits no more, for the next snapshot brings it. The last one is whole.
        if (std::exchange(waits_, false) && (live() || ended())) take_now();
      }) {
  timer_.setSingleShot(true);
  timer_.setInterval(pace);
  connect(&timer_, &QTimer::timeout, this, [this] {
    if (waits_) turn_.ask();
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
