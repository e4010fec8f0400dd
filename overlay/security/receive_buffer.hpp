// Bytes that came from the wire and are not opened yet.
#pragma once
#include <cstddef>
#include <memory>
#include <span>

#include "overlay/runtime/bytes.hpp"
#include "overlay/security/buffer_pool.hpp"

namespace quern::security {

// Reads go into a buffer of the thread's pool, which goes back when all was opened. On one executor.
class ReceiveBuffer {
 public:
  static constexpr std::size_t kReadBytes = 256 << 10;      // the most one read may bring
  static constexpr std::size_t kFirstReadBytes = 16 << 10;  // and before much has come

  // `unread` lies in it from the start.
  explicit ReceiveBuffer(runtime::ByteView unread);
  ~ReceiveBuffer();
  ReceiveBuffer(const ReceiveBuffer&) = delete;
  ReceiveBuffer& operator=(const ReceiveBuffer&) = delete;

  std::span<std::byte> unread() { return std::span(bytes_).subspan(begin_); }
  void consume(std::size_t bytes) { begin_ += bytes; }

  // Where a read may put bytes: four times more after each read that filled it, up to kReadBytes, and less again after
  // one that brought little. Then filled() says how many came, also when none did.
  std::span<std::byte> space();
  void filled(std::size_t bytes);

  // For a wait: keeps what is unread, in a buffer of the pool if this one may be held and else in as much memory as it
  // needs.
  void rest();
  // Keeps the buffer as it is over a wait. False when too many of this thread do.
  bool hold() { return held_ = held_ || pool_->hold(); }

 private:
  bool pooled() const { return bytes_.capacity() == BufferPool::kBufferBytes; }
  void give_back() noexcept;

  std::shared_ptr<BufferPool> pool_;
  runtime::RawBytes bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;  // while space() is given out
  std::size_t read_bytes_ = kFirstReadBytes;
  bool held_ = false;
};

}  // namespace quern::security
