// Two session cores joined by memory, driven at random, beside a naive twin: what is written to a stream comes out at
// the other end, in order and once; ends and resets arrive; credit and memory are never overrun; nothing gets stuck.
#include <map>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "overlay/runtime/random.hpp"
#include "tests/overlay/muxer/scripted_peer.hpp"

namespace quern::muxer {
namespace {

using namespace std::chrono_literals;
using negotiation::Role;
using runtime::Bytes;
using runtime::ByteView;
using runtime::Random;
using runtime::Time;

constexpr std::size_t kMemory = 3 << 20;

// One end of a stream as an application holds it. The twin: what was sent there and has not been read.
struct End final : StreamUser {
  std::span<std::byte> space() override { return std::span(target).subspan(filled_bytes); }
  void filled(std::size_t bytes) override { filled_bytes += bytes; }
  void readable() override {}
  void writable() override {}

  YamuxStreamPtr stream;
  Bytes target;  // of a read that waits
  std::size_t filled_bytes = 0;
  Bytes written;  // of a write that waits: must stay where it is
  std::size_t written_total = 0;
  std::size_t read_total = 0;
  bool ended = false;    // wrote its end
  bool gone = false;     // closed or aborted
  bool dropped = false;  // by abort(), or by close() over something
};

// The byte that an end of stream `id` writes as its `at`-th.
std::byte expected(std::uint32_t id, Role writer, std::size_t at) {
  return static_cast<std::byte>((at * 31 + id * 7 + (writer == Role::dialer ? 0 : 101)) >> 1);
}

struct Side {
  Side(Role r, std::size_t frame_max) : role(r), output(frame_max), core(r, {.memory_max = kMemory}, output, Time{}) {}
  Role role;
  CollectedFrames output;
  YamuxCore core;
  Bytes wire;  // on its way to this side
  std::map<std::uint32_t, std::unique_ptr<End>> ends;
};

class Model {
 public:
  explicit Model(std::uint64_t seed)
      : random_(seed),
        sides_{Side(Role::dialer, 300 + random_.below(40'000)), Side(Role::listener, 300 + random_.below(40'000))} {
    sides_[0].core.ping(now_);
  }

