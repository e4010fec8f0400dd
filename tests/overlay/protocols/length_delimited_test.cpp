#include "overlay/protocols/length_delimited.hpp"

#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "overlay/multiformats/varint.hpp"
#include "overlay/runtime/task_group.hpp"
#include "overlay/transport/memory.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::protocols {
namespace {

using namespace std::chrono_literals;
using runtime::Bytes;
using runtime::bytes_of;
using runtime::Result;
using runtime::Runtime;
using runtime::Stream;
using runtime::Task;
using runtime::text_of;
using transport::MemoryPipe;

Bytes bytes(std::initializer_list<int> values) {
  Bytes result;
  for (const int value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}

// What read_message says of a stream of these bytes that then ends.
Result<Bytes> read_from(Bytes content, std::size_t bytes_max = 1000) {
  std::optional<Result<Bytes>> result;
  const bool ended = runtime::run_simulated([&](Runtime&) -> Task<void> {
    const MemoryPipe pipe = transport::make_memory_pipe();
    EXPECT_TRUE(content.empty() || co_await pipe.first->write(content));
    pipe.first->shutdown_write();
    result = co_await read_message(*pipe.second, bytes_max);
  });
  EXPECT_TRUE(ended);
  return *result;
}

RC_GTEST_PROP(LengthDelimited, messages_come_out_as_they_went_in_however_the_bytes_are_cut, ()) {
  const auto sizes = *rc::gen::container<std::vector<std::size_t>>(
      rc::gen::oneOf(rc::gen::inRange<std::size_t>(0, 300), rc::gen::inRange<std::size_t>(0, 20'000)));
  const auto cut = *rc::gen::inRange<std::size_t>(1, 5000);
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  runtime::Random random(seed);
  std::vector<Bytes> messages;
  Bytes wire;
  for (const std::size_t size : sizes) {
    messages.emplace_back(size);
    random.fill(messages.back());
    append_message(wire, messages.back());
  }
  std::vector<Bytes> read;
  runtime::run_simulated([&](Runtime& runtime) -> Task<void> {
    const MemoryPipe pipe = transport::make_memory_pipe();
    runtime::TaskGroup group(runtime.executor());
    auto write = [](Stream& stream, const Bytes& all, std::size_t piece) -> Task<void> {
      for (std::size_t at = 0; at < all.size(); at += piece) {
        const auto part = std::span(all).subspan(at, std::min(piece, all.size() - at));
        if (!co_await stream.write(part)) co_return;
      }
      stream.shutdown_write();
    };
    group.spawn(write(*pipe.first, wire, cut));
    for (;;) {
      auto message = co_await read_message(*pipe.second, 20'000);
      if (!message) break;
      read.push_back(*std::move(message));
    }
    co_await group.join();
  });
  RC_ASSERT(read == messages);
}

TEST(LengthDelimited, a_message_is_written_in_one_piece) {
  runtime::run_simulated([](Runtime&) -> Task<void> {
    const MemoryPipe pipe = transport::make_memory_pipe();
    EXPECT_TRUE(co_await write_message(*pipe.first, bytes_of("hello")));
    Bytes buffer(100);
    const auto size = co_await pipe.second->read_some(buffer);
    EXPECT_EQ(text_of(std::span(buffer).first(size.value_or(0))), "\x05hello");
  });
}

TEST(LengthDelimited, the_end_between_messages_is_the_end_of_the_stream) {
  EXPECT_EQ(read_from({}).error(), runtime::Errc::end_of_stream);
}

TEST(LengthDelimited, an_empty_message_is_a_message) {
  const auto message = read_from(bytes({0}));
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->empty());
}

TEST(LengthDelimited, the_end_inside_a_message_or_its_length_is_a_bad_message) {
  EXPECT_EQ(read_from(bytes({3, 'a', 'b'})).error(), Errc::bad_message);
  EXPECT_EQ(read_from(bytes({3})).error(), Errc::bad_message);
  EXPECT_EQ(read_from(bytes({0x80})).error(), Errc::bad_message);
}

TEST(LengthDelimited, a_length_above_the_limit_is_refused_before_its_bytes_come) {
  EXPECT_EQ(read_from(bytes({0xe9, 0x07}), 1000).error(), Errc::message_too_large);
  const auto refused = read_from(bytes({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}));
  EXPECT_EQ(refused.error(), Errc::message_too_large);
  EXPECT_EQ(refused.error().detail(), "9223372036854775807 bytes announced, limit 1000");
}

TEST(LengthDelimited, a_length_that_is_no_varint_is_a_bad_message) {
  EXPECT_EQ(read_from(bytes({0x81, 0x00, 'a'})).error(), Errc::bad_message) << "longer than need be";
  EXPECT_EQ(read_from(Bytes(20, std::byte{0x80})).error(), Errc::bad_message) << "without end";
}

TEST(LengthDelimited, nothing_behind_a_message_is_read) {
  runtime::run_simulated([](Runtime&) -> Task<void> {
    const MemoryPipe pipe = transport::make_memory_pipe();
    Bytes wire;
    append_message(wire, bytes_of("one"));
    runtime::append(wire, bytes_of("raw"));
    EXPECT_TRUE(co_await pipe.first->write(wire));
    const auto message = co_await read_message(*pipe.second, 100);
    EXPECT_EQ(text_of(message.value_or(Bytes{})), "one");
    Bytes buffer(100);
    const auto size = co_await pipe.second->read_some(buffer);
    EXPECT_EQ(text_of(std::span(buffer).first(size.value_or(0))), "raw");
  });
}

TEST(LengthDelimited, a_break_of_the_stream_is_told_as_it_is) {
  runtime::run_simulated([](Runtime&) -> Task<void> {
    const MemoryPipe pipe = transport::make_memory_pipe();
    const Bytes wire = bytes({9, 'a'});
    EXPECT_TRUE(co_await pipe.first->write(wire));
    pipe.first->abort();
    const auto message = co_await read_message(*pipe.second, 100);
    EXPECT_EQ(message.error(), runtime::Errc::reset);
  });
}

TEST(LengthDelimited, a_slow_message_can_be_given_up) {
  runtime::run_simulated([](Runtime& runtime) -> Task<void> {
    const MemoryPipe pipe = transport::make_memory_pipe();
    const Bytes wire = bytes({9, 'a'});
    EXPECT_TRUE(co_await pipe.first->write(wire));
    auto read = read_message(*pipe.second, 100);
    const auto message = co_await runtime::with_timeout(runtime.clock(), 5s, std::move(read));
    EXPECT_EQ(message.error(), runtime::Errc::timed_out);
    EXPECT_EQ(runtime.clock().now(), runtime::Time{} + 5s);
  });
}

}  // namespace
}  // namespace quern::protocols
