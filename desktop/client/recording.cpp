#include "desktop/client/recording.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace quern::desktop::client {

namespace json = boost::json;

namespace {

constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kNameBytesMax = 256;  // of a method or topic

using Fault = std::unexpected<std::string>;

Fault fault(std::string text) {
  return Fault(std::move(text));
}

std::expected<std::int64_t, std::string> milliseconds(const json::object& line, std::string_view key) {
  const json::value* const found = line.if_contains(key);
  if (!found) return fault(std::string(key) + " is missing");
  if (!found->is_int64() || found->get_int64() < 0 || found->get_int64() > kRecordingTimeMaxMs) {
    return fault(std::string(key) + " must be an integer from 0 to " + std::to_string(kRecordingTimeMaxMs));
  }
  return found->get_int64();
}

std::expected<std::string, std::string> name(const json::object& line, std::string_view key) {
  const json::value* const found = line.if_contains(key);
  if (!found || !found->is_string() || found->get_string().empty() || found->get_string().size() > kNameBytesMax) {
    return fault(std::string(key) + " must be a text of 1 to " + std::to_string(kNameBytesMax) + " bytes");
  }
  return std::string(found->get_string());
}

std::expected<RecordedCall, std::string> call_from(const json::object& line) {
  auto method = name(line, "call");
  if (!method) return Fault(std::move(method).error());
  RecordedCall call{.method = *std::move(method), .params = {}, .took_ms = 0, .answer = json::value()};
  if (const json::value* const params = line.if_contains("params")) {
    if (!params->is_object() && !params->is_array()) return fault("params must be an object or an array");
    call.params = *params;
  }
  if (line.contains("took_ms")) {
    const auto took = milliseconds(line, "took_ms");
    if (!took) return Fault(took.error());
    call.took_ms = *took;
  }
  const json::value* const result = line.if_contains("result");
  const json::value* const error = line.if_contains("error");
  if ((result != nullptr) == (error != nullptr)) return fault("a call must have a result or an error");
  if (result) {
    call.answer = *result;
    return call;
  }
  auto failure = rpc::failure_from_json(*error);
  if (!failure) return fault("error: " + failure.error().message());
  call.answer = std::unexpected(*std::move(failure));
  return call;
}

std::expected<RecordedTopic, std::string> topic_from(const json::object& line) {
  auto topic = name(line, "topic");
  if (!topic) return Fault(std::move(topic).error());
  const json::value* const value = line.if_contains("value");
  const json::value* const patch = line.if_contains("patch");
  const json::value* const ended = line.if_contains("ended");
  if ((value != nullptr) + (patch != nullptr) + (ended != nullptr) != 1) {
    return fault("a topic must have one of value, patch and ended");
  }
  if (value) return RecordedTopic{*std::move(topic), *value};
  if (ended) {
    if (*ended != true) return fault("ended must be true");
    return RecordedTopic{*std::move(topic), RecordedTopic::Ended{}};
  }
  if (!patch->is_array()) return fault("patch must be an array");
  return RecordedTopic{*std::move(topic), patch->get_array()};
}

std::expected<RecordedEvent, std::string> event_from(const json::object& line) {
  const auto at = milliseconds(line, "at_ms");
  if (!at) return Fault(at.error());
  if (line.contains("call") == line.contains("topic")) return fault("an event is a call or a topic");
  if (line.contains("call")) {
    auto call = call_from(line);
    if (!call) return Fault(std::move(call).error());
    return RecordedEvent{*at, *std::move(call)};
  }
  auto topic = topic_from(line);
  if (!topic) return Fault(std::move(topic).error());
  return RecordedEvent{*at, *std::move(topic)};
}

std::expected<json::object, std::string> object_from(std::string_view text) {
  if (text.size() > kRecordingLineBytesMax) {
    return fault("is longer than " + std::to_string(kRecordingLineBytesMax) + " bytes");
  }
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = kDepthMax;
  json::value value = json::parse({text.data(), text.size()}, error, {}, options);
  if (error) return fault("is not JSON: " + error.message());
  json::object* const object = value.if_object();
  if (!object) return fault("is not an object");
  return std::move(*object);
}

std::expected<std::int64_t, std::string> head_from(const json::object& head) {
  const json::value* const version = head.if_contains("quern_recording");
  if (!version || !version->is_int64()) return fault("quern_recording is missing: this is no recording");
  if (version->get_int64() != kRecordingVersion) {
    return fault("version " + std::to_string(version->get_int64()) + " cannot be played: this app plays version " +
                 std::to_string(kRecordingVersion));
  }
  const json::value* const taken = head.if_contains("taken_unix_ms");
  return taken && taken->is_int64() ? taken->get_int64() : 0;
}

}  // namespace

std::string recording_head(std::int64_t taken_unix_ms) {
  return json::serialize(json::object{{"quern_recording", kRecordingVersion}, {"taken_unix_ms", taken_unix_ms}}) + '\n';
}

std::string to_line(const RecordedEvent& event) {
  json::object line{{"at_ms", event.at_ms}};
  if (const auto* const call = std::get_if<RecordedCall>(&event.what)) {
    line["call"] = call->method;
    if (!call->params.is_null()) line["params"] = call->params;
    line["took_ms"] = call->took_ms;
    if (call->answer) {
      line["result"] = *call->answer;
    } else {
      line["error"] = rpc::to_json(call->answer.error());
    }
  } else {
    const auto& topic = std::get<RecordedTopic>(event.what);
    line["topic"] = topic.topic;
    if (const auto* const value = std::get_if<json::value>(&topic.change)) {
      line["value"] = *value;
    } else if (const auto* const patch = std::get_if<json::array>(&topic.change)) {
      line["patch"] = *patch;
    } else {
      line["ended"] = true;
    }
  }
  return json::serialize(line) + '\n';
}

std::expected<Recording, std::string> read_recording(std::string_view text) {
  if (text.size() > kRecordingBytesMax) {
    return fault("the recording is longer than " + std::to_string(kRecordingBytesMax) + " bytes");
  }
  Recording recording;
  std::size_t number = 0;
  const auto at_line = [&number](const std::string& what) {
    return fault("line " + std::to_string(number) + ": " + what);
  };
  while (!text.empty()) {
    ++number;
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view piece = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (piece.empty() && number > 1) continue;
    const auto line = object_from(piece);
    if (!line) return at_line(line.error());
    if (number == 1) {
      const auto taken = head_from(*line);
      if (!taken) return at_line(taken.error());
      recording.taken_unix_ms = *taken;
      continue;
    }
    auto event = event_from(*line);
    if (!event) return at_line(event.error());
    if (!recording.events.empty() && event->at_ms < recording.events.back().at_ms) {
      return at_line("at_ms " + std::to_string(event->at_ms) + " is before that of the event above it");
    }
    if (recording.events.size() == kRecordingEventsMax) {
      return at_line("there are more than " + std::to_string(kRecordingEventsMax) + " events");
    }
    recording.events.push_back(*std::move(event));
  }
  if (number == 0) return fault("the recording is empty");
  return recording;
}

std::expected<Recording, std::string> load_recording(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fault(path + ": cannot be opened");
  std::string text;
  std::array<char, 65'536> piece{};
  while (file) {
    file.read(piece.data(), piece.size());
    text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
    if (text.size() > kRecordingBytesMax) break;  // which read_recording() tells
  }
  if (file.bad()) return fault(path + ": cannot be read");
  auto recording = read_recording(text);
  if (!recording) return fault(path + ": " + recording.error());
  return recording;
}

}  // namespace quern::desktop::client
