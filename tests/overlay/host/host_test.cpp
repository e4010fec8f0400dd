#include "overlay/host.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "overlay/protocols/ping.hpp"
#include "overlay/runtime/cleanup.hpp"
#include "overlay/runtime/simulation/network.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::overlay {
namespace {

using namespace std::chrono_literals;
using connection::PeerStreamPtr;
using runtime::Bytes;
using runtime::bytes_of;
using runtime::Result;
using runtime::Runtime;
using runtime::Task;
using runtime::text_of;
using testing::Contains;
using testing::HasSubstr;

HostConfig config_of(Runtime& runtime) {
  return {.key = identity::PrivateKey::generate(runtime)};
}

Task<void> greet(PeerStreamPtr stream) {
  Bytes name(100);
  const auto size = co_await stream->read_some(name);
  if (!size) co_return;
  const std::string greeting = "hello, " + std::string(text_of(name).substr(0, *size));
  EXPECT_TRUE(co_await stream->write(bytes_of(greeting)));
}

Task<Result<std::string>> say(Host& host, identity::PeerId peer, std::string name) {
  CO_TRY(const auto stream, co_await host.open(peer, "/hello/1.0.0"));
  CO_CHECK(co_await stream->write(bytes_of(name)));
  Bytes greeting(100);
  CO_TRY(const auto size, co_await stream->read_some(greeting));
  co_return std::string(text_of(greeting).substr(0, size));
}

class HostTest : public runtime::BothWorlds {
 protected:
  using Configure = std::function<void(HostConfig& config)>;
  using Body = std::function<Task<void>(Runtime& runtime, Host& alice, Host& bob)>;

