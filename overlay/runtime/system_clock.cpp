#include "overlay/runtime/system_clock.hpp"

#include <algorithm>

#include <boost/system/error_code.hpp>

namespace quern::runtime {

SystemClock::SystemClock(boost::asio::io_context& io) : alarm_(io), started_(std::chrono::steady_clock::now()) {}

Time SystemClock::now() const {
  return Time{Duration(std::chrono::steady_clock::now() - started_).count()};
}

WallTime SystemClock::wall_now() const {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count()};
}

void SystemClock::add(TimerNode& timer, Time at) {
  timers_.add(timer, at);
  if (timers_.next_at() < armed_for_) arm();
}

void SystemClock::arm() {
  armed_for_ = timers_.next_at();
  // A far deadline would overflow the system clock's range: look again in a day.
  const Duration wait = std::min(armed_for_ - now(), Duration(std::chrono::hours(24)));
  alarm_.expires_after(std::max(wait, Duration{0}));
  alarm_.async_wait([this](boost::system::error_code error) {
    if (!error) fire_due();
  });
}

void SystemClock::fire_due() {
  armed_for_ = Time::max();
  // Deadlines that pass while others fire wait for the next round, so that sockets get their turn.
  const Time due = now();
  while (!timers_.empty() && timers_.next_at() <= due) timers_.pop().fire();
  if (!timers_.empty() && timers_.next_at() < armed_for_) arm();
}

}  // namespace quern::runtime
