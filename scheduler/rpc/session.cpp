#include "scheduler/rpc/session.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/json/serialize.hpp>
#include <boost/system/system_error.hpp>

#include "overlay/runtime/deadline.hpp"
#include "scheduler/rpc/session_methods.hpp"

namespace quern::rpc {

namespace json = boost::json;
using runtime::Errc;
using runtime::Task;

// What it followed is activated once the answer is queued: no patch comes before the snapshot it is for.
class Session::Scope final : public CallingConnection {
 public:
  explicit Scope(Session& session) : session_(session) {}
  Answer login(std::string_view token) override { return session_.login(token); }
  Answer subscribe(std::string_view topic) override { return session_.subscribe(topic, made_); }
  Answer unsubscribe(std::string_view topic) override { return session_.unsubscribe(topic); }
  const std::vector<std::string>& made() const { return made_; }

 private:
  Session& session_;
  std::vector<std::string> made_;
};

Session::Session(Service& service, MessageStreamPtr stream, bool authorized)
    : service_(service), stream_(std::move(stream)), authorized_(authorized), second_(service.runtime.clock().now()) {}

Session::~Session() {
  for (const auto& [topic, following] : followings_) service_.topics.unfollow(topic, following.last);
}

Task<void> Session::run() {
  co_await runtime::with_group<void>([this](runtime::TaskGroup& group) -> Task<void> {
    tasks_ = &group;
    group.spawn(write_messages());
    if (closing_) group.spawn(close_later());
    if (!authorized_) group.spawn(login_deadline());
    co_await read_messages();
    co_await drain();
    stream_->close();
  });
}

Task<void> Session::read_messages() {
  while (!closing_) {
    const std::size_t bytes_max = authorized_ ? service_.limits.message_bytes : kLoginMessageBytesMax;
    auto text = co_await stream_->receive(bytes_max);
    if (!text && text.error() == Errc::too_large) drop(limit_failure("message_bytes", bytes_max + 1, bytes_max));
    if (!text && text.error() == Errc::system) drop(failure(Code::parse_error, text.error().detail()));
    if (!text && text.error() != Errc::end_of_stream && !closing_) written_ = true;
    if (!text) co_return;
    Incoming incoming = read_message(*text, service_.limits);
    if (running_ < service_.limits.calls_at_once) {
      ++running_;
      tasks_->spawn(serve(std::move(incoming)));
    } else {
      refuse_all(incoming, limit_failure("calls_at_once", running_ + 1, service_.limits.calls_at_once));
    }
  }
}

Task<void> Session::drain() {
  runtime::Clock& clock = service_.runtime.clock();
  const runtime::Duration time = closing_ ? 2 * kLastWordsTime : kDrainTime;
  const auto wait = [](Session& self) -> Task<void> {
    while (!self.written_ && (self.closing_ || self.running_ > 0 || self.sending_ || !self.outbox_.empty())) {
      co_await self.idle_.wait();
    }
  };
  co_await runtime::run_until(clock, clock.now() + time, wait(*this));
}

Task<void> Session::write_messages() {
  while (!written_) {
    if (outbox_.empty()) queue_news();
    if (outbox_.empty() && closing_) break;
    if (outbox_.empty()) {
      idle_.wake_all();
      co_await work_.wait();
      continue;
    }
    std::string text = std::move(outbox_.front());
    outbox_.pop_front();
    const std::size_t size = text.size();
    sending_ = true;
    const auto sent =
        co_await runtime::with_timeout(service_.runtime.clock(), kSendTime, stream_->send(std::move(text)));
    sending_ = false;
    unsent_bytes_ -= size;
    if (sent) continue;
    if (sent.error() == Errc::timed_out) service_.on_event("dropped", stream_->peer(), "slow_reader: it takes nothing");
    written_ = true;
  }
  if (!written_) co_await stream_->finish(last_words_);
  written_ = true;
  stream_->close();
  idle_.wake_all();
}

Task<void> Session::login_deadline() {
  co_await service_.runtime.clock().sleep_for(kLoginTime);
  if (!authorized_) drop(failure(Code::unauthorized, "no token was shown in 10 s"));
}

Task<void> Session::close_later() {
  co_await service_.runtime.clock().sleep_for(kLastWordsTime);
  written_ = true;
  stream_->close();
  work_.wake_all();
  idle_.wake_all();
}

Task<void> Session::serve(Incoming incoming) {
  std::vector<Response> responses;
  responses.reserve(incoming.items.size());
  Scope scope(*this);
  for (auto& item : incoming.items) {
    if (auto* const malformed = std::get_if<Malformed>(&item)) {
      ++malformed_;
      responses.push_back({std::move(malformed->id), std::unexpected(std::move(malformed->failure))});
      continue;
    }
    Request& request = std::get<Request>(item);
    const std::optional<Id> id = std::move(request.id);
    Answer result = co_await call(std::move(request), scope);
    if (id) responses.push_back({*id, std::move(result)});
  }
  answer(std::move(responses), incoming.batch);
  for (const std::string& topic : scope.made()) {
    const auto found = followings_.find(topic);
    if (found == followings_.end()) continue;
    found->second.active = true;
    topic_changed(topic);
  }
  --running_;
  idle_.wake_all();
  const Limits& limits = service_.limits;
  if (malformed_ > limits.malformed_messages) {
    drop(limit_failure("malformed_messages", malformed_, limits.malformed_messages));
  }
  if (logins_ >= limits.login_attempts && !authorized_) {
    drop(limit_failure("login_attempts", logins_, limits.login_attempts));
  }
}

Task<Answer> Session::call(Request request, Scope& scope) {
  if (!count_call())
    co_return std::unexpected(limit_failure("calls_per_second", calls_, service_.limits.calls_per_second));
  if (!authorized_ && request.method != kLoginMethod) {
    co_return fail(Code::unauthorized, request.method, "call auth.login with what the token file holds");
  }
  const Method* const method = service_.registry.find(request.method);
  if (!method) co_return std::unexpected(service_.registry.unknown(request.method));
  auto params = Registry::arguments(*method, request.params);
  if (!params) co_return std::unexpected(std::move(params).error());
  co_return co_await run_handler(*method, *std::move(params), scope);
}

Task<Answer> Session::run_handler(const Method& method, json::object params, Scope& scope) {
  try {
    co_return co_await method.handler(std::move(params), Caller{stream_->peer(), &scope});
  } catch (const boost::system::system_error& error) {
    if (error.code() == boost::asio::error::operation_aborted) throw;
    service_.on_event("failed", stream_->peer(), method.name + ": " + error.what());
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    service_.on_event("failed", stream_->peer(), method.name + ": " + error.what());
  }
  co_return fail(Code::internal_error, method.name, "report it with the daemon's log");
}

void Session::refuse_all(const Incoming& incoming, const Failure& why) {
  std::vector<Response> responses;
  for (const auto& item : incoming.items) {
    if (const auto* const malformed = std::get_if<Malformed>(&item)) {
      responses.push_back({malformed->id, std::unexpected(malformed->failure)});
    } else if (const auto& id = std::get<Request>(item).id) {
      responses.push_back({*id, std::unexpected(why)});
    }
  }
  answer(std::move(responses), incoming.batch);
}

void Session::answer(std::vector<Response> responses, bool batch) {
  if (responses.empty()) return;
  std::string text = batch ? to_text(responses) : to_text(responses.front());
  if (const std::size_t limit = service_.limits.unsent_bytes; text.size() > limit) {
    for (Response& response : responses) {
      response.answer = std::unexpected(limit_failure("unsent_bytes", text.size(), limit));
    }
    text = batch ? to_text(responses) : to_text(responses.front());
  }
  push(std::move(text));
}

void Session::push(std::string text) {
  if (closing_ || written_) return;
  const std::size_t limit = service_.limits.unsent_bytes;
  if (unsent_bytes_ + text.size() > limit) {
    drop_slow("unsent_bytes", unsent_bytes_ + text.size(), limit);
    return;
  }
  unsent_bytes_ += text.size();
  outbox_.push_back(std::move(text));
  work_.wake_all();
  service_.bound_unsent();
}

void Session::drop_slow(std::string_view limit, std::size_t value, std::size_t allowed) {
  Failure why = limit_failure(limit, value, allowed);
  why.reason = "slow_reader";
  why.remedy = "read what is sent, or ask for less at once";
  for (const std::string& waiting : std::exchange(outbox_, {})) unsent_bytes_ -= waiting.size();
  drop(why);
}

void Session::notify(std::string_view method, json::object params) {
  push(to_text(Request{.method = std::string(method), .params = std::move(params), .id = std::nullopt}));
}

// One patch a topic, from what the caller has to what there is: made when the line is free, so a slow reader gets few.
void Session::queue_news() {
  while (!news_.empty() && outbox_.empty()) {
    const std::string topic = std::move(news_.front());
    news_.pop_front();
    const auto found = followings_.find(topic);
    if (found == followings_.end() || !found->second.active) continue;
    auto delta = service_.topics.advance(topic, found->second.last);
    if (!delta) {
      followings_.erase(found);
      notify(kTopicEnded, {{"topic", topic}});
    } else if (!delta->patch.empty()) {
      notify(
          kTopicChanged,
          {{"topic", topic}, {"from", delta->from}, {"version", delta->version}, {"patch", std::move(delta->patch)}});
    }
  }
}

void Session::topic_changed(std::string_view topic) {
  const auto found = followings_.find(topic);
  if (closing_ || found == followings_.end() || !found->second.active) return;
  if (std::ranges::find(news_, topic) != news_.end()) return;
  news_.emplace_back(topic);
  work_.wake_all();
}

void Session::drop(const Failure& why) {
  if (closing_ || written_) return;
  service_.on_event("dropped", stream_->peer(), to_text(why));
  news_.clear();
  const json::value error = to_json(why);
  outbox_.push_back(to_text(Request{.method = std::string(kConnectionClosing), .params = error, .id = std::nullopt}));
  unsent_bytes_ += outbox_.back().size();
  last_words_ = why.reason + ": " + why.detail;
  closing_ = true;
  work_.wake_all();
  if (tasks_) tasks_->spawn(close_later());
}

bool Session::count_call() {
  const runtime::Time now = service_.runtime.clock().now();
  if (now - second_ >= std::chrono::seconds(1)) {
    second_ = now;
    calls_ = 0;
  }
  return ++calls_ <= service_.limits.calls_per_second;
}

Answer Session::login(std::string_view token) {
  ++logins_;
  if (!authorized_ && service_.token && !service_.token->matches(token)) {
    return fail(Code::unauthorized, "the token is wrong", "it is in the file that rpc.websocket.token_file names");
  }
  const bool before = std::exchange(authorized_, true);
  if (const std::size_t now = service_.authorized(); !before && now > service_.limits.connections) {
    Failure why = limit_failure("connections", now, service_.limits.connections);
    drop(why);
    return std::unexpected(std::move(why));
  }
  return json::object{{"authorized", true}};
}

Answer Session::subscribe(std::string_view topic, std::vector<std::string>& made) {
  if (followings_.contains(topic))
    return fail(Code::invalid_params, "topic: " + std::string(topic) + " is followed already");
  if (followings_.size() >= service_.limits.subscriptions) {
    return std::unexpected(limit_failure("subscriptions", followings_.size() + 1, service_.limits.subscriptions));
  }
  auto snapshot = service_.topics.follow(topic);
  if (!snapshot) {
    const std::string near = service_.topics.nearest_name(topic);
    return fail(Code::not_found, "topic " + std::string(topic), near.empty() ? near : "is " + near + " meant?");
  }
  json::object result{{"topic", json::string_view(topic.data(), topic.size())},
                      {"version", snapshot->version},
                      {"value", *snapshot->value}};
  followings_.emplace(topic, Following{*std::move(snapshot)});
  made.emplace_back(topic);
  return result;
}

Answer Session::unsubscribe(std::string_view topic) {
  const auto found = followings_.find(topic);
  if (found == followings_.end()) return fail(Code::not_found, "topic " + std::string(topic) + " is not followed");
  service_.topics.unfollow(topic, found->second.last);
  followings_.erase(found);
  return json::object{{"topic", json::string_view(topic.data(), topic.size())}};
}

}  // namespace quern::rpc
