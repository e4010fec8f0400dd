#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "overlay/muxer/yamux_frame.hpp"
#include "overlay/runtime/deadline.hpp"
#include "tests/overlay/muxer/session_pair.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::muxer {
namespace {

using namespace std::chrono_literals;
using runtime::Bytes;
using runtime::bytes_of;
using runtime::Duration;
using runtime::Error;
using runtime::Result;
using runtime::Runtime;
using runtime::Stream;
using runtime::Task;
using runtime::TaskGroup;
using runtime::with_timeout;
using runtime::world_name;
using runtime::WorldKind;

class YamuxSessions : public runtime::BothWorlds {
 protected:
  // Runs `talk` beside a pair of sessions, which are stopped after it.
  void with_sessions(const std::function<Task<void>(Runtime&, SessionPair&)>& talk, const YamuxConfig& dialer = {},
                     const YamuxConfig& listener = {}) {
    run([&](Runtime& runtime) -> Task<void> {
      const auto pair = SessionPair::in_memory(runtime, dialer, listener);
      co_await talk(runtime, *pair);
      co_await pair->stop();
    });
  }
};
QUERN_ON_BOTH_WORLDS(YamuxSessions);

struct StreamEnds {
  MuxedStreamPtr dialed;
  MuxedStreamPtr accepted;
};

Task<StreamEnds> open_stream(SessionPair& pair) {
  auto dialed = co_await pair.dialer->open();
  auto accepted = co_await pair.listener->accept();
  EXPECT_TRUE(dialed && accepted);
  co_return StreamEnds{*std::move(dialed), *std::move(accepted)};
}

Task<std::string> read_to_end(Stream& stream) {
  std::string text;
  Bytes buffer(64 << 10);
  for (;;) {
    const auto size = co_await stream.read_some(buffer);
    if (!size && size.error() != runtime::Errc::end_of_stream) text += " [" + size.error().message() + "]";
    if (!size) co_return text;
    text += runtime::text_of(std::span(buffer).first(*size));
  }
}

Task<void> echo_streams(SessionPtr session, std::size_t streams, TaskGroup& group) {
  auto echo = [](MuxedStreamPtr stream) -> Task<void> {
    const std::string text = co_await read_to_end(*stream);
    EXPECT_TRUE(co_await stream->write(bytes_of(text)));
    stream->shutdown_write();
    const std::string rest = co_await read_to_end(*stream);
  };
  for (std::size_t i = 0; i < streams; ++i) {
    auto stream = co_await session->accept();
    EXPECT_TRUE(stream);
    if (stream) group.spawn(echo(*std::move(stream)));
  }
}

Task<void> ask(SessionPtr session, std::string text, std::size_t& answered) {
  auto stream = co_await session->open();
  EXPECT_TRUE(stream);
  if (!stream) co_return;
  EXPECT_TRUE(co_await (*stream)->write(bytes_of(text)));
  (*stream)->shutdown_write();
  answered += co_await read_to_end(**stream) == text;
}

TEST_P(YamuxSessions, a_thousand_streams_at_once_from_both_sides) {
  constexpr std::size_t kStreams = 500;
  with_sessions([](Runtime& runtime, SessionPair& pair) -> Task<void> {
    std::size_t answered = 0;
    TaskGroup group(runtime.executor());
    group.spawn(echo_streams(pair.listener, kStreams, group));
    group.spawn(echo_streams(pair.dialer, kStreams, group));
    for (std::size_t i = 0; i < kStreams; ++i) {
      const std::string text(runtime.random().below(40'000), static_cast<char>('a' + i % 26));
      group.spawn(ask(pair.dialer, text, answered));
      group.spawn(ask(pair.listener, text, answered));
    }
    co_await group.join();
    EXPECT_EQ(answered, 2 * kStreams);
    EXPECT_EQ(pair.dialer->stats().streams_in + pair.dialer->stats().streams_out, 0u);
    EXPECT_EQ(pair.dialer->stats().buffered_bytes, 0u);
  });
}

TEST_P(YamuxSessions, opening_waits_while_the_peer_has_not_acknowledged) {
  // Nobody runs the listener: it acknowledges nothing.
  run([&](Runtime& runtime) -> Task<void> {
    auto pipe = transport::make_memory_pipe();
    const auto dialer =
        make_yamux(runtime, plain_channel(std::move(pipe.first)), negotiation::Role::dialer, {.unacknowledged_max = 3});
    auto run_session = [](SessionPtr session) -> Task<void> { (void)co_await session->run(); };
    TaskGroup group(runtime.executor());
    group.spawn(run_session(dialer));
    std::vector<MuxedStreamPtr> streams;
    for (int i = 0; i < 3; ++i) streams.push_back(*co_await dialer->open());
    const auto fourth = co_await with_timeout(runtime.clock(), 50ms, dialer->open());
    EXPECT_TRUE(!fourth && fourth.error() == runtime::Errc::timed_out);
    const auto listener =
        make_yamux(runtime, plain_channel(std::move(pipe.second)), negotiation::Role::listener, YamuxConfig());
    group.spawn(run_session(listener));
    const auto now_open = co_await with_timeout(runtime.clock(), 5s, dialer->open());
    EXPECT_TRUE(now_open);
    co_await group.stop();
    const auto late = co_await dialer->open();
    EXPECT_TRUE(!late && late.error() == runtime::Errc::closed);
  });
}

TEST_P(YamuxSessions, a_slow_reader_holds_back_its_stream_only) {
  with_sessions([](Runtime& runtime, SessionPair& pair) -> Task<void> {
    const StreamEnds slow = co_await open_stream(pair);
    const Bytes block(8 << 20);
    auto flood = [](Stream& stream, const Bytes& data) -> Task<void> { (void)co_await stream.write(data); };
    TaskGroup group(runtime.executor());
    group.spawn(flood(*slow.dialed, block));
    co_await runtime.clock().sleep_for(50ms);
    std::size_t answered = 0;
    group.spawn(echo_streams(pair.listener, 1, group));
    const std::string text(3 << 20, 'x');
    co_await ask(pair.dialer, text, answered);
    EXPECT_EQ(answered, 1u);
    EXPECT_LT(slow.dialed->bytes_out(), 1u << 20);
    EXPECT_LT(pair.listener->stats().buffered_bytes, 1u << 20);
    slow.dialed->close();
    co_await group.join();
  });
}

TEST_P(YamuxSessions, a_peer_that_stops_reading_does_not_hang_a_write_that_is_cancelled_or_closed) {
  with_sessions([](Runtime& runtime, SessionPair& pair) -> Task<void> {
    const StreamEnds first = co_await open_stream(pair);
    const StreamEnds second = co_await open_stream(pair);
    const Bytes block(1 << 20);
    const auto late = co_await with_timeout(runtime.clock(), 50ms, first.dialed->write(block));
    EXPECT_TRUE(!late && late.error() == runtime::Errc::timed_out);
    std::string why;
    auto flood = [](Stream& stream, const Bytes& data, std::string& end) -> Task<void> {
      const auto written = co_await stream.write(data);
      end = written ? "written" : written.error().message();
    };
    TaskGroup group(runtime.executor());
    group.spawn(flood(*second.dialed, block, why));
    co_await runtime.clock().sleep_for(10ms);
    second.dialed->close();
    co_await group.join();
    EXPECT_EQ(why, "closed here");
    EXPECT_NE((co_await read_to_end(*second.accepted)).find("connection reset"), std::string::npos)
        << "a write that was cut short does not end properly";
  });
}

TEST_P(YamuxSessions, both_ends_may_close_a_stream_at_once) {
  with_sessions([](Runtime& runtime, SessionPair& pair) -> Task<void> {
    for (int i = 0; i < 100; ++i) {
      const StreamEnds ends = co_await open_stream(pair);
      EXPECT_TRUE(co_await ends.dialed->write(bytes_of("x")));
      EXPECT_TRUE(co_await ends.accepted->write(bytes_of("y")));
      ends.dialed->close();
      i % 2 == 0 ? ends.accepted->close() : ends.accepted->abort();
    }
    co_await runtime.clock().sleep_for(10ms);
    const StreamEnds after = co_await open_stream(pair);
    EXPECT_EQ(pair.dialer->stats().streams_out, 1u);
    EXPECT_EQ(pair.listener->stats().streams_in, 1u);
    EXPECT_EQ(pair.listener->stats().buffered_bytes, 0u);
  });
}

TEST_P(YamuxSessions, closing_lets_what_was_written_arrive_and_says_goodbye) {
  run([](Runtime& runtime) -> Task<void> {
    const auto pair = SessionPair::in_memory(runtime);
    const StreamEnds ends = co_await open_stream(*pair);
    const std::string text(200'000, 'x');
    EXPECT_TRUE(co_await ends.dialed->write(bytes_of(text)));
    ends.dialed->shutdown_write();
    pair->dialer->close(2s);
    EXPECT_EQ((co_await read_to_end(*ends.accepted)).size(), text.size());
    co_await pair->join();
    EXPECT_EQ(pair->dialer_end, runtime::Errc::closed);
    EXPECT_EQ(pair->listener_end, Errc::going_away);
    const auto written = co_await ends.dialed->write(bytes_of("late"));
    EXPECT_TRUE(!written && written.error() == runtime::Errc::closed);
    const auto opened = co_await pair->listener->open();
    EXPECT_TRUE(!opened && opened.error() == Errc::going_away);
    const auto accepted = co_await pair->listener->accept();
    EXPECT_TRUE(!accepted && accepted.error() == Errc::going_away);
  });
}

TEST_P(YamuxSessions, both_ends_may_close_the_session_at_once) {
  run([](Runtime& runtime) -> Task<void> {
    const auto pair = SessionPair::in_memory(runtime);
    const StreamEnds ends = co_await open_stream(*pair);
    pair->dialer->close(2s);
    pair->listener->close(2s);
    co_await pair->join();
    EXPECT_EQ(pair->dialer_end, runtime::Errc::closed);
    EXPECT_EQ(pair->listener_end, runtime::Errc::closed);
  });
}

TEST_P(YamuxSessions, a_session_that_is_closed_before_it_runs_ends_at_once) {
  run([](Runtime& runtime) -> Task<void> {
    auto pipe = transport::make_memory_pipe();
    const auto session =
        make_yamux(runtime, plain_channel(std::move(pipe.first)), negotiation::Role::dialer, YamuxConfig());
    session->close(10ms);
    const Error why = co_await session->run();
    EXPECT_EQ(why, runtime::Errc::closed);
  });
}

TEST_P(YamuxSessions, cancelling_run_aborts_the_connection_and_fails_what_waits) {
  run([](Runtime& runtime) -> Task<void> {
    auto pipe = transport::make_memory_pipe();
    const auto session =
        make_yamux(runtime, plain_channel(std::move(pipe.first)), negotiation::Role::dialer, YamuxConfig());
    MuxedStreamPtr stream = *co_await session->open();
    std::vector<std::string> ends;
    auto read = [&ends](Stream& from) -> Task<void> {
      Bytes buffer(1);
      const auto size = co_await from.read_some(buffer);
      ends.push_back(size ? "read" : size.error().code().message());
    };
    auto accept = [&ends](SessionPtr from) -> Task<void> {
      const auto accepted = co_await from->accept();
      ends.push_back(accepted ? "accepted" : accepted.error().code().message());
    };
    auto ping = [&ends](SessionPtr from) -> Task<void> {
      const auto took = co_await from->ping();
      ends.push_back(took ? "answered" : took.error().code().message());
    };
    TaskGroup waiting(runtime.executor());
    waiting.spawn(read(*stream));
    waiting.spawn(accept(session));
    waiting.spawn(ping(session));
    auto run_session = [](SessionPtr running) -> Task<void> { (void)co_await running->run(); };
    TaskGroup running(runtime.executor());
    running.spawn(run_session(session));
    co_await runtime.clock().sleep_for(5ms);
    co_await running.stop();
    co_await waiting.join();
    EXPECT_EQ(ends, std::vector<std::string>(3, "closed here"));
    Bytes buffer(64);
    Result<std::size_t> size = 0;
    while (size) size = co_await pipe.second->read_some(buffer);
    EXPECT_EQ(size.error(), runtime::Errc::reset);
  });
}

TEST_P(YamuxSessions, a_stream_may_outlive_its_session) {
  MuxedStreamPtr kept;
  run([&](Runtime& runtime) -> Task<void> {
    {
      const auto pair = SessionPair::in_memory(runtime);
      StreamEnds ends = co_await open_stream(*pair);
      EXPECT_TRUE(co_await ends.accepted->write(bytes_of("last words")));
      co_await runtime.clock().sleep_for(5ms);
      kept = std::move(ends.dialed);
      co_await pair->stop();
    }
    EXPECT_NE((co_await read_to_end(*kept)).find("last words"), std::string::npos);
    EXPECT_FALSE(co_await kept->write(bytes_of("x")));
    kept->shutdown_write();
    kept.reset();
  });
}

TEST_P(YamuxSessions, a_ping_measures_the_round_trip) {
  with_sessions([](Runtime&, SessionPair& pair) -> Task<void> {
    const auto took = co_await pair.dialer->ping();
    EXPECT_TRUE(took && *took >= 0ns && *took < 1s);
    EXPECT_TRUE(pair.dialer->stats().round_trip);
  });
}

TEST_P(YamuxSessions, a_peer_that_breaks_a_rule_is_told_so_and_let_go) {
  run([](Runtime& runtime) -> Task<void> {
    auto pipe = transport::make_memory_pipe();
    const auto session =
        make_yamux(runtime, plain_channel(std::move(pipe.first)), negotiation::Role::listener, YamuxConfig());
    const auto peer = plain_channel(std::move(pipe.second));
    const FrameHeaderBytes bad = encode({FrameType::data, 0, 0, 9});
    EXPECT_TRUE(co_await peer->write(bad));
    TaskGroup group(runtime.executor());
    std::optional<Error> why;
    auto run_session = [&why](SessionPtr running) -> Task<void> { why = co_await running->run(); };
    group.spawn(run_session(session));
    std::string got;
    Bytes buffer(256);
    while (const auto size = co_await peer->read_some(buffer)) {
      got += runtime::text_of(std::span(buffer).first(*size));
    }
    peer->close();
    co_await group.join();
    EXPECT_EQ(*why, Errc::bad_frame);
    EXPECT_EQ(why->detail(), "frame for stream 0 that is not a ping or a goodbye");
    const FrameHeaderBytes goodbye = encode({FrameType::go_away, 0, 0, 1});
    EXPECT_TRUE(got.ends_with(runtime::text_of(goodbye)));
  });
}

// A wire that always has more: what it was given, whatever the reader does.
class EagerWire final : public Stream {
 public:
  explicit EagerWire(runtime::RawBytes bytes) : bytes_(std::move(bytes)) {}
  Task<Result<std::size_t>> read_some(std::span<std::byte> out) override { co_return try_read(out); }
  Task<Result<void>> wait_readable() override { co_return Result<void>(); }
  Result<std::size_t> try_read(std::span<std::byte> out) override {
    const std::size_t size = std::min(out.size(), bytes_.size() - read_);
    if (size == 0) return runtime::fail(runtime::Errc::end_of_stream);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(read_), size, out.begin());
    read_ += size;
    return size;
  }
  Task<Result<void>> write(std::span<const std::byte>) override { co_return Result<void>(); }
  Result<std::size_t> try_write(std::span<const std::byte> data) override { return data.size(); }
  void shutdown_write() noexcept override {}
  void close() noexcept override {}
  void abort() noexcept override {}

 private:
  runtime::RawBytes bytes_;
  std::size_t read_ = 0;
};

// 300 streams of 200,000 bytes at once, through a megabyte of memory: only because readers get to run in between.
TEST_P(YamuxSessions, readers_get_their_turn_though_the_wire_always_has_more) {
  static constexpr std::uint32_t kStreams = 300;
  static constexpr std::uint32_t kBytes = 200'000;
  run([](Runtime& runtime) -> Task<void> {
    security::PlainRecords codec;
    runtime::RawBytes wire;
    const Bytes payload(kBytes / 20);
    for (std::uint32_t stream = 1; stream < 2 * kStreams; stream += 2) {
      for (std::uint32_t i = 0; i < 20; ++i) {
        const FrameHeader header{FrameType::data,
                                 i == 0    ? kSyn
                                 : i == 19 ? kFin
                                           : std::uint16_t{0},
                                 stream, kBytes / 20};
        EXPECT_TRUE(codec.seal(encode(header), payload, wire));
      }
    }
    std::uint64_t received = 0;
    std::uint32_t ended = 0;
    auto read = [&](MuxedStreamPtr stream) -> Task<void> {
      Bytes buffer(10'000);
      for (;;) {
        EXPECT_TRUE(co_await stream->wait_readable());
        const auto size = stream->try_read(buffer);
        if (!size) ended += size.error() == runtime::Errc::end_of_stream;
        if (!size) co_return;
        received += *size;
      }
    };
    auto accept = [&read](SessionPtr session, TaskGroup& group) -> Task<void> {
      while (auto stream = co_await session->accept()) group.spawn(read(*std::move(stream)));
    };
    const auto session = make_yamux(runtime, plain_channel(std::make_unique<EagerWire>(std::move(wire))),
                                    negotiation::Role::listener, {.memory_max = 1 << 20});
    TaskGroup group(runtime.executor());
    group.spawn(accept(session, group));
    const Error why = co_await session->run();
    EXPECT_EQ(why, runtime::Errc::end_of_stream);
    co_await group.join();
    EXPECT_EQ(received, std::uint64_t{kStreams} * kBytes);
    EXPECT_EQ(ended, kStreams);
  });
}

TEST_P(YamuxSessions, a_goodbye_for_a_failure_of_the_peer_ends_the_session) {
  run([](Runtime& runtime) -> Task<void> {
    auto pipe = transport::make_memory_pipe();
    const auto session =
        make_yamux(runtime, plain_channel(std::move(pipe.first)), negotiation::Role::dialer, YamuxConfig());
    const auto peer = plain_channel(std::move(pipe.second));
    const FrameHeaderBytes goodbye = encode({FrameType::go_away, 0, 0, 2});
    EXPECT_TRUE(co_await peer->write(goodbye));
    peer->shutdown_write();
    const Error why = co_await session->run();
    EXPECT_EQ(why, Errc::going_away);
  });
}

}  // namespace
}  // namespace quern::muxer
