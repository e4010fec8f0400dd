// One Yamux stream, as the session core keeps it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "overlay/muxer/received_bytes.hpp"
#include "overlay/muxer/yamux_window.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"

namespace quern::muxer {

// The application's end of a stream. Called from inside the core: notes what to do, does not call back.
class StreamUser {
 public:
  virtual ~StreamUser() = default;
  // Where bytes may go at once: the rest of the buffer of a read that waits. Empty when none does.
  virtual std::span<std::byte> space() = 0;
  // That many bytes were put to the start of space().
  virtual void filled(std::size_t bytes) = 0;
  // There is something to read: bytes that wait, the end, a failure.
  virtual void readable() = 0;
  // What waited to be written has been sealed, or the stream has failed.
  virtual void writable() = 0;
};

// A record of the core's; only the core changes it. In use (`live`) until both sides have ended it, or one has broken
// it; what came before can be read longer.
struct YamuxStream {
  YamuxStream(std::uint32_t number, bool opened_here, std::shared_ptr<MemoryBudget> budget, runtime::Time now)
      : id(number), ours(opened_here), window(now), received(std::move(budget)) {}

  const std::uint32_t id;
  const bool ours;            // opened by this end
  bool live = true;           // has a place in the session
  bool acknowledged = false;  // the peer knows of it
  bool answered = false;      // this end has sent bytes or its end
  bool end_sent = false;
  bool end_received = false;
  bool closed = false;                    // by the application
  bool in_turn = false;                   // in the line of those that wait to write
  std::optional<runtime::Error> failure;  // why nothing more comes or goes

  ReceiveWindow window;
  ReceivedBytes received;
  std::uint64_t send_credit = kInitialWindow;
  runtime::ByteView pending;  // what a waiting write has not sealed yet
  StreamUser* user = nullptr;

  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
};
using YamuxStreamPtr = std::shared_ptr<YamuxStream>;

}  // namespace quern::muxer
