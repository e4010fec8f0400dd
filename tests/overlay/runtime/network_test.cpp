// What every implementation of Network must hold: the conformance suite of the network seam.
#include "overlay/runtime/network.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "overlay/runtime/deadline.hpp"
#include "overlay/runtime/task_group.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::runtime {
namespace {

using Bytes = std::vector<std::byte>;

Bytes bytes_of(std::string_view text) {
  const auto* data = reinterpret_cast<const std::byte*>(text.data());
  return {data, data + text.size()};
}
std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Reads to the end of the stream; any other error is noted behind it.
Task<std::string> read_all(Stream& stream) {
  std::string text;
  Bytes buffer(4096);
  for (;;) {
    const auto size = co_await stream.read_some(buffer);
    if (!size) {
      if (size.error() != Errc::end_of_stream) text += " [" + size.error().message() + "]";
      co_return text;
    }
    text += text_of(std::span(buffer).first(*size));
  }
}

class Networks : public BothWorlds {
 protected:
  using Talk = std::function<Task<void>(Runtime&, SocketStream& dialer, SocketStream& acceptor)>;

  // Gives both ends of a fresh connection to `talk`.
  void run_connected(Talk talk) {
    run([this, talk = std::move(talk)](Runtime& runtime) -> Task<void> {
      auto listener = runtime.network().listen({loopback(), 0});
      EXPECT_TRUE(listener);
      if (!listener) co_return;
      SocketStreamPtr accepted;
      TaskGroup group(runtime.executor());
      auto accept = [](Listener& from, SocketStreamPtr& into) -> Task<void> {
        auto stream = co_await from.accept();
        if (stream) into = *std::move(stream);
      };
      group.spawn(accept(**listener, accepted));
      auto dialed = co_await runtime.network().connect((*listener)->local());
      co_await group.join();
      EXPECT_TRUE(dialed && accepted);
      if (dialed && accepted) co_await talk(runtime, **dialed, *accepted);
    });
  }
};
QUERN_ON_BOTH_WORLDS(Networks);

TEST_P(Networks, both_ends_name_each_other) {
  run_connected([](Runtime&, SocketStream& dialer, SocketStream& acceptor) -> Task<void> {
    EXPECT_EQ(dialer.remote(), acceptor.local());
    EXPECT_EQ(dialer.local(), acceptor.remote());
    EXPECT_NE(dialer.local().port, 0);
    co_return;
  });
}

TEST_P(Networks, bytes_arrive_whole_and_in_order_in_both_directions) {
  run_connected([](Runtime& runtime, SocketStream& dialer, SocketStream& acceptor) -> Task<void> {
    Bytes sent(1 << 20);
    runtime.random().fill(sent);
    auto send = [](SocketStream& stream, const Bytes& data) -> Task<void> {
      EXPECT_TRUE(co_await stream.write(data));
      stream.shutdown_write();
    };
    auto receive = [](SocketStream& stream, const Bytes& expected) -> Task<void> {
      const std::string got = co_await read_all(stream);
      EXPECT_TRUE(got == text_of(expected));
    };
    TaskGroup group(runtime.executor());
    group.spawn(send(dialer, sent));
    group.spawn(send(acceptor, sent));
    group.spawn(receive(dialer, sent));
    group.spawn(receive(acceptor, sent));
    co_await group.join();
  });
}

TEST_P(Networks, a_writer_waits_for_a_reader_that_does_not_read) {
  run_connected([](Runtime& runtime, SocketStream& dialer, SocketStream& acceptor) -> Task<void> {
    const Bytes block(1 << 20);
    std::size_t blocks = 0;
    auto flood = [&](SocketStream& stream) -> Task<void> {
      while (co_await stream.write(block)) ++blocks;
    };
    TaskGroup group(runtime.executor());
    group.spawn(flood(dialer));
    co_await runtime.clock().sleep_for(200ms);
    const std::size_t before = blocks;
    co_await runtime.clock().sleep_for(200ms);
    EXPECT_EQ(blocks, before);
    EXPECT_LT(blocks, 64u);
    acceptor.abort();
    co_await group.join();
  });
}

TEST_P(Networks, half_close_ends_reading_there_and_leaves_the_way_back_open) {
  run_connected([](Runtime&, SocketStream& dialer, SocketStream& acceptor) -> Task<void> {
    EXPECT_TRUE(co_await dialer.write(bytes_of("question")));
    dialer.shutdown_write();
    dialer.shutdown_write();
    EXPECT_EQ(co_await read_all(acceptor), "question");
    EXPECT_TRUE(co_await acceptor.write(bytes_of("answer")));
    acceptor.shutdown_write();
    EXPECT_EQ(co_await read_all(dialer), "answer");
    EXPECT_FALSE(co_await dialer.write(bytes_of("too late")));
  });
}

TEST_P(Networks, what_was_written_before_close_still_arrives) {
  run_connected([](Runtime&, SocketStream& dialer, SocketStream& acceptor) -> Task<void> {
    EXPECT_TRUE(co_await dialer.write(bytes_of("last words")));
    dialer.close();
    EXPECT_EQ(co_await read_all(acceptor), "last words");
  });
}

TEST_P(Networks, abort_is_seen_as_reset) {
  run_connected([](Runtime&, SocketStream& dialer, SocketStream& acceptor) -> Task<void> {
    dialer.abort();
    Bytes buffer(16);
    const auto size = co_await acceptor.read_some(buffer);
    EXPECT_TRUE(!size && size.error() == Errc::reset);
  });
}

TEST_P(Networks, closing_with_unread_bytes_is_seen_as_reset) {
  run_connected([](Runtime& runtime, SocketStream& dialer, SocketStream& acceptor) -> Task<void> {
    EXPECT_TRUE(co_await dialer.write(bytes_of("never read")));
    co_await runtime.clock().sleep_for(50ms);
    acceptor.close();
    Bytes buffer(16);
    const auto size = co_await dialer.read_some(buffer);
    EXPECT_TRUE(!size && size.error() == Errc::reset);
  });
}

TEST_P(Networks, closing_here_ends_a_pending_read_here) {
  run_connected([](Runtime& runtime, SocketStream& dialer, SocketStream&) -> Task<void> {
    std::string why;
    auto read = [&why](SocketStream& stream) -> Task<void> {
      Bytes buffer(16);
      const auto size = co_await stream.read_some(buffer);
      why = size ? "read" : size.error().message();
    };
    TaskGroup group(runtime.executor());
    group.spawn(read(dialer));
    co_await runtime.clock().sleep_for(1ms);
    dialer.close();
    co_await group.join();
    EXPECT_EQ(why, "closed here");
    Bytes buffer(16);
    const auto after = co_await dialer.read_some(buffer);
    EXPECT_TRUE(!after && after.error() == Errc::closed);
  });
}

TEST_P(Networks, a_read_cut_by_its_deadline_takes_no_byte) {
  run_connected([](Runtime& runtime, SocketStream& dialer, SocketStream& acceptor) -> Task<void> {
    Bytes buffer(16);
    const auto late = co_await with_timeout(runtime.clock(), 5ms, acceptor.read_some(buffer));
    EXPECT_TRUE(!late && late.error() == Errc::timed_out);
    EXPECT_TRUE(co_await dialer.write(bytes_of("here")));
    dialer.shutdown_write();
    EXPECT_EQ(co_await read_all(acceptor), "here");
  });
}

TEST_P(Networks, nobody_listening_is_refused) {
  run([this](Runtime& runtime) -> Task<void> {
    auto listener = runtime.network().listen({loopback(), 0});
    EXPECT_TRUE(listener);
    const Endpoint gone = (*listener)->local();
    (*listener)->close();
    const auto dialed = co_await runtime.network().connect(gone);
    EXPECT_TRUE(!dialed && dialed.error() == Errc::refused);
    EXPECT_NE(dialed.error().message().find(to_string(gone)), std::string::npos) << dialed.error().message();
  });
}

TEST_P(Networks, one_port_is_listened_on_once) {
  run([this](Runtime& runtime) -> Task<void> {
    auto first = runtime.network().listen({loopback(), 0});
    EXPECT_TRUE(first);
    const auto second = runtime.network().listen((*first)->local());
    EXPECT_TRUE(!second && second.error() == Errc::address_in_use);
    co_return;
  });
}

TEST_P(Networks, a_foreign_address_cannot_be_listened_on) {
  run([](Runtime& runtime) -> Task<void> {
    const auto listener = runtime.network().listen({boost::asio::ip::make_address("203.0.113.7"), 0});
    EXPECT_TRUE(!listener && listener.error() == Errc::address_unavailable);
    co_return;
  });
}

TEST_P(Networks, closing_a_listener_ends_its_accept) {
  run([this](Runtime& runtime) -> Task<void> {
    auto listener = runtime.network().listen({loopback(), 0});
    std::string why;
    auto accept = [&why](Listener& from) -> Task<void> {
      const auto stream = co_await from.accept();
      why = stream ? "accepted" : stream.error().code().message();
    };
    TaskGroup group(runtime.executor());
    group.spawn(accept(**listener));
    co_await runtime.clock().sleep_for(1ms);
    (*listener)->close();
    co_await group.join();
    EXPECT_EQ(why, "closed here");
  });
}

TEST_P(Networks, datagrams_arrive_with_their_sender) {
  run([this](Runtime& runtime) -> Task<void> {
    auto a = runtime.network().bind_datagram({loopback(), 0});
    auto b = runtime.network().bind_datagram({loopback(), 0});
    EXPECT_TRUE(a && b);
    EXPECT_TRUE(co_await (*a)->send(bytes_of("hello"), (*b)->local()));
    Bytes buffer(16);
    const auto datagram = co_await (*b)->receive(buffer);
    EXPECT_TRUE(datagram);
    EXPECT_EQ(text_of(std::span(buffer).first(datagram->size)), "hello");
    EXPECT_EQ(datagram->from, (*a)->local());
  });
}

TEST_P(Networks, a_datagram_longer_than_the_buffer_is_cut) {
  run([this](Runtime& runtime) -> Task<void> {
    auto socket = runtime.network().bind_datagram({loopback(), 0});
    EXPECT_TRUE(co_await (*socket)->send(bytes_of("longer than four"), (*socket)->local()));
    EXPECT_TRUE(co_await (*socket)->send(bytes_of("next"), (*socket)->local()));
    Bytes buffer(4);
    auto datagram = co_await (*socket)->receive(buffer);
    EXPECT_EQ(text_of(std::span(buffer).first(datagram->size)), "long");
    datagram = co_await (*socket)->receive(buffer);
    EXPECT_EQ(text_of(std::span(buffer).first(datagram->size)), "next");
  });
}

TEST_P(Networks, a_datagram_above_the_limit_is_refused) {
  run([this](Runtime& runtime) -> Task<void> {
    auto socket = runtime.network().bind_datagram({loopback(), 0});
    const Bytes huge(kDatagramBytesMax + 1);
    const auto sent = co_await (*socket)->send(huge, (*socket)->local());
    EXPECT_TRUE(!sent && sent.error() == Errc::too_large);
  });
}

TEST_P(Networks, a_literal_address_resolves_to_itself) {
  run([](Runtime& runtime) -> Task<void> {
    const auto addresses = co_await runtime.network().resolve("::1");
    EXPECT_TRUE(addresses && *addresses == std::vector{boost::asio::ip::make_address("::1")});
  });
}

TEST_P(Networks, an_unknown_name_is_not_found) {
  run([](Runtime& runtime) -> Task<void> {
    const auto addresses = co_await runtime.network().resolve("no-such-host.invalid");
    // A machine without any name server times out instead: also an answer with a name.
    EXPECT_TRUE(!addresses && (addresses.error() == Errc::name_not_found || addresses.error() == Errc::timed_out));
  });
}

TEST_P(Networks, every_interface_address_is_named_once_and_can_be_listened_at) {
  run([this](Runtime& runtime) -> Task<void> {
    const auto addresses = runtime.network().interface_addresses();
    EXPECT_TRUE(std::ranges::is_sorted(addresses));
    EXPECT_EQ(std::ranges::adjacent_find(addresses), addresses.end());
    EXPECT_NE(std::ranges::find(addresses, loopback()), addresses.end());
    for (const IpAddress& address : addresses) {
      EXPECT_FALSE(address.is_unspecified());
      EXPECT_TRUE(runtime.network().listen({address, 0})) << address;
    }
    co_return;
  });
}

}  // namespace
}  // namespace quern::runtime
