// The system's clocks and one Asio timer for all deadlines of a node.
#pragma once
#include <chrono>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "overlay/runtime/clock.hpp"

namespace quern::runtime {

class SystemClock final : public Clock {
 public:
  explicit SystemClock(boost::asio::io_context& io);
  Time now() const override;
  WallTime wall_now() const override;
  void add(TimerNode& timer, Time at) override;
  void remove(TimerNode& timer) noexcept override { timers_.remove(timer); }

 private:
  void arm();
  void fire_due();

  boost::asio::steady_timer alarm_;
  std::chrono::steady_clock::time_point started_;
  TimerQueue timers_;
  Time armed_for_ = Time::max();  // max: not armed
};

}  // namespace quern::runtime
