// The one file with Beast in it: it is slow to compile.
#include "scheduler/rpc/websocket.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "overlay/runtime/system_network.hpp"

namespace quern::rpc {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using runtime::Errc;
using runtime::fail;
using runtime::Result;
using runtime::Task;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::string_view kBearer = "Bearer ";
using Socket = websocket::stream<tcp::socket>;

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

Task<runtime::Error> failure(boost::system::error_code error, std::string about) {
  if (error == websocket::error::closed) co_return runtime::Error(Errc::closed, std::move(about));
  if (error == websocket::error::message_too_big) co_return runtime::Error(Errc::too_large, std::move(about));
  if (error == http::error::end_of_stream) co_return runtime::Error(Errc::closed, std::move(about));
  co_return co_await stream_failure(error, std::move(about));
}

class FrameStream final : public MessageStream {
 public:
  FrameStream(Socket socket, std::string peer) : socket_(std::move(socket)), peer_(std::move(peer)) {
    socket_.text(true);
    socket_.auto_fragment(false);
  }
  ~FrameStream() override { close(); }
  FrameStream(const FrameStream&) = delete;
  FrameStream& operator=(const FrameStream&) = delete;

  Task<Result<std::string>> receive(std::size_t bytes_max) override {
    socket_.read_message_max(bytes_max);
    beast::flat_buffer buffer;
    const auto [error, size] = co_await socket_.async_read(buffer, kAwait);
    if (error) co_return std::unexpected(co_await failure(error, peer_));
    if (!socket_.got_text()) co_return fail(Errc::system, peer_ + ": a binary frame");
    co_return std::string(static_cast<const char*>(buffer.data().data()), buffer.size());
  }
  Task<Result<void>> send(std::string message) override {
    const auto [error, size] = co_await socket_.async_write(asio::buffer(message), kAwait);
    if (error) co_return std::unexpected(co_await failure(error, peer_));
    co_return Result<void>();
  }
  Task<void> finish(std::string reason) override {
    constexpr std::size_t kReasonBytesMax = 123;  // RFC 6455, 5.5
    reason.resize(std::min(reason.size(), kReasonBytesMax));
    // A character must not be cut.
    while (!reason.empty() && (static_cast<unsigned char>(reason.back()) & 0x80) != 0) reason.pop_back();
    const websocket::close_reason why(websocket::close_code::policy_error, {reason.data(), reason.size()});
    const auto [error] = co_await socket_.async_close(why, kAwait);
    if (error == asio::error::operation_aborted) std::ignore = co_await stream_failure(error);
  }
  void close() noexcept override {
    boost::system::error_code ignored;
    socket_.next_layer().close(ignored);
  }
  const std::string& peer() const override { return peer_; }

 private:
  Socket socket_;
  std::string peer_;
};

// "localhost:9181", "127.0.0.1", "[::1]:9181"
bool is_loopback_host(std::string_view host) {
  if (host.starts_with('[')) {
    host = host.substr(1, host.find(']') - 1);
  } else {
    host = host.substr(0, host.find(':'));
  }
  if (host == "localhost") return true;
  boost::system::error_code error;
  const auto address = asio::ip::make_address(std::string(host), error);
  return !error && address.is_loopback();
}

struct Verdict {
  http::status status = http::status::switching_protocols;  // any other: refused
  std::string detail;
  bool authorized = false;
};

Verdict judge(const http::request<http::empty_body>& request, const UpgradeRules& rules) {
  if (!websocket::is_upgrade(request)) return {http::status::upgrade_required, "this is a WebSocket"};
  const std::string_view host = view(request[http::field::host]);
  if (!is_loopback_host(host)) return {http::status::forbidden, "Host must be a loopback address"};
  const auto origin = request.find(http::field::origin);
  if (origin != request.end() && std::ranges::find(rules.origins, view(origin->value())) == rules.origins.end()) {
    return {http::status::forbidden, "Origin is not in rpc.websocket.origins"};
  }
  const auto authorization = request.find(http::field::authorization);
  if (authorization == request.end()) return {};
  std::string_view shown = view(authorization->value());
  // Names of schemes are the same in lower and upper case.
  const bool right =
      beast::iequals(shown.substr(0, kBearer.size()), kBearer) && rules.token.matches(shown.substr(kBearer.size()));
  if (!right) return {http::status::unauthorized, "the token is wrong"};
  return {.authorized = true};
}

class AcceptedSocket final : public PendingWebSocket {
 public:
  AcceptedSocket(tcp::socket socket, std::string peer) : socket_(std::move(socket)), peer_(std::move(peer)) {}

