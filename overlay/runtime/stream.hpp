// An ordered, reliable stream of bytes between two ends: TCP, and later what is layered on it.
#pragma once
#include <cstddef>
#include <memory>
#include <span>

#include "overlay/runtime/result.hpp"
#include "overlay/runtime/task.hpp"

namespace quern::runtime {

// One reader and one writer at a time; both may be pending together. Buffers must outlive the await. A cancelled read
// takes no byte; a cancelled write may have sent any part of its bytes, so the stream is of no more use. A broken
// stream stays broken: after Errc::reset or timed_out it never claims a proper end.
class Stream {
 public:
  virtual ~Stream() = default;  // as close()
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Reads 1 to out.size() bytes (out is not empty). Errc::end_of_stream when the peer has finished writing, reset,
  // closed, timed_out.
  virtual Task<Result<std::size_t>> read_some(std::span<std::byte> out) = 0;
  // Returns once try_read() has something to say: bytes, the end or an error. Rarely too early, and often where bytes
  // below are not bytes here (a frame's header): try again in a loop. Lets a reader hold no buffer while it waits, and
  // share one with others. Counts as the pending read. Errc::closed.
  virtual Task<Result<void>> wait_readable() = 0;
  // What can be read without waiting, into `out` (not empty); 0 when that is nothing. Errors as read_some().
  virtual Result<std::size_t> try_read(std::span<std::byte> out) = 0;
  // Hands all of `data` to the send buffer, waiting while that is full: done is not received. Errc::reset, closed,
  // timed_out.
  virtual Task<Result<void>> write(std::span<const std::byte> data) = 0;
  // Hands over the part of `data` that the send buffer takes without waiting, 0 bytes when that is none. Not while a
  // write is pending. For what must not wait or be cancelled halfway: the answer to a ping, the last frame before
  // close(). A stream that cannot do it takes nothing. Errors as write().
  virtual Result<std::size_t> try_write(std::span<const std::byte> data);
  // Finishes writing: a later write is Errc::closed; what was written still arrives, reading goes on. Nothing happens
  // the second time.
  virtual void shutdown_write() noexcept = 0;
  // Ends both directions; what was written still arrives. Pending reads and writes end with Errc::closed.
  virtual void close() noexcept = 0;
  // Ends at once; the peer sees Errc::reset.
  virtual void abort() noexcept = 0;
};
using StreamPtr = std::unique_ptr<Stream>;

// Fills `out`. Errc::end_of_stream also when the stream ends inside it.
Task<Result<void>> read_exactly(Stream& stream, std::span<std::byte> out);

}  // namespace quern::runtime
