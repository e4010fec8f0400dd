#include "overlay/protocols/request.hpp"

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "overlay/protocols/length_delimited.hpp"
#include "overlay/protocols/peer_rates.hpp"
#include "overlay/protocols/response_head.hpp"
#include "overlay/runtime/deadline.hpp"

namespace quern::protocols {

using connection::PeerStream;
using connection::PeerStreamPtr;
using identity::PeerId;
using runtime::Bytes;
using runtime::fail;
using runtime::Result;
using runtime::Runtime;
using runtime::Task;
using runtime::Time;

namespace {

// After the deadline, to say that it has passed.
constexpr runtime::Duration kLastWords = std::chrono::seconds(1);
// Of a request that is not wanted, taken in so that its sender comes to read why.
constexpr std::size_t kUnwantedBytesMax = 1 << 20;

// One protocol that is served.
struct Service {
  Service(Runtime& world, ServeOptions serve_options, RequestHandler request_handler)
      : runtime(world),
        options(serve_options),
        handler(std::move(request_handler)),
        per_peer(options.per_peer, world.clock().now()),
        all(options.all, world.clock().now()) {}

  Runtime& runtime;
  ServeOptions options;
  RequestHandler handler;
  PeerRates per_peer;
  TokenBucket all;
  std::size_t in_progress = 0;

  // Why a request of that peer is not taken now; empty when it is.
  std::string_view refusal(const PeerId& peer) {
    const Time now = runtime.clock().now();
    if (in_progress >= options.in_progress_max) return "too many requests in progress";
    if (!per_peer.take(peer, now)) return "too many requests of yours";
    if (!all.take(now)) return "too many requests of all peers";
    return {};
  }
};

class InProgress {
 public:
  explicit InProgress(std::size_t& count) : count_(count) { ++count_; }
  ~InProgress() { --count_; }
  InProgress(const InProgress&) = delete;
  InProgress& operator=(const InProgress&) = delete;

