#include "overlay/security/receive_buffer.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "overlay/runtime/assertion.hpp"

namespace quern::security {

static_assert(ReceiveBuffer::kReadBytes < BufferPool::kBufferBytes);

ReceiveBuffer::ReceiveBuffer(runtime::ByteView unread)
    : pool_(BufferPool::of_this_thread()), bytes_(unread.begin(), unread.end()) {}

ReceiveBuffer::~ReceiveBuffer() {
  give_back();
}

std::span<std::byte> ReceiveBuffer::space() {
  constexpr std::size_t kEnough = 128 << 10;  // below it, moving the unread part to the front pays
  const std::size_t unread = bytes_.size() - begin_;
  if (!pooled()) {
    runtime::RawBytes buffer = pool_->take();
    buffer.insert(buffer.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(begin_), bytes_.end());
    bytes_ = std::move(buffer);
    begin_ = 0;
  } else if (begin_ != 0 && BufferPool::kBufferBytes - bytes_.size() < std::max(kEnough, unread)) {
    std::memmove(bytes_.data(), bytes_.data() + begin_, unread);
    bytes_.resize(unread);
    begin_ = 0;
  }
  end_ = bytes_.size();
  QUERN_ASSERT(end_ < BufferPool::kBufferBytes, "a record does not fit the buffer");
  bytes_.resize(std::min(end_ + read_bytes_, BufferPool::kBufferBytes));
  return std::span(bytes_).subspan(end_);
}

void ReceiveBuffer::filled(std::size_t bytes) {
  constexpr std::size_t kLittle = kFirstReadBytes / 4;
  if (bytes == read_bytes_) {
    read_bytes_ = std::min(4 * read_bytes_, kReadBytes);
  } else if (bytes <= kLittle) {
    read_bytes_ = kFirstReadBytes;
  }
  bytes_.resize(end_ + bytes);
}

void ReceiveBuffer::rest() {
  if (begin_ == bytes_.size()) return give_back();
  if (!pooled() || hold()) return;
  runtime::RawBytes unread(bytes_.begin() + static_cast<std::ptrdiff_t>(begin_), bytes_.end());
  give_back();
  bytes_ = std::move(unread);
}

void ReceiveBuffer::give_back() noexcept {
  if (std::exchange(held_, false)) pool_->release();
  pool_->give(std::exchange(bytes_, {}));
  begin_ = 0;
}

}  // namespace quern::security
