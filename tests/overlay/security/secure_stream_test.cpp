#include "overlay/security/secure_stream.hpp"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "overlay/runtime/task_group.hpp"
#include "overlay/security/buffer_pool.hpp"
#include "overlay/security/receive_buffer.hpp"
#include "overlay/transport/memory.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"
#include "tests/overlay/security/plain_records.hpp"
#include "tests/overlay/security/record_collector.hpp"

namespace quern::security {
namespace {

using namespace std::chrono_literals;
using runtime::Bytes;
using runtime::bytes_of;
using runtime::ByteView;
using runtime::Result;
using runtime::Runtime;
using runtime::Task;
using runtime::TaskGroup;

Bytes random_bytes(Runtime& runtime, std::size_t size) {
  Bytes bytes(size);
  runtime.random().fill(bytes);
  return bytes;
}

struct Channels {
  std::unique_ptr<SecureStream> first;
  std::unique_ptr<SecureStream> second;
};
Channels connect(std::size_t pipe_bytes = transport::kMemoryPipeBytes) {
  auto pipe = transport::make_memory_pipe(pipe_bytes);
  return {std::make_unique<SecureStream>(std::move(pipe.first), std::make_unique<PlainRecords>(), ByteView()),
          std::make_unique<SecureStream>(std::move(pipe.second), std::make_unique<PlainRecords>(), ByteView())};
}

void simulate(const runtime::Program& program) {
  EXPECT_TRUE(runtime::run_simulated(program));
}

TEST(SecureStream, serves_a_negotiation_and_then_a_muxer_without_losing_a_byte) {
  simulate([](Runtime&) -> Task<void> {
    const Channels ends = connect();
    EXPECT_TRUE(co_await ends.first->write(bytes_of("hello, muxer")));
    Bytes buffer(5);
    EXPECT_EQ(co_await ends.second->read_some(buffer), 5u);
    EXPECT_EQ(runtime::text_of(buffer), "hello");
    RecordCollector rest;
    EXPECT_TRUE(co_await ends.second->receive(rest));
    EXPECT_EQ(runtime::text_of(rest.bytes), ", muxer");
  });
}

TEST(SecureStream, opens_what_came_behind_the_handshake_first) {
  simulate([](Runtime&) -> Task<void> {
    auto pipe = transport::make_memory_pipe();
    PlainRecords codec;
    runtime::RawBytes early;
    EXPECT_TRUE(codec.seal({}, bytes_of("early"), early));
    SecureStream stream(std::move(pipe.first), std::make_unique<PlainRecords>(), early);
    Bytes buffer(16);
    EXPECT_EQ(stream.try_read(buffer), 5u);
    EXPECT_EQ(stream.try_read(buffer), 0u);
    co_return;
  });
}

TEST(SecureStream, everything_sealed_leaves_with_a_flush_in_order) {
  simulate([](Runtime& runtime) -> Task<void> {
    const Channels ends = connect(50'000);
    const Bytes sent = random_bytes(runtime, 3 << 20);
    auto send = [](SecureStream& stream, ByteView data) -> Task<void> {
      for (std::size_t piece = 1; !data.empty(); piece = piece * 3 % 40'009) {
        const std::size_t size = std::min(piece, data.size());
        const std::size_t head = size / 3;
        EXPECT_TRUE(stream.seal(data.first(head), data.subspan(head, size - head)));
        data = data.subspan(size);
        if (stream.sealed() < 100'000 && !data.empty()) continue;
        while (stream.unsent() != 0) EXPECT_TRUE(co_await stream.flush());
      }
      stream.shutdown_write();
    };
    TaskGroup group(runtime.executor());
    group.spawn(send(*ends.first, sent));
    RecordCollector got;
    Result<void> received;
    while (received) received = co_await ends.second->receive(got);
    EXPECT_EQ(received.error(), runtime::Errc::end_of_stream);
    EXPECT_TRUE(got.bytes == sent);
    EXPECT_EQ(ends.first->wire_bytes_out(), ends.second->wire_bytes_in());
    co_await group.join();
  });
}

TEST(SecureStream, trying_to_flush_leaves_the_rest_to_flush) {
  simulate([](Runtime& runtime) -> Task<void> {
    const Channels ends = connect(10'000);
    const Bytes sent = random_bytes(runtime, 50'000);
    EXPECT_TRUE(ends.first->seal({}, sent));
    EXPECT_TRUE(ends.first->try_flush());
    EXPECT_GT(ends.first->unsent(), 0u);
    EXPECT_LT(ends.first->unsent(), 50'000u);
    auto flush = [](SecureStream& stream) -> Task<void> {
      while (stream.unsent() != 0) EXPECT_TRUE(co_await stream.flush());
    };
    TaskGroup group(runtime.executor());
    group.spawn(flush(*ends.first));
    RecordCollector got;
    while (got.bytes.size() < sent.size()) EXPECT_TRUE(co_await ends.second->receive(got));
    EXPECT_TRUE(got.bytes == sent);
    co_await group.join();
  });
}

TEST(SecureStream, records_cut_at_any_byte_are_put_together) {
  simulate([](Runtime& runtime) -> Task<void> {
    auto pipe = transport::make_memory_pipe();
    SecureStream stream(std::move(pipe.first), std::make_unique<PlainRecords>(), ByteView());
    PlainRecords codec;
    runtime::RawBytes wire;
    const Bytes sent = random_bytes(runtime, 60'000);
    for (std::size_t at = 0; at < sent.size(); at += 20'000) {
      EXPECT_TRUE(codec.seal({}, ByteView(sent).subspan(at, 20'000), wire));
    }
    auto trickle = [](Runtime& here, runtime::Stream& to, ByteView data) -> Task<void> {
      while (!data.empty()) {
        const std::size_t size = std::min<std::size_t>(data.size(), 1 + here.random().below(3'000));
        EXPECT_TRUE(co_await to.write(data.first(size)));
        co_await here.clock().sleep_for(1ms);
        data = data.subspan(size);
      }
    };
    TaskGroup group(runtime.executor());
    group.spawn(trickle(runtime, *pipe.second, wire));
    RecordCollector got;
    while (got.bytes.size() < sent.size()) EXPECT_TRUE(co_await stream.receive(got));
    EXPECT_TRUE(got.bytes == sent);
    co_await group.join();
  });
}

TEST(SecureStream, what_cannot_be_opened_stays_an_error) {
  simulate([](Runtime&) -> Task<void> {
    auto pipe = transport::make_memory_pipe();
    SecureStream stream(std::move(pipe.first), std::make_unique<PlainRecords>(), ByteView());
    const Bytes bad(8, std::byte{0xFF});
    EXPECT_TRUE(co_await pipe.second->write(bad));
    Bytes buffer(8);
    for (int i = 0; i < 2; ++i) {
      const auto size = co_await stream.read_some(buffer);
      EXPECT_TRUE(!size && size.error() == Errc::bad_record);
    }
    EXPECT_TRUE(co_await stream.wait_readable());
    RecordCollector sink;
    const auto received = co_await stream.receive(sink);
    EXPECT_TRUE(!received && received.error() == Errc::bad_record);
  });
}

TEST(SecureStream, what_the_sink_refuses_comes_out_of_receive) {
  simulate([](Runtime&) -> Task<void> {
    const Channels ends = connect();
    EXPECT_TRUE(co_await ends.first->write(bytes_of("x")));
    RecordCollector sink;
    sink.refusal = runtime::Error(runtime::Errc::too_large);
    const auto received = co_await ends.second->receive(sink);
    EXPECT_TRUE(!received && received.error() == runtime::Errc::too_large);
  });
}

TEST(BufferPool, keeps_a_few_buffers_and_holds_a_few_over_waits) {
  BufferPool pool;
  std::vector<runtime::RawBytes> buffers;
  for (std::size_t i = 0; i < BufferPool::kKeptMax + 3; ++i) buffers.push_back(pool.take());
  const std::byte* first = buffers.front().data();
  for (auto& buffer : buffers) pool.give(std::move(buffer));
  bool again = false;
  for (std::size_t i = 0; i < BufferPool::kKeptMax; ++i) {
    buffers[i] = pool.take();
    again = again || buffers[i].data() == first;
  }
  EXPECT_TRUE(again);
  for (std::size_t i = 0; i < BufferPool::kHeldMax; ++i) EXPECT_TRUE(pool.hold());
  EXPECT_FALSE(pool.hold());
  pool.release();
  EXPECT_TRUE(pool.hold());
}

// A peer that sends half a record and waits costs that half, not a buffer, once many do it.
TEST(ReceiveBuffer, keeps_a_part_in_little_memory_when_too_many_wait_for_their_rest) {
  std::vector<std::unique_ptr<ReceiveBuffer>> buffers;
  for (std::size_t i = 0; i < BufferPool::kHeldMax + 1; ++i) {
    buffers.push_back(std::make_unique<ReceiveBuffer>(ByteView()));
    ReceiveBuffer& buffer = *buffers.back();
    const auto space = buffer.space();
    EXPECT_EQ(space.size(), ReceiveBuffer::kFirstReadBytes);
    std::fill_n(space.begin(), 100, std::byte{5});
    buffer.filled(100);
    buffer.consume(90);
    buffer.rest();
    EXPECT_EQ(buffer.unread().size(), 10u);
    EXPECT_EQ(buffer.unread().back(), std::byte{5});
  }
  EXPECT_FALSE(buffers.back()->hold());
  buffers.front()->consume(10);
  buffers.front()->rest();
  EXPECT_TRUE(buffers.back()->hold()) << "one that is empty makes room";
}

TEST(ReceiveBuffer, reads_more_at_a_time_while_much_comes) {
  ReceiveBuffer buffer{ByteView()};
  const auto read = [&](std::size_t bytes) {
    const std::size_t space = buffer.space().size();
    buffer.filled(std::min(bytes, space));
    buffer.consume(std::min(bytes, space));
    buffer.rest();
    return space;
  };
  EXPECT_EQ(read(SIZE_MAX), ReceiveBuffer::kFirstReadBytes);
  EXPECT_EQ(read(SIZE_MAX), 4 * ReceiveBuffer::kFirstReadBytes);
  EXPECT_EQ(read(SIZE_MAX), ReceiveBuffer::kReadBytes);
  EXPECT_EQ(read(60'000), ReceiveBuffer::kReadBytes);
  EXPECT_EQ(read(100), ReceiveBuffer::kReadBytes) << "and less again after little";
  EXPECT_EQ(read(100), ReceiveBuffer::kFirstReadBytes);
}

TEST(ReceiveBuffer, what_is_unread_survives_reading_on) {
  ReceiveBuffer buffer(bytes_of("rest"));
  std::size_t value = 0;
  std::size_t expected = 0;
  EXPECT_EQ(runtime::text_of(buffer.unread()), "rest");
  buffer.consume(4);
  for (int i = 0; i < 50; ++i) {
    const auto space = buffer.space();
    const std::size_t size = std::min<std::size_t>(space.size(), 10'007 * (i % 20));
    for (std::byte& byte : space.first(size)) byte = static_cast<std::byte>(value++ % 251);
    buffer.filled(size);
    const auto unread = buffer.unread();
    const std::size_t taken = unread.size() > 60'000 ? unread.size() - 1'234 : unread.size() / 2;
    bool same = true;
    for (const std::byte byte : unread.first(taken)) same = same && byte == static_cast<std::byte>(expected++ % 251);
    EXPECT_TRUE(same);
    buffer.consume(taken);
    if (i % 7 == 0) buffer.rest();
  }
}

}  // namespace
}  // namespace quern::security
