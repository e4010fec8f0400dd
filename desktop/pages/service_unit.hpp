// The service that runs this user's daemon, as far as the app may steer it. Nothing blocks.
#pragma once
#include <QObject>
#include <QString>

namespace quern::desktop::pages {

class ServiceUnit : public QObject {
  Q_OBJECT
 public:
  enum class State {
    absent,  // there is nothing to steer: show no control
    stopped,
    starting,
    running,
    stopping,
    failed,
  };
  Q_ENUM(State)

  using QObject::QObject;

  virtual State state() const = 0;
  // Whether the daemon at this place (client::Connection::place) is the one that it runs: of others it says nothing.
  virtual bool runs(const QString& place) const = 0;
  // Whether it starts when the user logs in.
  virtual bool enabled() const = 0;
  virtual void start() = 0;
  virtual void stop() = 0;
  virtual void set_enabled(bool enabled) = 0;
  bool there() const { return state() != State::absent; }

 Q_SIGNALS:
  void changed();
  // What was asked for could not be done: a sentence for people.
  void refused(const QString& why);
};

}  // namespace quern::desktop::pages
