// From a topic to a model, at a pace that people can follow: the first value at once, later ones at most four times a
// second, and in one turn of the event loop never more than one topic.
#pragma once
#include <QObject>
#include <QString>
#include <QTimer>
#include <chrono>
#include <functional>

#include <boost/json/value.hpp>

#include "desktop/client/connection.hpp"
#include "desktop/client/subscription.hpp"
#include "desktop/models/turn.hpp"

namespace quern::desktop::models {

inline constexpr std::chrono::milliseconds kCoalesceTime{250};

class TopicWatch : public QObject {
  Q_OBJECT
 public:
  using Take = std::function<void(const boost::json::value&)>;

  // `take` gets the topic's value, also null when another daemon's begins.
  TopicWatch(client::Connection& connection, const QString& topic, Take take,
             std::chrono::milliseconds pace = kCoalesceTime, QObject* parent = nullptr);

  // Whether there is such a topic, as far as is known.
  bool refused() const { return subscription_->state() == client::Subscription::State::refused; }
  bool ended() const { return subscription_->state() == client::Subscription::State::ended; }
  bool live() const { return subscription_->state() == client::Subscription::State::live; }
  const client::Subscription& subscription() const { return *subscription_; }

 Q_SIGNALS:
  void taken();          // after `take`
  void state_changed();  // of the subscription

 private:
  void on_changed();
  void take_now();

  client::Subscription* subscription_;
  Take take_;
  QTimer timer_;
  Turn turn_;
  bool waits_ = false;
};

}  // namespace quern::desktop::models
