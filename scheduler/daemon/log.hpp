// The daemon's log: one line a record, for people (key=value) or programs (JSON). What is said too often is counted
// instead; what is secret cannot be said.
#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "overlay/runtime/clock.hpp"

namespace quern::daemon {

enum class LogLevel : std::uint8_t { debug, info, warning, error };
enum class LogFormat : std::uint8_t { text, json };

// A value that must not be shown: stands as *** wherever it is written.
class Secret {
 public:
  explicit Secret(std::string value) : value_(std::move(value)) {}
  const std::string& reveal() const { return value_; }

 private:
  std::string value_;
};

class LogValue {
 public:
  template <class Text>
    requires std::is_convertible_v<Text, std::string_view>
  LogValue(const Text& text) : value_(std::string_view(text)) {}  // NOLINT(google-explicit-constructor)
  template <std::integral Number>
  LogValue(Number number) {  // NOLINT(google-explicit-constructor)
    if constexpr (std::is_same_v<Number, bool>) {
      value_ = number;
    } else if constexpr (std::is_signed_v<Number>) {
      value_ = static_cast<std::int64_t>(number);
    } else {
      value_ = static_cast<std::uint64_t>(number);
    }
  }
  LogValue(const Secret& /*secret*/) : value_(std::string_view("***")) {}  // NOLINT(google-explicit-constructor)

  const std::variant<std::string_view, bool, std::int64_t, std::uint64_t>& value() const { return value_; }

 private:
  std::variant<std::string_view, bool, std::int64_t, std::uint64_t> value_;
};
struct LogField {
  std::string_view key;
  LogValue value;
};

inline constexpr std::size_t kLogValueBytesMax = 1024;  // of a text, before escaping; longer ones are cut
inline constexpr std::size_t kLogLineBytesMax = 4096;   // fields that do not fit are left out, and "cut" says so
// Of one event so many records in so much time; the next record says how many were left out.
inline constexpr std::uint32_t kRepeatsMax = 20;
inline constexpr runtime::Duration kRepeatsTime = std::chrono::seconds(10);
inline constexpr std::size_t kEventsMax = 256;  // told apart; further ones are counted as one

// On one executor.
class Log {
 public:
  // A line with its line feed.
  using Sink = std::function<void(std::string_view line)>;
  Log(runtime::Clock& clock, LogLevel least, LogFormat format, Sink sink);

  // `event` is a name ("job_started"), the rest its particulars. Nothing is said below the least level. No name stands
  // twice in a record: a field that is named as another, or "time", "level", "event", "left_out" or "cut", gets a '_'.
  //   log.write(LogLevel::info, "job_started", {{"job", id}, {"device", device}});
  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

 private:
  struct Repeats {
    runtime::Time since;
    std::uint32_t written = 0;
    std::uint64_t left_out = 0;
  };
  Repeats& repeats_of(std::string_view event);

  runtime::Clock& clock_;
  LogLevel least_;
  LogFormat format_;
  Sink sink_;
  std::map<std::string, Repeats, std::less<>> repeats_;  // at most kEventsMax + 1
};

// Writes to the standard error; what cannot be written is lost.
Log::Sink standard_error();

// "2026-11-21T09:30:00.125Z"
std::string to_text(runtime::WallTime time);

}  // namespace quern::daemon
