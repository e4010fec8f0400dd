// One stream from the opener's side: bytes go out and come back at the same time.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>

#include "overlay/connection/peer_stream.hpp"
#include "overlay/runtime/result.hpp"
#include "overlay/runtime/task.hpp"
#include "tests/peer/content.hpp"

namespace quern::peer {

// Takes what comes, in order; what it returns ends the exchange.
using Sink = std::function<runtime::Result<void>(runtime::ByteView bytes)>;

struct ExchangeOptions {
  bool end_writing = true;              // after the content
  std::optional<std::uint64_t> enough;  // stop reading then; without it at the end
};
struct Exchanged {
  std::uint64_t received = 0;
  bool ended = false;  // the peer ended its writing
};

// Sends `content`, gives what comes to `sink`, and returns when both are done; the stream is aborted when it fails.
// Holds one buffer. connection::Errc::unknown_protocol, what the sink returned, and those of the stream.
runtime::Task<runtime::Result<Exchanged>> exchange(connection::PeerStream& stream, const Content& content,
                                                   const Sink& sink, ExchangeOptions options = {});

}  // namespace quern::peer
