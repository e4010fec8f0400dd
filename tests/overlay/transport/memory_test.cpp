#include "overlay/transport/memory.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/task_group.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::transport {
namespace {

using namespace std::chrono_literals;
using multiformats::Multiaddr;
using runtime::Runtime;
using runtime::Task;

Multiaddr address(const std::string& text) {
  const auto parsed = Multiaddr::from_text(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *parsed : Multiaddr();
}

void run(const runtime::Program& program) {
  EXPECT_TRUE(runtime::run_simulated(program));
}

TEST(Memory, a_dial_reaches_the_listener_of_that_number) {
  run([](Runtime& runtime) -> Task<void> {
    const auto exchange = make_memory_exchange();
    const TransportPtr here = make_memory(runtime, exchange);
    const TransportPtr there = make_memory(runtime, exchange);
    const auto listener = there->listen(address("/memory/7"));
    EXPECT_TRUE(listener && (*listener)->local().text() == "/memory/7");
    const auto dialed = co_await here->dial(address("/memory/7"), true);
    auto waiting = co_await (*listener)->accept();
    EXPECT_TRUE(dialed && waiting);
    const auto accepted = co_await (*listener)->establish(*std::move(waiting));
    EXPECT_EQ(dialed->remote, accepted->local);
    EXPECT_EQ(dialed->local, accepted->remote);
    EXPECT_NE(dialed->local, dialed->remote);
    EXPECT_TRUE(co_await dialed->stream->write(runtime::bytes_of("hello")));
    runtime::Bytes got(5);
    EXPECT_TRUE(co_await read_exactly(*accepted->stream, got));
    EXPECT_EQ(runtime::text_of(got), "hello");
  });
}

TEST(Memory, zero_is_any_free_number) {
  run([](Runtime& runtime) -> Task<void> {
    const TransportPtr memory = make_memory(runtime, make_memory_exchange());
    const auto one = memory->listen(address("/memory/1"));
    const auto any = memory->listen(address("/memory/0"));
    const auto other = memory->listen(address("/memory/0"));
    EXPECT_TRUE(one && any && other);
    EXPECT_NE((*any)->local(), (*one)->local());
    EXPECT_NE((*any)->local(), (*other)->local());
    EXPECT_NE((*any)->local(), address("/memory/0"));
    EXPECT_TRUE(co_await memory->dial((*any)->local(), false));
  });
}

TEST(Memory, one_number_is_listened_on_once_until_it_is_closed) {
  run([](Runtime& runtime) -> Task<void> {
    const TransportPtr memory = make_memory(runtime, make_memory_exchange());
    const auto first = memory->listen(address("/memory/1"));
    const auto second = memory->listen(address("/memory/1"));
    EXPECT_TRUE(!second && second.error() == runtime::Errc::address_in_use);
    (*first)->close();
    EXPECT_TRUE(memory->listen(address("/memory/1")));
    co_return;
  });
}

TEST(Memory, nobody_there_is_refused) {
  run([](Runtime& runtime) -> Task<void> {
    const TransportPtr memory = make_memory(runtime, make_memory_exchange());
    for (const char* nobody : {"/memory/5", "/memory/0"}) {
      const auto dialed = co_await memory->dial(address(nobody), false);
      EXPECT_TRUE(!dialed && dialed.error() == runtime::Errc::refused);
    }
  });
}

TEST(Memory, other_addresses_are_unsupported) {
  run([](Runtime& runtime) -> Task<void> {
    const TransportPtr memory = make_memory(runtime, make_memory_exchange());
    EXPECT_TRUE(memory->handles(address("/memory/1/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA")));
    for (const char* other : {"/ip4/127.0.0.1/tcp/1", "/memory/1/ws"}) {
      EXPECT_FALSE(memory->handles(address(other)));
      const auto dialed = co_await memory->dial(address(other), false);
      EXPECT_TRUE(!dialed && dialed.error() == Errc::unsupported_address);
    }
  });
}

TEST(Memory, only_so_many_wait_to_be_accepted) {
  run([](Runtime& runtime) -> Task<void> {
    const TransportPtr memory = make_memory(runtime, make_memory_exchange());
    const auto listener = memory->listen(address("/memory/1"));
    std::vector<RawConnection> dialed;
    for (std::size_t i = 0; i < kMemoryBacklogMax; ++i) {
      auto connection = co_await memory->dial(address("/memory/1"), false);
      EXPECT_TRUE(connection);
      if (connection) dialed.push_back(*std::move(connection));
    }
    const auto refused = co_await memory->dial(address("/memory/1"), false);
    EXPECT_TRUE(!refused && refused.error() == runtime::Errc::refused);
    EXPECT_TRUE(co_await (*listener)->accept());
    EXPECT_TRUE(co_await memory->dial(address("/memory/1"), false));
    // Those that were not accepted are told.
    (*listener)->close();
    std::byte byte{};
    const auto size = co_await dialed.back().stream->read_some(std::span(&byte, 1));
    EXPECT_TRUE(!size && size.error() == runtime::Errc::reset);
  });
}

TEST(Memory, closing_a_listener_ends_its_accept) {
  run([](Runtime& runtime) -> Task<void> {
    const TransportPtr memory = make_memory(runtime, make_memory_exchange());
    const auto listener = memory->listen(address("/memory/1"));
    std::string why;
    auto accept = [&why](Listener& from) -> Task<void> {
      const auto connection = co_await from.accept();
      why = connection ? "accepted" : connection.error().message();
    };
    runtime::TaskGroup group(runtime.executor());
    group.spawn(accept(**listener));
    co_await runtime.clock().sleep_for(1ms);
    (*listener)->close();
    co_await group.join();
    EXPECT_EQ(why, "closed here");
  });
}

}  // namespace
}  // namespace quern::transport
