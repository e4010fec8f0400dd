// Peers that are slow, silent, greedy or wrong: each costs no more than the limits say and ends by a named reason.
#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "overlay/connection/connection.hpp"
#include "tests/overlay/connection/swarm_world.hpp"

namespace quern::connection {
namespace {

using testing::HasSubstr;

// Dials node 1 and sends a byte of a multistream header every so often, never all of it.
Task<void> drip(Runtime& runtime, runtime::Duration pause) {
  auto stream = co_await runtime.network().connect(SwarmWorld::endpoint(1));
  if (!stream) co_return;
  const std::string header = "\x13/multistream/1.0.0\n";
  for (const char byte : header) {
    co_await runtime.clock().sleep_for(pause);
    const auto written = co_await (*stream)->write(runtime::bytes_of({&byte, 1}));
    if (!written) co_return;
  }
  co_await runtime.clock().sleep_until(runtime::Time::max());
}

TEST(SwarmHostile, who_sends_a_byte_a_second_or_nothing_is_gone_after_the_deadline_and_holds_nobody_up) {
  std::vector<InboundRefused> refused;
  bool served = false;
  SwarmWorld nodes;
  nodes.add([&](Runtime& /*runtime*/, Swarm& swarm) -> Task<void> {
    const auto events = swarm.subscribe();
    for (;;) refused.push_back(co_await next_of<InboundRefused>(*events));
  });
  nodes.add([&](Runtime& runtime, Swarm& swarm) -> Task<void> {
    co_await runtime.clock().sleep_for(2s);
    EXPECT_TRUE(co_await swarm.connect(SwarmWorld::at(1)));
    served = (co_await echo(swarm, test_peer(1), "hello")).value_or("") == "hello";
  });
  for (int i = 0; i < 10; ++i) {
    const auto pause = i % 2 == 0 ? 1s : 1h;
    nodes.add_raw([pause](Runtime& runtime) -> Task<void> { co_await drip(runtime, pause); });
  }
  nodes.world.run_for(5s);
  EXPECT_TRUE(served);
  EXPECT_TRUE(refused.empty());
  nodes.world.run_for(7s);
  EXPECT_EQ(refused.size(), 10u);
  for (const auto& one : refused) {
    EXPECT_EQ(one.why, runtime::Errc::timed_out) << one.why.message();
    EXPECT_THAT(one.why.detail(), HasSubstr("secure channel"));
  }
}

TEST(SwarmHostile, a_flood_of_handshakes_is_cut_at_the_limit_and_told) {
  std::size_t refused = 0;
  std::string last;
  bool served = false;
  SwarmWorld nodes;
  nodes.add(
      [&](Runtime& /*runtime*/, Swarm& swarm) -> Task<void> {
        const auto events = swarm.subscribe();
        for (;;) {
          const auto one = co_await next_of<InboundRefused>(*events);
          if (one.why == runtime::Errc::limit_reached) {
            ++refused;
            last = one.why.detail();
          }
        }
      },
      {.limits = {.handshakes_in = 5, .handshakes_in_per_second = 1000, .handshakes_in_per_second_per_ip = 1000}});
  nodes.add([&](Runtime& runtime, Swarm& swarm) -> Task<void> {
    co_await runtime.clock().sleep_for(13s);
    EXPECT_TRUE(co_await swarm.connect(SwarmWorld::at(1)));
    served = true;
  });
  nodes.add_raw([](Runtime& runtime) -> Task<void> {
    co_await with_group<void>([&](TaskGroup& tasks) -> Task<void> {
      for (int i = 0; i < 50; ++i) tasks.spawn(drip(runtime, 1h));
      co_await tasks.join();
    });
  });
  nodes.world.run_for(20s);
  EXPECT_EQ(refused, 45u);
  EXPECT_EQ(last, "handshakes_in: 6 of 5 for 10.0.0.3");
  EXPECT_TRUE(served) << "the places are free again after the deadline";
}

// A secure channel with node 1 on which this end then speaks no Yamux.
Task<Result<security::Secured>> secure_channel(Runtime& runtime) {
  auto socket = co_await runtime.network().connect(SwarmWorld::endpoint(1));
  if (!socket) co_return std::unexpected(std::move(socket).error());
  auto wire = std::make_unique<negotiation::LazyStream>(*std::move(socket), "/noise");
  const auto noise = security::make_noise(runtime, test_key(99), protocol(std::string(muxer::kYamux)));
  co_return co_await noise->secure(std::move(wire), negotiation::Role::dialer, test_peer(1));
}

CloseReason reason_after(const std::function<Task<void>(Runtime&, security::Secured&)>& misdeed,
                         const SwarmConfig& config = {}) {
  std::optional<CloseReason> reason;
  SwarmWorld nodes;
  nodes.add(
      [&](Runtime& /*runtime*/, Swarm& swarm) -> Task<void> {
        const auto events = swarm.subscribe();
        reason = (co_await next_of<ConnectionClosed>(*events)).reason;
      },
      config);
  nodes.add_raw([&](Runtime& runtime) -> Task<void> {
    auto secured = co_await secure_channel(runtime);
    EXPECT_TRUE(secured) << secured.error().message();
    co_await misdeed(runtime, secured.value());
  });
  nodes.world.run_for(5min);
  EXPECT_TRUE(reason);
  return reason.value_or(CloseReason::host_stopped);
}

TEST(SwarmHostile, a_record_that_is_not_authentic_is_a_protocol_violation) {
  EXPECT_EQ(reason_after([](Runtime& runtime, security::Secured& secured) -> Task<void> {
              Bytes garbage(52);
              garbage[1] = std::byte{50};
              EXPECT_TRUE(co_await secured.wire->write(garbage));
              co_await runtime.clock().sleep_for(1s);
            }),
            CloseReason::protocol_violation);
}

TEST(SwarmHostile, a_frame_that_yamux_forbids_is_a_protocol_violation) {
  EXPECT_EQ(reason_after([](Runtime& runtime, security::Secured& secured) -> Task<void> {
              runtime::RawBytes sealed;
              const Bytes frame(12, std::byte{0x7f});
              EXPECT_TRUE(secured.codec->seal(frame, {}, sealed));
              EXPECT_TRUE(co_await secured.wire->write(sealed));
              co_await runtime.clock().sleep_for(1s);
            }),
            CloseReason::protocol_violation);
}

TEST(SwarmHostile, who_never_answers_is_silent) {
  EXPECT_EQ(reason_after([](Runtime& runtime, security::Secured& /*secured*/) -> Task<void> {
              co_await runtime.clock().sleep_for(4min);
            }),
            CloseReason::peer_silent);
}

TEST(SwarmHostile, who_ends_the_stream_has_closed_and_who_breaks_it_has_reset) {
  EXPECT_EQ(reason_after([](Runtime& runtime, security::Secured& secured) -> Task<void> {
              secured.wire->shutdown_write();
              co_await runtime.clock().sleep_for(1s);
            }),
            CloseReason::remote_closed);
  EXPECT_EQ(reason_after([](Runtime& runtime, security::Secured& secured) -> Task<void> {
              co_await runtime.clock().sleep_for(1s);
              secured.wire->abort();
            }),
            CloseReason::remote_reset);
}

// A Yamux frame.
Bytes frame(unsigned type, unsigned flags, std::uint32_t length, std::string_view body = {}) {
  Bytes out(12);
  out[1] = static_cast<std::byte>(type);
  out[3] = static_cast<std::byte>(flags);
  out[7] = std::byte{1};  // the stream
  for (std::size_t i = 0; i < 4; ++i) out[8 + i] = static_cast<std::byte>(length >> (24 - 8 * i));
  runtime::append(out, runtime::bytes_of(body));
  return out;
}

TEST(SwarmHostile, what_is_sent_to_a_peer_that_reads_nothing_is_bounded_and_it_is_given_up) {
  std::size_t most = 0;
  std::uint64_t taken = 0;
  std::optional<CloseReason> reason;
  SwarmWorld nodes;
  nodes.add([&](Runtime& runtime, Swarm& swarm) -> Task<void> {
    const auto events = swarm.subscribe();
    swarm.handle("/pour/1", [&](PeerStreamPtr stream) -> Task<void> {
      const Bytes block(64 << 10);
      while (co_await stream->write(block)) taken += block.size();
    });
    co_await with_group<void>([&](TaskGroup& tasks) -> Task<void> {
      tasks.spawn([](Runtime& world, Swarm& watched, std::size_t& highest) -> Task<void> {
        for (;;) {
          co_await world.clock().sleep_for(10ms);
          highest = std::max(highest, watched.memory_used());
        }
      }(runtime, swarm, most));
      reason = (co_await next_of<ConnectionClosed>(*events)).reason;
    });
  });
  nodes.add_raw([](Runtime& runtime) -> Task<void> {
    auto secured = (co_await secure_channel(runtime)).value();
    constexpr unsigned kData = 0;
    constexpr unsigned kWindow = 1;
    constexpr unsigned kSyn = 1;
    const std::string proposal = "\x13/multistream/1.0.0\n\x08/pour/1\n";
    runtime::RawBytes sealed;
    EXPECT_TRUE(secured.codec->seal(frame(kWindow, kSyn, 64 << 20), {}, sealed));
    EXPECT_TRUE(
        secured.codec->seal(frame(kData, 0, static_cast<std::uint32_t>(proposal.size()), proposal), {}, sealed));
    EXPECT_TRUE(co_await secured.wire->write(sealed));
    co_await runtime.clock().sleep_until(runtime::Time::max());
  });
  nodes.world.run_for(5min);
  EXPECT_GT(taken, 256U << 10) << "the peer gave credit for more than the first window";
  EXPECT_LE(taken, 2U << 20) << "a writer waits when nothing leaves";
  EXPECT_LE(most, 1U << 20);
  EXPECT_EQ(reason, CloseReason::peer_silent);
}

// Opens streams to node 1 and writes to all of them, far more than anybody reads.
Task<void> pour(Runtime& runtime, Swarm& swarm) {
  EXPECT_TRUE(co_await swarm.connect(SwarmWorld::at(1)));
  co_await with_group<void>([&](TaskGroup& tasks) -> Task<void> {
    for (int i = 0; i < 100; ++i) {
      tasks.spawn([](Swarm& from) -> Task<void> {
        const auto stream = co_await from.open(test_peer(1), protocol("/sink/1"));
        if (!stream) co_return;
        const Bytes block(64 << 10);
        for (int written = 0; written < 64; ++written) {
          const auto ok = co_await (*stream)->write(block);
          if (!ok) co_return;
        }
      }(swarm));
    }
    co_await runtime.clock().sleep_for(30s);
  });
}

TEST(SwarmHostile, what_a_node_holds_for_peers_that_it_does_not_read_from_is_bounded) {
  constexpr std::size_t kEach = 1 << 20;
  constexpr std::size_t kAll = 2 << 20;
  std::size_t most = 0;
  std::size_t at_the_end = 1;
  bool served = false;
  SwarmWorld nodes({.link = {.latency = 1ms, .jitter = 0ms}});
  nodes.add(
      [&](Runtime& runtime, Swarm& swarm) -> Task<void> {
        swarm.handle("/sink/1", [&](PeerStreamPtr /*stream*/) -> Task<void> {
          co_await runtime.clock().sleep_for(20s);  // and never reads
        });
        for (int i = 0; i < 4000; ++i) {
          co_await runtime.clock().sleep_for(10ms);
          most = std::max(most, swarm.memory_used());
        }
        at_the_end = swarm.memory_used();
      },
      {.limits = {.memory_bytes = kAll, .memory_bytes_per_connection = kEach}});
  for (int i = 0; i < 3; ++i) nodes.add(pour);
  nodes.add([&](Runtime& runtime, Swarm& swarm) -> Task<void> {
    co_await runtime.clock().sleep_for(35s);
    EXPECT_TRUE(co_await swarm.connect(SwarmWorld::at(1)));
    served = (co_await echo(swarm, test_peer(1), "hello")).value_or("") == "hello";
  });
  nodes.world.run_for(1min);
  EXPECT_GT(most, kEach);
  EXPECT_LE(most, kAll);
  EXPECT_EQ(at_the_end, 0u);
  EXPECT_TRUE(served);
}

TEST(SwarmHostile, streams_whose_protocol_is_never_agreed_on_end_by_the_deadline_and_others_get_through) {
  std::size_t before = 0;
  std::size_t after = 1;
  runtime::Duration waited{0};
  SwarmWorld nodes({.link = {.latency = 1ms, .jitter = 0ms}});
  nodes.add(
      [&](Runtime& runtime, Swarm& swarm) -> Task<void> {
        co_await runtime.clock().sleep_for(1s);
        before = swarm.connections().front().stats.streams_in;
        co_await runtime.clock().sleep_for(5s);
        after = swarm.connections().front().stats.streams_in;
      },
      {.stream_timeout = 2s});
  nodes.add([&](Runtime& runtime, Swarm& swarm) -> Task<void> {
    EXPECT_TRUE(co_await swarm.connect(SwarmWorld::at(1)));
    std::vector<PeerStreamPtr> silent;
    for (std::size_t i = 0; i < kStreamHandshakesMax; ++i) {
      auto stream = co_await swarm.open(test_peer(1), protocol("/unknown/1"));
      // The proposal is refused, and this begins another that never comes to its end.
      EXPECT_TRUE(co_await stream.value()->write(runtime::bytes_of("x")));
      silent.push_back(*std::move(stream));
    }
    const auto start = runtime.clock().now();
    EXPECT_EQ((co_await echo(swarm, test_peer(1), "hello")).value_or(""), "hello");
    waited = runtime.clock().now() - start;
    co_await runtime.clock().sleep_for(1min);
  });
  nodes.world.run_for(10s);
  EXPECT_GE(before, kStreamHandshakesMax);
  EXPECT_EQ(after, 0u);
  EXPECT_GE(waited, 1900ms) << "no more than so many are negotiated at once";
  EXPECT_LE(waited, 2100ms);
}

}  // namespace
}  // namespace quern::connection
