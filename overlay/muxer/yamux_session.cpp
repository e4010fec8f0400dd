#include "overlay/muxer/yamux_session.hpp"

#include <chrono>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "overlay/muxer/yamux_handle.hpp"
#include "overlay/runtime/assertion.hpp"
#include "overlay/runtime/cleanup.hpp"
#include "overlay/runtime/task_group.hpp"

namespace quern::muxer {

using runtime::Duration;
using runtime::Error;
using runtime::Result;
using runtime::Task;

namespace {

// A peer that broke a rule is told so, if it reads within this time.
constexpr Duration kFarewell = std::chrono::seconds(1);
// Others get their turn after that many bytes, though the wire gives more, or takes all it is given.
constexpr std::size_t kReadTurnBytes = 128 << 10;
constexpr std::size_t kWriteTurnBytes = 512 << 10;
// A writer that has been idle lets that many turns pass before it writes.
constexpr int kGatherTurns = 2;
constexpr int kFirstTurns = 8;

constexpr const char* kPeerLeft = "the peer has said goodbye";
constexpr const char* kPeerFailed = "the peer says that it failed, or that this end broke a rule";

Task<void> next_turn() {
  co_await boost::asio::post(boost::asio::use_awaitable);
}

}  // namespace

SessionPtr make_yamux(runtime::Runtime& runtime, std::unique_ptr<security::SecureStream> wire, negotiation::Role role,
                      const YamuxConfig& config) {
  return std::make_shared<YamuxSession>(runtime, std::move(wire), role, config);
}

YamuxSession::YamuxSession(runtime::Runtime& runtime, std::unique_ptr<security::SecureStream> wire,
                           negotiation::Role role, const YamuxConfig& config)
    : runtime_(runtime),
      wire_(std::move(wire)),
      core_(role, config, *this, runtime.clock().now()),
      alarm_(
          runtime.clock(), [](void* self) { static_cast<YamuxSession*>(self)->on_alarm(); }, this),
      patience_(runtime.clock(), [](void* self) { static_cast<YamuxSession*>(self)->wire_->abort(); }, this) {}

YamuxSession::~YamuxSession() {
  QUERN_ASSERT(!begun_ || !wire_, "a session died before its run() had ended");
}

// What must hold when run() ends, also by cancellation.
class YamuxSession::Finish {
 public:
  explicit Finish(YamuxSession& session) : session_(session) {}
  ~Finish() {
    if (!session_.ended_) session_.break_off(Error(runtime::Errc::closed, "the session was cancelled"));
    session_.alarm_.cancel();
    session_.patience_.cancel();
    session_.wire_.reset();
  }
  Finish(const Finish&) = delete;
  Finish& operator=(const Finish&) = delete;

