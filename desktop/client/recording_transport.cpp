#include "desktop/client/recording_transport.hpp"

#include <QIODevice>
#include <QPointer>
#include <algorithm>
#include <utility>
#include <vector>

#include <boost/json/serialize.hpp>

#include "scheduler/rpc/message.hpp"
#include "scheduler/rpc/patch.hpp"

namespace quern::desktop::client {

namespace json = boost::json;

namespace {

constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kCallsMax = 4'096;  // that wait for their answers

std::optional<rpc::Request> request_in(std::string_view message) {
  auto incoming = rpc::read_message(message, {.message_bytes = kSentBytesMax, .depth = kDepthMax});
  auto* const request = std::get_if<rpc::Request>(&incoming.items.front());
  return request ? std::optional(std::move(*request)) : std::nullopt;
}

std::string text_at(const json::value& params, std::string_view key) {
  const json::object* const object = params.if_object();
  const json::value* const found = object ? object->if_contains(key) : nullptr;
  return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

class WatchedTransport final : public Transport {
 public:
  WatchedTransport(std::unique_ptr<Transport> inner, Recorder& recorder)
      : inner_(std::move(inner)), recorder_(&recorder) {
    connect(inner_.get(), &Transport::opened, this, &Transport::opened);
    connect(inner_.get(), &Transport::lost, this, &Transport::lost);
    connect(inner_.get(), &Transport::received, this, [this](const QByteArray& message) {
      if (recorder_ && recorder_->recording()) {
        record({message.constData(), static_cast<std::size_t>(message.size())});
      }
      Q_EMIT received(message);
    });
  }

  void open() override { inner_->open(); }
  void send(std::string_view message) override {
    if (auto request = recorder_ && recorder_->recording() ? request_in(message) : std::nullopt) {
      if (request->id && request->id->is_int64() && calls_.size() < kCallsMax && request->method != "auth.login") {
        const std::int64_t id = request->id->get_int64();
        calls_[id] = {std::move(request->method), std::move(request->params), recorder_->at_ms()};
      }
    }
    inner_->send(message);
  }
  void close() override { inner_->close(); }
  QString place() const override { return inner_->place(); }

 private:
  struct Sent {
    std::string method;
    json::value params;
    std::int64_t at_ms = 0;
  };

  void record(std::string_view message) {
    auto reply = rpc::read_reply(message, kDepthMax);
    if (!reply) return;
    if (const auto* const notification = std::get_if<rpc::Request>(&*reply)) {
      record_notification(*notification);
    } else {
      record_answer(std::get<rpc::Response>(std::move(*reply)));
    }
  }
  void record_notification(const rpc::Request& notification) {
    std::string topic = text_at(notification.params, "topic");
    if (topic.empty()) return;
    if (notification.method == "topic.ended") {
      put(RecordedTopic{std::move(topic), RecordedTopic::Ended{}});
    } else if (const json::value* const patch = notification.params.as_object().if_contains("patch");
               notification.method == "topic.changed" && patch && patch->is_array()) {
      put(RecordedTopic{std::move(topic), patch->get_array()});
    }
  }
  void record_answer(rpc::Response response) {
    const auto found = response.id.is_int64() ? calls_.find(response.id.get_int64()) : calls_.end();
    if (found == calls_.end()) return;
    Sent sent = std::move(found->second);
    calls_.erase(found);
    if (sent.method == "unsubscribe") return;
    if (sent.method != "subscribe") {
      put(RecordedCall{std::move(sent.method), std::move(sent.params), recorder_->at_ms() - sent.at_ms,
                       std::move(response.answer)});
      return;
    }
    const json::object* const result = response.answer ? response.answer->if_object() : nullptr;
    const json::value* const value = result ? result->if_contains("value") : nullptr;
    if (value) put(RecordedTopic{text_at(sent.params, "topic"), *value});
  }
  template <class What>
  void put(What what) {
    recorder_->write({recorder_->at_ms(), std::move(what)});
  }

  std::unique_ptr<Transport> inner_;
  QPointer<Recorder> recorder_;
  std::map<std::int64_t, Sent> calls_;
};

// What all transports of one replay share.
struct Player {
  struct Step {
    std::int64_t at_ms;
    const RecordedTopic* topic;
  };
  struct Kind {
    std::vector<const RecordedCall*> calls;  // of one method and the same params
    std::size_t next = 0;
  };

  Player(std::shared_ptr<const Recording> played, Pace paced) : recording(std::move(played)), pace(paced) {
    for (const RecordedEvent& event : recording->events) {
      if (const auto* const call = std::get_if<RecordedCall>(&event.what)) {
        kinds[key_of(call->method, call->params, Times::matter)].calls.push_back(call);
        kinds_of_any_time[key_of(call->method, call->params, Times::do_not)].calls.push_back(call);
      } else {
        const auto& topic = std::get<RecordedTopic>(event.what);
        topics[topic.topic].push_back({event.at_ms, &topic});
      }
    }
  }
  enum class Times { matter, do_not };
  static std::string key_of(const std::string& method, const json::value& params, Times times);
  Kind* find(const rpc::Request& request);
  rpc::Answer answer_to(const rpc::Request& request, std::int64_t& took_ms);
  std::int64_t now_unix_ms() const;

  std::shared_ptr<const Recording> recording;
  Pace pace;
  std::map<std::string, Kind> kinds;
  std::map<std::string, Kind> kinds_of_any_time;
  std::map<std::string, std::vector<Step>> topics;
  QElapsedTimer clock;
};

// Objects are equal however their keys are ordered: they are written in the order of the keys.
void write_sorted(const json::value& value, std::string& text) {
  if (const json::object* const object = value.if_object()) {
    std::vector<std::string_view> keys;
    keys.reserve(object->size());
    for (const auto& member : *object) keys.emplace_back(member.key());
    std::ranges::sort(keys);
    text += '{';
    for (const std::string_view key : keys) {
      text += json::serialize(json::value(json::string_view(key.data(), key.size()))) + ':';
      write_sorted(object->at(key), text);
      text += ',';
    }
    text += '}';
  } else if (const json::array* const array = value.if_array()) {
    text += '[';
    for (const json::value& each : *array) {
      write_sorted(each, text);
      text += ',';
    }
    text += ']';
  } else {
    text += json::serialize(value);
  }
}

std::string Player::key_of(const std::string& method, const json::value& params, Times times) {
  const bool none = params.is_null() || (params.is_object() && params.get_object().empty());
  std::string key = method + '\n';
  if (none) return key;
  if (times == Times::matter || !params.is_object()) {
    write_sorted(params, key);
    return key;
  }
  json::object timeless = params.get_object();
  for (auto& [name, value] : timeless) {
    const std::string_view text(name.data(), name.size());
    if (text.ends_with("_unix_ms") || text == "utc_offset_minutes") value = nullptr;
  }
  write_sorted(timeless, key);
  return key;
}

Player::Kind* Player::find(const rpc::Request& request) {
  const auto exact = kinds.find(key_of(request.method, request.params, Times::matter));
  if (exact != kinds.end()) return &exact->second;
  const auto near = kinds_of_any_time.find(key_of(request.method, request.params, Times::do_not));
  return near == kinds_of_any_time.end() ? nullptr : &near->second;
}

rpc::Answer Player::answer_to(const rpc::Request& request, std::int64_t& took_ms) {
  Kind* const kind = find(request);
  if (!kind) {
    rpc::Failure failure = rpc::failure(rpc::Code::failed, request.method);
    failure.message = Recorder::tr("the recording has no answer to this").toStdString();
    failure.reason = "not_recorded";
    failure.remedy = Recorder::tr("connect to a daemon").toStdString();
    return std::unexpected(std::move(failure));
  }
  const RecordedCall& call = *kind->calls[std::min(kind->next++, kind->calls.size() - 1)];
  took_ms = call.took_ms;
  return call.answer;
}

std::int64_t Player::now_unix_ms() const {
  const bool to_the_end = pace == Pace::immediate && !recording->events.empty();
  return recording->taken_unix_ms + (to_the_end ? recording->events.back().at_ms : 0) +
         (clock.isValid() ? clock.elapsed() : 0);
}

class ReplayTransport final : public Transport {
 public:
  explicit ReplayTransport(std::shared_ptr<Player> player) : player_(std::move(player)) {
    timer_.setSingleShot(true);
    connect(&timer_, &QTimer::timeout, this, [this] { play_due(); });
  }

  void open() override {
    if (!player_->clock.isValid()) player_->clock.start();
    later(0, [this] { Q_EMIT opened(); });
  }
  void send(std::string_view message) override {
    const auto request = over_ ? std::nullopt : request_in(message);
    if (!request || !request->id) return;
    std::int64_t took_ms = 0;
    rpc::Answer answer = json::object();
    const std::string topic = text_at(request->params, "topic");
    if (request->method == "subscribe") {
      answer = follow(topic);
    } else if (request->method == "unsubscribe") {
      followings_.erase(topic);
    } else {
      answer = player_->answer_to(*request, took_ms);
    }
    const bool slow = player_->pace == Pace::recorded;
    later(slow ? std::min(took_ms, kAnswerTimeMaxMs) : 0,
          [this, text = rpc::to_text(rpc::Response{*request->id, std::move(answer)})] { tell(text); });
    if (request->method == "subscribe") later(0, [this] { play_due(); });
  }
  void close() override { over_ = true; }
  QString place() const override { return Recorder::tr("recording"); }

 private:
  struct Following {
    std::size_t next = 0;  // step
    std::uint64_t version = 1;
    json::value value;
  };

  std::int64_t now_ms() const {
    return player_->pace == Pace::immediate ? kRecordingTimeMaxMs : player_->clock.elapsed();
  }
  void later(std::int64_t milliseconds, std::function<void()> act) {
    QTimer::singleShot(std::chrono::milliseconds(milliseconds), this, [this, act = std::move(act)] {
      if (!over_) act();
    });
  }
  void tell(const std::string& text) { Q_EMIT received(QByteArray::fromStdString(text)); }
  void notify(std::string method, json::object params) {
    tell(rpc::to_text(rpc::Request{std::move(method), std::move(params), std::nullopt}));
  }

  rpc::Answer follow(const std::string& topic);
  void play_due();
  bool play(const std::string& topic, Following& following, const Player::Step& step);

  std::shared_ptr<Player> player_;
  std::map<std::string, Following> followings_;
  QTimer timer_;
  bool over_ = false;
};

// What the topic was at this time; at the immediate pace, what it was first.
rpc::Answer ReplayTransport::follow(const std::string& topic) {
  const auto found = player_->topics.find(topic);
  if (found == player_->topics.end()) return rpc::fail(rpc::Code::not_found, "topic " + topic);
  Following following;
  bool there = false;
  const std::int64_t now = player_->pace == Pace::immediate ? 0 : now_ms();
  for (const Player::Step& step : found->second) {
    if (there && step.at_ms > now) break;
    if (const auto* const value = std::get_if<json::value>(&step.topic->change)) {
      following.value = *value;
      there = true;
    } else if (const auto* const patch = std::get_if<json::array>(&step.topic->change)) {
      if (there && !rpc::apply(following.value, *patch)) return rpc::fail(rpc::Code::failed, "a patch does not fit");
    } else {
      there = false;
    }
    ++following.next;
  }
  if (!there) return rpc::fail(rpc::Code::not_found, "topic " + topic);
  json::object result{{"topic", topic}, {"version", following.version}, {"value", following.value}};
  followings_[topic] = std::move(following);
  return result;
}

// False when it is no longer followed.
bool ReplayTransport::play(const std::string& topic, Following& following, const Player::Step& step) {
  ++following.next;
  if (std::holds_alternative<RecordedTopic::Ended>(step.topic->change)) {
    followings_.erase(topic);
    notify("topic.ended", {{"topic", topic}});
    return false;
  }
  json::array patch;
  if (const auto* const value = std::get_if<json::value>(&step.topic->change)) {
    patch.push_back(json::object{{"path", ""}, {"value", *value}});
  } else {
    patch = std::get<json::array>(step.topic->change);
  }
  const std::uint64_t from = following.version++;
  notify("topic.changed", {{"topic", topic}, {"from", from}, {"version", from + 1}, {"patch", std::move(patch)}});
  return followings_.contains(topic);
}

void ReplayTransport::play_due() {
  const std::int64_t now = now_ms();
  std::int64_t nearest = -1;
  std::vector<std::string> topics;
  topics.reserve(followings_.size());
  for (const auto& [topic, following] : followings_) topics.push_back(topic);
  for (const std::string& topic : topics) {
    const auto& steps = player_->topics.at(topic);
    // What is told may end this transport, or what it follows.
    for (auto at = followings_.find(topic); !over_ && at != followings_.end(); at = followings_.find(topic)) {
      if (at->second.next >= steps.size()) break;
      const Player::Step& step = steps[at->second.next];
      if (step.at_ms > now) {
        nearest = nearest < 0 ? step.at_ms : std::min(nearest, step.at_ms);
        break;
      }
      if (!play(topic, at->second, step)) break;
    }
  }
  if (nearest >= 0 && !over_) timer_.start(std::chrono::milliseconds(nearest - now));
}

}  // namespace

Recorder::Recorder(QIODevice& file, std::int64_t now_unix_ms, QObject* parent) : QObject(parent), file_(&file) {
  clock_.start();
  put(recording_head(now_unix_ms));
}

TransportFactory Recorder::watch(TransportFactory factory) {
  return [this, factory = std::move(factory)] { return std::make_unique<WatchedTransport>(factory(), *this); };
}

void Recorder::write(const RecordedEvent& event) {
  if (file_) put(to_line(event));
}

void Recorder::put(const std::string& line) {
  if (bytes_ + line.size() > kRecordingBytesMax) {
    file_ = nullptr;
    Q_EMIT failed(tr("the recording has ended: it may have %1 bytes").arg(kRecordingBytesMax));
    return;
  }
  const auto written = file_->write(line.data(), static_cast<qint64>(line.size()));
  if (written != static_cast<qint64>(line.size())) {
    const QString why = file_->errorString();
    file_ = nullptr;
    Q_EMIT failed(tr("the recording cannot be written: %1").arg(why));
    return;
  }
  bytes_ += line.size();
}

Playback play(std::shared_ptr<const Recording> recording, Pace pace) {
  const auto player = std::make_shared<Player>(std::move(recording), pace);
  Playback playback{.transport = [player] { return std::make_unique<ReplayTransport>(player); }, .now_unix_ms = {}};
  if (player->recording->taken_unix_ms > 0) playback.now_unix_ms = [player] { return player->now_unix_ms(); };
  return playback;
}

TransportFactory replay(std::shared_ptr<const Recording> recording, Pace pace) {
  return play(std::move(recording), pace).transport;
}

}  // namespace quern::desktop::client
