// How swarms live and end: trimming, duplicates, broken links, stops and crashes with everything in flight.
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "overlay/connection/connection_table.hpp"
#include "tests/overlay/connection/swarm_world.hpp"

namespace quern::connection {
namespace {

TEST(SwarmLife, above_the_high_water_mark_the_least_worth_go_and_say_so) {
  std::vector<identity::PeerId> trimmed;
  std::set<identity::PeerId> left;
  SwarmWorld nodes;
  nodes.add(
      [&](Runtime& runtime, Swarm& swarm) -> Task<void> {
        const auto events = swarm.subscribe();
        swarm.tag(test_peer(2), "useful", 5);
        swarm.tag(test_peer(3), "useful", 5);
        swarm.tag(test_peer(3), "useful", 0);
        swarm.protect(test_peer(4), "mine");
        swarm.protect(test_peer(5), "mine");
        swarm.unprotect(test_peer(5), "mine");
        co_await runtime.clock().sleep_for(10s);
        for (const auto& info : swarm.connections()) left.insert(info.peer);
        co_await swarm.stop();
        while (const auto event = co_await events->next()) {
          const auto* closed = std::get_if<ConnectionClosed>(&*event);
          if (closed && closed->reason == CloseReason::trimmed) trimmed.push_back(closed->info.peer);
        }
      },
      {.water_marks = {.low = 2, .high = 4, .grace = 2s, .interval = 1s}});
  for (unsigned number = 2; number <= 6; ++number) {
    nodes.add([](Runtime& runtime, Swarm& swarm) -> Task<void> {
      EXPECT_TRUE(co_await swarm.connect(SwarmWorld::at(1)));
      co_await runtime.clock().sleep_for(1min);
    });
  }
  nodes.world.run_for(2min);
  EXPECT_THAT(trimmed, testing::UnorderedElementsAre(test_peer(3), test_peer(5), test_peer(6)));
  EXPECT_THAT(left, testing::UnorderedElementsAre(test_peer(2), test_peer(4)));
  EXPECT_EQ(nodes.world.network().open_connections(), 0u);
}

TEST(SwarmLife, a_cut_link_ends_as_silence_on_both_ends_and_a_crash_as_a_reset) {
  std::vector<CloseReason> reasons;
  SwarmWorld nodes;
  const auto note = [&](Runtime& /*runtime*/, Swarm& swarm) -> Task<void> {
    const auto events = swarm.subscribe();
    if (swarm.self() == test_peer(2)) EXPECT_TRUE(co_await swarm.connect(SwarmWorld::at(1)));
    reasons.push_back((co_await next_of<ConnectionClosed>(*events)).reason);
  };
  nodes.add(note);
  nodes.add(note);
  nodes.world.run_for(1s);
  nodes.world.links().cut(0, 1, true);
  nodes.world.run_for(2min);
  EXPECT_THAT(reasons, testing::ElementsAre(CloseReason::peer_silent, CloseReason::peer_silent));
  reasons.clear();
  nodes.world.links().cut(0, 1, false);
  for (const simulation::NodeId node : {0U, 1U}) {
    nodes.world.crash(node, simulation::CrashKind::process);
    nodes.world.restart(node);
  }
  nodes.world.run_for(1s);
  nodes.world.crash(1, simulation::CrashKind::process);
  nodes.world.run_for(2min);
  EXPECT_THAT(reasons, testing::ElementsAre(CloseReason::remote_reset));
}

TEST(SwarmLife, what_is_given_up_for_another_connection_stays_while_a_stream_uses_it) {
  std::size_t with_stream = 0;
  std::size_t without = 0;
  std::string late;
  SwarmWorld nodes;
  // The smaller of the two dials second, so that its connection is the one to keep.
  const bool first_is_smaller = test_peer(1) < test_peer(2);
  const unsigned smaller = first_is_smaller ? 1 : 2;
  const unsigned larger = first_is_smaller ? 2 : 1;
  const auto body = [&](Runtime& runtime, Swarm& swarm) -> Task<void> {
    if (swarm.self() == test_peer(larger)) {
      const auto info = co_await swarm.connect(SwarmWorld::at(smaller));
      auto stream = (co_await swarm.open(info.value().id, protocol(kEcho))).value();
      EXPECT_TRUE(co_await stream->agreed());
      co_await runtime.clock().sleep_for(10s);
      with_stream = swarm.connections().size();
      EXPECT_TRUE(co_await stream->write(runtime::bytes_of("late")));
      stream->shutdown_write();
      const Bytes back = co_await read_all(*stream);
      late = runtime::text_of(back);
      stream.reset();
      co_await runtime.clock().sleep_for(5s);
      without = swarm.connections().size();
      co_return;
    }
    co_await runtime.clock().sleep_for(1s);
    // One is there already: another is made by a dial that does not know whom it will find.
    const auto address = SwarmWorld::at(larger).without(multiformats::Protocol::p2p);
    const auto info = co_await swarm.connect(address);
    EXPECT_EQ(info.value().direction, Direction::outbound);
    co_await runtime.clock().sleep_for(1min);
  };
  nodes.add(body);
  nodes.add(body);
  nodes.world.run_for(2min);
  EXPECT_EQ(with_stream, 2u);
  EXPECT_EQ(late, "late");
  EXPECT_EQ(without, 1u);
}

TEST(SwarmLife, a_second_dial_to_the_same_peer_gives_the_connection_there_is) {
  std::size_t left = 0;
  SwarmWorld nodes;
  nodes.add(stay);
  nodes.add([&](Runtime& runtime, Swarm& swarm) -> Task<void> {
    const auto first = co_await swarm.connect(SwarmWorld::at(1));
    const auto second = co_await swarm.connect(SwarmWorld::at(1).without(multiformats::Protocol::p2p));
    EXPECT_EQ(first.value().id, second.value().id);
    co_await runtime.clock().sleep_for(3 * kDuplicateGrace);
    left = swarm.connections().size();
    EXPECT_EQ(swarm.connections().front().id, first.value().id);
  });
  nodes.world.run_for(1min);
  EXPECT_EQ(left, 1u);
}

// Dials the others, opens streams, hangs up and listens anew at random until it is stopped.
Task<void> live(Runtime& runtime, Swarm& swarm, unsigned nodes) {
  co_await with_group<void>([&](TaskGroup& tasks) -> Task<void> {
    for (;;) {
      const auto other = static_cast<unsigned>(runtime.random().between(1, nodes));
      tasks.spawn([](Swarm& from, unsigned to) -> Task<void> {
        const auto info = co_await from.connect(SwarmWorld::at(to));
        if (!info) co_return;
        const std::string text(20'000, 'x');
        co_await echo(from, test_peer(to), text);
      }(swarm, other));
      if (runtime.random().below(4) == 0) swarm.disconnect(test_peer(other));
      co_await runtime.clock().sleep_for(std::chrono::milliseconds(runtime.random().below(50)));
    }
  });
}

struct LifeEnd {
  std::uint64_t trace = 0;
  std::size_t open_connections = 0;
  std::set<CloseReason> reasons;
};

// Six nodes live until one after the other is stopped in the middle of it all.
LifeEnd live_and_stop(std::uint64_t seed) {
  LifeEnd end;
  constexpr unsigned kNodes = 6;
  SwarmWorld nodes({.seed = seed, .link = {.latency = 5ms, .jitter = 5ms, .loss_ppm = 10'000}});
  for (unsigned number = 1; number <= kNodes; ++number) {
    nodes.add([&](Runtime& runtime, Swarm& swarm) -> Task<void> {
      const auto events = swarm.subscribe();
      const auto until = runtime.clock().now() + std::chrono::milliseconds(runtime.random().between(500, 3000));
      co_await runtime::run_until(runtime.clock(), until, live(runtime, swarm, kNodes));
      co_await swarm.stop();
      EXPECT_TRUE(swarm.connections().empty());
      EXPECT_EQ(swarm.memory_used(), 0u);
      std::set<std::uint64_t> open;
      while (const auto event = co_await events->next()) {
        if (const auto* opened = std::get_if<ConnectionOpened>(&*event)) open.insert(opened->info.id);
        if (const auto* closed = std::get_if<ConnectionClosed>(&*event)) {
          EXPECT_EQ(open.erase(closed->info.id), 1u) << "each ends once, after it has begun";
          end.reasons.insert(closed->reason);
        }
      }
      EXPECT_TRUE(open.empty()) << "each has ended";
    });
  }
  nodes.world.run_for(2min);
  end.open_connections = nodes.world.network().open_connections();
  end.trace = nodes.world.trace_hash();
  return end;
}

TEST(SwarmLife, stopping_with_everything_in_flight_leaves_nothing_open) {
  std::set<CloseReason> reasons;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto end = live_and_stop(seed);
    EXPECT_EQ(end.open_connections, 0u) << seed;
    reasons.insert(end.reasons.begin(), end.reasons.end());
  }
  EXPECT_TRUE(reasons.contains(CloseReason::host_stopped));
  EXPECT_TRUE(reasons.contains(CloseReason::local_closed));
  EXPECT_TRUE(reasons.contains(CloseReason::remote_closed));
}

TEST(SwarmLife, the_same_seed_gives_the_same_run) {
  EXPECT_EQ(live_and_stop(7).trace, live_and_stop(7).trace);
  EXPECT_NE(live_and_stop(7).trace, live_and_stop(8).trace);
}

TEST(SwarmLife, a_crash_with_everything_in_flight_ends_every_task_in_the_same_instant) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    constexpr unsigned kNodes = 4;
    SwarmWorld nodes({.seed = seed, .link = {.latency = 5ms, .jitter = 5ms}});
    for (unsigned number = 1; number <= kNodes; ++number) {
      nodes.add([&](Runtime& runtime, Swarm& swarm) -> Task<void> { co_await live(runtime, swarm, kNodes); });
    }
    for (int round = 0; round < 5; ++round) {
      nodes.world.run_for(std::chrono::milliseconds(nodes.world.random().between(1, 700)));
      const auto node = static_cast<simulation::NodeId>(nodes.world.random().below(kNodes));
      const bool machine = nodes.world.random().below(2) == 0;
      nodes.world.crash(node, machine ? simulation::CrashKind::machine : simulation::CrashKind::process);
      nodes.world.restart(node);
    }
  }
}

// A transport whose listener has no descriptor left at first.
class ExhaustedListener final : public transport::Listener {
 public:
  ExhaustedListener(transport::ListenerPtr inner, int failures) : inner_(std::move(inner)), failures_(failures) {}
  Task<Result<transport::RawConnection>> accept() override {
    if (failures_-- > 0) co_return runtime::fail(runtime::Errc::limit_reached, "descriptors");
    co_return co_await inner_->accept();
  }
  Task<Result<transport::RawConnection>> establish(transport::RawConnection accepted) override {
    return inner_->establish(std::move(accepted));
  }
  const multiformats::Multiaddr& local() const override { return inner_->local(); }
  void close() noexcept override { inner_->close(); }

 private:
  transport::ListenerPtr inner_;
  int failures_;
};

class ExhaustedTransport final : public transport::Transport {
 public:
  explicit ExhaustedTransport(Runtime& runtime) : inner_(transport::make_tcp(runtime)) {}
  std::string_view name() const override { return inner_->name(); }
  bool handles(const multiformats::Multiaddr& address) const override { return inner_->handles(address); }
  Result<transport::ListenerPtr> listen(const multiformats::Multiaddr& address) override {
    auto listener = inner_->listen(address);
    if (!listener) return listener;
    return std::make_unique<ExhaustedListener>(*std::move(listener), 30);
  }
  Task<Result<transport::RawConnection>> dial(multiformats::Multiaddr address, bool reuse_port) override {
    return inner_->dial(std::move(address), reuse_port);
  }

 private:
  transport::TransportPtr inner_;
};

TEST(SwarmLife, listening_survives_a_time_without_descriptors) {
  bool served = false;
  SwarmWorld nodes;
  nodes.add([&](Runtime& runtime, Swarm& swarm) -> Task<void> {
    EXPECT_TRUE(co_await swarm.connect(tcp_at(ip("10.0.0.2"), 4001)));
    EXPECT_GE(runtime.clock().now(), runtime::Time{} + 3s);
    served = (co_await echo(swarm, test_peer(2), "hello")).value_or("") == "hello";
  });
  nodes.add_raw([](Runtime& runtime) -> Task<void> {
    std::vector<transport::TransportPtr> transports;
    transports.push_back(std::make_unique<ExhaustedTransport>(runtime));
    std::vector<security::SecurityPtr> security;
    security.push_back(security::make_noise(runtime, test_key(2), protocol(std::string(muxer::kYamux))));
    Swarm swarm(runtime, test_peer(2), std::move(transports), std::move(security), {});
    swarm.handle(kEcho, echo_back);
    EXPECT_TRUE(swarm.listen(multiaddr("/ip4/0.0.0.0/tcp/4001")));
    const auto body = [&]() -> Task<void> { co_await runtime.clock().sleep_for(30s); };
    co_await with_cleanup<void>(body, [&] { return swarm.stop(); });
  });
  nodes.world.run_for(1min);
  EXPECT_TRUE(served);
}

}  // namespace
}  // namespace quern::connection
