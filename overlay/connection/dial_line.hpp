// Where dials wait for their turn: at most Limits::dials at once and dials_per_second, first come first served.
#pragma once
#include <cstddef>
#include <deque>
#include <list>
#include <utility>

#include "overlay/connection/limits.hpp"
#include "overlay/runtime/clock.hpp"
#include "overlay/runtime/result.hpp"
#include "overlay/runtime/task.hpp"
#include "overlay/runtime/waiter.hpp"

namespace quern::connection {

// On one executor. Outlives its slots.
class DialLine {
 public:
  // A dial under way; its end lets the next one start.
  class Slot {
   public:
    explicit Slot(DialLine& line) : line_(&line) {}
    ~Slot();
    Slot(Slot&& other) noexcept : line_(std::exchange(other.line_, nullptr)) {}
    Slot& operator=(Slot&&) = delete;
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

   private:
    DialLine* line_;
  };

  DialLine(runtime::Clock& clock, const Limits& limits) : clock_(clock), limits_(limits) {}

  // Waits for its turn. runtime::Errc::limit_reached at once when too many wait, or where the limits allow no dial.
  runtime::Task<runtime::Result<Slot>> enter();
  std::size_t under_way() const { return under_way_; }
  std::size_t waiting() const { return line_.size(); }

 private:
  class Place;
  // When the next dial may start as far as the rate goes.
  runtime::Time next_start();
  void wake_first();

  runtime::Clock& clock_;
  const Limits& limits_;
  std::size_t under_way_ = 0;
  std::deque<runtime::Time> started_;  // in the last second
  struct Waiting {
    runtime::Waiter waiter;
    bool called = false;
  };
  std::list<Waiting> line_;
};

}  // namespace quern::connection
