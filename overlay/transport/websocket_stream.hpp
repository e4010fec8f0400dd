// A Stream inside WebSocket frames over another Stream.
#pragma once
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/random.hpp"
#include "overlay/runtime/stream.hpp"
#include "overlay/transport/websocket_frame.hpp"

namespace quern::transport {

inline constexpr std::size_t kWebSocketWriteBytes = 64 << 10;  // payload of the longest frame that is sent

// `below` has just finished the opening handshake; `early` are the bytes that came behind it. `masks` draws the mask
// keys of a client.
//
// One frame a write of up to kWebSocketWriteBytes, copied once. Reading holds no buffer: what comes is taken apart in
// the caller's. Pings are answered by whoever reads or writes next, and never wait: while a peer does not take the
// answers, only the newest kWebSocketControlQueueMax are kept. A frame that the protocol forbids is Errc::bad_frame for
// reader and writer, and the peer is told. shutdown_write() sends the close frame; the peer's is end_of_stream and does
// not end writing, which other implementations do: between muxers nothing is lost by it.
runtime::StreamPtr make_websocket_stream(runtime::StreamPtr below, WebSocketRole role, runtime::Random masks,
                                         runtime::Bytes early);

}  // namespace quern::transport
