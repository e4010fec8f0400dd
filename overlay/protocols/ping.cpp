#include "overlay/protocols/ping.hpp"

#include <array>
#include <map>
#include <optional>
#include <utility>

#include "overlay/protocols/error.hpp"
#include "overlay/runtime/deadline.hpp"

namespace quern::protocols {

using connection::PeerStream;
using connection::PeerStreamPtr;
using identity::PeerId;
using runtime::Duration;
using runtime::fail;
using runtime::Result;
using runtime::Runtime;
using runtime::Task;
using runtime::Time;

namespace {

using Payload = std::array<std::byte, kPingBytes>;

// Below the 10 s after which js-libp2p breaks a ping stream, however busy it is.
constexpr Duration kStreamAgeMax = std::chrono::seconds(8);

struct Served {
  std::map<PeerId, std::size_t> streams;  // open now
};

// One of a peer's streams, counted while it is served.
class Place {
 public:
  Place(std::shared_ptr<Served> served, PeerId peer) : served_(std::move(served)), peer_(std::move(peer)) {
    ++served_->streams[peer_];
  }
  ~Place() {
    const auto count = served_->streams.find(peer_);
    if (--count->second == 0) served_->streams.erase(count);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  std::shared_ptr<Served> served_;
  PeerId peer_;
};

Task<Result<void>> echo_one(PeerStream& stream) {
  Payload payload;
  CO_CHECK(co_await runtime::read_exactly(stream, payload));
  co_return co_await stream.write(payload);
}

Task<void> serve(std::shared_ptr<Served> served, Runtime& runtime, Duration idle, PeerStreamPtr stream) {
  const auto streams = served->streams.find(stream->peer());
  if (streams != served->streams.end() && streams->second >= kPingStreamsInPerPeer) {
    stream->abort();
    co_return;
  }
  const Place place(served, stream->peer());
  Result<void> echoed;
  while (echoed) echoed = co_await runtime::with_timeout(runtime.clock(), idle, echo_one(*stream));
  if (echoed.error() != runtime::Errc::end_of_stream) stream->abort();
}

}  // namespace

void serve_ping(connection::Swarm& swarm, Runtime& runtime, Duration idle) {
  auto served = std::make_shared<Served>();
  swarm.handle(std::string(kPing), [served, &runtime, idle](PeerStreamPtr stream) {
    return serve(served, runtime, idle, std::move(stream));
  });
}

struct Pinger::State {
  connection::Swarm& swarm;
  Runtime& runtime;
  PeerId peer;
  PeerStreamPtr stream;
  Time opened;

  Task<Result<Duration>> exchange();
};

Task<Result<Duration>> Pinger::State::exchange() {
  if (!stream) {
    std::vector<std::string> protocols{std::string(kPing)};
    CO_TRY(stream, co_await swarm.open(peer, std::move(protocols)));
    opened = runtime.clock().now();
  }
  Payload sent;
  Payload back;
  runtime.fill_secret(sent);
  const Time start = runtime.clock().now();
  CO_CHECK(co_await stream->write(sent));
  CO_CHECK(co_await runtime::read_exactly(*stream, back));
  const Duration trip = runtime.clock().now() - start;
  if (sent != back) co_return fail(Errc::bad_message, "other bytes came back than were sent");
  co_return trip;
}

Pinger::Pinger(connection::Swarm& swarm, Runtime& runtime, PeerId peer)
    : state_(std::make_unique<State>(State{.swarm = swarm, .runtime = runtime, .peer = std::move(peer)})) {}

Pinger::~Pinger() = default;

Task<Result<Duration>> Pinger::ping(Duration timeout) {
  runtime::Clock& clock = state_->runtime.clock();
  if (state_->stream && clock.now() - state_->opened >= kStreamAgeMax) state_->stream.reset();
  auto trip = co_await runtime::with_timeout(clock, timeout, state_->exchange());
  if (!trip && state_->stream) {  // whose bytes would come back are no longer known
    state_->stream->abort();
    state_->stream.reset();
  }
  co_return trip;
}

}  // namespace quern::protocols
