// A bounded queue between tasks of one executor.
#pragma once
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "overlay/runtime/assertion.hpp"
#include "overlay/runtime/waiter.hpp"

namespace quern::runtime {

// At most `capacity` values wait in it; a pusher waits while it is full (back-pressure), a popper while it is empty.
template <class T>
class Channel {
 public:
  explicit Channel(std::size_t capacity) : capacity_(capacity) { QUERN_ASSERT(capacity > 0); }

  // False when the channel was closed before the value was taken in.
  Task<bool> push(T value) {
    while (!closed_ && values_.size() >= capacity_) co_await space_.wait();
    co_return try_push(std::move(value));
  }
  // False when full or closed; the value is then gone.
  bool try_push(T value) {
    if (closed_ || values_.size() >= capacity_) return false;
    values_.push_back(std::move(value));
    filled_.wake_one();
    return true;
  }
  // The oldest value; nullopt once the channel is closed and empty.
  Task<std::optional<T>> pop() {
    while (values_.empty()) {
      if (closed_) co_return std::nullopt;
      co_await filled_.wait();
    }
    std::optional<T> value(std::move(values_.front()));
    values_.pop_front();
    space_.wake_one();
    if (!values_.empty()) filled_.wake_one();
    co_return value;
  }
  // Takes no more values; those inside can still be popped. Wakes all who wait.
  void close() {
    closed_ = true;
    filled_.wake_all();
    space_.wake_all();
  }

  std::size_t size() const { return values_.size(); }
  bool closed() const { return closed_; }

 private:
  std::size_t capacity_;
  bool closed_ = false;
  std::deque<T> values_;
  WaitQueue filled_;
  WaitQueue space_;
};

}  // namespace quern::runtime
