#include "overlay/negotiation/handshake_stream.hpp"

#include <algorithm>
#include <utility>

namespace quern::negotiation {

using runtime::Bytes;
using runtime::Result;
using runtime::Task;

Task<Result<std::size_t>> HandshakeStream::read_some(std::span<std::byte> out) {
  for (;;) {
    CO_TRY(const std::size_t size, try_read(out));
    if (size != 0) co_return size;
    CO_CHECK(co_await wait_readable());
  }
}

Task<Result<void>> HandshakeStream::wait_readable() {
  if (!carry_.unread.empty()) co_return Result<void>();
  CO_CHECK(co_await flush());
  co_return co_await wire_.wait_readable();
}

Result<std::size_t> HandshakeStream::try_read(std::span<std::byte> out) {
  Bytes& unread = carry_.unread;
  if (unread.empty()) {
    unread.resize(kReadBytes);
    const auto size = wire_.try_read(unread);
    unread.resize(size.value_or(0));
    if (!size) return size;
  }
  const std::size_t size = std::min(out.size(), unread.size());
  const auto end = unread.begin() + static_cast<std::ptrdiff_t>(size);
  std::copy(unread.begin(), end, out.begin());
  unread.erase(unread.begin(), end);
  return size;
}

Task<Result<void>> HandshakeStream::write(std::span<const std::byte> data) {
  runtime::append(carry_.unsent, data);
  if (carry_.unsent.size() > kUnsentMax) co_return co_await flush();
  co_return Result<void>();
}

Task<Result<void>> HandshakeStream::flush() {
  const Bytes unsent = std::exchange(carry_.unsent, {});
  if (unsent.empty()) co_return Result<void>();
  co_return co_await wire_.write(unsent);
}

void HandshakeStream::send_now() noexcept {
  const Bytes unsent = std::exchange(carry_.unsent, {});
  if (!unsent.empty()) std::ignore = wire_.try_write(unsent);
}

void HandshakeStream::shutdown_write() noexcept {
  send_now();
  wire_.shutdown_write();
}

void HandshakeStream::close() noexcept {
  send_now();
  wire_.close();
}

}  // namespace quern::negotiation
