#include "overlay/runtime/clock.hpp"

#include "overlay/runtime/waiter.hpp"

namespace quern::runtime {

Task<void> Clock::sleep_until(Time deadline) {
  Waiter waiter;
  Timer timer(*this, [](void* context) { static_cast<Waiter*>(context)->wake(); }, &waiter);
  timer.arm(deadline);
  co_await waiter.wait();
}

}  // namespace quern::runtime
