// Many streams over one connection.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "overlay/runtime/result.hpp"
#include "overlay/runtime/stream.hpp"
#include "overlay/runtime/task.hpp"
#include "overlay/runtime/time.hpp"

namespace quern::muxer {

enum class Errc {
  bad_frame = 1,  // a frame that the protocol forbids: the detail says which rule
  stream_limit,   // no more streams on this connection: the detail names limit and side
  memory_limit,   // the peer sent more than this connection may hold
  going_away,     // one end has said that it takes no more streams
  peer_silent,    // no sign of life for a whole keep-alive time
};
std::error_code make_error_code(Errc code);

// A stream of a session. A slow reader holds back the writer at the other end (its window), nobody else. May outlive
// its session, though not the runtime: what arrived before the session ended can still be read, then it fails as the
// session ended. close() and destroying it are abort() where received bytes were not read or a write is pending. A peer
// that breaks the stream makes it fail with runtime::Errc::reset, one that overfills memory with Errc::memory_limit.
class MuxedStream : public runtime::Stream {
 public:
  virtual std::uint32_t id() const = 0;
  // Bytes of the application so far.
  virtual std::uint64_t bytes_in() const = 0;
  virtual std::uint64_t bytes_out() const = 0;
};
using MuxedStreamPtr = std::unique_ptr<MuxedStream>;

struct SessionStats {
  std::size_t streams_in = 0;  // open now, by who opened them
  std::size_t streams_out = 0;
  std::size_t buffered_bytes = 0;  // received and not read, and sealed and not sent
  std::uint64_t frames_in = 0;
  std::uint64_t frames_out = 0;
  std::optional<runtime::Duration> round_trip;  // smoothed
};

// One connection's streams. All on one executor.
class Session {
 public:
  virtual ~Session() = default;  // run() has ended, or was never begun
  // Reads and writes until the connection ends, and returns why; must be running for all else to get on. Once. When it
  // is cancelled the connection is aborted. Every stream has failed when it returns.
  virtual runtime::Task<runtime::Error> run() = 0;
  // A new stream. Waits while too many are not acknowledged by the peer. Errc::stream_limit, going_away, and why the
  // session ended.
  virtual runtime::Task<runtime::Result<MuxedStreamPtr>> open() = 0;
  // The next stream the peer opened. One at a time. Why the session ended.
  virtual runtime::Task<runtime::Result<MuxedStreamPtr>> accept() = 0;
  // Says goodbye, lets what was written leave, for at most `patience`, and ends run(). Streams fail with closed.
  virtual void close(runtime::Duration patience) = 0;
  // Measures a round trip now (a Yamux ping).
  virtual runtime::Task<runtime::Result<runtime::Duration>> ping() = 0;
  virtual SessionStats stats() const = 0;
};
using SessionPtr = std::shared_ptr<Session>;

}  // namespace quern::muxer

template <>
struct std::is_error_code_enum<quern::muxer::Errc> : std::true_type {};
