// Ends a poll(2) that another thread is in.
#pragma once

namespace quern::peer {

class WakeDescriptor {
 public:
  // Throws std::system_error when the system has no descriptor left.
  WakeDescriptor();
  ~WakeDescriptor();
  WakeDescriptor(const WakeDescriptor&) = delete;
  WakeDescriptor& operator=(const WakeDescriptor&) = delete;

  // From any thread; for good.
  void wake() noexcept;
  // Waits until `descriptor` is ready for `events` (POLLIN, POLLOUT) or broken. False when woken.
  bool wait_for(int descriptor, short events) const noexcept;

 private:
  int descriptor_;
};

}  // namespace quern::peer