 private:
  std::size_t& count_;
};

// Breaks a stream that is left before done() was called, so that the other end does not wait or work for nothing.
class Exchange {
 public:
  explicit Exchange(runtime::Stream& stream) : stream_(&stream) {}
  ~Exchange() {
    if (stream_) stream_->abort();
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  void done() { stream_ = nullptr; }

 private:
  runtime::Stream* stream_;
};

Bytes encode_answer(const Result<Bytes>& answer, std::size_t bytes_max) {
  Bytes out;
  if (!answer) {
    append_message(out, encode_response_head(ResponseStatus::failed, answer.error().message()));
  } else if (answer->size() > bytes_max) {
    const std::string text =
        "a response of " + std::to_string(answer->size()) + " bytes, limit " + std::to_string(bytes_max);
    append_message(out, encode_response_head(ResponseStatus::failed, text));
  } else {
    append_message(out, encode_response_head(ResponseStatus::ok, ""));
    append_message(out, *answer);
  }
  return out;
}

// Takes in what the peer still sends, for closing with unread bytes would reset what was just written.
Task<Result<void>> take_in(PeerStream& stream) {
  std::array<std::byte, 4096> ignored;
  for (std::size_t count = 0; count <= kUnwantedBytesMax;) {
    const auto size = stream.try_read(ignored);
    if (!size) co_return std::unexpected(size.error());
    if (*size == 0) CO_CHECK(co_await stream.wait_readable());
    count += *size;
  }
  co_return Result<void>();
}

Task<Result<void>> refuse(PeerStream& stream, ResponseStatus status, std::string_view why) {
  const Bytes head = encode_response_head(status, why);
  CO_CHECK(co_await write_message(stream, head));
  stream.shutdown_write();
  const auto ended = co_await take_in(stream);
  if (ended || ended.error() != runtime::Errc::end_of_stream) stream.abort();
  co_return Result<void>();
}

// How far an exchange has come.
enum class Step : std::uint8_t { reading, handling, answering };

Task<Result<void>> converse(Service& service, PeerStream& stream, Step& step) {
  if (const std::string_view why = service.refusal(stream.peer()); !why.empty())
    co_return co_await refuse(stream, ResponseStatus::rate_limited, why);
  const InProgress counted(service.in_progress);
  auto request = co_await read_message(stream, service.options.request_bytes_max);
  if (!request && request.error() == Errc::message_too_large)
    co_return co_await refuse(stream, ResponseStatus::too_large, request.error().detail());
  if (!request && request.error() == Errc::bad_message)
    co_return co_await refuse(stream, ResponseStatus::bad_request, request.error().detail());
  if (!request) co_return std::unexpected(std::move(request).error());
  step = Step::handling;
  const auto answer = co_await service.handler(stream.peer(), *std::move(request));
  step = Step::answering;
  const Bytes out = encode_answer(answer, service.options.response_bytes_max);
  auto written = co_await stream.write(out);
  stream.shutdown_write();  // in the turn of the write: one packet
  co_return written;
}

// One deadline around all of it: each costs about a microsecond.
Task<void> serve(std::shared_ptr<Service> service, PeerStreamPtr stream) {
  runtime::Clock& clock = service->runtime.clock();
  const Time deadline = clock.now() + service->options.timeout;
  Exchange exchange(*stream);
  Step step = Step::reading;
  auto conversation = converse(*service, *stream, step);
  auto done = co_await runtime::with_deadline(clock, deadline, std::move(conversation));
  if (!done && done.error() == runtime::Errc::timed_out && step == Step::handling) {
    const Bytes head = encode_response_head(ResponseStatus::failed, done.error().message());
    auto words = write_message(*stream, head);
    done = co_await runtime::with_deadline(clock, deadline + kLastWords, std::move(words));
  }
  if (done) exchange.done();
}

Task<Result<Bytes>> ask(connection::Swarm& swarm, PeerId peer, std::string protocol, Bytes message,
                        std::size_t response_bytes_max) {
  std::vector<std::string> protocols{std::move(protocol)};
  CO_TRY(const PeerStreamPtr stream, co_await swarm.open(std::move(peer), std::move(protocols)));
  Exchange exchange(*stream);
  const auto written = co_await write_message(*stream, message);
  // The end leaves with the request. A handler that loses it has the length (js-libp2p loses an end so early).
  stream->shutdown_write();
  // A peer that refuses may stop reading before it has all: its answer says more than the failed write.
  const auto head = co_await read_message(*stream, kResponseHeadBytesMax);
  if (!head && !written) co_return std::unexpected(written.error());
  if (!head && head.error() == runtime::Errc::end_of_stream)
    co_return fail(Errc::bad_message, "the stream ended without a response");
  if (!head) co_return std::unexpected(head.error());
  auto accepted = check_response_head(*head);
  if (!accepted) {
    exchange.done();
    co_return std::unexpected(std::move(accepted).error());
  }
  auto response = co_await read_message(*stream, response_bytes_max);
  if (!response && response.error() == runtime::Errc::end_of_stream)
    co_return fail(Errc::bad_message, "the stream ended behind the response's head");
  if (response) exchange.done();
  co_return response;
}

}  // namespace

void serve_requests(connection::Swarm& swarm, Runtime& runtime, std::string protocol, ServeOptions options,
                    RequestHandler handler) {
  auto service = std::make_shared<Service>(runtime, options, std::move(handler));
  swarm.handle(std::move(protocol), [service](PeerStreamPtr stream) { return serve(service, std::move(stream)); });
}

Task<Result<Bytes>> request(connection::Swarm& swarm, Runtime& runtime, PeerId peer, std::string protocol,
                            Bytes message, RequestOptions options) {
  if (message.size() > options.request_bytes_max) {
    co_return fail(Errc::message_too_large, "a request of " + std::to_string(message.size()) + " bytes, limit " +
                                                std::to_string(options.request_bytes_max));
  }
  auto exchange = ask(swarm, std::move(peer), std::move(protocol), std::move(message), options.response_bytes_max);
  co_return co_await runtime::with_timeout(runtime.clock(), options.timeout, std::move(exchange));
}

}  // namespace quern::protocols
