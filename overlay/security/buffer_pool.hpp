// Large buffers that the connections of one thread share: a connection has one while bytes flow and none while it is
// idle, so memory grows with what is busy and not with what is open.
#pragma once
#include <cstddef>
#include <memory>
#include <vector>

#include "overlay/runtime/bytes.hpp"

namespace quern::security {

// Used on one thread. Whoever takes from it holds it.
class BufferPool {
 public:
  static constexpr std::size_t kBufferBytes = 320 << 10;
  static constexpr std::size_t kKeptMax = 8;  // free buffers: 2.5 MiB a thread

  static std::shared_ptr<BufferPool> of_this_thread();

  // Capacity kBufferBytes, size 0, its memory as it was left.
  runtime::RawBytes take();
  // Freed when enough are kept or it is not such a buffer.
  void give(runtime::RawBytes buffer) noexcept;

  // A part of a record that waits for its rest may keep its buffer, which saves copying it out and back in; not more
  // than kHeldMax at once, or peers that send half a record each would cost a buffer each.
  static constexpr std::size_t kHeldMax = 16;
  bool hold();
  void release() noexcept { --held_; }

 private:
  std::vector<runtime::RawBytes> free_;
  std::size_t held_ = 0;
};

}  // namespace quern::security
