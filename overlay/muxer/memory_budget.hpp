// A limit on bytes held for others, shared by all that hold some.
#pragma once
#include <cstddef>
#include <memory>
#include <utility>

namespace quern::muxer {

// Counts bytes; a budget may be part of a larger one. On one executor. Outlives its parts (they hold it).
class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t limit, std::shared_ptr<MemoryBudget> whole = nullptr)
      : limit_(limit), whole_(std::move(whole)) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;
  ~MemoryBudget() {
    if (whole_) whole_->give(used_);
  }

  // Takes all or nothing.
  bool take(std::size_t bytes) {
    if (bytes > limit_ - used_ || (whole_ && !whole_->take(bytes))) return false;
    used_ += bytes;
    return true;
  }
  // Gives back what was taken.
  void give(std::size_t bytes) {
    used_ -= bytes;
    if (whole_) whole_->give(bytes);
  }

  std::size_t used() const { return used_; }
  std::size_t limit() const { return limit_; }

 private:
  std::size_t limit_;
  std::size_t used_ = 0;
  std::shared_ptr<MemoryBudget> whole_;
};

}  // namespace quern::muxer
