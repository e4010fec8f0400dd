#include "tests/simulation/hostile_peer.hpp"

#include <array>
#include <string>
#include <utility>

#include "overlay/negotiation/multistream.hpp"
#include "overlay/protocols/length_delimited.hpp"
#include "overlay/runtime/deadline.hpp"
#include "overlay/runtime/task_group.hpp"
#include "overlay/security/noise.hpp"
#include "overlay/security/secure_stream.hpp"

namespace quern::simulation {

using namespace runtime;
using namespace std::chrono_literals;

namespace {

using Channel = std::unique_ptr<security::SecureStream>;

constexpr Duration kVisit = 2min;         // the most that one victim is bothered for
constexpr Duration kBetweenVisits = 30s;  // mean
constexpr Duration kSlowMax = 60s;
constexpr Duration kSufferedMax = 12s;      // the victims' time-out for a handshake is 10 s
constexpr std::size_t kHungryStreams = 40;  // each asks for kHungryBytes
constexpr std::size_t kHungryBytes = 200'000;
constexpr std::size_t kStreamsABurst = 400;
constexpr std::size_t kBursts = 10;
constexpr std::size_t kFloodSockets = 60;

// Frames of Yamux by hand: no session of ours would send these.
enum class FrameType : std::uint8_t { data = 0, window_update = 1, ping = 2 };
constexpr std::uint16_t kSyn = 1;

void append_frame(Bytes& out, FrameType type, std::uint16_t flags, std::uint32_t stream, std::uint32_t length) {
  const std::array head{std::byte{0},
                        static_cast<std::byte>(type),
                        static_cast<std::byte>(flags >> 8),
                        static_cast<std::byte>(flags),
                        static_cast<std::byte>(stream >> 24),
                        static_cast<std::byte>(stream >> 16),
                        static_cast<std::byte>(stream >> 8),
                        static_cast<std::byte>(stream),
                        static_cast<std::byte>(length >> 24),
                        static_cast<std::byte>(length >> 16),
                        static_cast<std::byte>(length >> 8),
                        static_cast<std::byte>(length)};
  append(out, head);
}

Bytes proposal(std::string_view protocol) {
  Bytes out;
  protocols::append_message(out, bytes_of(std::string(negotiation::kMultistream) + "\n"));
  protocols::append_message(out, bytes_of(std::string(protocol) + "\n"));
  return out;
}

class HostilePeer {
 public:
  HostilePeer(Runtime& runtime, std::uint32_t number, const OverlayPlan& plan, OverlayTally& tally)
      : runtime_(runtime),
        plan_(plan),
        tally_(tally),
        random_(runtime.random().fork()),
        noise_(security::make_noise(runtime, numbered_key(number), {std::string(muxer::kYamux)})) {}

  Task<void> run(Attack attack) {
    for (;;) {
      co_await runtime_.clock().sleep_for(Duration{random_.between(0, 2 * Duration{kBetweenVisits}.count())});
      const Endpoint victim{plan_.addresses[random_.below(plan_.honest)], kOverlayPort};
      (void)co_await with_timeout(runtime_.clock(), kVisit, visit(attack, victim));
    }
  }

 private:
  Task<Result<void>> visit(Attack attack, Endpoint victim) {
    if (attack == Attack::never_reads) return starve(std::move(victim));
    if (attack == Attack::endless_streams) return open_endlessly(std::move(victim));
    if (attack == Attack::one_byte_a_second) return drip(std::move(victim));
    return flood(std::move(victim));
  }

  Task<Result<Channel>> secure(Endpoint victim) {
    CO_TRY(StreamPtr socket, co_await runtime_.network().connect(victim));
    std::vector<std::string> ids{std::string(noise_->id())};
    CO_CHECK(co_await negotiation::propose(*socket, std::move(ids)));
    CO_TRY(auto secured, co_await noise_->secure(std::move(socket), negotiation::Role::dialer, std::nullopt));
    auto channel =
        std::make_unique<security::SecureStream>(std::move(secured.wire), std::move(secured.codec), secured.unread);
    if (secured.muxer) co_return channel;
    std::vector<std::string> muxers{std::string(muxer::kYamux)};
    CO_CHECK(co_await negotiation::propose(*channel, std::move(muxers)));
    co_return channel;
  }

  // Streams whose echo nobody takes, kept alive by pings.
  Task<Result<void>> starve(Endpoint victim) {
    CO_TRY(const Channel channel, co_await secure(std::move(victim)));
    const Bytes hello = proposal(kEchoStream);
    for (std::uint32_t i = 0; i < kHungryStreams; ++i) {
      const std::uint32_t stream = 2 * i + 1;
      Bytes out;
      append_frame(out, FrameType::data, kSyn, stream, static_cast<std::uint32_t>(hello.size()));
      append(out, hello);
      append_frame(out, FrameType::data, 0, stream, kHungryBytes);
      out.resize(out.size() + kHungryBytes);
      CO_CHECK(co_await channel->write(out));
    }
    for (std::uint32_t i = 0;; ++i) {
      co_await runtime_.clock().sleep_for(10s);
      Bytes ping;
      append_frame(ping, FrameType::ping, kSyn, 0, i);
      CO_CHECK(co_await channel->write(ping));
    }
  }

