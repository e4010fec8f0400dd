#include "overlay/runtime/timer_queue.hpp"

#include <algorithm>
#include <tuple>

#include "overlay/runtime/assertion.hpp"

namespace quern::runtime {
namespace {

constexpr std::size_t kArity = 4;

}  // namespace

bool TimerQueue::before(const TimerNode& a, const TimerNode& b) {
  return std::tie(a.at_, a.tie_, a.sequence_) < std::tie(b.at_, b.tie_, b.sequence_);
}

void TimerQueue::place(TimerNode* node, std::size_t position) {
  heap_[position] = node;
  node->position_ = position;
}

void TimerQueue::sift_up(TimerNode* node, std::size_t position) {
  while (position > 0) {
    const std::size_t parent = (position - 1) / kArity;
    if (!before(*node, *heap_[parent])) break;
    place(heap_[parent], position);
    position = parent;
  }
  place(node, position);
}

void TimerQueue::sift_down(TimerNode* node, std::size_t position) {
  for (;;) {
    const std::size_t first = position * kArity + 1;
    if (first >= heap_.size()) break;
    std::size_t least = first;
    for (std::size_t child = first + 1; child < std::min(first + kArity, heap_.size()); ++child) {
      if (before(*heap_[child], *heap_[least])) least = child;
    }
    if (!before(*heap_[least], *node)) break;
    place(heap_[least], position);
    position = least;
  }
  place(node, position);
}

void TimerQueue::add(TimerNode& node, Time at, std::uint64_t tie) {
  QUERN_ASSERT(!node.queued());
  node.at_ = at;
  node.tie_ = tie;
  node.sequence_ = ++sequence_;
  heap_.push_back(&node);
  sift_up(&node, heap_.size() - 1);
}

void TimerQueue::remove(TimerNode& node) noexcept {
  if (!node.queued()) return;
  const std::size_t position = node.position_;
  node.position_ = TimerNode::kNowhere;
  TimerNode* last = heap_.back();
  heap_.pop_back();
  if (last == &node) return;
  if (position > 0 && before(*last, *heap_[(position - 1) / kArity])) {
    sift_up(last, position);
  } else {
    sift_down(last, position);
  }
}

TimerNode& TimerQueue::pop() {
  QUERN_ASSERT(!heap_.empty());
  TimerNode& first = *heap_.front();
  remove(first);
  return first;
}

}  // namespace quern::runtime