  Task<Result<Upgraded>> upgrade(const UpgradeRules& rules) override {
    beast::flat_buffer buffer(kUpgradeBytesMax);
    http::request_parser<http::empty_body> parser;
    parser.header_limit(kUpgradeBytesMax);
    const auto [error, size] = co_await http::async_read(socket_.next_layer(), buffer, parser, kAwait);
    if (error && error.category() == make_error_code(http::error::bad_method).category()) {
      co_return co_await refuse({http::status::bad_request, error.message()});
    }
    if (error) co_return std::unexpected(co_await failure(error, peer_));
    Verdict verdict = judge(parser.get(), rules);
    if (verdict.status != http::status::switching_protocols) co_return co_await refuse(std::move(verdict));
    const auto [accept_error] = co_await socket_.async_accept(parser.get(), kAwait);
    if (accept_error) co_return std::unexpected(co_await failure(accept_error, peer_));
    co_return Upgraded{std::make_unique<FrameStream>(std::move(socket_), peer_), verdict.authorized};
  }
  const std::string& peer() const override { return peer_; }

 private:
  Task<Result<Upgraded>> refuse(Verdict verdict) {
    http::response<http::string_body> response(verdict.status, 11);
    response.set(http::field::content_type, "text/plain");
    response.set(http::field::connection, "close");
    if (verdict.status == http::status::upgrade_required) response.set(http::field::upgrade, "websocket");
    if (verdict.status == http::status::unauthorized) response.set(http::field::www_authenticate, "Bearer");
    response.body() = verdict.detail + "\n";
    response.prepare_payload();
    const auto [error, size] = co_await http::async_write(socket_.next_layer(), response, kAwait);
    if (error == asio::error::operation_aborted) std::ignore = co_await stream_failure(error);
    boost::system::error_code ignored;
    socket_.next_layer().shutdown(tcp::socket::shutdown_send, ignored);
    co_return fail(Errc::refused, peer_ + ": " + verdict.detail);
  }

  Socket socket_;
  std::string peer_;
};

runtime::Endpoint to_endpoint(const tcp::endpoint& endpoint) {
  return {endpoint.address(), endpoint.port()};
}

class Listener final : public WebSocketListener {
 public:
  explicit Listener(tcp::acceptor acceptor)
      : acceptor_(std::move(acceptor)), local_(to_endpoint(acceptor_.local_endpoint())) {}

  Task<Result<std::unique_ptr<PendingWebSocket>>> accept() override {
    auto [error, socket] = co_await acceptor_.async_accept(kAwait);
    if (error) co_return std::unexpected(co_await stream_failure(error, to_string(local_)));
    // Without it, a message of several segments waits for the peer's delayed acknowledgement: 44 ms, not 61 us.
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const auto remote = socket.remote_endpoint(ignored);
    co_return std::make_unique<AcceptedSocket>(std::move(socket), "websocket " + to_string(to_endpoint(remote)));
  }
  runtime::Endpoint local() const override { return local_; }

 private:
  tcp::acceptor acceptor_;
  runtime::Endpoint local_;
};

}  // namespace

Result<std::unique_ptr<WebSocketListener>> WebSocketListener::listen(const runtime::Executor& executor,
                                                                     const runtime::Endpoint& at) {
  if (!at.address.is_loopback()) {
    return fail(Errc::refused, to_string(at) + " is not loopback: without TLS the token would be readable on the way");
  }
  tcp::acceptor acceptor(executor);
  const tcp::endpoint endpoint(at.address, at.port);
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(runtime::kBacklogMax, error);
  if (error) return std::unexpected(runtime::from_system(error, to_string(at) + ", of rpc.websocket"));
  return std::make_unique<Listener>(std::move(acceptor));
}

Task<Result<MessageStreamPtr>> connect_websocket(runtime::Executor executor, runtime::Endpoint to,
                                                 std::optional<std::string> token) {
  tcp::socket tcp_socket(executor);
  const auto [connect_error] = co_await tcp_socket.async_connect(tcp::endpoint(to.address, to.port), kAwait);
  if (connect_error) co_return std::unexpected(co_await stream_failure(connect_error, to_string(to)));
  boost::system::error_code ignored;
  tcp_socket.set_option(tcp::no_delay(true), ignored);
  Socket socket(std::move(tcp_socket));
  socket.set_option(websocket::stream_base::decorator([&token](websocket::request_type& request) {
    if (token) request.set(http::field::authorization, std::string(kBearer) + *token);
  }));
  websocket::response_type response;
  const auto [error] = co_await socket.async_handshake(response, to_string(to), "/", kAwait);
  if (error == websocket::error::upgrade_declined) {
    std::string status = std::to_string(response.result_int()) + " ";
    co_return fail(Errc::refused, status + response.body());
  }
  if (error) co_return std::unexpected(co_await failure(error, to_string(to)));
  co_return std::make_unique<FrameStream>(std::move(socket), "websocket " + to_string(to));
}

}  // namespace quern::rpc
