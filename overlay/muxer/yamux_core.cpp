#include "overlay/muxer/yamux_core.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "overlay/runtime/assertion.hpp"

namespace quern::muxer {

using runtime::ByteView;
using runtime::fail;
using runtime::Result;
using runtime::Time;

namespace {

// That many bytes of frames without payload travel ahead of a data frame in its record.
constexpr std::size_t kAheadMax = 240;

constexpr std::size_t kTurnBytes = 32 << 10;

std::size_t distance_to(std::uint64_t limit, std::uint64_t value) {
  return value < limit ? limit - value : 0;
}

}  // namespace

YamuxCore::YamuxCore(negotiation::Role role, const YamuxConfig& config, FrameOutput& output, Time now)
    : config_(config),
      output_(output),
      budget_(std::make_shared<MemoryBudget>(config.memory_max, config.node_memory)),
      heartbeat_(config.keep_alive, config.ping_timeout, now),
      next_id_(role == negotiation::Role::dialer ? 1 : 2) {}

YamuxCore::~YamuxCore() = default;

Result<YamuxStreamPtr> YamuxCore::open(Time now) {
  if (ended_) return std::unexpected(*ended_);
  if (peer_left_) return fail(Errc::going_away, "the peer has said goodbye");
  if (streams_out_ >= config_.streams_out_max) {
    return fail(Errc::stream_limit,
                "streams_out: " + std::to_string(streams_out_ + 1) + " of " + std::to_string(config_.streams_out_max));
  }
  if (next_id_ > UINT32_MAX - 2) return fail(Errc::stream_limit, "all numbers of streams are used up");
  YamuxStreamPtr stream = add_stream(next_id_, true, now);
  next_id_ += 2;
  control({.type = FrameType::window_update, .flags = kSyn, .stream = stream->id});
  return stream;
}

YamuxStreamPtr YamuxCore::accept() {
  if (backlog_.empty()) return nullptr;
  YamuxStreamPtr stream = std::move(backlog_.front());
  backlog_.pop_front();
  return stream;
}

bool YamuxCore::readable(const YamuxStream& stream) {
  return !stream.received.empty() || stream.end_received || stream.failure;
}

Result<std::size_t> YamuxCore::read(YamuxStream& stream, std::span<std::byte> out, Time now) {
  if (stream.closed) return fail(runtime::Errc::closed);
  const std::size_t size = stream.received.pop(out);
  if (size != 0) {
    consumed(stream, size, now);
    return size;
  }
  if (stream.end_received) return fail(runtime::Errc::end_of_stream);
  if (stream.failure) return std::unexpected(*stream.failure);
  return 0;
}

Result<std::size_t> YamuxCore::write(YamuxStream& stream, ByteView data) {
  if (stream.failure) return std::unexpected(*stream.failure);
  if (stream.end_sent) return fail(runtime::Errc::closed);
  if (!turns_.empty()) return 0;
  const std::size_t size = data.size();
  while (!data.empty() && stream.send_credit != 0 && may_seal()) seal_data(stream, data);
  return size - data.size();
}

void YamuxCore::write_later(YamuxStream& stream, ByteView data) {
  QUERN_ASSERT(stream.pending.empty() && stream.user, "two writes of one stream at once");
  stream.pending = data;
  join_turns(stream);
}

void YamuxCore::withdraw(YamuxStream& stream) {
  stream.pending = {};
  if (std::exchange(stream.in_turn, false)) turns_.remove(&stream);
}

void YamuxCore::shutdown_write(YamuxStream& stream) {
  if (!stream.live || std::exchange(stream.end_sent, true)) return;
  // In a frame of its own: js-libp2p loses the payload of a data frame that has FIN.
  control({.type = FrameType::data, .flags = kFin, .stream = stream.id});
  stream.answered = true;
  if (stream.end_received) remove(stream);
}

void YamuxCore::close(YamuxStream& stream) {
  if (!stream.received.empty() || !stream.pending.empty()) return abort(stream);
  if (std::exchange(stream.closed, true)) return;
  shutdown_write(stream);
  if (stream.live) forget(stream);
  break_stream(stream, runtime::Error(runtime::Errc::closed));
}

void YamuxCore::abort(YamuxStream& stream) {
  if (std::exchange(stream.closed, true)) return;
  reset(stream, runtime::Error(runtime::Errc::closed));
}

void YamuxCore::reset(YamuxStream& stream, const runtime::Error& why) {
  if (stream.live) {
    control({.type = FrameType::window_update, .flags = kRst, .stream = stream.id});
    remove(stream);
  }
  stream.received.clear();
  stream.end_received = false;
  break_stream(stream, why);
}

void YamuxCore::break_stream(YamuxStream& stream, const runtime::Error& why) {
  stream.failure = why;
  if (std::exchange(stream.in_turn, false)) turns_.remove(&stream);
  if (!stream.user) return;
  stream.user->readable();
  stream.user->writable();
}

// The application wants no more of a stream that the peer has not ended.
void YamuxCore::forget(YamuxStream& stream) {
  if (forgotten_.size() == kForgottenMax) {
    if (forgotten_.front().unacknowledged) --unacknowledged_;
    forgotten_.erase(forgotten_.begin());
  }
  const bool unacknowledged = !stream.acknowledged;
  forgotten_.push_back({stream.id, unacknowledged});
  stream.acknowledged = true;
  remove(stream);
}

void YamuxCore::fill() {
  while (!turns_.empty() && may_seal()) {
    YamuxStream& stream = *turns_.front();
    const std::size_t before = stream.pending.size();
    do seal_data(stream, stream.pending);
    while (!stream.pending.empty() && stream.send_credit != 0 && before - stream.pending.size() < kTurnBytes);
    if (!stream.pending.empty() && stream.send_credit != 0) {
      turns_.splice(turns_.end(), turns_, turns_.begin());
      continue;
    }
    stream.in_turn = false;
    turns_.pop_front();
    if (stream.pending.empty()) stream.user->writable();
  }
  if (!control_.empty() && may_seal()) flush_control();
}

void YamuxCore::ping(Time now) {
  if (ended_ || heartbeat_.pinging()) return;
  control({.type = FrameType::ping, .flags = kSyn, .length = heartbeat_.ping(now)});
}

void YamuxCore::leave(GoAwayCode code, const runtime::Error& why) {
  if (ended_) return;
  control({.type = FrameType::go_away, .length = static_cast<std::uint32_t>(code)});
  end(why, false);
}

void YamuxCore::end(const runtime::Error& why, bool keep_received) {
  if (ended_) return;
  ended_ = why;
  payload_stream_.reset();
  payload_left_ = 0;
  const auto streams = std::exchange(streams_, {});
  for (const auto& [id, stream] : streams) {
    stream->live = false;
    if (!keep_received) {
      stream->received.clear();
      stream->end_received = false;
    }
    break_stream(*stream, why);
  }
  backlog_.clear();
  forgotten_.clear();
  streams_in_ = streams_out_ = unacknowledged_ = 0;
  windows_ = 0;
}

std::size_t YamuxCore::take_handed_over() {
  return std::exchange(handed_over_, 0);
}

SessionStats YamuxCore::stats() const {
  return {.streams_in = streams_in_,
          .streams_out = streams_out_,
          .buffered_bytes = budget_->used(),
          .frames_in = frames_in_,
          .frames_out = frames_out_,
          .round_trip = heartbeat_.round_trip()};
}

void YamuxCore::consumed(YamuxStream& stream, std::size_t bytes, Time now) {
  stream.bytes_in += bytes;
  if (!stream.live || stream.end_received) return;
  const std::uint32_t before = stream.window.size();
  const std::size_t growth_max =
      std::min(distance_to(config_.window_max, before), distance_to(config_.memory_max, windows_));
  const std::uint32_t grant = stream.window.taken(
      static_cast<std::uint32_t>(bytes), now, heartbeat_.shortest_round_trip(), static_cast<std::uint32_t>(growth_max));
  windows_ += stream.window.size() - before;
  if (grant != 0) control({.type = FrameType::window_update, .stream = stream.id, .length = grant});
}

YamuxStreamPtr YamuxCore::find(std::uint32_t id) const {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second;
}

YamuxStreamPtr YamuxCore::add_stream(std::uint32_t id, bool ours, Time now) {
  auto stream = std::make_shared<YamuxStream>(id, ours, budget_, now);
  streams_.emplace(id, stream);
  windows_ += stream->window.size();
  ++(ours ? streams_out_ : streams_in_);
  stream->acknowledged = !ours;
  if (ours) ++unacknowledged_;
  return stream;
}

// Takes a stream out of the session. Whoever calls holds it.
void YamuxCore::remove(YamuxStream& stream) {
  acknowledged(stream);
  stream.live = false;
  windows_ -= stream.window.size();
  --(stream.ours ? streams_out_ : streams_in_);
  streams_.erase(stream.id);
}

void YamuxCore::acknowledged(YamuxStream& stream) {
  if (!std::exchange(stream.acknowledged, true)) --unacknowledged_;
}

void YamuxCore::control(const FrameHeader& header) {
  if (ended_) return;
  runtime::append(control_, encode(header));
  ++frames_out_;
}

void YamuxCore::flush_control() {
  output_.seal(control_, {});
  control_ = {};
  pongs_waiting_ = 0;
}

// Seals one frame of the stream and shortens `data` by it.
void YamuxCore::seal_data(YamuxStream& stream, ByteView& data) {
  if (control_.size() > kAheadMax) flush_control();
  const std::size_t room = output_.frame_bytes_max() - control_.size() - kFrameHeaderBytes;
  const std::size_t size =
      std::min({data.size(), room, kPayloadBytesMax, static_cast<std::size_t>(stream.send_credit)});
  control({.type = FrameType::data, .stream = stream.id, .length = static_cast<std::uint32_t>(size)});
  output_.seal(control_, data.first(size));
  control_.clear();
  pongs_waiting_ = 0;
  data = data.subspan(size);
  stream.send_credit -= size;
  stream.bytes_out += size;
  stream.answered = true;
  heartbeat_.sent(size);
}

void YamuxCore::join_turns(YamuxStream& stream) {
  if (stream.in_turn || stream.pending.empty() || stream.send_credit == 0) return;
  stream.in_turn = true;
  turns_.push_back(&stream);
}

}  // namespace quern::muxer
