#include "scheduler/rpc/unix_socket.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "overlay/runtime/system_network.hpp"

namespace quern::rpc {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using runtime::Errc;
using runtime::fail;
using runtime::Result;
using runtime::Task;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kReadBytes = 64 << 10;

class LineStream final : public MessageStream {
 public:
  LineStream(stream_protocol::socket socket, std::string peer) : socket_(std::move(socket)), peer_(std::move(peer)) {}
  ~LineStream() override { close(); }
  LineStream(const LineStream&) = delete;
  LineStream& operator=(const LineStream&) = delete;

  Task<Result<std::string>> receive(std::size_t bytes_max) override {
    while (true) {
      const std::size_t end = received_.find('\n', searched_);
      if (end != std::string::npos && end - begin_ > bytes_max) co_return fail(Errc::too_large);
      if (end != std::string::npos) {
        std::string line = received_.substr(begin_, end - begin_);
        begin_ = searched_ = end + 1;
        if (line.find_first_not_of(" \t\r") != std::string::npos) co_return line;
        continue;
      }
      searched_ = received_.size();
      if (searched_ - begin_ > bytes_max) co_return fail(Errc::too_large);
      CO_CHECK(co_await read_more());
    }
  }
  Task<Result<void>> send(std::string message) override {
    message += '\n';
    const auto [error, size] = co_await asio::async_write(socket_, asio::buffer(message), kAwait);
    if (error) co_return std::unexpected(co_await stream_failure(error, peer_));
    co_return Result<void>();
  }
  Task<void> finish(std::string /*reason*/) override {
    boost::system::error_code ignored;
    socket_.shutdown(stream_protocol::socket::shutdown_send, ignored);
    co_return;
  }
  void close() noexcept override {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }
  const std::string& peer() const override { return peer_; }

 private:
  // What was returned is dropped only here: many short lines cost one move of the rest.
  Task<Result<void>> read_more() {
    received_.erase(0, begin_);
    searched_ -= begin_;
    begin_ = 0;
    const std::size_t size = received_.size();
    received_.resize(size + kReadBytes);
    const auto [error, read] =
        co_await socket_.async_read_some(asio::buffer(received_.data() + size, kReadBytes), kAwait);
    received_.resize(size + read);
    if (error == asio::error::eof && size > 0) co_return fail(Errc::reset, "the last message has no end");
    if (error == asio::error::eof && is_gone()) co_return fail(Errc::closed, peer_);
    if (error) co_return std::unexpected(co_await stream_failure(error, peer_));
    co_return Result<void>();
  }
  // Whether the peer has closed its end, and not only finished writing.
  bool is_gone() {
    pollfd state{.fd = socket_.native_handle(), .events = 0, .revents = 0};
    return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR)) != 0;
  }

  stream_protocol::socket socket_;
  std::string peer_;
  std::string received_;
  std::size_t begin_ = 0;     // of what has not been returned
  std::size_t searched_ = 0;  // up to here there is no further line feed
};

Result<stream_protocol::endpoint> endpoint_of(const std::filesystem::path& path) {
  if (path.native().size() > kSocketPathBytesMax) {
    return fail(Errc::too_large, path.native() + " is longer than the " + std::to_string(kSocketPathBytesMax) +
                                     " bytes that a socket's path may have");
  }
  return stream_protocol::endpoint(path.native());
}

runtime::Error system_error(int number, const std::filesystem::path& path) {
  return runtime::from_system({number, boost::system::system_category()}, path.native());
}

// Removes what a process that is gone has left there.
Result<void> clear(const runtime::Executor& executor, const stream_protocol::endpoint& endpoint) {
  const std::string path = endpoint.path();
  struct stat found{};
  if (::lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return {};
    return std::unexpected(system_error(errno, path));
  }
  if (!S_ISSOCK(found.st_mode))
    return fail(Errc::address_in_use, path + " is there and is no socket; rpc.socket may name another path");
  stream_protocol::socket probe(executor);
  boost::system::error_code error;
  probe.connect(endpoint, error);
  if (!error)
    return fail(Errc::address_in_use, "another process listens at " + path + "; rpc.socket may name another path");
  if (error != asio::error::connection_refused) return std::unexpected(runtime::from_system(error, path));
  if (::unlink(path.c_str()) != 0) return std::unexpected(system_error(errno, path));
  return {};
}