  void step() {
    now_ = now_ + std::chrono::microseconds(random_.below(2000));
    Side& side = sides_[random_.below(2)];
    switch (random_.below(10)) {
      case 0:
        open(side);
        break;
      case 1:
      case 2:
        if (End* end = any(side)) write(side, *end, random_.below(60'000));
        break;
      case 3:
      case 4:
        if (End* end = any(side)) read(side, *end, 1 + random_.below(100'000));
        break;
      case 5:
        if (End* end = any(side); end && random_.below(4) == 0) leave(side, *end);
        break;
      default:
        send(side, random_.below(4) == 0 ? 20 : 200'000);
        deliver(side, random_.below(4) == 0 ? 20 : 300'000);
    }
    check(side);
  }

  // Lets everything arrive and be read until nothing moves.
  void settle() {
    for (int quiet = 0; quiet < 3; ++quiet) {
      for (Side& side : sides_) {
        send(side, SIZE_MAX);
        deliver(other(side), SIZE_MAX);
        for (auto& [id, end] : side.ends) {
          const std::size_t before = end->read_total;
          read(side, *end, 1 << 20);
          if (end->read_total != before) quiet = 0;
        }
      }
    }
  }

  // After settle(): all that was written to a stream that nobody broke has been read.
  void check_complete() {
    for (Side& side : sides_) {
      for (auto& [id, end] : side.ends) {
        const auto found = other(side).ends.find(id);
        if (found == other(side).ends.end()) continue;
        const End& peer = *found->second;
        if (end->gone || peer.dropped || end->dropped || !end->stream->pending.empty()) continue;
        if (peer.stream->failure && !peer.gone) continue;
        if (peer.gone && end->stream->failure) continue;  // it wrote to who was gone, and was told so
        RC_ASSERT(end->read_total == peer.written_total);
        Bytes buffer(1);
        const auto last = side.core.read(*end->stream, buffer, now_);
        const bool over = !last && last.error() == runtime::Errc::end_of_stream;
        RC_ASSERT(over == (peer.ended || peer.gone));
      }
    }
  }

 private:
  Side& other(Side& side) { return &side == &sides_[0] ? sides_[1] : sides_[0]; }
  End* any(Side& side) {
    if (side.ends.empty()) return nullptr;
    auto at = side.ends.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(random_.below(side.ends.size())));
    return at->second->gone ? nullptr : at->second.get();
  }
  void add(Side& side, YamuxStreamPtr stream) {
    auto end = std::make_unique<End>();
    stream->user = end.get();
    end->stream = std::move(stream);
    side.ends.emplace(end->stream->id, std::move(end));
  }

  void open(Side& side) {
    if (side.ends.size() >= 12 || side.core.must_wait_to_open()) return;
    if (auto stream = side.core.open(now_)) add(side, *stream);
  }

  void write(Side& side, End& end, std::size_t size) {
    if (!end.stream->pending.empty()) return;  // one write at a time
    end.written.resize(size);
    for (std::size_t i = 0; i < size; ++i) {
      end.written[i] = expected(end.stream->id, side.role, end.written_total + i);
    }
    const auto written = side.core.write(*end.stream, end.written);
    if (!written) {
      RC_ASSERT(end.ended || end.stream->failure.has_value());
      return;
    }
    end.written_total += size;
    if (*written != size) side.core.write_later(*end.stream, ByteView(end.written).subspan(*written));
  }

  void take(Side& side, End& end, ByteView bytes) {
    const Role writer = side.role == Role::dialer ? Role::listener : Role::dialer;
    bool same = true;
    for (const std::byte byte : bytes) same = same && byte == expected(end.stream->id, writer, end.read_total++);
    RC_ASSERT(same);
  }
  void read(Side& side, End& end, std::size_t size) {
    if (end.gone) return;
    if (!end.target.empty()) {  // a read that waited: whether or not it got something, it comes back
      const Bytes target = std::exchange(end.target, {});
      take(side, end, std::span(target).first(std::exchange(end.filled_bytes, 0)));
    }
    const auto got = side.core.read(*end.stream, std::span(buffer_).first(size), now_);
    if (got) take(side, end, std::span(buffer_).first(*got));
    if (got && *got == 0) end.target.resize(size);
  }

  void leave(Side& side, End& end) {
    const std::uint64_t how = random_.below(8);
    if (how != 0 && !end.target.empty()) read(side, end, 1);
    if (how < 5) {
      if (!end.stream->pending.empty()) return;  // a write is pending: its application is not here
      side.core.shutdown_write(*end.stream);
      end.ended = true;
      return;
    }
    end.dropped = how == 5 || !end.stream->received.empty() || !end.stream->pending.empty() ||
                  (!end.target.empty() && end.filled_bytes != 0);
    how == 5 ? side.core.abort(*end.stream) : side.core.close(*end.stream);
    side.core.withdraw(*end.stream);
    end.gone = true;
    end.target.clear();
    end.filled_bytes = 0;
    end.stream->user = nullptr;
  }

  void send(Side& side, std::size_t most) {
    do {
      side.core.fill();
      const Bytes bytes = side.output.take();
      Side& to = other(side);
      to.wire.insert(to.wire.end(), bytes.begin(), bytes.end());
      if (bytes.size() >= most) return;
      most -= bytes.size();
    } while (side.core.has_output());
  }
  void deliver(Side& side, std::size_t most) {
    const std::size_t size = std::min(most, side.wire.size());
    const auto received = side.core.receive(std::span(side.wire).first(size), now_);
    side.wire.erase(side.wire.begin(), side.wire.begin() + static_cast<std::ptrdiff_t>(size));
    RC_ASSERT(received.has_value());
    while (auto stream = side.core.accept()) add(side, std::move(stream));
  }

  void check(Side& side) {
    const SessionStats stats = side.core.stats();
    RC_ASSERT(stats.buffered_bytes <= kMemory);
    std::uint64_t windows = 0;
    std::size_t live = 0;
    for (const auto& [id, end] : side.ends) {
      const ReceiveWindow& window = end->stream->window;
      RC_ASSERT(std::uint64_t{window.credit()} + window.unread() <= window.size());
      const bool counted = end->stream->live && !end->stream->end_received;  // after the end nothing is granted
      RC_ASSERT(!counted || end->stream->received.size() <= window.unread());
      if (end->stream->live) windows += window.size();
      live += end->stream->live;
    }
    RC_ASSERT(windows <= kMemory + live * kInitialWindow);
    RC_ASSERT(stats.streams_in + stats.streams_out == live);
  }

  Random random_;
  Bytes buffer_ = Bytes(1 << 20);
  std::array<Side, 2> sides_;
  Time now_;
};

RC_GTEST_PROP(YamuxModel, two_cores_agree_with_a_naive_twin, (std::uint64_t seed)) {
  Model model(seed);
  for (int i = 0; i < 400; ++i) model.step();
  model.settle();
  model.check_complete();
}

}  // namespace
}  // namespace quern::muxer
