// All streams of the transports pass the conformance suite of Stream.
#include <utility>

#include "overlay/runtime/network.hpp"
#include "overlay/transport/memory.hpp"
#include "tests/overlay/runtime/stream_conformance.hpp"

namespace quern::transport {
namespace {

using runtime::kind_name;
using runtime::Runtime;
using runtime::StreamKind;
using runtime::StreamPair;
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

StreamKind memory_kind(WorldKind world, std::string name) {
  return {std::move(name), world, connect_memory};
}
StreamKind socket_kind(WorldKind world, std::string name) {
  return {std::move(name), world, [world](Runtime& runtime) { return connect_sockets(runtime, world); }};
}

INSTANTIATE_TEST_SUITE_P(Kinds, Streams,
                         testing::Values(memory_kind(WorldKind::simulated, "memory_simulated"),
                                         memory_kind(WorldKind::system, "memory_system"),
                                         socket_kind(WorldKind::simulated, "tcp_simulated"),
                                         socket_kind(WorldKind::system, "tcp_system")),
                         kind_name);

}  // namespace
}  // namespace quern::transport
