#include "overlay/protocols/perf.hpp"

#include <array>
#include <utility>

#include "tests/overlay/protocols/host_pair.hpp"

namespace quern::protocols {
namespace {

using namespace std::chrono_literals;
using connection::PeerStreamPtr;
using runtime::Runtime;
using runtime::Task;

class Perf : public HostPairs {
 protected:
  // The listener serves perf by this handler.
  void run_against(connection::StreamHandler handler, HostTalk talk) {
    run_pair([handler, talk](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
      listener.handle(std::string(kPerf), handler);
      co_await talk(runtime, dialer, listener);
    });
  }
};
QUERN_ON_BOTH_WORLDS(Perf);

void serve(HostConfig& config) {
  config.serve_perf = true;
}

TEST_P(Perf, exactly_what_was_asked_for_goes_each_way) {
  const auto talk = [](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    struct Amounts {
      std::uint64_t up;
      std::uint64_t down;
    };
    std::uint64_t up = 0;
    std::uint64_t down = 0;
    std::uint64_t count = 0;
    for (const Amounts amounts :
         {Amounts{0, 0}, {1, 0}, {0, 1}, {1, 1}, {65'536, 65'535}, {3 << 20, 7}, {7, 5 << 20}}) {
      const auto result = co_await measure_perf(dialer.swarm(), runtime, listener.id(), amounts.up, amounts.down);
      EXPECT_TRUE(result) << result.error().message();
      EXPECT_TRUE(result && result->upload >= 0ns && result->download >= 0ns);
      up += amounts.up + 8;
      down += amounts.down;
      ++count;
    }
    const auto traffic = listener.swarm().traffic().by_protocol[std::string(kPerf)];
    EXPECT_EQ(traffic.bytes_in, up);
    EXPECT_EQ(traffic.bytes_out, down);
    EXPECT_EQ(traffic.streams_in, count);
  };
  run_pair(talk, serve);
}

TEST_P(Perf, a_host_does_not_serve_it_unless_told) {
  run_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    EXPECT_FALSE(co_await measure_perf(dialer.swarm(), runtime, listener.id(), 1, 1));
  });
}

// Takes the request in, then sends that many bytes.
connection::StreamHandler sender(std::size_t count) {
  return [count](PeerStreamPtr stream) -> Task<void> {
    std::array<std::byte, 4096> block{};
    while (co_await stream->read_some(block)) {
    }
    for (std::size_t sent = 0; sent < count; sent += block.size()) {
      const auto part = std::span(block).first(std::min(block.size(), count - sent));
      if (!co_await stream->write(part)) co_return;
    }
    stream->shutdown_write();
  };
}

TEST_P(Perf, fewer_and_more_bytes_than_asked_for_are_a_bad_message) {
  const auto expect_bad = [](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    const auto result = co_await measure_perf(dialer.swarm(), runtime, listener.id(), 10, 1000);
    EXPECT_EQ(result.error(), Errc::bad_message);
  };
  run_against(sender(999), expect_bad);
  run_against(sender(1001), expect_bad);
  run_against(sender(std::size_t{1} << 40), expect_bad);
}

TEST(PerfInVirtualTime, a_transfer_that_stands_still_is_given_up_by_either_end) {
  const auto talk = [](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    // A client that never ends its upload.
    const auto stream = co_await open_stream(dialer, listener, std::string(kPerf));
    const std::array<std::byte, 100> some{};
    EXPECT_TRUE(co_await stream->write(some));
    std::array<std::byte, 100> ignored;
    const auto before = runtime.clock().now();
    EXPECT_FALSE(co_await stream->read_some(ignored));
    EXPECT_LE(runtime.clock().now() - before, 121s);
    // A server that never answers.
    const auto sleep = [&runtime](PeerStreamPtr taken) -> Task<void> {
      const auto held = std::move(taken);
      co_await runtime.clock().sleep_for(10min);
    };
    listener.handle(std::string(kPerf), sleep);
    const auto result = co_await measure_perf(dialer.swarm(), runtime, listener.id(), 10, 1000);
    EXPECT_EQ(result.error(), runtime::Errc::timed_out);
  };
  run_simulated_pair(talk, serve);
}

}  // namespace
}  // namespace quern::protocols
