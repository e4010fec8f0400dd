// The reader of length-delimited messages takes any stream, cut anywhere: it ends, gives no message above its limit,
// and what it gives, written again, is what was read.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>

#include <boost/asio/io_context.hpp>

#include "overlay/protocols/length_delimited.hpp"
#include "overlay/runtime/task_group.hpp"

namespace {

using namespace quern;
using runtime::Result;
using runtime::Task;

constexpr std::size_t kBytesMax = 3000;

// A stream of given bytes that hands out at most `piece` at once, and then ends.
class Bytewise final : public runtime::Stream {
 public:
  Bytewise(runtime::ByteView content, std::size_t piece) : rest_(content), piece_(piece) {}
  Task<Result<std::size_t>> read_some(std::span<std::byte> out) override { co_return take(out); }
  Task<Result<void>> wait_readable() override { co_return Result<void>(); }
  Result<std::size_t> try_read(std::span<std::byte> out) override { return take(out); }
  Task<Result<void>> write(std::span<const std::byte> /*data*/) override { co_return Result<void>(); }
  void shutdown_write() noexcept override {}
  void close() noexcept override {}
  void abort() noexcept override {}
  runtime::ByteView rest() const { return rest_; }

 private:
  Result<std::size_t> take(std::span<std::byte> out) {
    if (rest_.empty()) return runtime::fail(runtime::Errc::end_of_stream);
    const std::size_t size = std::min({out.size(), piece_, rest_.size()});
    std::ranges::copy(rest_.first(size), out.begin());
    rest_ = rest_.subspan(size);
    return size;
  }
  runtime::ByteView rest_;
  std::size_t piece_;
};

Task<void> read_all(runtime::ByteView content, std::size_t piece) {
  Bytewise stream(content, piece);
  runtime::Bytes written;
  for (;;) {
    const auto message = co_await protocols::read_message(stream, kBytesMax);
    if (!message) break;
    if (message->size() > kBytesMax) std::abort();
    protocols::append_message(written, *message);
    const std::size_t read = content.size() - stream.rest().size();
    if (!std::ranges::equal(written, content.first(read))) std::abort();
  }
}

}  // namespace

// The first byte says how the rest is cut.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  boost::asio::io_context io;
  runtime::TaskGroup group(io.get_executor());
  group.spawn(read_all(std::as_bytes(std::span(data + 1, size - 1)), std::size_t{1} + data[0]));
  io.run();
  if (group.size() != 0) std::abort();
  return 0;
}
