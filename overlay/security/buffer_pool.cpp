#include "overlay/security/buffer_pool.hpp"

#include <utility>

namespace quern::security {

std::shared_ptr<BufferPool> BufferPool::of_this_thread() {
  thread_local const auto pool = std::make_shared<BufferPool>();
  return pool;
}

runtime::RawBytes BufferPool::take() {
  runtime::RawBytes buffer;
  if (free_.empty()) {
    buffer.reserve(kBufferBytes);
    free_.reserve(kKeptMax);
  } else {
    buffer = std::move(free_.back());
    free_.pop_back();
  }
  return buffer;
}

void BufferPool::give(runtime::RawBytes buffer) noexcept {
  if (buffer.capacity() != kBufferBytes || free_.size() == kKeptMax || free_.capacity() == 0) return;
  buffer.clear();
  free_.push_back(std::move(buffer));
}

bool BufferPool::hold() {
  if (held_ == kHeldMax) return false;
  ++held_;
  return true;
}

}  // namespace quern::security
