// Swarms for tests, on both worlds and in worlds of many nodes.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "overlay/connection/swarm.hpp"
#include "overlay/negotiation/multistream.hpp"
#include "overlay/runtime/cleanup.hpp"
#include "overlay/runtime/task_group.hpp"
#include "overlay/security/noise.hpp"
#include "overlay/security/tls.hpp"
#include "overlay/transport/tcp.hpp"
#include "tests/overlay/connection/test_peers.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::connection {

using namespace std::chrono_literals;
using runtime::Bytes;
using runtime::Result;
using runtime::Runtime;
using runtime::Task;
using runtime::TaskGroup;
using runtime::with_cleanup;
using runtime::with_group;

inline const std::string kEcho = "/echo/1.0.0";

inline std::vector<std::string> protocol(std::string id) {
  std::vector<std::string> out;
  out.push_back(std::move(id));
  return out;
}

// Over TCP, with the key of that number.
inline std::unique_ptr<Swarm> make_swarm(Runtime& runtime, unsigned number, SwarmConfig config = {},
                                         const std::vector<std::string>& channels = {"noise"}) {
  const auto key = test_key(number);
  std::vector<transport::TransportPtr> transports;
  transports.push_back(transport::make_tcp(runtime));
  std::vector<security::SecurityPtr> security;
  for (const std::string& name : channels) {
    const auto muxers = protocol(std::string(muxer::kYamux));
    security.push_back(name == "tls" ? security::make_tls(runtime, key, muxers)
                                     : security::make_noise(runtime, key, muxers));
  }
  return std::make_unique<Swarm>(runtime, test_peer(number), std::move(transports), std::move(security),
                                 std::move(config));
}

inline multiformats::Multiaddr tcp_at(const runtime::IpAddress& address, int port = 0) {
  return multiaddr("/ip4/" + address.to_string() + "/tcp/" + std::to_string(port));
}
inline multiformats::Multiaddr of_peer(const multiformats::Multiaddr& address, const identity::PeerId& peer) {
  return address.with(multiformats::Protocol::p2p, peer.bytes());
}

// Everything until the peer has finished writing; what came before an error otherwise.
inline Task<Bytes> read_all(runtime::Stream& stream) {
  Bytes out;
  Bytes buffer(4096);
  for (;;) {
    const auto size = co_await stream.read_some(buffer);
    if (!size) co_return out;
    out.insert(out.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*size));
  }
}

// Sends back what comes, until the peer has finished.
inline Task<void> echo_back(PeerStreamPtr stream) {
  Bytes buffer(4096);
  for (;;) {
    const auto size = co_await stream->read_some(buffer);
    if (!size) break;
    const auto part = std::span<const std::byte>(buffer).first(*size);
    const auto written = co_await stream->write(part);
    if (!written) break;
  }
  stream->shutdown_write();
}

// What comes back.
inline Task<Result<std::string>> echo(Swarm& swarm, identity::PeerId peer, std::string text) {
  CO_TRY(const auto stream, co_await swarm.open(peer, protocol(kEcho)));
  CO_CHECK(co_await stream->write(runtime::bytes_of(text)));
  CO_CHECK(co_await stream->agreed());
  stream->shutdown_write();
  const Bytes back = co_await read_all(*stream);
  co_return std::string(runtime::text_of(back));
}

// The next event of a kind; others are passed over.
template <class Kind>
Task<Kind> next_of(EventQueue& events) {
  for (;;) {
    auto event = co_await events.next();
    if (!event) throw std::runtime_error("the events have ended");
    if (auto* found = std::get_if<Kind>(&*event)) co_return std::move(*found);
  }
}

// Runs two swarms, the second of which listens at at_ and echoes.
class TwoSwarms : public runtime::BothWorlds {
 protected:
  using Body = std::function<Task<void>(Runtime& runtime, Swarm& a, Swarm& b)>;

  void run_two(const Body& body, const SwarmConfig& for_a = {}, const SwarmConfig& for_b = {}) {
    run([&](Runtime& runtime) -> Task<void> {
      const auto a = make_swarm(runtime, 1, for_a);
      const auto b = make_swarm(runtime, 2, for_b);
      const auto both = [&]() -> Task<void> {
        b->handle(kEcho, echo_back);
        at_ = *b->listen(tcp_at(loopback()));
        co_await body(runtime, *a, *b);
      };
      const auto stop = [&]() -> Task<void> {
        co_await a->stop();
        co_await b->stop();
      };
      co_await with_cleanup<void>(both, stop);
    });
  }

  multiformats::Multiaddr at_;
};

}  // namespace quern::connection
