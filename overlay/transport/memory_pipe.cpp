#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "overlay/runtime/assertion.hpp"
#include "overlay/runtime/waiter.hpp"
#include "overlay/transport/memory.hpp"

namespace quern::transport {
namespace {

using runtime::Errc;
using runtime::fail;
using runtime::Result;
using runtime::Task;

// The unread bytes of one direction: a ring that exists only while it holds some.
class Ring {
 public:
  explicit Ring(std::size_t capacity) : capacity_(capacity) {}

  std::size_t size() const { return size_; }

  // Takes in what fits.
  std::size_t push(std::span<const std::byte> data) {
    const std::size_t taken = std::min(data.size(), capacity_ - size_);
    if (taken == 0) return 0;
    if (!bytes_) bytes_ = std::make_unique_for_overwrite<std::byte[]>(capacity_);
    const std::size_t at = (first_ + size_) % capacity_;
    const std::size_t before_edge = std::min(taken, capacity_ - at);
    std::memcpy(bytes_.get() + at, data.data(), before_edge);
    std::memcpy(bytes_.get(), data.data() + before_edge, taken - before_edge);
    size_ += taken;
    return taken;
  }

  std::size_t pop(std::span<std::byte> out) {
    const std::size_t taken = std::min(out.size(), size_);
    if (taken == 0) return 0;
    const std::size_t before_edge = std::min(taken, capacity_ - first_);
    std::memcpy(out.data(), bytes_.get() + first_, before_edge);
    std::memcpy(out.data() + before_edge, bytes_.get(), taken - before_edge);
    first_ = (first_ + taken) % capacity_;
    size_ -= taken;
    if (size_ == 0) clear();
    return taken;
  }

  void clear() {
    bytes_.reset();
    first_ = 0;
    size_ = 0;
  }

 private:
  std::size_t capacity_;
  std::unique_ptr<std::byte[]> bytes_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

struct Direction {
  explicit Direction(std::size_t capacity) : unread(capacity) {}
  Ring unread;
  bool ended = false;  // the writer has finished
  runtime::Waiter readable;
  runtime::Waiter writable;
};

// What two ends share. directions[i] is written by end i; broken[i] is why end i is of no more use.
struct Link {
  explicit Link(std::size_t capacity) : directions{Direction(capacity), Direction(capacity)} {}

  // Ends end `i`, waking whoever waits there.
  void end(std::size_t i, Errc why) {
    if (broken[i]) return;
    broken[i] = why;
    directions[1 - i].unread.clear();
    directions[1 - i].readable.wake();
    directions[i].writable.wake();
  }
  void abort(std::size_t i) {
    if (!broken[i]) end(1 - i, Errc::reset);
    end(i, Errc::closed);
    broken[i] = Errc::closed;
  }
  void close(std::size_t i) {
    // As kernels do: bytes that nobody will read break the connection.
    if (directions[1 - i].unread.size() != 0) return abort(i);
    finish(i);
    end(i, Errc::closed);
    broken[i] = Errc::closed;
    // A writer there has nobody to write to any more.
    directions[1 - i].writable.wake();
  }
  void finish(std::size_t i) {
    directions[i].ended = true;
    directions[i].readable.wake();
  }

  std::array<Direction, 2> directions;
  std::array<std::optional<Errc>, 2> broken;
};

class MemoryStream final : public runtime::Stream {
 public:
  MemoryStream(std::shared_ptr<Link> link, std::size_t end) : link_(std::move(link)), end_(end) {}
  ~MemoryStream() override { link_->close(end_); }
  MemoryStream(const MemoryStream&) = delete;
  MemoryStream& operator=(const MemoryStream&) = delete;

  Task<Result<std::size_t>> read_some(std::span<std::byte> out) override {
    for (;;) {
      CO_TRY(const std::size_t size, try_read(out));
      if (size != 0) co_return size;
      co_await incoming().readable.wait();
    }
  }

  Task<Result<void>> wait_readable() override {
    while (!link_->broken[end_] && incoming().unread.size() == 0 && !incoming().ended) {
      co_await incoming().readable.wait();
    }
    if (link_->broken[end_] == Errc::closed) co_return fail(Errc::closed);
    co_return Result<void>();
  }

  Result<std::size_t> try_read(std::span<std::byte> out) override {
    QUERN_ASSERT(!out.empty());
    if (const auto why = link_->broken[end_]) return fail(*why);
    Direction& in = incoming();
    const std::size_t size = in.unread.pop(out);
    if (size == 0 && in.ended) return fail(Errc::end_of_stream);
    if (size != 0) in.writable.wake();
    return size;
  }

  Task<Result<void>> write(std::span<const std::byte> data) override {
    while (!data.empty()) {
      CO_TRY(const std::size_t size, try_write(data));
      if (size == 0) co_await outgoing().writable.wait();
      data = data.subspan(size);
    }
    co_return Result<void>();
  }

  Result<std::size_t> try_write(std::span<const std::byte> data) override {
    if (const auto why = link_->broken[end_]) return fail(*why);
    Direction& out = outgoing();
    if (out.ended) return fail(Errc::closed);
    if (link_->broken[1 - end_]) {
      link_->end(end_, Errc::reset);
      return fail(Errc::reset);
    }
    const std::size_t size = out.unread.push(data);
    if (size != 0) out.readable.wake();
    return size;
  }

  void shutdown_write() noexcept override {
    if (!link_->broken[end_]) link_->finish(end_);
  }
  void close() noexcept override { link_->close(end_); }
  void abort() noexcept override { link_->abort(end_); }

 private:
  Direction& incoming() { return link_->directions[1 - end_]; }
  Direction& outgoing() { return link_->directions[end_]; }

  std::shared_ptr<Link> link_;
  std::size_t end_;
};

}  // namespace

MemoryPipe make_memory_pipe(std::size_t bytes_each_way) {
  QUERN_ASSERT(bytes_each_way > 0);
  auto link = std::make_shared<Link>(bytes_each_way);
  auto first = std::make_unique<MemoryStream>(link, 0);
  return {std::move(first), std::make_unique<MemoryStream>(std::move(link), 1)};
}

}  // namespace quern::transport
