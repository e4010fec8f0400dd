#include "desktop/models/turn.hpp"

#include <QCoreApplication>
#include <QObject>
#include <QPointer>
#include <QTimer>
#include <deque>
#include <utility>

namespace quern::desktop::models {

class Turns : public QObject {
 public:
  static Turns& of_the_application() {
    if (!existing()) existing() = new Turns(QCoreApplication::instance());
    return *existing();
  }
  static void forget(Turn* turn) {
    if (existing()) std::erase(existing()->waiting_, turn);
  }
  void add(Turn* turn) {
    waiting_.push_back(turn);
    if (!timer_.isActive()) timer_.start();
  }

 private:
  explicit Turns(QObject* parent) : QObject(parent) {
    // Not a posted event: those that are posted meanwhile are sent in the same turn.
    timer_.setInterval(0);
    connect(&timer_, &QTimer::timeout, this, &Turns::take_one);
  }
  static QPointer<Turns>& existing() {
    static QPointer<Turns> turns;
    return turns;
  }
  void take_one() {
    Turn* const next = waiting_.empty() ? nullptr : waiting_.front();
    if (next) waiting_.pop_front();
    if (waiting_.empty()) timer_.stop();
    if (!next) return;
    next->waits_ = false;
    const std::function<void()> act = next->act_;  // outlives the turn, should it destroy that
    act();
  }

  std::deque<Turn*> waiting_;  // each at most once
  QTimer timer_;
};

Turn::Turn(std::function<void()> act) : act_(std::move(act)) {}

Turn::~Turn() {
  if (waits_) Turns::forget(this);
}

void Turn::ask() {
  if (std::exchange(waits_, true)) return;
  Turns::of_the_application().add(this);
}

}  // namespace quern::desktop::models
