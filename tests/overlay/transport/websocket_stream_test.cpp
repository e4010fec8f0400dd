// What WebSocket adds to a stream: control frames, refusals, the shape of what is sent. That bytes get through is in
// stream_test.cpp.
#include "overlay/transport/websocket_stream.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "overlay/runtime/task_group.hpp"
#include "overlay/transport/memory.hpp"
#include "overlay/transport/transport.hpp"
#include "overlay/transport/websocket.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::transport {
namespace {

using namespace std::chrono_literals;
using runtime::Bytes;
using runtime::Runtime;
using runtime::Stream;
using runtime::StreamPtr;
using runtime::Task;

Bytes bytes(std::initializer_list<unsigned> values) {
  Bytes all;
  for (const unsigned value : values) all.push_back(static_cast<std::byte>(value));
  return all;
}
Bytes text(std::string_view from) {
  return runtime::copy_of(runtime::bytes_of(from));
}

// A WebSocket stream whose peer is the test itself, byte by byte.
struct Bench {
  explicit Bench(WebSocketRole role, Bytes early = {}, std::size_t pipe_bytes = kMemoryPipeBytes) {
    MemoryPipe pipe = make_memory_pipe(pipe_bytes);
    peer = std::move(pipe.second);
    stream = make_websocket_stream(std::move(pipe.first), role, runtime::Random(7), std::move(early));
  }
  // What the stream has sent so far.
  Bytes sent() const {
    Bytes all;
    Bytes piece(4096);
    for (auto size = peer->try_read(piece); size && *size != 0; size = peer->try_read(piece)) {
      runtime::append(all, std::span(piece).first(*size));
    }
    return all;
  }
  // Lets the peer send, and the stream see it.
  runtime::Result<std::size_t> receive(const Bytes& wire, std::span<std::byte> into) const {
    const auto taken = peer->try_write(wire);
    EXPECT_TRUE(taken && *taken == wire.size());
    return stream->try_read(into);
  }

