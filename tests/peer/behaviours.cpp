#include "tests/peer/behaviours.hpp"

#include <cstdint>
#include <utility>

#include "overlay/runtime/bytes.hpp"
#include "tests/peer/content.hpp"
#include "tests/peer/error.hpp"

namespace quern::peer {

using connection::PeerStream;
using connection::PeerStreamPtr;
using runtime::Result;
using runtime::Task;

namespace {

// Tells how a stream went, however its task ends.
class Report {
 public:
  Report(Events& events, const PeerStream& stream, Told told) : events_(events), stream_(stream), told_(told) {}
  ~Report() {
    if (told_ == Told::broken && end_ == "end") return;
    events_.report({{"ev", "served"},
                    {"peer", stream_.peer().text()},
                    {"protocol", stream_.protocol()},
                    {"bytes", bytes_},
                    {"end", end_}});
  }
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;

  void count(std::size_t bytes) { bytes_ += bytes; }
  void end(std::string_view how) { end_ = how; }

 private:
  Events& events_;
  const PeerStream& stream_;
  Told told_;
  std::uint64_t bytes_ = 0;
  std::string_view end_ = "cancelled";  // with its connection
};

// Whether the stream is read on after the bytes that came.
Task<Result<bool>> react(PeerStream& stream, Behaviour behaviour, runtime::ByteView bytes) {
  if (behaviour == Behaviour::echo) CO_CHECK(co_await stream.write(bytes));
  co_return behaviour != Behaviour::reset;
}

Task<Result<void>> run(PeerStream& stream, Behaviour behaviour, Report& report) {
  if (behaviour == Behaviour::end) stream.shutdown_write();
  runtime::RawBytes buffer(kPieceBytes);
  for (;;) {
    const auto size = co_await stream.read_some(buffer);
    if (!size && size.error() == runtime::Errc::end_of_stream) break;
    CO_CHECK(size);
    report.count(*size);
    const runtime::ByteView bytes = runtime::ByteView(buffer).first(*size);
    CO_TRY(const bool goes_on, co_await react(stream, behaviour, bytes));
    if (goes_on) continue;
    stream.abort();
    report.end("aborted");
    co_return Result<void>();
  }
  stream.shutdown_write();
  report.end("end");
  co_return Result<void>();
}

Task<void> serve_stream(Events& events, Behaviour behaviour, Told told, PeerStreamPtr stream) {
  Report report(events, *stream, told);
  const auto done = co_await run(*stream, behaviour, report);
  if (done) co_return;
  report.end(name_of(done.error().code()));
  stream->abort();
}

}  // namespace

std::optional<Behaviour> behaviour_of(std::string_view name) {
  if (name == "echo") return Behaviour::echo;
  if (name == "sink") return Behaviour::sink;
  if (name == "end") return Behaviour::end;
  if (name == "reset") return Behaviour::reset;
  return std::nullopt;
}

void serve(overlay::Host& host, Events& events, std::string protocol, Behaviour behaviour, Told told) {
  host.handle(std::move(protocol), [&events, behaviour, told](PeerStreamPtr stream) {
    return serve_stream(events, behaviour, told, std::move(stream));
  });
}

}  // namespace quern::peer