 private:
  YamuxSession& session_;
};

Task<Error> YamuxSession::run() {
  QUERN_ASSERT(!std::exchange(begun_, true), "a session runs once");
  {
    const Finish finish(*this);
    alarm_.arm(core_.heartbeat().next());
    // Not with_group(), whose body is a task of its own: an idle connection would keep 2 KiB more.
    runtime::TaskGroup writer(co_await boost::asio::this_coro::executor);
    auto read = [&] {
      writer.spawn(write_frames());
      return read_until_end();
    };
    co_await runtime::with_cleanup<void>(read, [&writer] { return writer.stop(); });
    wire_->close();
  }
  co_return ended_.value_or(Error(runtime::Errc::closed));
}

Task<void> YamuxSession::read_until_end() {
  Result<void> received;
  while (received) {
    received = co_await wire_->receive(*this);
    after_frames();
    if (core_.take_handed_over() == 0 && turn_bytes_ < kReadTurnBytes) {
      wake_writer();
      continue;
    }
    turn_bytes_ = 0;
    reader_writes_ = true;
    co_await next_turn();
    reader_writes_ = false;
    write_now();
  }
  const bool goodbye = core_.peer_left() && received.error() == runtime::Errc::end_of_stream;
  if (!leaving_) break_off(goodbye ? Error(Errc::going_away, kPeerLeft) : std::move(received).error());
  while (leaving_ && !left_) co_await leaver_.wait();
}

Task<void> YamuxSession::write_frames() {
  std::size_t written = 0;
  // The end of the handshake leaves with the first streams that are opened.
  for (int turns = 0; turns < kFirstTurns; ++turns) co_await next_turn();
  for (;;) {
    seal_waiting();
    if (seal_failure_) break_off(*seal_failure_);
    const std::size_t size = wire_->unsent();
    if (size == 0) {
      if (leaving_) break;
      co_await writer_.wait();
      // What answers need a few turns leave with the first: a packet less, and the peer wakes once.
      for (int turns = 0; turns < kGatherTurns; ++turns) co_await next_turn();
      continue;
    }
    auto flushed = co_await wire_->flush();
    if (!flushed) {
      break_off(std::move(flushed).error());
      break;
    }
    written += size;
    if (written < kWriteTurnBytes) continue;
    written = 0;
    co_await next_turn();
  }
  wire_->shutdown_write();
  left_ = true;
  leaver_.wake();
}

Result<void> YamuxSession::take(std::span<std::byte> plaintext) {
  turn_bytes_ += plaintext.size();
  auto done = core_.receive(plaintext, now());
  // Reading goes on, for nothing: a connection that is closed over unread bytes loses the goodbye.
  if (!done) leave(GoAwayCode::protocol_error, std::move(done).error(), kFarewell);
  return {};
}

// Wakes whoever can get on after frames were received.
void YamuxSession::after_frames() {
  if (core_.has_accepted()) acceptor_.wake();
  if (!core_.must_wait_to_open()) openers_.wake_one();
  if (!core_.heartbeat().pinging()) pingers_.wake_all();
  if (const auto& peer_left = core_.peer_left(); peer_left && !ended_) {
    const SessionStats now_open = core_.stats();
    const bool normal = *peer_left == GoAwayCode::normal;
    if (!normal || now_open.streams_in + now_open.streams_out == 0) {
      leave(GoAwayCode::normal, Error(Errc::going_away, normal ? kPeerLeft : kPeerFailed), kFarewell);
    }
  }
}

void YamuxSession::seal_waiting() {
  // How far the peer is, is asked along with the first that is sent.
  if (!pinged_ && core_.has_output()) {
    pinged_ = true;
    core_.ping(now());
  }
  core_.fill();
}

// Sends what applications have answered in the turn that they got: no turn later, and all of it in one write.
void YamuxSession::write_now() {
  seal_waiting();
  // A failure shows when the writer goes on.
  if (!wire_->try_flush() || wire_->unsent() != 0 || core_.has_output() || leaving_) writer_.wake();
}

void YamuxSession::on_alarm() {
  if (ended_) return;
  switch (core_.heartbeat().due(now())) {
    case Heartbeat::Need::nothing:
      break;
    case Heartbeat::Need::ping:
      core_.ping(now());
      wake_writer();
      break;
    case Heartbeat::Need::end:
      return break_off(Error(Errc::peer_silent));
  }
  alarm_.arm(core_.heartbeat().next());
}

Task<Result<MuxedStreamPtr>> YamuxSession::open() {
  while (core_.must_wait_to_open()) co_await openers_.wait();
  auto stream = core_.open(now());
  if (!stream) co_return std::unexpected(std::move(stream).error());
  wake_writer();
  if (!core_.must_wait_to_open()) openers_.wake_one();
  co_return std::make_unique<YamuxHandle>(shared_from_this(), *std::move(stream));
}

Task<Result<MuxedStreamPtr>> YamuxSession::accept() {
  for (;;) {
    if (ended_) co_return std::unexpected(*ended_);
    if (YamuxStreamPtr stream = core_.accept()) {
      co_return std::make_unique<YamuxHandle>(shared_from_this(), std::move(stream));
    }
    co_await acceptor_.wait();
  }
}

void YamuxSession::close(Duration patience) {
  leave(GoAwayCode::normal, Error(runtime::Errc::closed), patience);
}

Task<Result<Duration>> YamuxSession::ping() {
  if (!ended_) core_.ping(now());
  wake_writer();
  const std::uint64_t before = core_.heartbeat().pongs();
  while (core_.heartbeat().pongs() == before) {
    if (ended_) co_return std::unexpected(*ended_);
    if (!core_.heartbeat().pinging()) core_.ping(now());
    wake_writer();
    co_await pingers_.wait();
  }
  co_return core_.heartbeat().last_round_trip().value_or(Duration{});
}

SessionStats YamuxSession::stats() const {
  SessionStats stats = core_.stats();
  if (wire_) stats.buffered_bytes += wire_->unsent();
  return stats;
}

void YamuxSession::break_off(Error why) {
  if (!ended_) {
    ended_ = std::move(why);
    core_.end(*ended_, true);
    wake_all();
  }
  wire_->abort();
}

void YamuxSession::leave(GoAwayCode code, Error why, Duration patience) {
  if (ended_) return;
  ended_ = std::move(why);
  leaving_ = true;
  core_.leave(code, *ended_);
  patience_.arm(now() + patience);
  wake_all();
}

void YamuxSession::wake_all() {
  acceptor_.wake();
  openers_.wake_all();
  pingers_.wake_all();
  writer_.wake();
}

std::size_t YamuxSession::frame_bytes_max() const {
  return wire_->plaintext_per_record();
}

void YamuxSession::seal(runtime::ByteView head, runtime::ByteView body) {
  if (seal_failure_) return;
  if (auto sealed = wire_->seal(head, body); !sealed) seal_failure_ = std::move(sealed).error();
}

std::size_t YamuxSession::sealed() const {
  return wire_ ? wire_->sealed() : 0;
}

}  // namespace quern::muxer
