// Whole messages between two ends: what JSON-RPC runs over. There are two: lines over a Unix socket (unix_socket.hpp)
// and text frames of a WebSocket (websocket.hpp).
#pragma once
#include <cstddef>
#include <memory>
#include <string>

#include "overlay/runtime/result.hpp"
#include "overlay/runtime/task.hpp"

namespace quern::rpc {

// One receiver and one sender at a time; both may be pending together. A cancelled receive or send leaves a stream that
// is of no more use. All on the executor it was made on.
class MessageStream {
 public:
  virtual ~MessageStream() = default;  // as close()
  MessageStream() = default;
  MessageStream(const MessageStream&) = delete;
  MessageStream& operator=(const MessageStream&) = delete;

  // The next message. Errc::too_large when it is longer than `bytes_max` (nothing more can be received then),
  // end_of_stream when the peer has finished sending but may still receive, reset, closed, system.
  virtual runtime::Task<runtime::Result<std::string>> receive(std::size_t bytes_max) = 0;
  // Hands it over: done is not received. Errc::reset, closed, system.
  virtual runtime::Task<runtime::Result<void>> send(std::string message) = 0;
  // Says goodbye, where the stream has a way to; nothing may be sent after it.
  virtual runtime::Task<void> finish(std::string reason) = 0;
  // Ends both directions; a pending receive or send ends with Errc::closed.
  virtual void close() noexcept = 0;
  // "unix uid 1000 pid 4711", "websocket 127.0.0.1:40112"
  virtual const std::string& peer() const = 0;
};
using MessageStreamPtr = std::unique_ptr<MessageStream>;

// The stream's error for one of the system. Throws when the awaiting task was cancelled.
runtime::Task<runtime::Error> stream_failure(boost::system::error_code error, std::string about = {});

}  // namespace quern::rpc
