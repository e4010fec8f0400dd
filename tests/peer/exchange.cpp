#include "tests/peer/exchange.hpp"

#include <utility>

#include "overlay/runtime/task_group.hpp"

namespace quern::peer {

using connection::PeerStream;
using runtime::Result;
using runtime::Task;

namespace {

Task<Result<void>> send(PeerStream& stream, const Content& content, std::uint64_t offset) {
  while (offset < content.size()) {
    const runtime::ByteView piece = content.piece(offset);
    CO_CHECK(co_await stream.write(piece));
    offset += piece.size();
  }
  co_return Result<void>();
}

Task<Result<Exchanged>> receive(PeerStream& stream, const Sink& sink, std::optional<std::uint64_t> enough) {
  runtime::RawBytes buffer(kPieceBytes);
  Exchanged out;
  while (!enough || out.received < *enough) {
    const auto size = co_await stream.read_some(buffer);
    if (!size && size.error() == runtime::Errc::end_of_stream) {
      out.ended = true;
      break;
    }
    CO_CHECK(size);
    CO_CHECK(sink(runtime::ByteView(buffer).first(*size)));
    out.received += *size;
  }
  co_return out;
}

// Sends from `offset` on. What goes wrong ends the reading, too.
Task<void> send_beside(PeerStream& stream, const Content& content, std::uint64_t offset, bool end_writing,
                       Result<void>& result) {
  result = co_await send(stream, content, offset);
  if (!result)
    stream.abort();
  else if (end_writing)
    stream.shutdown_write();
}

Task<Result<Exchanged>> both_ways(PeerStream& stream, const Content& content, const Sink& sink, std::uint64_t offset,
                                  ExchangeOptions options) {
  Result<void> sent;
  const auto run = [&](runtime::TaskGroup& group) -> Task<Result<Exchanged>> {
    group.spawn(send_beside(stream, content, offset, options.end_writing, sent));
    auto received = co_await receive(stream, sink, options.enough);
    if (received) co_await group.join();
    co_return received;
  };
  auto received = co_await runtime::with_group<Result<Exchanged>>(run);
  CO_CHECK(sent);
  co_return received;
}

Task<Result<Exchanged>> run_exchange(PeerStream& stream, const Content& content, const Sink& sink,
                                     ExchangeOptions options) {
  // The agreement on the protocol travels with the first piece, and must be there before the end of writing is said.
  const runtime::ByteView first = content.piece(0);
  if (!first.empty()) CO_CHECK(co_await stream.write(first));
  CO_CHECK(co_await stream.agreed());
  if (first.size() < content.size()) co_return co_await both_ways(stream, content, sink, first.size(), options);
  if (options.end_writing) stream.shutdown_write();
  co_return co_await receive(stream, sink, options.enough);
}

}  // namespace

Task<Result<Exchanged>> exchange(PeerStream& stream, const Content& content, const Sink& sink,
                                 ExchangeOptions options) {
  auto result = co_await run_exchange(stream, content, sink, options);
  if (!result) stream.abort();
  co_return result;
}

}  // namespace quern::peer
