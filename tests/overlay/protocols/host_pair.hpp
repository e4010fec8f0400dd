// Two hosts that are connected, on the simulator or over real loopback.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "overlay/host.hpp"
#include "overlay/runtime/cleanup.hpp"
#include "overlay/runtime/task_group.hpp"
#include "tests/overlay/connection/test_peers.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::protocols {

using overlay::Host;
using overlay::HostConfig;

using HostTalk = std::function<runtime::Task<void>(runtime::Runtime& runtime, Host& dialer, Host& listener)>;
using HostChange = std::function<void(HostConfig& config)>;

inline HostConfig test_config(unsigned number, const HostChange& change) {
  HostConfig config{.key = connection::test_key(number)};
  config.transports = {"tcp"};
  config.security = {"noise"};
  if (change) change(config);
  return config;
}

// Both live until `talk` has ended, and are stopped then.
inline runtime::Task<void> talk_as_pair(runtime::Runtime& runtime, std::string ip, HostChange change, HostTalk talk) {
  auto dialer = Host::make(runtime, test_config(1, change));
  auto listener = Host::make(runtime, test_config(2, change));
  EXPECT_TRUE(dialer && listener);
  if (!dialer || !listener) co_return;
  const auto body = [&]() -> runtime::Task<void> {
    EXPECT_TRUE((*listener)->listen("/ip4/" + ip + "/tcp/0"));
    connection::PeerAddresses target{.peer = (*listener)->id(), .addresses = (*listener)->addresses()};
    const auto events = (*listener)->events();
    const auto connected = co_await (*dialer)->connect(std::move(target));
    EXPECT_TRUE(connected) << connected.error().message();
    if (!connected) co_return;
    // The listener's end is up a moment later.
    while (!(*listener)->swarm().connected((*dialer)->id())) EXPECT_TRUE(co_await events->next());
    co_await talk(runtime, **dialer, **listener);
  };
  const auto stop = [&]() -> runtime::Task<void> {
    co_await (*dialer)->stop();
    co_await (*listener)->stop();
  };
  co_await runtime::with_cleanup<void>(body, stop);
}

class HostPairs : public runtime::BothWorlds {
 protected:
  void run_pair(HostTalk talk, HostChange change = {}) {
    run([ip = loopback().to_string(), change = std::move(change), talk = std::move(talk)](runtime::Runtime& runtime) {
      return talk_as_pair(runtime, ip, change, talk);
    });
  }
};

// In virtual time only, for what takes long.
inline void run_simulated_pair(HostTalk talk, HostChange change = {}) {
  EXPECT_TRUE(runtime::run_simulated([change = std::move(change), talk = std::move(talk)](runtime::Runtime& runtime) {
    return talk_as_pair(runtime, "10.0.0.1", change, talk);
  })) << "the program did not end within an hour";
}

// A stream to the peer on one protocol.
inline runtime::Task<connection::PeerStreamPtr> open_stream(Host& from, const Host& to, std::string protocol) {
  auto stream = co_await from.open(to.id(), std::move(protocol));
  EXPECT_TRUE(stream) << stream.error().message();
  if (!stream) co_return nullptr;
  co_return *std::move(stream);
}

// How many streams of that protocol the host has opened, ever.
inline std::uint64_t streams_opened(Host& host, std::string_view protocol) {
  return host.swarm().traffic().by_protocol[std::string(protocol)].streams_out;
}

}  // namespace quern::protocols