  // Two hosts; alice greets, nobody listens yet.
  void run_two(const Configure& configure, const Body& body) {
    run([&](Runtime& runtime) -> Task<void> {
      std::vector<std::unique_ptr<Host>> hosts;
      for (int i = 0; i < 2; ++i) {
        HostConfig config = config_of(runtime);
        configure(config);
        hosts.push_back(Host::make(runtime, std::move(config)).value());
      }
      const auto both = [&]() -> Task<void> {
        hosts[0]->handle("/hello/1.0.0", greet);
        co_await body(runtime, *hosts[0], *hosts[1]);
      };
      const auto stop = [&]() -> Task<void> {
        co_await hosts[0]->stop();
        co_await hosts[1]->stop();
      };
      co_await runtime::with_cleanup<void>(both, stop);
    });
  }
  std::string any(const std::string& rest = "") const { return "/ip4/" + loopback().to_string() + "/tcp/0" + rest; }
};
QUERN_ON_BOTH_WORLDS(HostTest);

TEST_P(HostTest, talks_to_another_over_every_transport_and_secure_channel) {
  const auto exchange = transport::make_memory_exchange();
  for (const std::string channel : {"noise", "tls"}) {
    for (const auto& [transport, address] : std::vector<std::pair<std::string, std::string>>{
             {"tcp", any()}, {"ws", any("/ws")}, {"memory", "/memory/7"}}) {
      run_two(
          [&](HostConfig& config) {
            config.transports = {transport};
            config.security = {channel};
            config.memory_exchange = exchange;
          },
          [&](Runtime& /*runtime*/, Host& alice, Host& bob) -> Task<void> {
            const auto at = alice.listen(address).value();
            const auto peer = (co_await bob.connect(at.text())).value();
            EXPECT_EQ(peer, alice.id());
            EXPECT_EQ((co_await say(bob, peer, "bob")).value(), "hello, bob") << transport << ' ' << channel;
            const auto info = bob.swarm().connections().front();
            EXPECT_EQ(info.transport, transport);
            EXPECT_EQ(info.encryption, channel == "tls" ? "/tls/1.0.0" : "/noise");
          });
    }
  }
}

TEST_P(HostTest, knows_what_the_other_says_of_itself) {
  run_two([](HostConfig& config) { config.identify.agent_version = "test/7"; },
          [&](Runtime& /*runtime*/, Host& alice, Host& bob) -> Task<void> {
            const auto at = alice.listen(any()).value();
            const auto own = alice.addresses();
            EXPECT_THAT(own, Contains(at.with(multiformats::Protocol::p2p, alice.id().bytes())));
            const auto peer = (co_await bob.connect(own.front().text())).value();
            const auto info = (co_await bob.identify(peer)).value();
            EXPECT_EQ(info.agent_version, "test/7");
            EXPECT_THAT(info.listen_addresses, Contains(at));
            EXPECT_TRUE(info.addresses_signed);
            EXPECT_THAT(info.protocols, Contains("/hello/1.0.0"));
            EXPECT_THAT(info.protocols, Contains(std::string(protocols::kPing)));
            EXPECT_THAT(info.protocols, testing::Not(Contains(std::string(protocols::kPerf))));
            EXPECT_TRUE(co_await bob.ping(peer));
          });
}

TEST_P(HostTest, tells_connected_peers_of_new_protocols) {
  run_two([](HostConfig& config) { config.serve_perf = true; },
          [&](Runtime& /*runtime*/, Host& alice, Host& bob) -> Task<void> {
            runtime::Channel<protocols::PeerInfo> pushed(8);
            bob.identification().on_identified([&](const protocols::PeerInfo& info, bool was_pushed) {
              if (was_pushed) pushed.try_push(info);
            });
            const auto at = alice.listen(any()).value();
            const auto peer = (co_await bob.connect(at.text())).value();
            const auto first = (co_await bob.identify(peer)).value();
            EXPECT_THAT(first.protocols, Contains(std::string(protocols::kPerf)));
            alice.handle("/new/1.0.0", greet);
            auto told = co_await pushed.pop();
            EXPECT_THAT(told->protocols, Contains("/new/1.0.0"));
            alice.unhandle("/new/1.0.0");
            told = co_await pushed.pop();
            EXPECT_THAT(told->protocols, testing::Not(Contains("/new/1.0.0")));
          });
}

TEST_P(HostTest, asks_and_answers) {
  run_two([](HostConfig& /*config*/) {},
          [&](Runtime& /*runtime*/, Host& alice, Host& bob) -> Task<void> {
            alice.serve("/double/1", {}, [](identity::PeerId /*from*/, Bytes request) -> Task<Result<Bytes>> {
              runtime::append(request, runtime::copy_of(request));
              co_return request;
            });
            const auto at = alice.listen(any()).value();
            const auto peer = (co_await bob.connect(at.text())).value();
            const auto answer = co_await bob.request(peer, "/double/1", runtime::copy_of(bytes_of("ab")));
            EXPECT_EQ(text_of(answer.value()), "abab");
          });
}

TEST_P(HostTest, follows_its_rules_and_says_what_happens) {
  run_two([](HostConfig& /*config*/) {},
          [&](Runtime& runtime, Host& alice, Host& bob) -> Task<void> {
            const auto events = bob.events();
            const auto at = alice.listen(any()).value();
            HostConfig wary = config_of(runtime);
            wary.deny = {alice.id().text()};
            const auto carol = Host::make(runtime, std::move(wary)).value();
            const auto refused = co_await carol->connect(at.text());
            EXPECT_EQ(refused.error(), connection::Errc::denied);
            co_await carol->stop();
            connection::PeerAddresses addresses{.peer = alice.id(), .addresses = {at}};
            EXPECT_EQ((co_await bob.connect(std::move(addresses))).value(), alice.id());
            EXPECT_TRUE(bob.disconnect(alice.id()));
            EXPECT_FALSE((co_await say(bob, alice.id(), "bob")));
            std::vector<std::string> seen;
            for (int i = 0; i < 4; ++i) {
              const auto event = co_await events->next();
              if (std::holds_alternative<connection::ConnectionOpened>(*event)) seen.emplace_back("opened");
              if (std::holds_alternative<connection::PeerConnected>(*event)) seen.emplace_back("connected");
              if (std::holds_alternative<connection::ConnectionClosed>(*event)) seen.emplace_back("closed");
              if (std::holds_alternative<connection::PeerDisconnected>(*event)) seen.emplace_back("disconnected");
            }
            EXPECT_THAT(seen, testing::ElementsAre("opened", "connected", "closed", "disconnected"));
          });
}

TEST_P(HostTest, a_config_that_cannot_be_is_refused_and_named) {
  run([&](Runtime& runtime) -> Task<void> {
    const auto refusal = [&](const Configure& configure) {
      HostConfig config = config_of(runtime);
      configure(config);
      const auto made = Host::make(runtime, std::move(config));
      EXPECT_FALSE(made);
      return made ? "" : made.error().message();
    };
    EXPECT_THAT(refusal([](HostConfig& config) { config.transports = {"carrier-pigeon"}; }),
                HasSubstr("no transport is named \"carrier-pigeon\""));
    EXPECT_THAT(refusal([](HostConfig& config) { config.transports = {"memory"}; }), HasSubstr("memory_exchange"));
    EXPECT_THAT(refusal([](HostConfig& config) { config.security = {"rot13"}; }),
                HasSubstr("no secure channel is named \"rot13\""));
    EXPECT_THAT(refusal([](HostConfig& config) { config.muxers = {"mplex"}; }),
                HasSubstr("no muxer is named \"mplex\""));
    EXPECT_THAT(refusal([](HostConfig& config) { config.allow = {"everybody"}; }), HasSubstr("\"everybody\""));
    EXPECT_THAT(refusal([](HostConfig& config) { config.websocket.certificate_chain = "no certificate"; }),
                testing::Not(testing::IsEmpty()));
    const auto host = Host::make(runtime, config_of(runtime)).value();
    EXPECT_FALSE(host->listen("no address"));
    EXPECT_FALSE(co_await host->connect("no address"));
    co_await host->stop();
  });
}

TEST(HostInAWorld, crashes_and_comes_back_and_leaves_nothing_open) {
  simulation::World world({.link = {.latency = 5ms}});
  int greeted = 0;
  const auto at = "/ip4/10.1.0.1/tcp/4001";
  const auto alice =
      world.add_node({.addresses = {boost::asio::ip::make_address("10.1.0.1")}}, [&](Runtime& runtime) -> Task<void> {
        const auto host = Host::make(runtime, config_of(runtime)).value();
        host->handle("/hello/1.0.0", greet);
        EXPECT_TRUE(host->listen(at));
        const auto forever = [&]() -> Task<void> { co_await runtime.clock().sleep_until(runtime::Time::max()); };
        co_await runtime::with_cleanup<void>(forever, [&] { return host->stop(); });
      });
  world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    const auto host = Host::make(runtime, config_of(runtime)).value();
    const auto body = [&]() -> Task<void> {
      for (int round = 0; round < 20; ++round) {
        const auto peer = co_await host->connect(at);
        if (peer) {
          const auto answer = co_await say(*host, *peer, "bob");
          if (answer) ++greeted;
        }
        co_await runtime.clock().sleep_for(1s);
      }
    };
    co_await runtime::with_cleanup<void>(body, [&] { return host->stop(); });
  });
  for (int crash = 0; crash < 5; ++crash) {
    world.run_for(2s);
    world.crash(alice, simulation::CrashKind::process);
    world.restart(alice);
  }
  world.run_for(1min);
  EXPECT_GE(greeted, 15);
  EXPECT_EQ(world.network().open_connections(), 0u);
}

}  // namespace
}  // namespace quern::overlay
