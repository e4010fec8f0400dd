// Work that may wait a moment, done in turns of the event loop, one piece in each: what is due together would keep the
// thread away for the sum of its times otherwise.
#pragma once
#include <functional>

namespace quern::desktop::models {

// A piece of work. Of the application's thread, as all of them; no longer wanted once this is destroyed.
class Turn {
 public:
  explicit Turn(std::function<void()> act);
  ~Turn();
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  // `act` runs once in a later turn, after those that asked before; asked again before that, still once. It may ask
  // again, and destroy this.
  void ask();
  bool waits() const { return waits_; }

 private:
  friend class Turns;

  std::function<void()> act_;
  bool waits_ = false;
};

}  // namespace quern::desktop::models
