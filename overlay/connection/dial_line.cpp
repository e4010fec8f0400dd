#include "overlay/connection/dial_line.hpp"

#include <chrono>
#include <utility>

namespace quern::connection {

using runtime::Result;
using runtime::Task;

namespace {

constexpr runtime::Duration kSecond = std::chrono::seconds(1);

}  // namespace

DialLine::Slot::~Slot() {
  if (!line_) return;
  --line_->under_way_;
  line_->wake_first();
}

// A place in the line; whoever leaves it, also by cancellation, calls the next.
class DialLine::Place {
 public:
  explicit Place(DialLine& line) : line_(line), self_(line.line_.emplace(line.line_.end())) {}
  ~Place() {
    line_.line_.erase(self_);
    line_.wake_first();
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  bool first() const { return self_ == line_.line_.begin(); }
  // Until it is called: the call may come before the wait begins.
  Task<void> called() {
    while (!self_->called) co_await self_->waiter.wait();
    self_->called = false;
  }

 private:
  DialLine& line_;
  std::list<Waiting>::iterator self_;
};

void DialLine::wake_first() {
  if (line_.empty()) return;
  line_.front().called = true;
  line_.front().waiter.wake();
}

runtime::Time DialLine::next_start() {
  const runtime::Time now = clock_.now();
  while (!started_.empty() && now - started_.front() >= kSecond) started_.pop_front();
  return started_.size() < limits_.dials_per_second ? now : started_.front() + kSecond;
}

Task<Result<DialLine::Slot>> DialLine::enter() {
  if (limits_.dials == 0) co_return std::unexpected(limit_error("dials", 1, 0, "this node"));
  if (limits_.dials_per_second == 0) co_return std::unexpected(limit_error("dials_per_second", 1, 0, "this node"));
  if (!line_.empty() || under_way_ >= limits_.dials || next_start() > clock_.now()) {
    if (line_.size() >= limits_.dials_waiting) {
      co_return std::unexpected(limit_error("dials_waiting", line_.size() + 1, limits_.dials_waiting, "this node"));
    }
    Place place(*this);
    while (!place.first() || under_way_ >= limits_.dials) co_await place.called();
    for (auto at = next_start(); at > clock_.now(); at = next_start()) co_await clock_.sleep_until(at);
  }
  ++under_way_;
  started_.push_back(clock_.now());
  co_return Slot(*this);
}

}  // namespace quern::connection