  Task<Result<void>> open_endlessly(Endpoint victim) {
    CO_TRY(const Channel channel, co_await secure(std::move(victim)));
    const auto open_and_read = [&](TaskGroup& group) {
      group.spawn(take_all(*channel));
      return open_in_bursts(*channel);
    };
    co_return co_await with_group<Result<void>>(open_and_read);
  }

  Task<Result<void>> open_in_bursts(Stream& channel) {
    std::uint32_t stream = 1;
    for (std::size_t burst = 0; burst < kBursts; ++burst) {
      Bytes out;
      for (std::size_t i = 0; i < kStreamsABurst; ++i, stream += 2)
        append_frame(out, FrameType::window_update, kSyn, stream, 0);
      CO_CHECK(co_await channel.write(out));
      co_await runtime_.clock().sleep_for(1s);
    }
    co_return Result<void>();
  }

  static Task<void> take_all(Stream& stream) {
    std::array<std::byte, 4096> ignored;
    while (co_await stream.read_some(ignored)) {
    }
  }

  // A handshake, or a stream's negotiation, that takes for ever.
  Task<Result<void>> drip(Endpoint victim) {
    if (random_.below(2) == 0) co_return co_await drip_handshake(std::move(victim));
    CO_TRY(const Channel channel, co_await secure(std::move(victim)));
    Bytes open;
    append_frame(open, FrameType::window_update, kSyn, 1, 0);
    CO_CHECK(co_await channel->write(open));
    const Bytes hello = proposal(kEchoRequest);
    for (const std::byte byte : hello) {
      Bytes one;
      append_frame(one, FrameType::data, 0, 1, 1);
      one.push_back(byte);
      CO_CHECK(co_await channel->write(one));
      co_await runtime_.clock().sleep_for(1s);
    }
    co_return Result<void>();
  }

  Task<Result<void>> drip_handshake(Endpoint victim) {
    CO_TRY(const StreamPtr socket, co_await runtime_.network().connect(victim));
    const auto dripping = [&](TaskGroup& group) {
      group.spawn(write_slowly(*socket));
      return await_end(*socket);
    };
    const Time start = runtime_.clock().now();
    auto ended = with_timeout(runtime_.clock(), kSlowMax, with_group<Result<void>>(dripping));
    const auto end = co_await std::move(ended);
    // Behind cuts and losses the end may come at any time, or never.
    if (plan_.calm && (!end || runtime_.clock().now() - start > kSufferedMax))
      tally_.violated("a handshake of a byte a second was suffered for too long by " + to_string(victim));
    co_return end;
  }

  Task<void> write_slowly(Stream& socket) {
    const Bytes hello = proposal("/noise");
    for (std::size_t i = 0;; ++i) {
      const auto one = std::span(hello).subspan(i % hello.size(), 1);
      if (!co_await socket.write(one)) co_return;
      co_await runtime_.clock().sleep_for(1s);
    }
  }

  static Task<Result<void>> await_end(Stream& socket) {
    co_await take_all(socket);
    co_return Result<void>();
  }

  // Many sockets at once, each with a good beginning.
  Task<Result<void>> flood(Endpoint victim) {
    co_await with_group<void>([&](TaskGroup& group) -> Task<void> {
      for (std::size_t i = 0; i < kFloodSockets; ++i) group.spawn(begin_handshake(victim));
      co_await group.join();
    });
    co_return Result<void>();
  }

  Task<void> begin_handshake(Endpoint victim) {
    auto socket = co_await runtime_.network().connect(std::move(victim));
    if (!socket) co_return;
    Bytes hello = proposal("/noise");
    Bytes key(34);
    random_.fill(key);
    key[0] = std::byte{0};
    key[1] = std::byte{32};
    append(hello, key);
    if (!co_await (*socket)->write(hello)) co_return;
    (void)co_await with_timeout(runtime_.clock(), kSlowMax, await_end(**socket));
  }

  Runtime& runtime_;
  const OverlayPlan& plan_;
  OverlayTally& tally_;
  Random random_;
  security::SecurityPtr noise_;
};

}  // namespace

Task<void> run_hostile_peer(Runtime& runtime, std::uint32_t number, Attack attack, const OverlayPlan& plan,
                            OverlayTally& tally) {
  HostilePeer peer(runtime, number, plan, tally);
  co_await peer.run(attack);
}

}  // namespace quern::simulation
