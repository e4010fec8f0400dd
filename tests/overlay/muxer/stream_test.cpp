// Streams of a session pass the conformance suite of Stream, on memory and on sockets.
#include <utility>

#include "tests/overlay/muxer/session_pair.hpp"
#include "tests/overlay/runtime/stream_conformance.hpp"

namespace quern::muxer {
namespace {

using runtime::kind_name;
using runtime::Runtime;
using runtime::StreamKind;
using runtime::StreamPair;
using runtime::Streams;
using runtime::Task;
using runtime::WorldKind;

using Carrier = std::shared_ptr<std::unique_ptr<SessionPair>>;

Task<StreamPair> connect_streams(Runtime& runtime, Carrier carrier) {
  *carrier = SessionPair::in_memory(runtime);
  StreamPair pair;
  auto opened = co_await (*carrier)->dialer->open();
  auto accepted = co_await (*carrier)->listener->accept();
  if (opened) pair.first = *std::move(opened);
  if (accepted) pair.second = *std::move(accepted);
  co_return pair;
}

Task<void> stop_sessions(Carrier carrier) {
  co_await (*carrier)->stop();
  carrier->reset();
}

StreamKind yamux_kind(WorldKind world, std::string name) {
  auto carrier = std::make_shared<std::unique_ptr<SessionPair>>();
  return {std::move(name), world, [carrier](Runtime& runtime) { return connect_streams(runtime, carrier); },
          [carrier](Runtime&) { return stop_sessions(carrier); }};
}

INSTANTIATE_TEST_SUITE_P(Kinds, Streams,
                         testing::Values(yamux_kind(WorldKind::simulated, "yamux_simulated"),
                                         yamux_kind(WorldKind::system, "yamux_system")),
                         kind_name);

}  // namespace
}  // namespace quern::muxer
