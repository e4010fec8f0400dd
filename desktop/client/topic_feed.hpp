// What all subscriptions of one topic share: the value, and whether the daemon is told to send what changes. Part of
// Connection.
#pragma once
#include <QObject>
#include <QString>
#include <QTimer>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "desktop/client/connection.hpp"
#include "desktop/client/subscription.hpp"

namespace quern::desktop::client {

class TopicFeed : public QObject {
  Q_OBJECT
 public:
  TopicFeed(Connection& connection, QString topic);
  ~TopicFeed() override;
  TopicFeed(const TopicFeed&) = delete;
  TopicFeed& operator=(const TopicFeed&) = delete;

  Subscription* add(QObject* owner);
  void remove(Subscription* subscription);

  void on_live();
  void on_lost();
  void forget();  // another daemon from now on
  void on_changed(const boost::json::object& params);
  void on_ended();

  const QString& topic() const { return topic_; }
  // Neither followed here nor there.
  bool unused() const { return subscriptions_.empty() && remote_ == Remote::none; }
  Subscription::State state() const { return state_; }
  const boost::json::value& value() const { return value_; }
  const rpc::Failure& failure() const { return failure_; }

 private:
  // What the daemon knows of it. A topic must not be subscribed to twice: one call at a time.
  enum class Remote { none, subscribing, subscribed, unsubscribing };

  void step();
  void try_again();
  void on_subscribed(const Outcome& outcome);
  void on_unsubscribed();
  void on_misfit();
  void set_state(Subscription::State state);
  void tell(const std::function<void(Subscription&)>& signal);
  void tell_changed(const boost::json::array* patch);

  Connection& connection_;
  QString topic_;
  std::vector<Subscription*> subscriptions_;
  Subscription::State state_ = Subscription::State::waiting;
  Remote remote_ = Remote::none;
  bool misfit_ = false;  // a patch did not fit: a new snapshot is needed
  int misfits_ = 0;      // in a row
  std::uint64_t version_ = 0;
  boost::json::value value_;
  rpc::Failure failure_;
  QTimer refused_;  // until it is tried again
};

}  // namespace quern::desktop::client
