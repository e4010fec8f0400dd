// Pending timers in order of their deadlines: an intrusive 4-ary heap. Pure: no clock inside. Used by the real clock
// and the simulator.
//
// Adding and removing cost O(log n) and allocate only when the heap grows; nothing is left behind by a removed timer,
// so a connection that sets and cancels a deadline for every message costs no memory.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "overlay/runtime/time.hpp"

namespace quern::runtime {

// Something that happens at a time. Lives where its owner puts it; must not be destroyed or moved while queued.
class TimerNode {
 public:
  TimerNode() = default;
  virtual ~TimerNode() = default;
  TimerNode(const TimerNode&) = delete;
  TimerNode& operator=(const TimerNode&) = delete;

  bool queued() const { return position_ != kNowhere; }

  // Called by whoever runs the queue, after the node has left it. May add nodes, remove nodes, destroy this one.
  virtual void fire() = 0;

 private:
  friend class TimerQueue;
  static constexpr std::size_t kNowhere = SIZE_MAX;
  Time at_;
  std::uint64_t tie_ = 0;
  std::uint64_t sequence_ = 0;
  std::size_t position_ = kNowhere;
};

class TimerQueue {
 public:
  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }
  // Deadline of the first node; the queue is not empty.
  Time next_at() const { return heap_.front()->at_; }

  // Equal deadlines come out by ascending `tie`, then in the order they were added.
  void add(TimerNode& node, Time at, std::uint64_t tie = 0);
  // Nothing happens when the node is not queued.
  void remove(TimerNode& node) noexcept;
  // Removes and returns the first node; the queue is not empty.
  TimerNode& pop();

 private:
  static bool before(const TimerNode& a, const TimerNode& b);
  void place(TimerNode* node, std::size_t position);
  void sift_up(TimerNode* node, std::size_t position);
  void sift_down(TimerNode* node, std::size_t position);

  std::vector<TimerNode*> heap_;
  std::uint64_t sequence_ = 0;
};

}  // namespace quern::runtime
