// What a person has just set: it is shown until the daemon's topic has caught up, so that a switch does not flip back
// while its call is under way.
#pragma once
#include <QDeadlineTimer>
#include <QTimer>
#include <chrono>
#include <optional>
#include <utility>

namespace quern::desktop::pages {

// After the daemon has said yes, its topic has this long to say the same.
inline constexpr std::chrono::milliseconds kCatchUpTime{3'000};

template <class T>
class Asked {
 public:
  void ask(T value) {
    value_ = std::move(value);
    until_ = QDeadlineTimer(QDeadlineTimer::Forever);
  }
  // `show` is called, unless `owner` is gone, once the topic has had its time: it may say nothing more by itself.
  template <class Owner, class Show>
  void granted(Owner* owner, Show show) {
    until_ = QDeadlineTimer(kCatchUpTime);
    // A millisecond later, so that it has passed.
    QTimer::singleShot(kCatchUpTime + std::chrono::milliseconds(1), Qt::PreciseTimer, owner, std::move(show));
  }
  void refused() { value_.reset(); }
  bool pending() const { return value_ && until_.isForever(); }
  // What to show while the topic says `told`.
  T shown(const T& told) {
    if (value_ && !until_.isForever() && (*value_ == told || until_.hasExpired())) value_.reset();
    return value_.value_or(told);
  }

 private:
  std::optional<T> value_;
  QDeadlineTimer until_;
};

}  // namespace quern::desktop::pages
