#include "overlay/muxer/yamux_handle.hpp"

#include <utility>

#include "overlay/runtime/assertion.hpp"

namespace quern::muxer {

using runtime::Result;
using runtime::Task;

YamuxHandle::YamuxHandle(std::shared_ptr<YamuxSession> session, YamuxStreamPtr stream)
    : session_(std::move(session)), stream_(std::move(stream)) {
  stream_->user = this;
}

YamuxHandle::~YamuxHandle() {
  close();
  stream_->user = nullptr;
}

Task<Result<std::size_t>> YamuxHandle::read_some(std::span<std::byte> out) {
  struct Target {
    Target(YamuxHandle& handle, std::span<std::byte> space) : owner(handle) {
      owner.target_ = space;
      owner.filled_ = 0;
    }
    ~Target() { owner.target_ = {}; }
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;
    YamuxHandle& owner;
  };
  for (;;) {
    CO_TRY(const std::size_t size, try_read(out));
    if (size != 0) co_return size;
    const Target target(*this, out);
    co_await reader_.wait();
    if (filled_ != 0) co_return filled_;
  }
}

// Only while the read is sure to come back with the bytes: one that is being cancelled must take none.
std::span<std::byte> YamuxHandle::space() {
  return filled_ != 0 || reader_.waiting() ? target_.subspan(target_.empty() ? 0 : filled_) : std::span<std::byte>();
}

void YamuxHandle::filled(std::size_t bytes) {
  filled_ += bytes;
  reader_.wake();
}

Task<Result<void>> YamuxHandle::wait_readable() {
  while (!YamuxCore::readable(*stream_)) co_await reader_.wait();
  if (stream_->closed) co_return runtime::fail(runtime::Errc::closed);
  co_return Result<void>();
}

Result<std::size_t> YamuxHandle::try_read(std::span<std::byte> out) {
  QUERN_ASSERT(!out.empty());
  auto size = session_->core().read(*stream_, out, session_->now());
  session_->wake_writer();
  return size;
}

Task<Result<void>> YamuxHandle::write(std::span<const std::byte> data) {
  CO_TRY(const std::size_t size, try_write(data));
  if (size == data.size()) co_return Result<void>();
  struct Waiting {
    Waiting(YamuxHandle& handle, runtime::ByteView rest) : owner(handle) {
      owner.session_->core().write_later(*owner.stream_, rest);
    }
    ~Waiting() { owner.session_->core().withdraw(*owner.stream_); }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    YamuxHandle& owner;
  };
  const Waiting waiting(*this, data.subspan(size));
  session_->wake_writer();
  while (!stream_->pending.empty()) {
    if (const auto& failure = stream_->failure) co_return std::unexpected(*failure);
    co_await writer_.wait();
  }
  co_return Result<void>();
}

Result<std::size_t> YamuxHandle::try_write(std::span<const std::byte> data) {
  auto size = session_->core().write(*stream_, data);
  session_->wake_writer();
  return size;
}

void YamuxHandle::shutdown_write() noexcept {
  session_->core().shutdown_write(*stream_);
  session_->wake_writer();
}

void YamuxHandle::close() noexcept {
  session_->core().close(*stream_);
  session_->wake_writer();
}

void YamuxHandle::abort() noexcept {
  session_->core().abort(*stream_);
  session_->wake_writer();
}

}  // namespace quern::muxer
