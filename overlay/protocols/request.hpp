// Request and response: one message each way on a stream of its own, with size limits, a deadline and rate limits.
// Quern's protocols are made of this. On the wire: length-delimited request; then length-delimited
// quern.wire.ResponseHead (status, text), then on success the length-delimited response; both sides end their writing.
#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "overlay/connection/swarm.hpp"
#include "overlay/protocols/error.hpp"
#include "overlay/protocols/token_bucket.hpp"
#include "overlay/runtime/bytes.hpp"

namespace quern::protocols {

struct RequestOptions {
  std::size_t request_bytes_max = 64 << 10;
  std::size_t response_bytes_max = 64 << 10;
  runtime::Duration timeout = std::chrono::seconds(10);
};

struct ServeOptions {
  std::size_t request_bytes_max = 64 << 10;
  std::size_t response_bytes_max = 64 << 10;
  runtime::Duration timeout = std::chrono::seconds(10);  // to read, answer and write
  Rate per_peer = {.per_second = 100, .burst = 200};
  Rate all = {.per_second = 10'000, .burst = 20'000};
  std::size_t in_progress_max = 1024;
};

// Answers a request; an error's message is told to the peer (Errc::remote_failure there).
using RequestHandler =
    std::function<runtime::Task<runtime::Result<runtime::Bytes>>(identity::PeerId from, runtime::Bytes request)>;

void serve_requests(connection::Swarm& swarm, runtime::Runtime& runtime, std::string protocol, ServeOptions options,
                    RequestHandler handler);

// One exchange with a connected peer. Errc::message_too_large, bad_message, rate_limited, remote_failure,
// runtime::Errc::timed_out, and those of Swarm::open and of the stream.
runtime::Task<runtime::Result<runtime::Bytes>> request(connection::Swarm& swarm, runtime::Runtime& runtime,
                                                       identity::PeerId peer, std::string protocol,
                                                       runtime::Bytes message, RequestOptions options = {});

}  // namespace quern::protocols
