#include "tests/simulation/ping.hpp"

#include <array>
#include <cstring>
#include <utility>

#include "overlay/runtime/deadline.hpp"
#include "overlay/runtime/task_group.hpp"

namespace quern::simulation {

using namespace runtime;

namespace {

using Message = std::array<std::byte, sizeof(std::uint64_t)>;
constexpr const char* kCountFile = "count";

Message encode(std::uint64_t number) {
  return std::bit_cast<Message>(number);
}

Task<void> echo(Network& network) {
  auto socket = network.bind_datagram({boost::asio::ip::address_v4::any(), kPingPort});
  if (!socket) co_return;
  Message message;
  while (auto datagram = co_await (*socket)->receive(message)) {
    (void)co_await (*socket)->send(std::span(message).first(datagram->size), datagram->from);
  }
}

// Waits for the reply to ping `asked`.
Task<Result<std::uint64_t>> await_reply(DatagramSocket& socket, std::uint64_t asked, bool accept_any) {
  for (;;) {
    Message message;
    CO_TRY(const Datagram datagram, co_await socket.receive(message));
    const auto got = std::bit_cast<std::uint64_t>(message);
    if (datagram.size == message.size() && (got == asked || accept_any)) co_return got;
  }
}

std::uint64_t decode_count(const Result<std::vector<std::byte>>& content) {
  std::uint64_t count = 0;
  if (content && content->size() == sizeof count) std::memcpy(&count, content->data(), sizeof count);
  return count;
}

class Pinger {
 public:
  Pinger(Runtime& runtime, std::vector<IpAddress> peers, PingOptions options, const PingEvents& events)
      : runtime_(runtime), peers_(std::move(peers)), options_(options), events_(events) {}

  Task<void> run() {
    std::uint64_t count = decode_count(co_await runtime_.disk().read(kCountFile));
    events_.started(count);
    auto socket = runtime_.network().bind_datagram({boost::asio::ip::address_v4::any(), 0});
    if (!socket) co_return;
    for (;; ++count) {
      const Message bytes = encode(count + 1);
      if (!co_await runtime_.disk().replace(kCountFile, {bytes.begin(), bytes.end()})) co_return;
      co_await ping(**socket, count + 1);
      const auto pause = options_.interval + Duration{static_cast<std::int64_t>(runtime_.random().below(10'000'000))};
      co_await runtime_.clock().sleep_for(pause);
    }
  }

 private:
  Task<void> ping(DatagramSocket& socket, std::uint64_t number) {
    const Message message = encode(number);
    if (!co_await socket.send(message, {peers_[number % peers_.size()], kPingPort})) co_return;
    const auto got = co_await with_timeout(runtime_.clock(), options_.timeout,
                                           await_reply(socket, number, options_.accept_any_reply));
    runtime_.trace(got ? *got : ~number);
    if (got) {
      events_.answered(number, *got);
    } else {
      events_.timed_out(number);
    }
  }

  Runtime& runtime_;
  std::vector<IpAddress> peers_;
  PingOptions options_;
  const PingEvents& events_;
};

}  // namespace

Task<void> run_ping(Runtime& runtime, std::vector<IpAddress> peers, PingOptions options, const PingEvents& events) {
  Pinger pinger(runtime, std::move(peers), options, events);
  co_await with_group<void>([&](TaskGroup& group) -> Task<void> {
    group.spawn(echo(runtime.network()));
    co_await pinger.run();
  });
}

}  // namespace quern::simulation
