// All streams of the transports pass the conformance suite of Stream.
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "overlay/runtime/network.hpp"
#include "overlay/transport/memory.hpp"
#include "overlay/transport/tcp_address.hpp"
#include "overlay/transport/websocket.hpp"
#include "overlay/transport/websocket_stream.hpp"
#include "tests/overlay/runtime/stream_conformance.hpp"
#include "tests/overlay/transport/certificates.hpp"

namespace quern::transport {
namespace {

using runtime::kind_name;
using runtime::Runtime;
using runtime::StreamKind;
using runtime::StreamPair;
using runtime::StreamPtr;
using runtime::Streams;
using runtime::Task;
using runtime::WorldKind;

runtime::IpAddress loopback(WorldKind world) {
  return boost::asio::ip::make_address(world == WorldKind::simulated ? "10.0.0.1" : "127.0.0.1");
}

Task<StreamPair> connect_memory(Runtime& /*runtime*/) {
  MemoryPipe pipe = make_memory_pipe();
  co_return StreamPair{std::move(pipe.first), std::move(pipe.second)};
}

// The two ends of a connection of the runtime's own network.
Task<StreamPair> connect_sockets(Runtime& runtime, WorldKind world) {
  StreamPair pair;
  auto listener = runtime.network().listen({loopback(world), 0});
  if (!listener) co_return pair;
  auto dialed = co_await runtime.network().connect((*listener)->local());
  auto accepted = co_await (*listener)->accept();
  if (dialed) pair.first = *std::move(dialed);
  if (accepted) pair.second = *std::move(accepted);
  co_return pair;
}

using Connect = std::function<Task<StreamPair>(Runtime&)>;

// The same ends with WebSocket frames between them; the first is the client.
Connect framed(Connect below) {
  return [below = std::move(below)](Runtime& runtime) -> Task<StreamPair> {
    StreamPair pair = co_await below(runtime);
    runtime::Random& random = runtime.random();
    pair.first = make_websocket_stream(std::move(pair.first), WebSocketRole::client, random.fork(), {});
    pair.second = make_websocket_stream(std::move(pair.second), WebSocketRole::server, random.fork(), {});
    co_return pair;
  };
}
// A connection of the WebSocket transport, its own handshakes included.
Connect transported(WorldKind world, std::string layers) {
  return [world, layers = std::move(layers)](Runtime& runtime) -> Task<StreamPair> {
    StreamPair pair;
    const auto transport = make_websocket(runtime, with_certificates());
    const auto at = multiformats::Multiaddr::from_text(tcp_multiaddr({loopback(world), 0}).text() + layers);
    const auto listener = (*transport)->listen(*at);
    auto serve = [](Listener& from, StreamPtr& into) -> Task<void> {
      auto connection = co_await from.accept();
      if (connection) connection = co_await from.establish(*std::move(connection));
      if (connection) into = std::move(connection->stream);
    };
    runtime::TaskGroup group(runtime.executor());
    group.spawn(serve(**listener, pair.second));
    auto dialed = co_await (*transport)->dial((*listener)->local(), false);
    if (dialed) pair.first = std::move(dialed->stream);
    co_await group.join();
    co_return pair;
  };
}
Connect swapped(Connect connect) {
  return [connect = std::move(connect)](Runtime& runtime) -> Task<StreamPair> {
    StreamPair pair = co_await connect(runtime);
    std::swap(pair.first, pair.second);
    co_return pair;
  };
}

std::vector<StreamKind> kinds() {
  std::vector<StreamKind> all;
  for (const WorldKind world : {WorldKind::simulated, WorldKind::system}) {
    const std::string suffix = world == WorldKind::simulated ? "_simulated" : "_system";
    const Connect sockets = [world](Runtime& runtime) { return connect_sockets(runtime, world); };
    all.push_back({"memory" + suffix, world, connect_memory});
    all.push_back({"tcp" + suffix, world, sockets});
    all.push_back({"ws_over_memory" + suffix, world, framed(connect_memory)});
    all.push_back({"ws_server_over_memory" + suffix, world, swapped(framed(connect_memory))});
    all.push_back({"ws" + suffix, world, transported(world, "/ws")});
    all.push_back({"wss" + suffix, world, transported(world, "/tls/ws")});
    all.push_back({"wss_server" + suffix, world, swapped(transported(world, "/tls/ws"))});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Kinds, Streams, testing::ValuesIn(kinds()), kind_name);

}  // namespace
}  // namespace quern::transport
