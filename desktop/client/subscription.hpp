// One topic as the daemon has it, kept up to date (scheduler/rpc/patch.hpp).
#pragma once
#include <QObject>
#include <QPointer>
#include <QString>
#include <cstdint>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "scheduler/rpc/failure.hpp"

namespace quern::desktop::client {

class TopicFeed;

class Subscription : public QObject {
  Q_OBJECT
 public:
  enum class State {
    waiting,  // no value yet
    live,
    stale,    // the connection is lost: the value is the last that was seen
    ended,    // the daemon has no such topic any more; the value is the last
    refused,  // there is no such topic, or too many: failure() says which
  };
  Q_ENUM(State)

  ~Subscription() override;  // unsubscribes when it is the last of its topic
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  const QString& topic() const { return topic_; }
  State state() const;
  // Null before the first.
  const boost::json::value& value() const;
  const rpc::Failure& failure() const;

 Q_SIGNALS:
  // Before each changed(): what made the value from the last one that was told; null: it is another.
  void told(const boost::json::array* patch);
  void changed();  // the value
  void state_changed();

 private:
  friend class TopicFeed;
  friend class Connection;
  Subscription(QString topic, TopicFeed* feed, QObject* owner);

  QString topic_;
  TopicFeed* feed_;  // null once the connection is gone
};

}  // namespace quern::desktop::client
