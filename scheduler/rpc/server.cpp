#include "scheduler/rpc/server.hpp"

#include <algorithm>
#include <list>
#include <utility>

#include "overlay/runtime/deadline.hpp"
#include "overlay/runtime/task_group.hpp"
#include "scheduler/rpc/session.hpp"
#include "scheduler/rpc/token.hpp"
#include "scheduler/rpc/unix_socket.hpp"
#include "scheduler/rpc/websocket.hpp"

namespace quern::rpc {

using runtime::Errc;
using runtime::Result;
using runtime::Task;

struct Server::State {
  Service service;
  std::unique_ptr<UnixListener> unix_listener;
  std::unique_ptr<WebSocketListener> websocket_listener;
  std::optional<UpgradeRules> rules;
  std::list<Session> sessions;
  std::size_t connections = 0;  // with those that are not upgraded yet
  std::size_t upgrading = 0;

  Task<void> accept_unix(runtime::TaskGroup& group);
  Task<void> accept_websocket(runtime::TaskGroup& group);
  Task<void> upgrade(std::unique_ptr<PendingWebSocket> pending);
  Task<void> serve_unix(MessageStreamPtr stream);
  Task<void> serve(MessageStreamPtr stream, bool authorized);
  Task<void> tell_news();
  // Who could not show that he may call: any user of the machine reaches the WebSocket's port.
  std::size_t strangers() const;
  std::size_t authorized() const { return connections - strangers(); }
  // Counts a connection; false when it is too many by far.
  bool begin(const std::string& caller);
  // The same for one that is to be upgraded. It takes no place from those that may call.
  bool begin_stranger(const std::string& caller);
  Task<void> after_error(const runtime::Error& error, std::string_view who);
  void bound_unsent();
};

namespace {

// Takes a session out of the list when it has ended.
class Removal {
 public:
  Removal(std::list<Session>& sessions, std::list<Session>::iterator session)
      : sessions_(sessions), session_(session) {}
  ~Removal() { sessions_.erase(session_); }
  Removal(const Removal&) = delete;
  Removal& operator=(const Removal&) = delete;

