// The receiving half of YamuxCore: what each frame of the peer does.
#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "overlay/muxer/yamux_core.hpp"

namespace quern::muxer {

using runtime::ByteView;
using runtime::fail;
using runtime::Result;
using runtime::Time;

namespace {

std::unexpected<runtime::Error> broken_rule(std::string rule) {
  return fail(Errc::bad_frame, std::move(rule));
}
std::string of_stream(std::uint32_t id) {
  return " (stream " + std::to_string(id) + ")";
}

}  // namespace

Result<void> YamuxCore::receive(ByteView plaintext, Time now) {
  heartbeat_.heard(now);
  while (!plaintext.empty() && !ended_) {
    if (payload_left_ != 0) {
      const ByteView piece = plaintext.first(std::min<std::size_t>(payload_left_, plaintext.size()));
      plaintext = plaintext.subspan(piece.size());
      payload_left_ -= static_cast<std::uint32_t>(piece.size());
      on_payload(piece, now);
      if (payload_left_ == 0) end_payload();
      continue;
    }
    const std::size_t size = std::min(kFrameHeaderBytes - header_size_, plaintext.size());
    std::memcpy(header_.data() + header_size_, plaintext.data(), size);
    plaintext = plaintext.subspan(size);
    header_size_ += size;
    if (header_size_ != kFrameHeaderBytes) break;
    header_size_ = 0;
    const auto header = decode_frame_header(header_);
    if (!header) return std::unexpected(header.error());
    if (auto done = begin_frame(*header, now); !done) return done;
    if (control_.size() > kControlBytesMax) return broken_rule("flood of frames whose answers are not read");
  }
  return {};
}

Result<void> YamuxCore::begin_frame(const FrameHeader& header, Time now) {
  ++frames_in_;
  switch (header.type) {
    case FrameType::data:
    case FrameType::window_update:
      if (header.stream == 0) return broken_rule("frame for stream 0 that is not a ping or a goodbye");
      return begin_stream_frame(header, now);
    case FrameType::ping:
      if (header.stream != 0) return broken_rule("ping on a stream" + of_stream(header.stream));
      return on_ping(header, now);
    case FrameType::go_away:
      if (header.stream != 0) return broken_rule("goodbye on a stream" + of_stream(header.stream));
      if (!peer_left_) peer_left_ = static_cast<GoAwayCode>(header.length);
      return {};
  }
  return {};
}

Result<void> YamuxCore::begin_stream_frame(const FrameHeader& header, Time now) {
  if (header.has(kSyn)) {
    if (auto opened = on_open(header, now); !opened) return opened;
  }
  YamuxStreamPtr stream = find(header.stream);
  if (!stream) {
    on_closed_stream(header);
  } else {
    acknowledged(*stream);
  }
  if (header.has(kRst)) {
    if (stream) {
      if (auto done = on_reset(*stream, now); !done) return done;
    }
    stream.reset();  // payload, if any, is dropped
  }
  if (header.type == FrameType::data) return begin_payload(header, std::move(stream));
  if (!stream) return {};
  stream->send_credit += header.length;
  join_turns(*stream);
  if (header.has(kFin)) on_end(*stream);
  return {};
}

Result<void> YamuxCore::begin_payload(const FrameHeader& header, YamuxStreamPtr stream) {
  if (stream && header.length != 0) {
    if (stream->end_received) {
      reset(*stream, runtime::Error(runtime::Errc::reset, "bytes behind the end" + of_stream(header.stream)));
      stream.reset();
    } else if (!stream->window.arrived(header.length)) {
      return broken_rule(std::to_string(header.length) + " bytes where " + std::to_string(stream->window.credit()) +
                         " were allowed" + of_stream(header.stream));
    }
  }
  payload_left_ = header.length;
  payload_stream_ = std::move(stream);
  payload_ends_ = header.has(kFin);
  if (payload_left_ == 0) end_payload();
  return {};
}

void YamuxCore::on_payload(ByteView payload, Time now) {
  if (!payload_stream_ || !payload_stream_->live) return;
  YamuxStream& stream = *payload_stream_;
  heartbeat_.used();
  if (stream.user && stream.received.empty()) {
    const auto space = stream.user->space();
    const std::size_t size = std::min(space.size(), payload.size());
    if (size != 0) {
      std::memcpy(space.data(), payload.data(), size);
      stream.user->filled(size);
      handed_over_ += size;
      consumed(stream, size, now);
      payload = payload.subspan(size);
    }
  }
  if (payload.empty()) return;
  if (!stream.received.push(payload)) {
    reset(stream, runtime::Error(Errc::memory_limit, std::to_string(budget_->used()) + " bytes wait to be read"));
  } else if (stream.user) {
    stream.user->readable();
  }
}

void YamuxCore::end_payload() {
  const YamuxStreamPtr stream = std::exchange(payload_stream_, nullptr);
  if (stream && stream->live && payload_ends_) on_end(*stream);
}

Result<void> YamuxCore::on_open(const FrameHeader& header, Time now) {
  const std::uint32_t id = header.stream;
  if (!opened_by_peer(id)) return broken_rule("stream opened under a number of this side" + of_stream(id));
  if (streams_.contains(id)) return broken_rule("stream opened twice" + of_stream(id));
  std::erase_if(forgotten_, [id](const Forgotten& entry) { return entry.id == id; });
  if (streams_in_ >= config_.streams_in_max || backlog_.size() >= config_.backlog_max || peer_left_) {
    control({.type = FrameType::window_update, .flags = kRst, .stream = id});
    return charge_broken_stream(now);
  }
  backlog_.push_back(add_stream(id, false, now));
  control({.type = FrameType::window_update, .flags = kAck, .stream = id});
  return {};
}

Result<void> YamuxCore::on_reset(YamuxStream& stream, Time now) {
  const bool unanswered = !stream.ours && !stream.answered;
  stream.received.clear();
  stream.end_received = false;
  break_stream(stream, runtime::Error(runtime::Errc::reset));
  remove(stream);
  backlog_.remove_if([&stream](const YamuxStreamPtr& waiting) { return waiting.get() == &stream; });
  return unanswered ? charge_broken_stream(now) : Result<void>();
}

// Streams that come and go cost this side more than the peer: the price of each is time.
Result<void> YamuxCore::charge_broken_stream(Time now) {
  constexpr auto kPrice = runtime::Duration(std::chrono::seconds(1)) / kBrokenStreamsPerSecond;
  broken_streams_paid_ = std::max(broken_streams_paid_, now) + kPrice;
  if (broken_streams_paid_ - now <= kPrice * kBrokenStreamsBurst) return {};
  return broken_rule("flood of streams that were broken or refused");
}

void YamuxCore::on_closed_stream(const FrameHeader& header) {
  const auto entry = std::ranges::find(forgotten_, header.stream, &Forgotten::id);
  if (entry == forgotten_.end()) return;
  if (std::exchange(entry->unacknowledged, false)) --unacknowledged_;
  const bool unwanted = header.type == FrameType::data && header.length != 0;
  if (unwanted && !header.has(kRst)) control({.type = FrameType::window_update, .flags = kRst, .stream = entry->id});
  if (unwanted || header.has(kFin) || header.has(kRst)) forgotten_.erase(entry);
}

void YamuxCore::on_end(YamuxStream& stream) {
  stream.end_received = true;
  if (stream.user) stream.user->readable();
  if (stream.end_sent) remove(stream);
}

Result<void> YamuxCore::on_ping(const FrameHeader& header, Time now) {
  if (header.has(kAck)) {
    heartbeat_.pong(header.length, now);  // an answer nobody asked for does no harm
    return {};
  }
  if (!header.has(kSyn)) return {};
  if (++pongs_waiting_ > kPongsWaitingMax) return broken_rule("flood of pings");
  control({.type = FrameType::ping, .flags = kAck, .length = header.length});
  return {};
}

}  // namespace quern::muxer
