// A stream on which a protocol was agreed lazily passes the conformance suite of Stream.
#include <string>
#include <utility>

#include "overlay/negotiation/multistream.hpp"
#include "overlay/transport/memory.hpp"
#include "tests/overlay/runtime/stream_conformance.hpp"

namespace quern::negotiation {
namespace {

using runtime::kind_name;
using runtime::Runtime;
using runtime::StreamKind;
using runtime::StreamPair;
using runtime::Streams;
using runtime::Task;
using runtime::TaskGroup;
using runtime::WorldKind;

Task<StreamPair> connect_lazily(Runtime& runtime) {
  auto pipe = transport::make_memory_pipe();
  auto lazy = std::make_unique<LazyStream>(std::move(pipe.first), "/conformance/1.0.0");
  auto finish = [](LazyStream& stream) -> Task<void> { EXPECT_TRUE(co_await stream.finish()); };
  TaskGroup group(runtime.executor());
  group.spawn(finish(*lazy));
  const std::vector<std::string> served{"/conformance/1.0.0"};
  EXPECT_TRUE(co_await answer(*pipe.second, served));
  co_await group.join();
  co_return StreamPair{std::move(lazy), std::move(pipe.second)};
}

INSTANTIATE_TEST_SUITE_P(Kinds, Streams,
                         testing::Values(StreamKind{"lazy_simulated", WorldKind::simulated, connect_lazily, {}},
                                         StreamKind{"lazy_system", WorldKind::system, connect_lazily, {}}),
                         kind_name);

}  // namespace
}  // namespace quern::negotiation
