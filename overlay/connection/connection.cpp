#include "overlay/connection/connection.hpp"

#include <exception>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "overlay/connection/counted_stream.hpp"
#include "overlay/connection/gater.hpp"
#include "overlay/negotiation/multistream.hpp"
#include "overlay/runtime/assertion.hpp"
#include "overlay/runtime/cleanup.hpp"
#include "overlay/runtime/deadline.hpp"

namespace quern::connection {

using runtime::fail;
using runtime::Result;
using runtime::Task;

Connection::Connection(StreamServices& services, ConnectionInfo info, muxer::SessionPtr session,
                       ConnectionReservations reservations)
    : services_(services),
      info_(std::move(info)),
      session_(std::move(session)),
      reservations_(std::move(reservations)) {}

Task<void> Connection::run() {
  // Not with_group(), whose body is a task of its own: an idle connection would keep 2 KiB more.
  runtime::TaskGroup tasks(co_await boost::asio::this_coro::executor);
  auto carry = [&]() -> Task<void> {
    tasks.spawn(accept_streams(tasks));
    ended_ = co_await session_->run();
    info_.status = ConnectionStatus::closing;
  };
  co_await runtime::with_cleanup<void>(carry, [&tasks] { return tasks.stop(); });
}

Connection::End Connection::end() const {
  if (asked_) return *asked_;
  if (!ended_) return {};
  const CloseReason reason = reason_of(*ended_);
  // The peer was quicker to close the one of two that both ends give up.
  const bool given_up = superseded_ && reason == CloseReason::remote_closed;
  return {.reason = given_up ? CloseReason::duplicate : reason, .detail = ended_->message()};
}

ConnectionInfo Connection::info() const {
  ConnectionInfo out = info_;
  out.stats = session_->stats();
  return out;
}

std::size_t Connection::streams() const {
  const auto stats = session_->stats();
  return stats.streams_in + stats.streams_out;
}

void Connection::close(CloseReason reason, std::string detail) {
  if (asked_) return;
  asked_ = End{.reason = reason, .detail = std::move(detail)};
  info_.status = ConnectionStatus::closing;
  session_->close(services_.goodbye_timeout);
}

void Connection::supersede() {
  superseded_ = true;
  reservations_.peer = {};
}

StreamOrigin Connection::origin(std::string protocol, bool inbound) const {
  return {.peer = info_.peer, .protocol = std::move(protocol), .connection = info_.id, .inbound = inbound};
}

// Counts as a stream whose protocol is not agreed yet, from its acceptance on.
class Connection::Negotiating {
 public:
  explicit Negotiating(Connection& connection) : connection_(&connection) { ++connection.negotiating_; }
  ~Negotiating() {
    if (!connection_) return;
    --connection_->negotiating_;
    connection_->negotiated_.wake_one();
  }
  Negotiating(Negotiating&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
  Negotiating& operator=(Negotiating&&) = delete;
  Negotiating(const Negotiating&) = delete;
  Negotiating& operator=(const Negotiating&) = delete;

 private:
  Connection* connection_;
};

Task<void> Connection::accept_streams(runtime::TaskGroup& tasks) {
  for (;;) {
    while (negotiating_ >= kStreamHandshakesMax) co_await negotiated_.wait();
    auto stream = co_await session_->accept();
    if (!stream) co_return;
    tasks.spawn(serve(*std::move(stream), Negotiating(*this)));
  }
}

Task<Result<std::string>> Connection::negotiate(muxer::MuxedStream& stream, Negotiating /*negotiating*/) {
  const auto served = services_.protocols.served();
  co_return co_await runtime::with_timeout(services_.clock, services_.stream_timeout,
                                           negotiation::answer(stream, *served));
}

Task<void> Connection::serve(muxer::MuxedStreamPtr stream, Negotiating negotiating) {
  auto protocol = co_await negotiate(*stream, std::move(negotiating));
  if (!protocol) {
    stream->abort();
    co_return;
  }
  auto handler = services_.protocols.find(*protocol);
  auto reserved = services_.limits.stream_in(info_.peer, *protocol);
  if (!handler || !reserved) {
    if (!reserved) services_.events.publish(InboundRefused{.remote = info_.remote, .why = reserved.error()});
    stream->abort();
    co_return;
  }
  auto meter = services_.traffic.stream(info_.peer, *protocol, true);
  auto counted =
      make_counted(std::move(stream), origin(*std::move(protocol), true), *std::move(reserved), std::move(meter));
  co_await handle(std::move(handler), std::move(counted));
}

Task<void> Connection::handle(std::shared_ptr<const StreamHandler> handler, PeerStreamPtr stream) {
  const std::string protocol = stream->protocol();
  std::string what;
  try {
    co_await (*handler)(std::move(stream));
    co_return;
  } catch (const boost::system::system_error& error) {
    if (error.code() == boost::asio::error::operation_aborted) throw;
    what = error.what();
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
    what = "an exception of an unknown type";
  }
  services_.events.publish(HandlerFailed{.peer = info_.peer, .protocol = protocol, .what = std::move(what)});
}

Task<Result<PeerStreamPtr>> Connection::open(std::vector<std::string> protocols) {
  QUERN_ASSERT(!protocols.empty() && protocols.size() <= negotiation::kProposalsMax);
  if (!is_open()) co_return fail(Errc::unknown_peer, "the connection is closing");
  if (protocols.size() == 1) co_return co_await open_lazily(std::move(protocols.front()));
  co_return co_await open_proposing(std::move(protocols));
}

Task<Result<PeerStreamPtr>> Connection::open_lazily(std::string protocol) {
  CO_TRY(auto reserved, services_.limits.stream_out(info_.peer, protocol));
  CO_TRY(auto stream, co_await runtime::with_timeout(services_.clock, services_.stream_timeout, session_->open()));
  auto meter = services_.traffic.stream(info_.peer, protocol, false);
  auto lazy = std::make_unique<negotiation::LazyStream>(std::move(stream), protocol);
  co_return make_counted(std::move(lazy), origin(std::move(protocol), false), std::move(reserved), std::move(meter),
                         services_.clock, services_.stream_timeout);
}

Task<Result<PeerStreamPtr>> Connection::open_proposing(std::vector<std::string> protocols) {
  const runtime::Time deadline = services_.clock.now() + services_.stream_timeout;
  CO_TRY(auto stream, co_await runtime::with_deadline(services_.clock, deadline, session_->open()));
  auto index = co_await runtime::with_deadline(services_.clock, deadline, negotiation::propose(*stream, protocols));
  if (!index && index.error() == negotiation::Errc::none_in_common) {
    co_return fail(Errc::unknown_protocol, index.error().detail());
  }
  if (!index) {
    stream->abort();
    co_return std::unexpected(std::move(index).error());
  }
  std::string& protocol = protocols[*index];
  auto room = services_.limits.stream_out(info_.peer, protocol);
  if (!room) stream->abort();
  CO_TRY(auto reserved, std::move(room));
  auto meter = services_.traffic.stream(info_.peer, protocol, false);
  co_return make_counted(std::move(stream), origin(std::move(protocol), false), std::move(reserved), std::move(meter));
}

}  // namespace quern::connection
