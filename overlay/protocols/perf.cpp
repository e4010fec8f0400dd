#include "overlay/protocols/perf.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "overlay/protocols/error.hpp"
#include "overlay/runtime/task_group.hpp"

namespace quern::protocols {

using connection::PeerStream;
using connection::PeerStreamPtr;
using runtime::fail;
using runtime::Result;
using runtime::Runtime;
using runtime::Task;
using runtime::Time;

namespace {

constexpr std::size_t kBlockBytes = 64 << 10;
constexpr runtime::Duration kStallMax = std::chrono::seconds(60);  // without a byte; then the stream is given up
constexpr std::array<std::byte, kBlockBytes> kZeros{};

using Head = std::array<std::byte, sizeof(std::uint64_t)>;

Head encode_head(std::uint64_t wanted) {
  Head head;
  for (std::size_t i = 0; i < head.size(); ++i) head[i] = static_cast<std::byte>(wanted >> 8 * (head.size() - 1 - i));
  return head;
}

std::uint64_t decode_head(const Head& head) {
  std::uint64_t wanted = 0;
  for (const std::byte byte : head) wanted = wanted << 8 | std::to_integer<std::uint64_t>(byte);
  return wanted;
}

struct Progress {
  std::uint64_t moved = 0;  // bytes, either way
  bool stalled = false;
};

// The loops below allocate nothing for a block, whatever its size: that is why they read with try_read().

Task<Result<void>> send_zeros(runtime::Stream& stream, std::uint64_t count, Progress& progress) {
  while (count > 0) {
    const auto size = std::min<std::uint64_t>(count, kZeros.size());
    CO_CHECK(co_await stream.write(std::span(kZeros).first(size)));
    count -= size;
    progress.moved += size;
  }
  co_return Result<void>();
}

// How many bytes came before the end; Errc::bad_message when it is more than `most`.
Task<Result<std::uint64_t>> count_to_end(runtime::Stream& stream, std::uint64_t most, Progress& progress) {
  std::vector<std::byte> block(kBlockBytes);
  std::uint64_t count = 0;
  for (;;) {
    auto size = stream.try_read(block);
    if (!size && size.error() == runtime::Errc::end_of_stream) co_return count;
    if (!size) co_return std::unexpected(std::move(size).error());
    if (*size == 0) CO_CHECK(co_await stream.wait_readable());
    count += *size;
    progress.moved += *size;
    if (count > most)
      co_return fail(Errc::bad_message, "more came than the " + std::to_string(most) + " bytes asked for");
  }
}

// Breaks a stream on which nothing has moved for kStallMax.
Task<void> watch(Runtime& runtime, PeerStream& stream, Progress& progress) {
  for (std::uint64_t before = UINT64_MAX; before != progress.moved;) {
    before = progress.moved;
    co_await runtime.clock().sleep_for(kStallMax);
  }
  progress.stalled = true;
  stream.abort();
}

Task<Result<void>> answer(PeerStream& stream, Progress& progress) {
  Head head;
  CO_CHECK(co_await runtime::read_exactly(stream, head));
  CO_CHECK(co_await count_to_end(stream, UINT64_MAX, progress));
  CO_CHECK(co_await send_zeros(stream, decode_head(head), progress));
  stream.shutdown_write();
  co_return Result<void>();
}

Task<void> serve(Runtime& runtime, PeerStreamPtr stream) {
  Progress progress;
  const auto watched = [&](runtime::TaskGroup& group) {
    group.spawn(watch(runtime, *stream, progress));
    return answer(*stream, progress);
  };
  const auto answered = co_await runtime::with_group<Result<void>>(watched);
  if (!answered) stream->abort();
}

Task<Result<PerfResult>> exchange(Runtime& runtime, PeerStream& stream, std::uint64_t upload, std::uint64_t download,
                                  Progress& progress) {
  const Time start = runtime.clock().now();
  const Head head = encode_head(download);
  CO_CHECK(co_await stream.write(head));
  CO_CHECK(co_await send_zeros(stream, upload, progress));
  CO_CHECK(co_await stream.agreed());
  stream.shutdown_write();
  const Time sent = runtime.clock().now();
  CO_TRY(const std::uint64_t count, co_await count_to_end(stream, download, progress));
  if (count < download)
    co_return fail(Errc::bad_message,
                   "only " + std::to_string(count) + " of " + std::to_string(download) + " bytes came");
  co_return PerfResult{.upload = sent - start, .download = runtime.clock().now() - sent};
}

}  // namespace

void serve_perf(connection::Swarm& swarm, Runtime& runtime) {
  swarm.handle(std::string(kPerf), [&runtime](PeerStreamPtr stream) { return serve(runtime, std::move(stream)); });
}

Task<Result<PerfResult>> measure_perf(connection::Swarm& swarm, Runtime& runtime, identity::PeerId peer,
                                      std::uint64_t upload_bytes, std::uint64_t download_bytes) {
  std::vector<std::string> protocols{std::string(kPerf)};
  CO_TRY(const PeerStreamPtr stream, co_await swarm.open(std::move(peer), std::move(protocols)));
  Progress progress;
  const auto watched = [&](runtime::TaskGroup& group) {
    group.spawn(watch(runtime, *stream, progress));
    return exchange(runtime, *stream, upload_bytes, download_bytes, progress);
  };
  auto result = co_await runtime::with_group<Result<PerfResult>>(watched);
  if (!result) stream->abort();
  if (progress.stalled) co_return fail(runtime::Errc::timed_out, "no byte moved for a minute");
  co_return result;
}

}  // namespace quern::protocols
