#include "overlay/negotiation/handshake_stream.hpp"

#include <functional>

#include <gtest/gtest.h>

#include "overlay/runtime/task_group.hpp"
#include "overlay/transport/memory.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::negotiation {
namespace {

using runtime::Bytes;
using runtime::bytes_of;
using runtime::Runtime;
using runtime::Stream;
using runtime::Task;
using runtime::TaskGroup;
using Carry = HandshakeStream::Carry;

struct Ends {
  HandshakeStream& here;
  Carry& carry;
  Stream& there;
};

void with_handshake(const std::function<Task<void>(Runtime&, Ends)>& talk) {
  const auto program = [&](Runtime& runtime) -> Task<void> {
    auto pipe = transport::make_memory_pipe();
    Carry carry;
    HandshakeStream here(*pipe.first, carry);
    co_await talk(runtime, {here, carry, *pipe.second});
  };
  EXPECT_TRUE(runtime::run_simulated(program));
}

std::string text_there(Stream& stream) {
  Bytes buffer(64 << 10);
  const auto size = stream.try_read(buffer);
  return size ? std::string(runtime::text_of(std::span(buffer).first(*size))) : size.error().message();
}

Task<void> read_into(Stream& stream, std::string& out, std::size_t size) {
  Bytes buffer(size);
  if (co_await runtime::read_exactly(stream, buffer)) out = runtime::text_of(buffer);
}

TEST(HandshakeStream, what_is_written_leaves_in_one_piece_before_waiting) {
  with_handshake([](Runtime& runtime, Ends ends) -> Task<void> {
    EXPECT_TRUE(co_await ends.here.write(bytes_of("one ")));
    EXPECT_TRUE(co_await ends.here.write(bytes_of("message")));
    EXPECT_EQ(text_there(ends.there), "");
    std::string answer;
    TaskGroup group(runtime.executor());
    group.spawn(read_into(ends.here, answer, 6));
    Bytes buffer(64);
    const auto size = co_await ends.there.read_some(buffer);
    EXPECT_EQ(runtime::text_of(std::span(buffer).first(size.value_or(0))), "one message");
    EXPECT_TRUE(co_await ends.there.write(bytes_of("answer")));
    co_await group.join();
    EXPECT_EQ(answer, "answer");
    EXPECT_TRUE(ends.carry.unsent.empty());
  });
}

TEST(HandshakeStream, a_read_that_need_not_wait_sends_nothing) {
  with_handshake([](Runtime&, Ends ends) -> Task<void> {
    EXPECT_TRUE(co_await ends.there.write(bytes_of("proposal, first message")));
    std::string first;
    co_await read_into(ends.here, first, 10);
    EXPECT_EQ(first, "proposal, ");
    EXPECT_TRUE(co_await ends.here.write(bytes_of("taken")));
    co_await read_into(ends.here, first, 5);
    EXPECT_EQ(first, "first");
    EXPECT_EQ(text_there(ends.there), "");
    EXPECT_EQ(runtime::text_of(ends.carry.unread), " message");
    EXPECT_EQ(runtime::text_of(ends.carry.unsent), "taken");
  });
}

TEST(HandshakeStream, what_is_left_goes_out_at_the_end_and_nothing_after_an_abort) {
  with_handshake([](Runtime&, Ends ends) -> Task<void> {
    EXPECT_TRUE(co_await ends.here.write(bytes_of("goodbye")));
    ends.here.shutdown_write();
    EXPECT_EQ(text_there(ends.there), "goodbye");
    EXPECT_EQ(text_there(ends.there), runtime::Error(runtime::Errc::end_of_stream).message());
    ends.here.abort();
    EXPECT_FALSE(co_await ends.here.wait_readable());
  });
}

TEST(HandshakeStream, does_not_gather_without_bound) {
  with_handshake([](Runtime&, Ends ends) -> Task<void> {
    const Bytes much(HandshakeStream::kUnsentMax + 1);
    EXPECT_TRUE(co_await ends.here.write(much));
    EXPECT_EQ(text_there(ends.there).size(), much.size());
    EXPECT_TRUE(ends.carry.unsent.empty());
  });
}

TEST(HandshakeStream, tells_the_end_after_what_came_before_it) {
  with_handshake([](Runtime&, Ends ends) -> Task<void> {
    EXPECT_TRUE(co_await ends.there.write(bytes_of("last")));
    ends.there.shutdown_write();
    std::string got;
    co_await read_into(ends.here, got, 4);
    EXPECT_EQ(got, "last");
    Bytes more(1);
    const auto size = co_await ends.here.read_some(more);
    EXPECT_TRUE(!size && size.error() == runtime::Errc::end_of_stream);
  });
}

}  // namespace
}  // namespace quern::negotiation
