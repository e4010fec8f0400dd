// The rules of a Yamux session: frames in, frames and the state of streams out. Pure: no I/O, no clock, no coroutines.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "overlay/muxer/heartbeat.hpp"
#include "overlay/muxer/yamux.hpp"
#include "overlay/muxer/yamux_frame.hpp"
#include "overlay/muxer/yamux_stream.hpp"

namespace quern::muxer {

// Where the core's frames go: the secure channel's output.
class FrameOutput {
 public:
  virtual ~FrameOutput() = default;
  // A frame, header included, is best not longer than this.
  virtual std::size_t frame_bytes_max() const = 0;
  // Takes `head` and then `body`, whole frames together.
  virtual void seal(runtime::ByteView head, runtime::ByteView body) = 0;
  // Bytes that were taken and that nobody has begun to write.
  virtual std::size_t sealed() const = 0;
};

// What bounds a peer's flood of frames. All are far above what any honest peer does.
inline constexpr std::size_t kPongsWaitingMax = 64;           // pings not answered yet because output is full
inline constexpr std::size_t kControlBytesMax = 64 << 10;     // frames without payload that wait for a peer to read
inline constexpr std::size_t kForgottenMax = 1024;            // streams closed here that the peer has not ended
inline constexpr std::int64_t kBrokenStreamsBurst = 1000;     // opened by the peer and reset unanswered, or refused
inline constexpr std::int64_t kBrokenStreamsPerSecond = 100;  // and after the burst

class YamuxCore {
 public:
  // `output` outlives it.
  YamuxCore(negotiation::Role role, const YamuxConfig& config, FrameOutput& output, runtime::Time now);
  ~YamuxCore();
  YamuxCore(const YamuxCore&) = delete;
  YamuxCore& operator=(const YamuxCore&) = delete;

  // What the peer sent next, cut anywhere. Errc::bad_frame names the broken rule; the session must end then. After
  // leave() and end() it is dropped.
  runtime::Result<void> receive(std::span<const std::byte> plaintext, runtime::Time now);

  // A new stream. Errc::stream_limit, going_away, and why the session ended.
  runtime::Result<YamuxStreamPtr> open(runtime::Time now);
  // Whether open() must wait until the peer has acknowledged streams.
  bool must_wait_to_open() const { return !ended_ && !peer_left_ && unacknowledged_ >= config_.unacknowledged_max; }
  // The next stream that the peer opened; null when none waits.
  YamuxStreamPtr accept();
  bool has_accepted() const { return !backlog_.empty(); }

  // As Stream::try_read().
  runtime::Result<std::size_t> read(YamuxStream& stream, std::span<std::byte> out, runtime::Time now);
  // Whether read() has something to say.
  static bool readable(const YamuxStream& stream);
  // Seals what credit and output allow at once and returns how much that was.
  runtime::Result<std::size_t> write(YamuxStream& stream, runtime::ByteView data);
  // Lets the rest of a write wait: it is sealed by fill() when its turn comes; `data` must live until stream.pending is
  // empty or the stream has failed, or it is withdrawn.
  void write_later(YamuxStream& stream, runtime::ByteView data);
  void withdraw(YamuxStream& stream);
  void shutdown_write(YamuxStream& stream);
  void close(YamuxStream& stream);
  void abort(YamuxStream& stream);

  // Seals what waits for output: first frames without payload, then a frame of each stream in turn, until output_max /
  // 2 lie there.
  void fill();
  bool has_output() const { return !control_.empty() || !turns_.empty() || output_.sealed() != 0; }

  // Sends a ping unless one is under way.
  void ping(runtime::Time now);
  Heartbeat& heartbeat() { return heartbeat_; }
  const Heartbeat& heartbeat() const { return heartbeat_; }

  // Ends all streams as `why` says and says goodbye. Nothing is received or opened any more.
  void leave(GoAwayCode code, const runtime::Error& why);
  // Ends all streams as `why` says; what they have received can still be read if `keep_received`.
  void end(const runtime::Error& why, bool keep_received);
  // What the peer said goodbye with.
  const std::optional<GoAwayCode>& peer_left() const { return peer_left_; }

  // Bytes that went straight to waiting readers since this was last asked: they should get to run.
  std::size_t take_handed_over();
  SessionStats stats() const;

 private:
  runtime::Result<void> begin_frame(const FrameHeader& header, runtime::Time now);
  runtime::Result<void> begin_stream_frame(const FrameHeader& header, runtime::Time now);
  runtime::Result<void> begin_payload(const FrameHeader& header, YamuxStreamPtr stream);
  void end_payload();
  runtime::Result<void> on_open(const FrameHeader& header, runtime::Time now);
  runtime::Result<void> on_reset(YamuxStream& stream, runtime::Time now);
  runtime::Result<void> on_ping(const FrameHeader& header, runtime::Time now);
  void on_closed_stream(const FrameHeader& header);
  void on_payload(runtime::ByteView payload, runtime::Time now);
  void on_end(YamuxStream& stream);
  void consumed(YamuxStream& stream, std::size_t bytes, runtime::Time now);
  runtime::Result<void> charge_broken_stream(runtime::Time now);

  YamuxStreamPtr find(std::uint32_t id) const;
  bool opened_by_peer(std::uint32_t id) const { return id % 2 != next_id_ % 2; }
  YamuxStreamPtr add_stream(std::uint32_t id, bool ours, runtime::Time now);
  void remove(YamuxStream& stream);
  void forget(YamuxStream& stream);
  void acknowledged(YamuxStream& stream);
  void break_stream(YamuxStream& stream, const runtime::Error& why);
  void reset(YamuxStream& stream, const runtime::Error& why);

  void control(const FrameHeader& header);
  void flush_control();
  void seal_data(YamuxStream& stream, runtime::ByteView& data);
  bool may_seal() const { return output_.sealed() < config_.output_max / 2; }
  void join_turns(YamuxStream& stream);

  const YamuxConfig config_;
  FrameOutput& output_;
  std::shared_ptr<MemoryBudget> budget_;
  Heartbeat heartbeat_;
  std::optional<runtime::Error> ended_;
  std::optional<GoAwayCode> peer_left_;

  std::map<std::uint32_t, YamuxStreamPtr> streams_;  // live ones
  std::size_t streams_in_ = 0;
  std::size_t streams_out_ = 0;
  std::size_t unacknowledged_ = 0;
  std::uint64_t windows_ = 0;  // sum of live streams' window sizes
  std::uint32_t next_id_;
  std::list<YamuxStreamPtr> backlog_;
  // Closed here and not ended by the peer yet, oldest first: nothing of them is left but what is needed to answer.
  struct Forgotten {
    std::uint32_t id;
    bool unacknowledged;
  };
  std::vector<Forgotten> forgotten_;
  runtime::Time broken_streams_paid_;

  FrameHeaderBytes header_;  // of a frame that has come in part
  std::size_t header_size_ = 0;
  std::uint32_t payload_left_ = 0;
  bool payload_ends_ = false;      // the frame has FIN
  YamuxStreamPtr payload_stream_;  // null: nobody wants it
  std::size_t handed_over_ = 0;

  runtime::Bytes control_;
  std::size_t pongs_waiting_ = 0;
  std::list<YamuxStream*> turns_;
  std::uint64_t frames_in_ = 0;
  std::uint64_t frames_out_ = 0;
};

}  // namespace quern::muxer