  StreamPtr stream;
  StreamPtr peer;
};

// The payloads that a server would see in a client's frames.
struct Unmasked {
  FrameDecoder decoder{WebSocketRole::server};
  std::string read(Bytes wire) {
    wire.resize(decoder.decode(wire));
    return std::string(runtime::text_of(wire));
  }
};

void run(const runtime::Program& program) {
  EXPECT_TRUE(runtime::run_simulated(program));
}

TEST(WebSocketStream, a_ping_is_answered_with_its_payload) {
  const Bench server(WebSocketRole::client);
  Bytes buffer(600);
  const auto size = server.receive(bytes({0x89, 0x02, 'h', 'i', 0x82, 0x01, 'x'}), buffer);
  EXPECT_TRUE(size && *size == 1 && buffer[0] == std::byte{'x'});
  Bytes answer = server.sent();
  ASSERT_EQ(answer.size(), 8u);
  EXPECT_EQ(answer[0], std::byte{0x8a});
  EXPECT_EQ(answer[1], std::byte{0x82});
  mask_copy(answer.data() + 6, answer.data() + 6, 2, {answer[2], answer[3], answer[4], answer[5]}, 0);
  EXPECT_EQ(answer[6], std::byte{'h'});
  EXPECT_EQ(answer[7], std::byte{'i'});
}

TEST(WebSocketStream, a_ping_behind_the_handshake_is_answered) {
  const Bench client(WebSocketRole::client, bytes({0x89, 0x00, 0x82, 0x02, 'o', 'k'}));
  EXPECT_EQ(client.sent().size(), 6u);
  Bytes buffer(1);
  EXPECT_EQ(client.stream->try_read(buffer), 1u);
  EXPECT_EQ(buffer[0], std::byte{'o'});
  EXPECT_EQ(client.stream->try_read(buffer), 1u);
  EXPECT_EQ(buffer[0], std::byte{'k'});
  EXPECT_EQ(client.stream->try_read(buffer), 0u);
}

// The peer floods pings and takes no answers: they stay few, the newest are kept, and the stream goes on.
TEST(WebSocketStream, answers_that_nobody_takes_do_not_pile_up) {
  const Bench client(WebSocketRole::client, {}, 100);
  Bytes buffer(600);
  for (int i = 0; i < 2000; ++i) {
    const std::string number = std::to_string(i);
    Bytes ping = bytes({0x89, static_cast<unsigned>(number.size())});
    runtime::append(ping, runtime::bytes_of(number));
    EXPECT_EQ(client.receive(ping, buffer), 0u);
  }
  FrameDecoder pongs(WebSocketRole::server);
  std::size_t bytes_sent = 0;
  for (Bytes wire = client.sent(); !wire.empty(); wire = client.sent()) {
    bytes_sent += wire.size();
    EXPECT_EQ(pongs.decode(wire), 0u);
    EXPECT_EQ(client.stream->try_read(buffer), 0u);
  }
  EXPECT_FALSE(pongs.failure());
  EXPECT_TRUE(pongs.between_frames());
  EXPECT_LE(bytes_sent, 100 + kWebSocketControlQueueMax * 10);
}

TEST(WebSocketStream, answers_wait_behind_a_frame_that_has_begun) {
  run([](Runtime& runtime) -> Task<void> {
    const Bench client(WebSocketRole::client, {}, 1000);
    const Bytes data(5000, std::byte{'d'});
    auto write = [](Stream& stream, const Bytes& what) -> Task<void> { EXPECT_TRUE(co_await stream.write(what)); };
    runtime::TaskGroup group(runtime.executor());
    group.spawn(write(*client.stream, data));
    co_await runtime.clock().sleep_for(1ms);
    Bytes buffer(600);
    EXPECT_EQ(client.receive(bytes({0x89, 0x01, 'p'}), buffer), 0u);
    Bytes wire;
    while (wire.size() < data.size() + 8 + 7) {
      runtime::append(wire, client.sent());
      co_await runtime.clock().sleep_for(1ms);
    }
    co_await group.join();
    EXPECT_EQ(wire.size(), data.size() + 8 + 7);
    EXPECT_EQ(wire[data.size() + 8], std::byte{0x8a});
    Unmasked frames;
    EXPECT_EQ(frames.read(std::move(wire)), runtime::text_of(data));
    EXPECT_TRUE(frames.decoder.between_frames() && !frames.decoder.failure());
  });
}

TEST(WebSocketStream, a_write_of_64_kib_is_one_frame) {
  run([](Runtime&) -> Task<void> {
    const Bench server(WebSocketRole::server, {}, 1 << 20);
    const Bytes data(kWebSocketWriteBytes, std::byte{1});
    EXPECT_TRUE(co_await server.stream->write(data));
    const Bytes wire = server.sent();
    EXPECT_EQ(wire.size(), data.size() + 10);
    EXPECT_TRUE(std::ranges::equal(std::span(wire).first(10), bytes({0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0})));
  });
}

TEST(WebSocketStream, every_frame_of_a_client_has_a_mask_of_its_own) {
  run([](Runtime&) -> Task<void> {
    const Bench client(WebSocketRole::client);
    const Bytes zeros(4);
    EXPECT_TRUE(co_await client.stream->write(zeros));
    const Bytes first = client.sent();
    EXPECT_TRUE(co_await client.stream->write(zeros));
    const Bytes second = client.sent();
    EXPECT_EQ(first.size(), 10u);
    EXPECT_NE(first, second);
  });
}

TEST(WebSocketStream, the_peers_close_frame_is_the_end_and_ours_answers_it) {
  run([](Runtime&) -> Task<void> {
    const Bench server(WebSocketRole::server);
    Bytes buffer(600);
    const auto end = server.receive(bytes({0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8}), buffer);
    EXPECT_TRUE(!end && end.error() == runtime::Errc::end_of_stream);
    EXPECT_TRUE(co_await server.stream->write(text("still")));
    server.stream->close();
    EXPECT_EQ(server.sent(), bytes({0x82, 5, 's', 't', 'i', 'l', 'l', 0x88, 2, 0x03, 0xe8}));
    const auto after = server.peer->try_read(buffer);
    EXPECT_TRUE(!after && after.error() == runtime::Errc::end_of_stream);
  });
}

TEST(WebSocketStream, a_forbidden_frame_is_told_to_the_peer_and_to_reader_and_writer) {
  run([](Runtime&) -> Task<void> {
    const Bench server(WebSocketRole::server);
    Bytes buffer(600);
    const auto refused = server.receive(bytes({0x82, 0x01, 'x'}), buffer);
    EXPECT_TRUE(!refused && refused.error() == Errc::bad_frame);
    EXPECT_EQ(server.sent(), bytes({0x88, 2, 0x03, 0xea}));
    const auto again = server.stream->try_read(buffer);
    EXPECT_TRUE(!again && again.error() == Errc::bad_frame);
    const auto written = co_await server.stream->write(text("x"));
    EXPECT_TRUE(!written && written.error() == Errc::bad_frame);
    server.stream->close();
    EXPECT_EQ(server.sent(), Bytes());
  });
}

TEST(WebSocketStream, a_frame_above_the_limit_is_told_as_too_big) {
  const Bench client(WebSocketRole::client);
  Bytes buffer(600);
  const auto refused = client.receive(bytes({0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0}), buffer);
  EXPECT_TRUE(!refused && refused.error() == Errc::bad_frame);
  Bytes sent = client.sent();
  ASSERT_EQ(sent.size(), 8u);
  mask_copy(sent.data() + 6, sent.data() + 6, 2, {sent[2], sent[3], sent[4], sent[5]}, 0);
  EXPECT_EQ(sent[6], std::byte{0x03});
  EXPECT_EQ(sent[7], std::byte{0xf1});
}

TEST(WebSocketStream, bytes_before_a_forbidden_frame_are_read_first) {
  const Bench client(WebSocketRole::client);
  Bytes buffer(600);
  EXPECT_EQ(client.receive(bytes({0x82, 0x01, 'x', 0xff, 0x00}), buffer), 1u);
  const auto refused = client.stream->try_read(buffer);
  EXPECT_TRUE(!refused && refused.error() == Errc::bad_frame);
}

TEST(WebSocketStream, an_end_inside_a_frame_is_a_reset) {
  const Bench client(WebSocketRole::client);
  Bytes buffer(600);
  EXPECT_EQ(client.receive(bytes({0x82, 0x05, 'x'}), buffer), 1u);
  client.peer->shutdown_write();
  const auto end = client.stream->try_read(buffer);
  EXPECT_TRUE(!end && end.error() == runtime::Errc::reset);
}

TEST(WebSocketStream, an_end_between_frames_is_an_end) {
  const Bench client(WebSocketRole::client);
  Bytes buffer(600);
  EXPECT_EQ(client.receive(bytes({0x82, 0x01, 'x'}), buffer), 1u);
  client.peer->shutdown_write();
  const auto end = client.stream->try_read(buffer);
  EXPECT_TRUE(!end && end.error() == runtime::Errc::end_of_stream);
}

TEST(WebSocketStream, an_end_is_seen_also_where_no_room_is_left_for_the_close_frame) {
  run([](Runtime& runtime) -> Task<void> {
    const Bench server(WebSocketRole::server, {}, 100);
    const Bytes data(98, std::byte{'d'});
    EXPECT_TRUE(co_await server.stream->write(data));
    server.stream->shutdown_write();
    EXPECT_EQ(server.sent().size(), 100u);
    Bytes buffer(16);
    const auto end = co_await server.peer->read_some(buffer);
    EXPECT_TRUE(!end && end.error() == runtime::Errc::end_of_stream);
    co_await runtime.clock().sleep_for(1ms);
  });
}

TEST(WebSocketStream, a_close_frame_cut_by_a_full_buffer_is_finished_later) {
  run([](Runtime&) -> Task<void> {
    const Bench server(WebSocketRole::server, {}, 100);
    const Bytes data(95, std::byte{'d'});
    EXPECT_TRUE(co_await server.stream->write(data));
    server.stream->shutdown_write();
    Bytes wire = server.sent();
    EXPECT_EQ(wire.size(), 100u);
    Bytes buffer(16);
    EXPECT_EQ(server.stream->try_read(buffer), 0u);
    runtime::append(wire, server.sent());
    EXPECT_TRUE(std::ranges::equal(std::span(wire).last(4), bytes({0x88, 2, 0x03, 0xe8})));
  });
}

TEST(WebSocketStream, a_write_cut_in_a_frame_leaves_nothing_that_could_pass_for_data) {
  run([](Runtime& runtime) -> Task<void> {
    const Bench server(WebSocketRole::server, {}, 100);
    const Bytes data(1000, std::byte{'d'});
    const auto cut = co_await runtime::with_timeout(runtime.clock(), 5ms, server.stream->write(data));
    EXPECT_TRUE(!cut && cut.error() == runtime::Errc::timed_out);
    EXPECT_EQ(server.sent().size(), 100u);
    const auto again = co_await server.stream->write(data);
    EXPECT_FALSE(again);
    server.stream->close();
    EXPECT_EQ(server.sent(), Bytes());
  });
}

TEST(WebSocketStream, unread_pings_at_close_are_no_unread_bytes) {
  run([](Runtime&) -> Task<void> {
    const Bench client(WebSocketRole::client);
    EXPECT_TRUE(co_await client.peer->write(bytes({0x89, 0x00, 0x8a, 0x00, 0x88, 0x00})));
    EXPECT_TRUE(co_await client.stream->write(text("last")));
    client.stream->close();
    Unmasked frames;
    EXPECT_EQ(frames.read(client.sent()), "last");
    EXPECT_TRUE(frames.decoder.ended());
  });
}

}  // namespace
}  // namespace quern::transport
