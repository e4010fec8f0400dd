// A recorded RPC session as a file: for tests, screenshots, and trying the app without a network. Pure.
//
// JSON lines in UTF-8. The first says what it is: {"quern_recording": 1, "taken_unix_ms": ...}. Each other line is one
// event, at_ms after the recording began and never before the event above it; of a call, that is when its answer came:
//   {"at_ms": 12, "call": "job.get", "params": {...}, "took_ms": 3, "result": ...}     or "error": {as JSON-RPC has it}
//   {"at_ms": 15, "topic": "status", "value": ...}                                     all of the topic
//   {"at_ms": 20, "topic": "status", "patch": [...]}                                   what changed (rpc/patch.hpp)
//   {"at_ms": 30, "topic": "job/j-17", "ended": true}
// Keys that are not named here are left alone. Tokens are never recorded.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "scheduler/rpc/failure.hpp"

namespace quern::desktop::client {

inline constexpr std::int64_t kRecordingVersion = 1;
inline constexpr std::size_t kRecordingLineBytesMax = std::size_t{64} << 20;
inline constexpr std::size_t kRecordingBytesMax = std::size_t{512} << 20;
inline constexpr std::size_t kRecordingEventsMax = 1'000'000;
inline constexpr std::int64_t kRecordingTimeMaxMs = std::int64_t{30} * 24 * 3600 * 1000;

struct RecordedCall {
  std::string method;
  boost::json::value params;  // an object or an array; null when there are none
  std::int64_t took_ms = 0;
  rpc::Answer answer;
};
struct RecordedTopic {
  struct Ended {
    bool operator==(const Ended&) const = default;
  };
  std::string topic;
  std::variant<boost::json::value, boost::json::array, Ended> change;  // the whole value, a patch, the end
};
struct RecordedEvent {
  std::int64_t at_ms = 0;
  std::variant<RecordedCall, RecordedTopic> what;
};
struct Recording {
  std::int64_t taken_unix_ms = 0;
  std::vector<RecordedEvent> events;
};

// A line with its line feed.
std::string recording_head(std::int64_t taken_unix_ms);
std::string to_line(const RecordedEvent& event);
// Of a whole file. The error names line and fault: "line 7: at_ms is missing".
std::expected<Recording, std::string> read_recording(std::string_view text);
// Reads the file, too; the error names it.
std::expected<Recording, std::string> load_recording(const std::string& path);

}  // namespace quern::desktop::client