 private:
  std::list<Session>& sessions_;
  std::list<Session>::iterator session_;
};

// Uncounts a connection when it goes.
class Counted {
 public:
  explicit Counted(std::size_t& count) : count_(count) {}
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::size_t& count_;
};

}  // namespace

std::size_t Server::State::strangers() const {
  const auto sessions_of = std::ranges::count_if(sessions, [](const Session& one) { return !one.authorized(); });
  return upgrading + static_cast<std::size_t>(sessions_of);
}

bool Server::State::begin(const std::string& caller) {
  if (authorized() >= service.limits.connections + kRefusedAtOnceMax) {
    service.on_event("refused", caller,
                     to_text(limit_failure("connections", authorized() + 1, service.limits.connections)));
    return false;
  }
  ++connections;
  return true;
}

bool Server::State::begin_stranger(const std::string& caller) {
  if (strangers() >= kStrangersMax) {
    service.on_event("refused", caller, to_text(limit_failure("strangers", strangers() + 1, kStrangersMax)));
    return false;
  }
  ++connections;
  ++upgrading;
  return true;
}

// The one that holds the most goes: callers that read are not dropped for others that do not.
void Server::State::bound_unsent() {
  std::size_t all = 0;
  for (const Session& session : sessions) all += session.unsent_bytes();
  if (all <= kUnsentBytesOfAllMax) return;
  const auto slowest = std::ranges::max_element(sessions, {}, &Session::unsent_bytes);
  slowest->drop_slow("unsent_bytes_of_all", all, kUnsentBytesOfAllMax);
}

Task<void> Server::State::after_error(const runtime::Error& error, std::string_view who) {
  service.on_event("refused", who, error.message());
  // Of file descriptors, as a rule: some may be free again after a while.
  if (error != Errc::refused) co_await service.runtime.clock().sleep_for(std::chrono::milliseconds(100));
}

Task<void> Server::State::accept_unix(runtime::TaskGroup& group) {
  while (true) {
    auto stream = co_await unix_listener->accept();
    if (!stream) {
      co_await after_error(stream.error(), "unix");
    } else if (begin((*stream)->peer())) {
      group.spawn(serve_unix(*std::move(stream)));
    }
  }
}

Task<void> Server::State::accept_websocket(runtime::TaskGroup& group) {
  while (true) {
    auto pending = co_await websocket_listener->accept();
    if (!pending) {
      co_await after_error(pending.error(), "websocket");
    } else if (begin_stranger((*pending)->peer())) {
      group.spawn(upgrade(*std::move(pending)));
    }
  }
}

Task<void> Server::State::serve_unix(MessageStreamPtr stream) {
  const Counted counted(connections);
  co_await serve(std::move(stream), true);
}

Task<void> Server::State::upgrade(std::unique_ptr<PendingWebSocket> pending) {
  const Counted counted(connections);
  std::optional<Counted> counted_upgrading(std::in_place, upgrading);
  if (!rules) co_return;  // never: they come with the listener
  auto upgraded = co_await runtime::with_timeout(service.runtime.clock(), kUpgradeTime, pending->upgrade(*rules));
  if (!upgraded) {
    service.on_event("refused", pending->peer(), upgraded.error().message());
    co_return;
  }
  pending.reset();
  counted_upgrading.reset();
  co_await serve(std::move(upgraded->stream), upgraded->authorized);
}

Task<void> Server::State::serve(MessageStreamPtr stream, bool authorized) {
  const auto session = sessions.emplace(sessions.end(), service, std::move(stream), authorized);
  if (authorized && this->authorized() > service.limits.connections) {
    session->drop(limit_failure("connections", this->authorized(), service.limits.connections));
  }
  const Removal removal(sessions, session);
  co_await session->run();
}

Task<void> Server::State::tell_news() {
  while (true) {
    co_await service.topics.wait_changed();
    for (const std::string& topic : service.topics.refresh()) {
      for (Session& session : sessions) session.topic_changed(topic);
    }
    co_await service.runtime.clock().sleep_for(kTopicInterval);
  }
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::listen(runtime::Runtime& runtime, const Registry& registry, Topics& topics,
                                               ServerOptions options) {
  if (!options.on_event) options.on_event = [](std::string_view, std::string_view, std::string_view) {};
  auto state = std::make_unique<State>(
      State{.service = {runtime, registry, topics, options.limits, nullptr, std::move(options.on_event), {}}});
  state->service.authorized = [&of = *state] { return of.authorized(); };
  state->service.bound_unsent = [&of = *state] { of.bound_unsent(); };
  if (options.websocket) {
    auto token = Token::load_or_make(runtime, options.websocket->token_file);
    if (!token) return std::unexpected(std::move(token).error());
    auto& rules = state->rules.emplace(*std::move(token), std::move(options.websocket->origins));
    state->service.token = &rules.token;
    auto listener = WebSocketListener::listen(runtime.executor(), options.websocket->at);
    if (!listener) return std::unexpected(std::move(listener).error());
    state->websocket_listener = *std::move(listener);
  }
  if (options.unix_socket) {
    auto listener = UnixListener::listen(runtime.executor(), *options.unix_socket);
    if (!listener) return std::unexpected(std::move(listener).error());
    state->unix_listener = *std::move(listener);
  }
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

Task<void> Server::run() {
  co_await runtime::with_group<void>([this](runtime::TaskGroup& group) -> Task<void> {
    if (state_->unix_listener) group.spawn(state_->accept_unix(group));
    if (state_->websocket_listener) group.spawn(state_->accept_websocket(group));
    group.spawn(state_->tell_news());
    co_await group.join();
  });
}

std::optional<runtime::Endpoint> Server::websocket() const {
  if (!state_->websocket_listener) return std::nullopt;
  return state_->websocket_listener->local();
}

std::size_t Server::connections() const {
  return state_->connections;
}

}  // namespace quern::rpc
