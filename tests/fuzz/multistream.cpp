// Foreign bytes in both roles of multistream-select: no crash, and no more of them taken than the negotiation's.
#include "overlay/negotiation/multistream.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/simulation/world.hpp"
#include "overlay/transport/memory.hpp"

namespace {

using quern::runtime::ByteView;
using quern::runtime::Runtime;
using quern::runtime::Stream;
using quern::runtime::Task;

constexpr std::size_t kBytesMax = 200'000;  // fit the pipe

// What was written there begins with the header, whatever came.
void check_header(Stream& there) {
  constexpr std::string_view kOpening = "\x13/multistream/1.0.0\n";
  quern::runtime::Bytes written(kOpening.size());
  const auto size = there.try_read(written);
  if (size && *size != 0 && !kOpening.starts_with(quern::runtime::text_of(std::span(written).first(*size)))) {
    std::abort();
  }
}

Task<void> play(ByteView bytes, std::uint8_t role) {
  const std::vector<std::string> ids{"/a", "/b/1.0.0"};
  auto pipe = quern::transport::make_memory_pipe();
  if (!co_await pipe.second->write(bytes)) std::abort();
  pipe.second->shutdown_write();
  if (role == 0) {
    const auto served = co_await quern::negotiation::answer(*pipe.first, ids);
    if (served && std::ranges::find(ids, *served) == ids.end()) std::abort();
  } else if (role == 1) {
    const auto index = co_await quern::negotiation::propose(*pipe.first, ids);
    if (index && *index >= ids.size()) std::abort();
  } else {
    quern::negotiation::LazyStream lazy(std::move(pipe.first), ids[0]);
    quern::runtime::Bytes buffer(64);
    while (const auto size = co_await lazy.read_some(buffer)) {
      if (*size == 0) std::abort();
    }
    const auto finished = co_await lazy.finish();
    const auto again = lazy.try_read(buffer);
    if (again.has_value()) std::abort();  // the end, or why there was no agreement, stays
    co_return;
  }
  check_header(*pipe.second);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > kBytesMax) return 0;
  const ByteView bytes = std::as_bytes(std::span(data + 1, size - 1));
  bool ended = false;
  quern::simulation::World world({});
  world.add_node({}, [&](Runtime&) -> Task<void> {
    co_await play(bytes, data[0] % 3);
    ended = true;
  });
  world.run_until(quern::runtime::Time{} + std::chrono::seconds(1));
  if (!ended) std::abort();
  return 0;
}
