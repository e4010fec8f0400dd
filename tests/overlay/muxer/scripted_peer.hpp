// A session core without a session: a test plays the peer by hand, frame by frame.
#pragma once
#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "overlay/muxer/yamux_core.hpp"

namespace quern::muxer {

struct Frame {
  FrameHeader header;
  runtime::Bytes payload;
};

// Keeps what the core sends.
class CollectedFrames final : public FrameOutput {
 public:
  explicit CollectedFrames(std::size_t frame_max = (16 << 10) + 64) : frame_max_(frame_max) {}
  std::size_t frame_bytes_max() const override { return frame_max_; }
  void seal(runtime::ByteView head, runtime::ByteView body) override {
    runtime::append(bytes_, head);
    runtime::append(bytes_, body);
  }
  std::size_t sealed() const override { return bytes_.size(); }

  runtime::Bytes take() { return std::exchange(bytes_, {}); }
  // As frames; whole ones only may lie there.
  std::vector<Frame> take_frames() {
    const runtime::Bytes bytes = take();
    std::vector<Frame> frames;
    runtime::ByteView rest = bytes;
    while (!rest.empty()) {
      const auto header = decode_frame_header(rest.first<kFrameHeaderBytes>());
      rest = rest.subspan(kFrameHeaderBytes);
      const std::size_t size = header->type == FrameType::data ? header->length : 0;
      frames.push_back({*header, runtime::copy_of(rest.first(size))});
      rest = rest.subspan(size);
    }
    return frames;
  }

 private:
  std::size_t frame_max_;
  runtime::Bytes bytes_;
};

class ScriptedPeer {
 public:
  explicit ScriptedPeer(negotiation::Role role = negotiation::Role::listener, const YamuxConfig& config = {},
                        std::size_t frame_max = (16 << 10) + 64)
      : output(frame_max), core(role, config, output, now) {}

  // The peer sends a frame; a data frame's payload is `length` zeros.
  runtime::Result<void> send(const FrameHeader& header) {
    runtime::Bytes bytes;
    runtime::append(bytes, encode(header));
    if (header.type == FrameType::data) bytes.resize(bytes.size() + header.length);
    return core.receive(bytes, now);
  }
  // Which rule the peer broke; empty when it did not.
  std::string broken_rule(const FrameHeader& header) {
    const auto done = send(header);
    return done ? "" : done.error().detail();
  }
  // What the core wants to send.
  std::vector<Frame> sent() {
    core.fill();
    return output.take_frames();
  }
  std::vector<FrameHeader> sent_headers() {
    std::vector<FrameHeader> headers;
    for (const Frame& frame : sent()) headers.push_back(frame.header);
    return headers;
  }
  // A stream that the peer has opened, acknowledged and accepted.
  YamuxStreamPtr opened_by_peer(std::uint32_t id) {
    std::ignore = send({FrameType::window_update, kSyn, id, 0});
    (void)sent();
    return core.accept();
  }

  runtime::Time now;
  CollectedFrames output;
  YamuxCore core;
};

}  // namespace quern::muxer
