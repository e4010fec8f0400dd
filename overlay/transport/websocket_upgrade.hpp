// The opening handshake run on a stream.
#pragma once
#include <string>

#include "overlay/runtime/runtime.hpp"
#include "overlay/runtime/stream.hpp"

namespace quern::transport {

// Asks the server at the other end to speak WebSocket; `host` is its name, as in a URL. Errc::bad_handshake, those of
// the stream. A server that never answers is the caller's to cut off.
runtime::Task<runtime::Result<runtime::StreamPtr>> upgrade_as_client(runtime::Runtime& runtime,
                                                                     runtime::StreamPtr below, std::string host);
// Answers a client. One that asks for something else gets an HTTP error and is Errc::bad_handshake here.
runtime::Task<runtime::Result<runtime::StreamPtr>> upgrade_as_server(runtime::Runtime& runtime,
                                                                     runtime::StreamPtr below);

}  // namespace quern::transport