Result<stream_protocol::acceptor> open(const runtime::Executor& executor, const stream_protocol::endpoint& endpoint) {
  stream_protocol::acceptor acceptor(executor);
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  // The mode of the socket is that of the file it makes: there is no moment at which others may open it.
  if (!error && ::fchmod(acceptor.native_handle(), S_IRUSR | S_IWUSR) != 0) {
    error = {errno, boost::system::system_category()};
  }
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(runtime::kBacklogMax, error);
  if (error) return std::unexpected(runtime::from_system(error, endpoint.path()));
  return acceptor;
}

struct Peer {
  std::string name;
  uid_t uid = 0;
};
Result<Peer> peer_of(stream_protocol::socket& socket) {
  ucred found{};
  socklen_t size = sizeof found;
  if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &found, &size) != 0) {
    return std::unexpected(system_error(errno, "the peer's credentials"));
  }
  return Peer{"unix uid " + std::to_string(found.uid) + " pid " + std::to_string(found.pid), found.uid};
}

}  // namespace

struct UnixListener::State {
  stream_protocol::acceptor acceptor;
  std::string path;
  struct stat file{};
};

UnixListener::UnixListener(std::unique_ptr<State> state) : state_(std::move(state)) {}

UnixListener::~UnixListener() {
  struct stat found{};
  const bool ours = ::lstat(state_->path.c_str(), &found) == 0 && found.st_ino == state_->file.st_ino &&
                    found.st_dev == state_->file.st_dev;
  if (ours) ::unlink(state_->path.c_str());
}

Result<std::unique_ptr<UnixListener>> UnixListener::listen(const runtime::Executor& executor,
                                                           const std::filesystem::path& path) {
  auto endpoint = endpoint_of(path);
  if (!endpoint) return std::unexpected(std::move(endpoint).error());
  std::error_code error;
  if (path.has_parent_path() && std::filesystem::create_directories(path.parent_path(), error)) {
    std::filesystem::permissions(path.parent_path(), std::filesystem::perms::owner_all, error);
  }
  if (error) return fail(Errc::system, path.parent_path().native() + ": " + error.message());
  if (auto cleared = clear(executor, *endpoint); !cleared) return std::unexpected(std::move(cleared).error());
  auto acceptor = open(executor, *endpoint);
  if (!acceptor) return std::unexpected(std::move(acceptor).error());
  auto state = std::make_unique<State>(State{*std::move(acceptor), path.native()});
  if (::lstat(state->path.c_str(), &state->file) != 0) return std::unexpected(system_error(errno, path));
  return std::unique_ptr<UnixListener>(new UnixListener(std::move(state)));
}

Task<Result<MessageStreamPtr>> UnixListener::accept() {
  auto [error, socket] = co_await state_->acceptor.async_accept(kAwait);
  if (error) co_return std::unexpected(co_await stream_failure(error, state_->path));
  auto peer = peer_of(socket);
  if (!peer) co_return std::unexpected(std::move(peer).error());
  if (peer->uid != 0 && peer->uid != ::geteuid())
    co_return fail(Errc::refused, peer->name + ": another user's process");
  co_return std::make_unique<LineStream>(std::move(socket), std::move(peer->name));
}

Task<Result<MessageStreamPtr>> connect_unix(runtime::Executor executor, std::filesystem::path path) {
  auto endpoint = endpoint_of(path);
  if (!endpoint) co_return std::unexpected(std::move(endpoint).error());
  stream_protocol::socket socket(executor);
  const auto [error] = co_await socket.async_connect(*endpoint, kAwait);
  if (error == boost::system::errc::no_such_file_or_directory) co_return fail(Errc::not_found, path.native());
  if (error == boost::system::errc::permission_denied) {
    co_return fail(Errc::refused, path.native() + ": belongs to another user");
  }
  if (error) co_return std::unexpected(co_await stream_failure(error, path.native()));
  auto peer = peer_of(socket);
  if (!peer) co_return std::unexpected(std::move(peer).error());
  co_return std::make_unique<LineStream>(std::move(socket), std::move(peer->name));
}

}  // namespace quern::rpc
