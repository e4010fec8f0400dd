#include "scheduler/rpc/client.hpp"

#include <deque>
#include <map>
#include <utility>

#include "overlay/runtime/deadline.hpp"
#include "overlay/runtime/task_group.hpp"
#include "overlay/runtime/waiter.hpp"
#include "scheduler/rpc/message.hpp"
#include "scheduler/rpc/message_stream.hpp"
#include "scheduler/rpc/patch.hpp"
#include "scheduler/rpc/session_methods.hpp"
#include "scheduler/rpc/token.hpp"
#include "scheduler/rpc/unix_socket.hpp"
#include "scheduler/rpc/websocket.hpp"

namespace quern::rpc {

namespace json = boost::json;
using runtime::Errc;
using runtime::Error;
using runtime::fail;
using runtime::Result;
using runtime::Task;

namespace {

constexpr std::size_t kUnsentBytesMax = 64 << 20;
constexpr std::size_t kDepthMax = 256;

// One topic, as far as the server has told.
struct Following {
  Update update;
  bool news = false;  // that next() has not returned
  std::optional<Error> over;
  runtime::WaitQueue changed;

  void take(std::uint64_t version, json::value value) {
    update = {version, std::move(value), {}};
    update.patch.emplace_back(json::object{{"path", ""}, {"value", update.value}});
    news = true;
  }
  void apply(std::uint64_t from, std::uint64_t version, const json::array& patch) {
    if (over) return;
    auto applied = from == update.version ? rpc::apply(update.value, patch)
                                          : fail(Errc::system, "the server's patch is for another version");
    if (!applied) {
      end(std::move(applied).error());
      return;
    }
    update.version = version;
    if (!news) update.patch.clear();
    update.patch.insert(update.patch.end(), patch.begin(), patch.end());
    if (update.patch.size() > kPatchOperationsMax) {
      update.patch = json::array{json::object{{"path", ""}, {"value", update.value}}};
    }
    news = true;
    changed.wake_all();
  }
  void end(Error why) {
    if (!over) over = std::move(why);
    changed.wake_all();
  }
};

// A call that waits for its answer; lives in the coroutine that waits.
struct Pending {
  std::optional<Answer> answer;
  std::shared_ptr<Following> following;  // takes the answer's snapshot before any patch is read
  runtime::WaitQueue answered;
};

const json::value* member(const json::value& value, std::string_view key) {
  const json::object* const object = value.if_object();
  return object ? object->if_contains(key) : nullptr;
}

std::string text_at(const json::value& value, std::string_view key) {
  const json::value* const found = member(value, key);
  return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::uint64_t number_at(const json::value& value, std::string_view key) {
  const json::value* const found = member(value, key);
  boost::system::error_code error;
  const auto number = found ? found->to_number<std::uint64_t>(error) : 0;
  return error ? 0 : number;
}

struct Connection {
  Connection(runtime::Runtime& r, MessageStreamPtr s, std::size_t bytes_max)
      : runtime(r), stream(std::move(s)), message_bytes(bytes_max), tasks(r.executor()) {}

  runtime::Runtime& runtime;
  MessageStreamPtr stream;
  std::size_t message_bytes;
  runtime::TaskGroup tasks;
  std::deque<std::string> outbox;
  std::size_t unsent_bytes = 0;  // at most kUnsentBytesMax
  runtime::WaitQueue work;
  std::int64_t last_id = 0;
  std::map<std::int64_t, Pending*> calls;
  std::map<std::string, std::shared_ptr<Following>, std::less<>> followings;
  std::string last_words;
  std::optional<Error> over;

  Result<void> push(std::string text) {
    if (over) return std::unexpected(*over);
    if (unsent_bytes + text.size() > kUnsentBytesMax) return fail(Errc::limit_reached, "the daemon does not read");
    unsent_bytes += text.size();
    outbox.push_back(std::move(text));
    work.wake_all();
    return {};
  }
  void end(Error why) {
    if (over) return;
    over = last_words.empty() ? std::move(why) : Error(Errc::closed, last_words);
    stream->close();
    work.wake_all();
    for (const auto& [id, call] : calls) call->answered.wake_all();
    for (const auto& [topic, following] : followings) following->end(*over);
  }
  Task<void> read();
  Task<void> write();
  Task<Result<Answer>> exchange(Request request, Pending& pending);
  void take(Response response);
  void take(const Request& notification);
};

Task<void> Connection::read() {
  while (!over) {
    auto text = co_await stream->receive(message_bytes);
    if (!text) {
      const bool ended = text.error() == Errc::end_of_stream;
      end(ended ? Error(Errc::closed, "the daemon has closed the connection") : std::move(text).error());
      co_return;
    }
    auto reply = read_reply(*text, kDepthMax);
    if (!reply) {
      end(std::move(reply).error());
    } else if (auto* const response = std::get_if<Response>(&*reply)) {
      take(std::move(*response));
    } else {
      take(std::get<Request>(*reply));
    }
  }
}

Task<void> Connection::write() {
  while (!over) {
    if (outbox.empty()) {
      co_await work.wait();
      continue;
    }
    std::string text = std::move(outbox.front());
    outbox.pop_front();
    unsent_bytes -= text.size();
    // That it cannot be written, the reader hears too, after the server's last words.
    if (const auto sent = co_await stream->send(std::move(text)); !sent) co_return;
  }
}

void Connection::take(Response response) {
  const auto found = response.id.is_int64() ? calls.find(response.id.get_int64()) : calls.end();
  if (found == calls.end() || found->second->answer) return;
  Pending& pending = *found->second;
  pending.answer = std::move(response.answer);
  pending.answered.wake_all();
  if (!pending.following || !*pending.answer) return;
  const json::value* const value = member(**pending.answer, "value");
  pending.following->take(number_at(**pending.answer, "version"), value ? *value : json::value());
  followings[text_at(**pending.answer, "topic")] = pending.following;
}

void Connection::take(const Request& notification) {
  if (notification.method == kConnectionClosing) {
    const auto failure = failure_from_json(notification.params);
    if (failure) last_words = to_text(*failure);
    return;
  }
  const auto found = followings.find(text_at(notification.params, "topic"));
  if (found == followings.end()) return;
  const json::value* const patch = member(notification.params, "patch");
  if (notification.method == kTopicChanged && patch && patch->is_array()) {
    found->second->apply(number_at(notification.params, "from"), number_at(notification.params, "version"),
                         patch->get_array());
  } else if (notification.method == kTopicEnded) {
    found->second->end(Error(Errc::end_of_stream, found->first));
    followings.erase(found);
  }
}

Task<Result<Answer>> Connection::exchange(Request request, Pending& pending) {
  CO_CHECK(push(to_text(request)));
  while (!pending.answer) {
    if (over) co_return std::unexpected(*over);
    co_await pending.answered.wait();
  }
  co_return *std::move(pending.answer);
}

// A call stands in the table as long as it is awaited, however that ends.
class Awaited {
 public:
  Awaited(Connection& connection, std::int64_t id, Pending& pending) : connection_(connection), id_(id) {
    connection_.calls.emplace(id, &pending);
  }
  ~Awaited() { connection_.calls.erase(id_); }
  Awaited(const Awaited&) = delete;
  Awaited& operator=(const Awaited&) = delete;

 private:
  Connection& connection_;
  std::int64_t id_;
};

class Follower final : public Subscription {
 public:
  Follower(std::weak_ptr<Connection> connection, std::string topic, std::shared_ptr<Following> following)
      : connection_(std::move(connection)), topic_(std::move(topic)), following_(std::move(following)) {}
  ~Follower() override {
    const auto connection = connection_.lock();
    if (!connection || following_->over) return;
    connection->followings.erase(topic_);
    std::ignore = connection->push(to_text(Request{"unsubscribe", json::object{{"topic", topic_}}, std::nullopt}));
  }
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  Task<Result<Update>> next() override {
    while (!following_->news) {
      if (const auto& over = following_->over) co_return std::unexpected(*over);
      co_await following_->changed.wait();
    }
    following_->news = false;
    Update update = following_->update;
    following_->update.patch.clear();
    co_return update;
  }

 private:
  std::weak_ptr<Connection> connection_;
  std::string topic_;
  std::shared_ptr<Following> following_;
};

class ConnectedClient final : public Client {
 public:
  explicit ConnectedClient(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {
    connection_->tasks.spawn(connection_->read());
    connection_->tasks.spawn(connection_->write());
  }

  Task<CallResult> call(std::string method, json::object params, runtime::Duration deadline) override {
    co_return co_await call(std::move(method), std::move(params), deadline, nullptr);
  }
  Task<Result<void>> notify(std::string method, json::object params) override {
    co_return connection_->push(to_text(Request{std::move(method), std::move(params), std::nullopt}));
  }
  Task<std::expected<std::unique_ptr<Subscription>, CallError>> subscribe(std::string topic,
                                                                          runtime::Duration deadline) override {
    const auto following = std::make_shared<Following>();
    const auto answer = co_await call("subscribe", {{"topic", topic}}, deadline, following);
    if (!answer) co_return std::unexpected(answer.error());
    co_return std::make_unique<Follower>(connection_, std::move(topic), following);
  }
  std::optional<Error> ended() const override { return connection_->over; }
  const std::string& server() const override { return connection_->stream->peer(); }
  Task<void> stop() override {
    connection_->end(Error(Errc::closed));
    co_await connection_->tasks.stop();
  }

 private:
  Task<CallResult> call(std::string method, json::object params, runtime::Duration deadline,
                        std::shared_ptr<Following> following) {
    const std::shared_ptr<Connection> connection = connection_;
    const std::int64_t id = ++connection->last_id;
    Pending pending;
    pending.following = std::move(following);
    const Awaited awaited(*connection, id, pending);
    auto answer = co_await runtime::with_timeout(
        connection->runtime.clock(), deadline,
        connection->exchange(Request{std::move(method), std::move(params), id}, pending));
    if (!answer) co_return std::unexpected(CallError{std::move(answer).error()});
    if (!*answer) co_return std::unexpected(CallError{std::move(*answer).error()});
    co_return **std::move(answer);
  }

  std::shared_ptr<Connection> connection_;
};

Task<Result<MessageStreamPtr>> open(runtime::Runtime& runtime, const ClientOptions& options) {
  if (options.unix_socket) co_return co_await connect_unix(runtime.executor(), *options.unix_socket);
  QUERN_ASSERT(options.websocket.has_value(), "a client needs a way to its server");
  std::optional<std::string> token;
  if (options.token_file) {
    auto loaded = Token::load(*options.token_file);
    if (!loaded) co_return std::unexpected(std::move(loaded).error());
    token = loaded->text();
  }
  co_return co_await connect_websocket(runtime.executor(), *options.websocket, std::move(token));
}

}  // namespace

std::string CallError::message() const {
  const Failure* const told = failure();
  return told ? to_text(*told) : std::get<Error>(why).message();
}

Task<Result<std::unique_ptr<Client>>> Client::connect(runtime::Runtime& runtime, ClientOptions options) {
  CO_TRY(auto stream, co_await runtime::with_timeout(runtime.clock(), options.connect_time, open(runtime, options)));
  co_return std::make_unique<ConnectedClient>(
      std::make_shared<Connection>(runtime, std::move(stream), options.message_bytes));
}

}  // namespace quern::rpc
