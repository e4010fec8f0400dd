// Time as a dependency. No room above overlay/runtime reads a clock or owns a system timer.
#pragma once
#include "overlay/runtime/task.hpp"
#include "overlay/runtime/time.hpp"
#include "overlay/runtime/timer_queue.hpp"

namespace quern::runtime {

// One node's clock. Used on the node's executor only.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
  virtual WallTime wall_now() const = 0;

  // Queues `timer` to fire on this node's executor once now() >= at; never from inside this call.
  virtual void add(TimerNode& timer, Time at) = 0;
  virtual void remove(TimerNode& timer) noexcept = 0;

  // Return once now() >= deadline; at the earliest in the executor's next turn.
  Task<void> sleep_until(Time deadline);
  Task<void> sleep_for(Duration duration) { return sleep_until(now() + duration); }
};

// A timer that calls a function, cancelled by its destructor.
class Timer final : public TimerNode {
 public:
  using Callback = void (*)(void* context);
  Timer(Clock& clock, Callback callback, void* context) : clock_(clock), callback_(callback), context_(context) {}
  ~Timer() override { cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Replaces an earlier deadline.
  void arm(Time at) {
    cancel();
    clock_.add(*this, at);
  }
  void cancel() noexcept { clock_.remove(*this); }
  void fire() override { callback_(context_); }

 private:
  Clock& clock_;
  Callback callback_;
  void* context_;
};

}  // namespace quern::runtime
